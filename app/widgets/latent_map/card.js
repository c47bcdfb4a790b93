// What is selected: a held-out point, a place, a path of places, or a sentence of one's own.
//
// selection: { kind: "point" | "place" | "path" | "sentence", where: [x, y] on the view, row,
// text, item, … }. What the server adds comes in one or two answers; a newer selection makes
// older answers void.

import { button, changed, el, say } from "../../page/dom.js";
import { tell } from "../../page/events.js";
import { csv, download } from "../../page/files.js";
import { count, fixed } from "../../page/numbers.js";
import { picture } from "../../page/pictures.js";
import { tray } from "../../page/tray.js";
import {
  ask,
  bytes,
  fail,
  isText,
  modeName,
  noun,
  recover,
  remember,
  setLit,
  view,
} from "./latent_map.js";
import { drawMarks, hueOf } from "./paint.js";
import { reveal } from "./plot.js";

const REST = 120; // ms before the numbers of a place are asked for

export const nameOf = (ui, row) => (isText(ui) ? (ui.words?.[row] ?? "…") : `picture ${row + 1}`);
const whereIs = (ui, row) => [view(ui).points[2 * row], view(ui).points[2 * row + 1]];
const itemNode = (ui, item, label) =>
  isText(ui) ? el("span", { text: item || "(nothing)" }) : picture(bytes(item), label);

function begin(ui, made) {
  ui.turn++;
  ui.selection = made;
  recover(ui);
  drawMarks(ui);
  ui.look.at = atOf(ui, made);
  remember(ui);
  return ui.turn;
}

function atOf(ui, { kind, row, where, text, base }) {
  if (kind === "point") return `p${row}`;
  if (kind === "sentence") return `s~${text}`;
  if (kind === "path") return ui.look.at;
  return [...where.map((x) => x.toFixed(4)), ...(base == null ? [] : [base])].join("~");
}

/** Everything has come: fixed it, keep its script, tell the rest of the page. */
function settled(ui, { code, z }, text) {
  ui.scene.answer.code = code; // what Show code says when the tab runs again
  ui.element.querySelector(".lp-code pre").textContent = code;
  drawCard(ui);
  ui.element.dataset.settled = ui.look.at; // how tests know
  if (!z) return;
  const { kind, row, where } = ui.selection;
  tell("latent-code", { checkpoint: ui.scene.checkpoint, code: z, text });
  ui.trigger("select", {
    kind,
    row: row ?? null,
    where: where ?? null,
    text: isText(ui) ? text : "",
  });
}

/** @param {{quiet?: boolean, time?: number}} [how] `time` is that of the click */
export async function selectPoint(ui, row, how = {}) {
  const { quiet = false, time } = how;
  const mine = begin(ui, { kind: "point", row, where: whereIs(ui, row) });
  drawCard(ui); // its sentence is here already
  if (time) measureDecode(time);
  if (!quiet) reveal(ui, ...ui.selection.where);
  const answer = await ask(ui, "point", { row });
  if (mine !== ui.turn) return;
  if (answer.error) return fail(ui, answer.error);
  Object.assign(ui.selection, answer);
  settled(ui, answer, isText(ui) ? (answer.original ?? answer.item) : "");
  if (!quiet) say(`${nameOf(ui, row)}. ${likeliest(ui, answer.shares)}`);
}

/** @param {{base?: number | null, time?: number}} [how] `base` is the row that lends the rest of its code */
export async function selectPlace(ui, where, how = {}) {
  const lent = view(ui).variable == null ? null : (ui.selection?.row ?? ui.selection?.base);
  const { base = null, time } = { ...how, base: how.base ?? lent };
  const mine = begin(ui, { kind: "place", where, base });
  const question = { view: ui.look.view, x: where[0], y: where[1], base };
  const first = await ask(ui, "decode", question);
  if (mine !== ui.turn) return;
  if (first.error) return fail(ui, first.error);
  Object.assign(ui.selection, first);
  drawCard(ui);
  if (time) measureDecode(time);
  ui.element.dataset.decoded = ui.look.at; // how tests know
  if (isText(ui)) say(first.item);
  await new Promise((done) => setTimeout(done, REST)); // who clicks on waits for nothing
  if (mine !== ui.turn) return;
  const answer = await ask(ui, "place", question);
  if (mine !== ui.turn) return;
  if (answer.error) return fail(ui, answer.error);
  Object.assign(ui.selection, answer);
  settled(ui, answer, isText(ui) ? first.item : "");
}

