// What is selected: a held-out point, a place, a path of places, or a sentence of one's own.
//
// selection: { kind: "point" | "place" | "path" | "sentence", where: [x, y] on the view, row,
// text, item, … }. What the server adds comes in one or two answers; a newer selection makes
// older answers void.

import { say } from "../../page/dom.js";
import { tell } from "../../page/events.js";
import { drawCard, nameOf } from "./card.js";
import { ask, fail, isText, modeName, recover, remember, view } from "./latent_map.js";
import { drawMarks } from "./paint.js";
import { reveal } from "./plot.js";

const SEEN = 240; // px of the card
const REST = 120; // ms before the numbers of a place are asked for
const whereIs = (ui, row) => [view(ui).points[2 * row], view(ui).points[2 * row + 1]];

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
  if (time) bringCard(ui);
  if (!quiet) reveal(ui, ...ui.selection.where);
  const answer = await ask(ui, "point", { row, view: ui.look.view });
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
  if (time) bringCard(ui);
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
  const answer = await ask(ui, "sentence", { text, draw: ui.look.draw });
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

/** Where the card stands below the map, on a phone, its beginning comes into sight. */
function bringCard(ui) {
  const { top } = ui.card.getBoundingClientRect();
  if (top < ui.stage.getBoundingClientRect().bottom) return; // beside it
  const hidden = top + SEEN - window.innerHeight;
  if (hidden <= 0) return;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  window.scrollBy({ top: hidden, behavior: still ? "auto" : "smooth" });
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
  if (ui.selection.kind === "point") {
    ui.selection.where = whereIs(ui, ui.selection.row);
    drawCard(ui); // what it says of one view is not so of another
  } else if (ui.selection.kind === "sentence")
    ui.selection.where = ui.selection.places[ui.look.view];
  else
    selectPoint(ui, ui.selection.base ?? ui.selection.near?.[0]?.row ?? ui.scene.home, {
      quiet: true,
    });
}

export function setUp(ui) {
  ui.turn = 0;
}
