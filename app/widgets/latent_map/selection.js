// What is selected: a held-out point, a place, a path of places, or a sentence of one's own.
// What the server adds comes in one or two answers; a newer selection makes older answers void.

import { one, say } from "../../page/dom.js";
import { tell } from "../../page/events.js";
import { drawCard, nameOf } from "./card.js";
import { ask, fail, isText, modeName, recover, remember, view } from "./latent_map.js";
import { drawMarks } from "./paint.js";
import { reveal } from "./plot.js";

/**
 * @typedef {import("./types.js").Decoded} Decoded
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Path} Path
 * @typedef {import("./types.js").PathSelection} PathSelection
 * @typedef {import("./types.js").Place} Place
 * @typedef {import("./types.js").PlaceSelection} PlaceSelection
 * @typedef {import("./types.js").Point} Point
 * @typedef {import("./types.js").PointSelection} PointSelection
 * @typedef {import("./types.js").Selection} Selection
 * @typedef {import("./types.js").Sentence} Sentence
 * @typedef {import("./types.js").SentenceSelection} SentenceSelection
 * @typedef {import("./types.js").Ui} Ui
 */

const SEEN = 240; // px of the card
const REST = 120; // ms before the numbers of a place are asked for
/** @param {Ui} ui @param {number} row @returns {Pair} */
const whereIs = (ui, row) => [view(ui).points[2 * row], view(ui).points[2 * row + 1]];

/** @param {Selection | null} selection */
export const placeOf = (selection) =>
  selection && selection.kind !== "path" ? selection.where : null;

/** The row that lends what a view of one variable leaves open. @param {Ui} ui */
function lender(ui) {
  if (view(ui).variable == null || !ui.selection || ui.selection.kind === "sentence") return null;
  return ui.selection.kind === "point" ? ui.selection.row : ui.selection.base;
}

/** @param {Ui} ui @param {Selection} made */
function begin(ui, made) {
  ui.turn++;
  ui.selection = made;
  recover(ui);
  drawMarks(ui);
  ui.look.at = atOf(ui, made);
  remember(ui);
  return ui.turn;
}

/** @param {Ui} ui @param {Selection} selection */
function atOf(ui, selection) {
  if (selection.kind === "point") return `p${selection.row}`;
  if (selection.kind === "sentence") return `s~${selection.text}`;
  if (selection.kind === "path") return ui.look.at;
  const { where, base } = selection;
  return [...where.map((x) => x.toFixed(4)), ...(base == null ? [] : [base])].join("~");
}

/** Everything has come: keep its script. @param {Ui} ui @param {string} code */
function settled(ui, code) {
  ui.answer.code = code; // what Show code says when the tab runs again
  one(ui.element, ".lp-code pre").textContent = code;
  drawCard(ui);
  ui.element.dataset.settled = ui.look.at; // how tests know
}

/**
 * Tell the rest of the page which code is selected.
 * @param {Ui} ui @param {PointSelection | PlaceSelection | SentenceSelection} selection
 * @param {number[]} code @param {string} text
 */
function tellCode(ui, selection, code, text) {
  const { kind, where } = selection;
  const said = isText(ui) ? text : "";
  tell("latent-code", { checkpoint: ui.checkpoint, code, text: said });
  ui.trigger("select", { kind, row: kind === "point" ? selection.row : null, where, text: said });
}

/**
 * @param {Ui} ui @param {number} row
 * @param {{quiet?: boolean, time?: number}} [how] `time` is that of the click
 */
export async function selectPoint(ui, row, how = {}) {
  const { quiet = false, time } = how;
  /** @type {PointSelection} */
  const made = { kind: "point", row, where: whereIs(ui, row) };
  const mine = begin(ui, made);
  drawCard(ui); // its sentence is here already
  if (time) measureDecode(time);
  if (time) bringCard(ui);
  if (!quiet) reveal(ui, made.where);
  /** @type {Point & {error?: string}} */
  const answer = await ask(ui, "point", { row, view: ui.look.view });
  if (mine !== ui.turn) return;
  if (answer.error) return fail(ui, answer.error);
  Object.assign(made, answer);
  settled(ui, answer.code);
  tellCode(ui, made, answer.z, answer.original ?? answer.item);
  if (!quiet) say(`${nameOf(ui, row)}. ${likeliest(ui, answer.shares)}`);
}

/**
 * @param {Ui} ui @param {Pair} where
 * @param {{base?: number | null, time?: number}} [how] `base` is the row that lends the rest of its
 *   code
 */