export async function placeSentence(ui, text) {
  if (!text) return fail(ui, "Write a sentence to place on the map.");
  const before = [ui.selection, ui.look.at];
  const mine = ++ui.turn;
  ui.element.dataset.placing = "1";
  const answer = await ask(ui, "sentence", { text });
  delete ui.element.dataset.placing;
  if (mine !== ui.turn) return;
  if (answer.error) {
    [ui.selection, ui.look.at] = before;
    if (!ui.selection) selectPoint(ui, ui.scene.home, { quiet: true });
    return fail(ui, answer.error);
  }
  begin(ui, {
    kind: "sentence",
    ...answer,
    code: "",
    places: answer.where,
    where: answer.where[ui.look.view],
  });
  reveal(ui, ...ui.selection.where);
  settled(ui, answer, text);
  say(`Placed. ${likeliest(ui, answer.shares)}`);
}

export async function walk(ui, places, drawn) {
  const base =
    view(ui).variable == null ? null : (ui.selection?.row ?? ui.selection?.base ?? null);
  const mine = begin(ui, { kind: "path", base, drawn, path: places.map((at) => ({ at })) });
  drawCard(ui);
  const answer = await ask(ui, "path", { view: ui.look.view, places, base });
  if (mine !== ui.turn) return;
  if (answer.error) return fail(ui, answer.error);
  answer.rows.forEach((row, i) => Object.assign(ui.selection.path[i], row));
  settled(ui, answer, "");
  say(`${answer.rows.length} places decoded.`);
}

function measureDecode(start) {
  if (performance.getEntriesByName("latent-map-decode").length > 500)
    performance.clearMeasures("latent-map-decode");
  performance.measure("latent-map-decode", { start });
}

const likeliest = (ui, shares) =>
  shares
    .map((share, j) => {
      const k = share.indexOf(Math.max(...share));
      return `${modeName(ui, j, k)} ${Math.round(100 * share[k])}%`;
    })
    .join(", ");

/** A view was changed: the selection lies elsewhere on it, or nowhere. */
export function moveSelection(ui) {
  if (!ui.selection) return;
  if (ui.selection.kind === "point") ui.selection.where = whereIs(ui, ui.selection.row);
  else if (ui.selection.kind === "sentence")
    ui.selection.where = ui.selection.places[ui.look.view];
  else
    selectPoint(ui, ui.selection.base ?? ui.selection.near?.[0]?.row ?? ui.scene.home, {
      quiet: true,
    });
}

// ---- drawing it ---------------------------------------------------------------------------

export function drawCard(ui) {
  const { kind } = ui.selection;
  const parts = {
    point: () => pointParts(ui),
    place: () => placeParts(ui),
    sentence: () => sentenceParts(ui),
    path: () => pathParts(ui),
  }[kind]();
  ui.card.dataset.kind = kind;
  ui.card.replaceChildren(...parts.filter(Boolean));
}

const heading = (text, ...beside) =>
  el("header", { class: "map-head" }, el("h3", { text }), ...beside.filter(Boolean));
const badge = (text, title, caution = false) =>
  el("span", { class: caution ? "map-badge lp-caution" : "map-badge", text, title });
const line = (label, node) => el("div", { class: "map-line" }, el("h4", { text: label }), node);

function star(ui, item) {
  if (item == null) return null;
  return tray.star(ui.TAB, { ...ui.full, map: ui.written }, 0, isText(ui) ? item : bytes(item));
}

