// The table twin of the map, what the lasso holds, exports, and the offer to compute a map.

import { checkpoints } from "../../page/checkpoints.js";
import { button, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { bytes, picture } from "../../page/pictures.js";
import { nameOf } from "./card.js";
import { ask, fail, id, isText, modeName, noun, view } from "./latent_map.js";
import { relight } from "./paint.js";
import { selectPoint } from "./selection.js";

const ROWS = 500; // shown at once; exports hold all
const THUMBNAILS = 100;

/** Rows that are drawn and lit: the lasso's, the search's, a mode's, or all. */
function litRows(ui) {
  const rows = [];
  for (let i = 0; i < ui.level.length; i++) if (ui.level[i] === 2) rows.push(i);
  return rows;
}

export function drawTable(ui) {
  const rows = litRows(ui);
  ui.unlasso.hidden = !ui.lassoed;
  const what = ui.lassoed
    ? "inside the lasso"
    : ui.matches
      ? "found"
      : ui.look.lit
        ? `of ${modeName(ui, ...ui.look.lit)}`
        : "drawn";
  ui.caption.textContent = `Table: ${noun(ui, rows.length)} ${what}${rows.length > ROWS ? `, the first ${ROWS}` : ""}`;
  ui.element.dataset.rows = rows.length; // how tests know
  if (!ui.table.open) return;
  const heads = [
    "Number",
    isText(ui) ? (ui.original ? "Sentence" : "Reconstruction") : "Picture",
    ...ui.scene.tags.map(({ name }) => name),
    ...ui.scene.modes.map((_, j) => (ui.scene.variables > 1 ? `c${j + 1}` : "mode")),
    ...(ui.scene.lengths ? ["length"] : []),
  ];
  const thumbs = [];
  const lines = rows.slice(0, ROWS).map((row, i) => {
    const open = el(
      "button",
      { type: "button", on: { click: () => selectPoint(ui, row) } },
      isText(ui) ? nameOf(ui, row) : `picture ${row + 1}`,
    );
    if (!isText(ui) && i < THUMBNAILS) thumbs.push([row, open]);
    return el(
      "tr",
      {},
      el("td", { text: row + 1 }),
      el("td", {}, open),
      ...ui.scene.tags.map(({ categories, ids }) => el("td", { text: categories[ids[row]] })),
      ...ui.scene.modes.map((modes) => el("td", { text: modes[row] + 1 })),
      ...(ui.scene.lengths ? [el("td", { text: ui.scene.lengths[row] })] : []),
    );
  });
  ui.body.replaceChildren(
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { text, scope: "col" })))),
      el("tbody", {}, ...lines),
    ),
  );
  if (thumbs.length) fillThumbnails(ui, thumbs);
}

async function fillThumbnails(ui, thumbs) {
  const answer = await ask(ui, "pictures", { rows: thumbs.map(([row]) => row) });
  answer.items?.forEach((item, i) =>
    thumbs[i][1].replaceChildren(picture(bytes(item), nameOf(ui, thumbs[i][0]))),
  );
}

function exportRows(ui, kind) {
  const { points: xy } = view(ui);
  const records = litRows(ui).map((row) => ({
    number: row + 1,
    ...(isText(ui) ? { [ui.original ? "sentence" : "reconstruction"]: nameOf(ui, row) } : {}),
    ...Object.fromEntries(
      ui.scene.tags.map(({ name, categories, ids }) => [name, categories[ids[row]]]),
    ),
    ...Object.fromEntries(
      ui.scene.modes.map((modes, j) => [
        ui.scene.variables > 1 ? `c${j + 1}` : "mode",
        modes[row] + 1,
      ]),
    ),
    ...Object.fromEntries(
      ui.scene.sure.map((sure, j) => [
        ui.scene.variables > 1 ? `responsibility_c${j + 1}` : "responsibility",
        Number((sure[row] / 255).toFixed(3)),
      ]),
    ),
    ...(ui.scene.lengths ? { length: ui.scene.lengths[row] } : {}),
    [`${ui.look.view}_x`]: Number(xy[2 * row].toPrecision(6)),
    [`${ui.look.view}_y`]: Number(xy[2 * row + 1].toPrecision(6)),
  }));
  if (!records.length)
    return fail(ui, "Nothing is lit, so there is nothing to save. Clear the search or the lasso.");
  if (kind === "csv") {
    const heads = Object.keys(records[0]);
    download(
      "points.csv",
      "text/csv",
      csv([heads, ...records.map((record) => heads.map((key) => record[key]))]),
    );
  } else {
    const { checkpoint } = ui.scene;
    const made = {
      checkpoint,
      fingerprint: checkpoints[checkpoint]?.fingerprint ?? "",
      map: ui.scene.settings,
      points: records,
    };
    download("points.json", "application/json", `${JSON.stringify(made, null, 1)}\n`);
  }
}

function setUp1(ui) {
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

export function stopWatching(ui) {
  clearTimeout(ui.watching);
  ui.watching = 0;
}

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

  function idle(text) {
    said.textContent = text;
    begin.hidden = false;
    stop.hidden = progress.hidden = true;
  }
  async function follow(question) {
    begin.hidden = true;
    stop.hidden = progress.hidden = false;
    const mine = ui.scene;
    const answer = await ask(ui, question, {});
    if (ui.scene !== mine || !stopped()) return;
    if (answer.error) return idle(answer.error);
    progress.value = answer.percent;
    said.textContent = `${answer.stage}, ${answer.percent}%, ${answer.seconds} s`;
    if (answer.done) return void ((ui.scene = null), ui.life.view.rerun());
    ui.watching = setTimeout(() => follow("computing"), 700);
  }
  const stopped = () => !stop.hidden;
  if (offer.running) follow("computing");
}

// ---- no map yet ---------------------------------------------------------------------------

function setUp2(ui) {
  ui.watching = 0;
}

export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
}
