// The table twin of the map, what the lasso holds, exports, and the offer to compute a map.

import { checkpoints } from "../../page/checkpoints.js";
import { button, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { bytes, picture } from "../../page/pictures.js";
import { nameOf } from "./card.js";
import { ask, fail, id, isText, modeName, noun, view } from "./latent_map.js";
import { relight } from "./paint.js";
import { selectPoint } from "./selection.js";

/**
 * @typedef {import("./types.js").Absent} Absent
 * @typedef {import("./types.js").Progress} Progress
 * @typedef {import("./types.js").Ui} Ui
 */

const ROWS = 500; // shown at once; exports hold all
const THUMBNAILS = 100;

/** Rows that are drawn and lit: the lasso's, the search's, a mode's, or all. @param {Ui} ui */
function litRows(ui) {
  const rows = [];
  for (let i = 0; i < ui.level.length; i++) if (ui.level[i] === 2) rows.push(i);
  return rows;
}

/** @param {Ui} ui */
export function drawTable(ui) {
  const rows = litRows(ui);
  ui.unlasso.hidden = !ui.lassoed;
  const first = rows.length > ROWS ? `, the first ${ROWS}` : "";
  ui.caption.textContent = `Table: ${noun(ui, rows.length)} ${lotOf(ui)}${first}`;
  ui.element.dataset.rows = String(rows.length); // how tests know
  if (ui.table.open) fillTable(ui, rows.slice(0, ROWS));
}

/** What kind of rows these are. @param {Ui} ui */
function lotOf(ui) {
  if (ui.lassoed) return "inside the lasso";
  if (ui.matches) return "found";
  return ui.look.lit ? `of ${modeName(ui, ...ui.look.lit)}` : "drawn";
}

/** @param {Ui} ui @param {number[]} rows */
function fillTable(ui, rows) {
  const { tags, modes, lengths, variables } = ui.scene;
  const heads = [
    "Number",
    isText(ui) ? (ui.original ? "Sentence" : "Reconstruction") : "Picture",
    ...tags.map(({ name }) => name),
    ...modes.map((_, j) => (variables > 1 ? `c${j + 1}` : "mode")),
    ...(lengths ? ["length"] : []),
  ];
  const openers = rows.map((row) =>
    el("button", { type: "button", on: { click: () => selectPoint(ui, row) } }, nameOf(ui, row)),
  );
  const lines = rows.map((row, i) => {
    const facts = [
      ...tags.map(({ categories, ids }) => categories[ids[row]]),
      ...modes.map((each) => each[row] + 1),
      ...(lengths ? [lengths[row]] : []),
    ];
    const cells = facts.map((text) => el("td", { text }));
    return el("tr", {}, el("td", { text: row + 1 }), el("td", {}, openers[i]), ...cells);
  });
  const head = el("tr", {}, ...heads.map((text) => el("th", { text, scope: "col" })));
  ui.body.replaceChildren(el("table", {}, el("thead", {}, head), el("tbody", {}, ...lines)));
  if (!isText(ui) && rows.length) fillThumbnails(ui, rows.slice(0, THUMBNAILS), openers);
}

/** @param {Ui} ui @param {number[]} rows @param {HTMLElement[]} openers */
async function fillThumbnails(ui, rows, openers) {
  /** @type {{items?: string[]}} */
  const { items = [] } = await ask(ui, "pictures", { rows });
  for (const [i, item] of items.entries())
    openers[i].replaceChildren(picture(bytes(item), nameOf(ui, rows[i])));
}

/** All that is known of the points that are lit, by the name of the column. @param {Ui} ui */
function recordsOf(ui) {
  const { points: xy } = view(ui);
  const { tags, modes, sure, lengths, variables } = ui.scene;
  const many = variables > 1;
  return litRows(ui).map((row) => {
    /** @type {[name: string, value: string | number][]} */
    const facts = [
      ["number", row + 1],
      ...tags.map(({ name, categories, ids }) => pair(name, categories[ids[row]])),
      ...modes.map((each, j) => pair(many ? `c${j + 1}` : "mode", each[row] + 1)),
      ...sure.map((each, j) =>
        pair(
          many ? `responsibility_c${j + 1}` : "responsibility",
          Number((each[row] / 255).toFixed(3)),
        ),
      ),
      [`${ui.look.view}_x`, Number(xy[2 * row].toPrecision(6))],
      [`${ui.look.view}_y`, Number(xy[2 * row + 1].toPrecision(6))],
    ];
    if (lengths) facts.splice(-2, 0, ["length", lengths[row]]);
    const text = ui.original ? "sentence" : "reconstruction";
    if (isText(ui)) facts.splice(1, 0, [text, nameOf(ui, row)]);
    return Object.fromEntries(facts);
  });
}

/** @param {string} name @param {string | number} value @returns {[string, string | number]} */
const pair = (name, value) => [name, value];

/** @param {Ui} ui @param {"csv" | "json"} kind */
function exportRows(ui, kind) {
  const records = recordsOf(ui);
  if (!records.length)
    return fail(ui, "Nothing is lit, so there is nothing to save. Clear the search or the lasso.");
  if (kind === "csv") {
    const heads = Object.keys(records[0]);
    const lines = records.map((record) => heads.map((key) => record[key]));
    return download("points.csv", "text/csv", csv([heads, ...lines]));
  }
  const { checkpoint } = ui;
  const made = {
    checkpoint,
    fingerprint: checkpoints[checkpoint]?.fingerprint ?? "",
    map: ui.scene.settings,
    points: records,
  };
  download("points.json", "application/json", `${JSON.stringify(made, null, 1)}\n`);
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.watching = 0;
  ui.caption = el("summary");
  ui.body = el("div", {
    class: "map-scroll",
    tabindex: "0",
    role: "region",
    "aria-label": "Points as a table",
  });
  ui.unlasso = button(
    "close",
    "Clear the lasso",
    () => {
      ui.lassoed = null;
      ui.status.textContent = "";
      relight(ui);
      drawTable(ui);
    },
    { hidden: true },
  );
  ui.table.append(
    ui.caption,
    el(
      "div",
      { class: "map-tools" },
      button("save", "CSV", () => exportRows(ui, "csv"), { id: id(ui, "csv") }),
      button("save", "JSON", () => exportRows(ui, "json"), { id: id(ui, "json") }),
      ui.unlasso,
    ),
    ui.body,
  );
  ui.table.addEventListener("toggle", () => drawTable(ui));
}

// ---- no map yet ---------------------------------------------------------------------------

/** @param {Ui} ui */
export function stopWatching(ui) {
  clearTimeout(ui.watching);
  ui.watching = 0;
}

/** Why there is no map, and the offer to compute one. @param {Ui} ui @param {Absent} answer */
export function showAbsence(ui, { absent, command, offer }) {
  const progress = el("progress", {
    class: "lp-progress",
    max: 100,
    value: 0,
    "aria-label": "Progress",
    hidden: true,
  });
  const said = el("p", { class: "map-note", role: "status", text: offer.estimate });
  const begin = button(null, "Compute the map", () => follow("compute"), {
    class: "lp-button map-primary",
    disabled: !offer.allowed,
  });
  const stop = button(
    "close",
    "Cancel",
    async () => {
      if (stop.hidden) return; // Escape presses it too
      stopWatching(ui);
      const { written } = await ask(ui, "cancel", {});
      idle(
        written
          ? "It was finished before. Reload the page to see the map."
          : "Cancelled. Nothing was written.",
      );
    },
    { hidden: true, "data-key": "escape" },
  );
  ui.missing.replaceChildren(
    el("h3", { text: "No map to show" }),
    el("p", { text: `${absent.split(" `")[0]} This command makes one:` }),
    el("pre", { tabindex: "0", "aria-label": "Command", text: command }),
    el("div", { class: "map-tools" }, begin, stop, progress),
    said,
  );

  /** @param {string} text */
  function idle(text) {
    said.textContent = text;
    begin.hidden = false;
    stop.hidden = progress.hidden = true;
  }
  /** @param {"compute" | "computing"} question */
  async function follow(question) {
    begin.hidden = true;
    stop.hidden = progress.hidden = false;
    const mine = ui.answer;
    /** @type {Progress} */
    const answer = await ask(ui, question, {});
    if (ui.answer !== mine || stop.hidden) return; // cancelled
    if (answer.error) return idle(answer.error);
    progress.value = answer.percent;
    said.textContent = `${answer.stage}, ${answer.percent}%, ${answer.seconds} s`;
    if (answer.done) return ui.life.view.rerun?.();
    ui.watching = setTimeout(() => follow("computing"), 700);
  }
  if (offer.running) follow("computing");
}