function pointParts(ui) {
  const { row, original: own, item, shares, near } = ui.selection;
  const top = isText(ui) ? nameOf(ui, row) : (own ?? item);
  const labels = ui.scene.tags.map(({ name, categories, ids }) =>
    badge(categories[ids[row]], name),
  );
  return [
    heading(
      `Held-out ${isText(ui) ? "sentence" : "picture"} ${count(row + 1)}`,
      star(ui, isText(ui) ? ui.words?.[row] : top),
    ),
    top == null
      ? el("p", { class: "map-item" })
      : isText(ui)
        ? el("p", { class: "map-item", text: top })
        : pictureNode(top, "selected"),
    ui.words &&
      !ui.original &&
      el("p", {
        class: "map-note",
        text: `The corpus is not on this machine: this is the model's reconstruction.`,
      }),
    el("div", { class: "map-badges" }, ...labels),
    ui.original &&
      item != null &&
      line(
        "Reconstruction",
        isText(ui)
          ? el("p", { text: item || "(nothing)" })
          : pictureNode(item, "reconstruction", "map-small"),
      ),
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

function placeParts(ui) {
  const { item, exact, percentile, far, away, shares, near, base } = ui.selection;
  const how =
    exact == null
      ? null
      : exact
        ? badge("exact", "This plane goes through the latent space, so the place is one code.")
        : badge(
            "approximate",
            "The map is curved: the codes of the nearest points are blended.",
            true,
          );
  const note =
    base == null || view(ui).variable == null
      ? ""
      : `The other variables are those of ${noun(ui, 1).slice(2)} ${base + 1}.`;
  return [
    heading("A place on the map", how, star(ui, item)),
    item == null
      ? el("p", { class: "map-item" })
      : isText(ui)
        ? el("p", { class: "map-item", text: item || "(nothing)" })
        : pictureNode(item, "decoded"),
    distance(percentile, far, away),
    note && el("p", { class: "map-note", text: note }),
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

function sentenceParts(ui) {
  const { text, item, unknown, percentile, far, shares, near } = ui.selection;
  return [
    heading("Your sentence", star(ui, item)),
    el("p", { class: "map-item", text }),
    unknown.length
      ? el("p", {
          class: "map-note lp-caution",
          text: `The model does not know: ${unknown.slice(0, 8).join(", ")}`,
        })
      : null,
    line("Reconstruction", el("p", { text: item || "(nothing)" })),
    distance(percentile, far),
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

function pathParts(ui) {
  const rows = ui.selection.path.map(({ at, item, parts, exact }, i) => {
    const node = parts
      ? changed(parts)
      : item == null
        ? el("span", { class: "map-wait" })
        : itemNode(ui, item, `place ${i + 1}`);
    const title = exact === false ? "approximate: decode this place" : "Decode this place";
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          title,
          on: { click: () => selectPlace(ui, at, { base: ui.selection.base }) },
        },
        node,
      ),
    );
  });
  const inexact = ui.selection.path.some(({ exact }) => exact === false);
  return [
    heading(
      "A path",
      inexact
        ? badge(
            "approximate",
            "The map is curved: the codes of the nearest points are blended.",
            true,
          )
        : null,
    ),
    el("ol", { class: "map-steps" }, ...rows),
    button("save", "CSV of the path", () => {
      const list = ui.selection.path.map(({ at, item, away }, i) => [
        i + 1,
        ...at,
        isText(ui) ? item : "",
        away,
      ]);
      download(
        "path.csv",
        "text/csv",
        csv([["step", "x", "y", "decoded", "distance to the nearest code"], ...list]),
      );
    }),
  ];
}

function pictureNode(item, label, kind = "map-picture") {
  return picture(bytes(item), label, { class: kind });
}

function distance(percentile, far, away) {
  if (percentile === undefined) return el("p", { class: "map-note map-away" });
  const near = away == null ? "" : ` ${fixed(away)} from the nearest code.`;
  const rank =
    percentile == null
      ? "no density"
      : `percentile ${percentile < 10 ? fixed(percentile, 1) : fixed(percentile, 0)}`;
  return el(
    "p",
    {
      class: "map-note map-away",
      title: "Density of training codes here, as a percentile of held-out codes; below 1 is far.",
    },
    `Distance to data: ${rank}.${near} `,
    far ? el("span", { class: "map-badge lp-caution", text: "far from data" }) : null,
  );
}

/** Responsibilities: a row for each variable, a bar for each mode; a bar lights its mode up. */
function shareBars(ui, shares) {
  const box = el("div", { class: "map-shares", style: `--components: ${ui.scene.components}` });
  for (let j = 0; j < ui.scene.variables; j++) {
    const bars = Array.from({ length: ui.scene.components }, (_, k) => {
      const share = shares?.[j][k] ?? 0;
      const percent = `${Math.round(100 * share)}%`;
      const fill = el("i", { "aria-hidden": "true" });
      fill.style.cssText = `height: ${100 * share}%; background: ${hueOf(k)}`;
      const label = el("small", { text: `${k + 1}` });
      return el(
        "button",
        {
          type: "button",
          title: `${modeName(ui, j, k)}: ${percent}. Light up its points`,
          "aria-label": `${modeName(ui, j, k)} ${percent}`,
          disabled: !shares,
          on: { click: () => setLit(ui, [j, k]) },
        },
        el("span", { class: "map-bar-box" }, fill),
        label,
      );
    });
    box.append(
      el(
        "div",
        { class: "map-share" },
        el("b", { text: ui.scene.variables > 1 ? `c${j + 1}` : "mode" }),
        ...bars,
      ),
    );
  }
  return line("Responsibilities", box);
}

function nearList(ui, near) {
  const list = (near ?? Array.from({ length: 8 })).map((each) =>
    el(
      "li",
      {},
      each
        ? el(
            "button",
            {
              type: "button",
              title: nameOf(ui, each.row),
              on: { click: (event) => selectPoint(ui, each.row, { time: event.timeStamp }) },
            },
            each.item ? picture(bytes(each.item), nameOf(ui, each.row)) : nameOf(ui, each.row),
          )
        : el("span", { class: "map-wait" }),
    ),
  );
  return el(
    "div",
    { class: "map-near" },
    el("h4", { text: "Nearest in the latent space" }),
    el("ol", {}, ...list),
  );
}

export function setUp(ui) {
  ui.turn = 0;
}