export async function selectPlace(ui, where, { base = null, time } = {}) {
  /** @type {PlaceSelection} */
  const made = { kind: "place", where, base: base ?? lender(ui) };
  const mine = begin(ui, made);
  const question = { view: ui.look.view, x: where[0], y: where[1], base: made.base };
  /** @type {Decoded & {error?: string}} */
  const first = await ask(ui, "decode", question);
  if (mine !== ui.turn) return;
  if (first.error) return fail(ui, first.error);
  Object.assign(made, first);
  drawCard(ui);
  if (time) measureDecode(time);
  if (time) bringCard(ui);
  ui.element.dataset.decoded = ui.look.at; // how tests know
  if (isText(ui)) say(first.item);
  await new Promise((done) => setTimeout(done, REST)); // who clicks on waits for nothing
  if (mine !== ui.turn) return;
  /** @type {Place & {error?: string}} */
  const answer = await ask(ui, "place", question);
  if (mine !== ui.turn) return;
  if (answer.error) return fail(ui, answer.error);
  Object.assign(made, answer);
  settled(ui, answer.code);
  tellCode(ui, made, answer.z, first.item);
}

/** @param {Ui} ui @param {string} text */
export async function placeSentence(ui, text) {
  if (!text) return fail(ui, "Write a sentence to place on the map.");
  const [selection, at] = [ui.selection, ui.look.at];
  const mine = ++ui.turn;
  ui.element.dataset.placing = "1";
  /** @type {Sentence & {error?: string}} */
  const answer = await ask(ui, "sentence", { text, draw: ui.look.draw });
  delete ui.element.dataset.placing;
  if (mine !== ui.turn) return;
  if (answer.error) {
    [ui.selection, ui.look.at] = [selection, at];
    if (!ui.selection) selectPoint(ui, ui.scene.home, { quiet: true });
    return fail(ui, answer.error);
  }
  const { where: places, ...known } = answer;
  /** @type {SentenceSelection} */
  const made = { kind: "sentence", ...known, places, where: places[ui.look.view] };
  begin(ui, made);
  reveal(ui, made.where);
  settled(ui, answer.code);
  tellCode(ui, made, answer.z, text);
  say(`Placed. ${likeliest(ui, answer.shares)}`);
}

/** @param {Ui} ui @param {Pair[]} places along the line @param {Pair[]} drawn the line itself */
export async function walk(ui, places, drawn) {
  const base = lender(ui);
  /** @type {PathSelection} */
  const made = { kind: "path", base, drawn, path: places.map((at) => ({ at })) };
  const mine = begin(ui, made);
  drawCard(ui);
  /** @type {Path & {error?: string}} */
  const answer = await ask(ui, "path", { view: ui.look.view, places, base });
  if (mine !== ui.turn) return;
  if (answer.error) return fail(ui, answer.error);
  for (const [i, row] of answer.rows.entries()) Object.assign(made.path[i], row);
  settled(ui, answer.code);
  say(`${answer.rows.length} places decoded.`);
}

/** Where the card stands below the map, on a phone, its beginning comes into sight. @param {Ui} ui */
function bringCard(ui) {
  const { top } = ui.card.getBoundingClientRect();
  if (top < ui.stage.getBoundingClientRect().bottom) return; // beside it
  const hidden = top + SEEN - window.innerHeight;
  if (hidden <= 0) return;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  window.scrollBy({ top: hidden, behavior: still ? "auto" : "smooth" });
}

/** @param {number} start ms */
function measureDecode(start) {
  if (performance.getEntriesByName("latent-map-decode").length > 500)
    performance.clearMeasures("latent-map-decode");
  performance.measure("latent-map-decode", { start });
}

/** @param {Ui} ui @param {number[][]} shares */
const likeliest = (ui, shares) =>
  shares
    .map((share, j) => {
      const k = share.indexOf(Math.max(...share));
      return `${modeName(ui, j, k)} ${Math.round(100 * share[k])}%`;
    })
    .join(", ");

/** A view was changed: the selection lies elsewhere on it, or nowhere. @param {Ui} ui */
export function moveSelection(ui) {
  const { selection } = ui;
  if (!selection) return;
  if (selection.kind === "point") {
    selection.where = whereIs(ui, selection.row);
    drawCard(ui); // what it says of one view is not so of another
  } else if (selection.kind === "sentence") selection.where = selection.places[ui.look.view];
  else {
    const near = selection.kind === "place" ? selection.near?.[0]?.row : undefined;
    selectPoint(ui, selection.base ?? near ?? ui.scene.home, { quiet: true });
  }
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.turn = 0;
}
