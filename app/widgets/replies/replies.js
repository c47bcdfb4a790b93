// A conversation, what could be said next, and the replies. Emits "ready" and "input". Its parts:
//   replies.js       the state, what the server is asked, and what is on the page
//   conversation.js  the turns: typed, edited, moved, removed; undo, examples, going on by itself
//   side.js          one model's moves and replies; two stand side by side
//   picture.js       the moves as a picture of places
//
// The value of the widget is the conversation and what is chosen, in the spelling of
// page/state.js: `who:ABA beside:dialog/hred--dailydialog text:` and a line for each turn.

import { button, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { asker, result } from "../../page/result.js";
import { read, write } from "../../page/state.js";
import { drawNotes, drawOpenings, drawTurns, setUp as setUpTurns } from "./conversation.js";
import { side } from "./side.js";

/**
 * @typedef {import("./types.js").Alive} Alive
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Chosen} Chosen
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Turn} Turn
 * @typedef {import("./types.js").Ui} Ui
 */

const PATIENCE = 60_000; // ms until an answer counts as lost

/**
 * What was chosen, and the turns as pairs of speaker and text.
 * @param {string} value of the widget
 */
function parsed(value) {
  const { who = "", text = "", ...chosen } = read(value);
  const lines = text ? text.split("\n") : [];
  const told = who.length === lines.length; // else two people in turn, as the server has it
  /** @type {Turn[]} */
  const turns = lines.map((line, i) => [told ? who[i] : "AB"[i % 2], line]);
  return { turns, chosen };
}

/** Whether two conversations are the same. @param {any} a @param {any} b */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @param {Ui} ui */
function set(ui) {
  const who = ui.turns.map(([speaker]) => speaker).join("");
  const text = ui.turns.map(([, line]) => line).join("\n");
  ui.props.value = write({ ...ui.chosen, who, text });
  drawTurns(ui);
  ui.trigger("input");
}

/**
 * The conversation becomes another one; what was chosen of the old replies is forgotten.
 * @param {Ui} ui
 * @param {Turn[]} turns
 */
export function say(ui, turns) {
  if (same(turns, ui.turns)) return;
  ui.past.push(ui.turns);
  ui.turns = turns;
  delete ui.chosen.own;
  set(ui);
}

/** @param {Ui} ui */
export function undo(ui) {
  const before = ui.past.pop();
  if (!before) return;
  ui.turns = before;
  set(ui);
}

/**
 * A mode, an action, what is unfolded, the model beside …; null takes the choice back.
 * @param {Ui} ui
 * @param {Chosen} given
 */
export function choose(ui, given) {
  Object.assign(ui.chosen, given);
  for (const [key, value] of Object.entries(ui.chosen)) if (value == null) delete ui.chosen[key];
  set(ui);
}

/** Who would speak next. @param {Turn[]} turns */
export const next = (turns) => (turns.at(-1)?.[0] === "A" ? "B" : "A");

/**
 * What a request asks for, without what is unfolded: that changes no answer.
 * @param {Request} request
 */
function asked({ talk, ...rest }) {
  const { open, moment, other_open, other_moment, ...parts } = read(talk);
  return { ...rest, ...parts };
}

/**
 * The first opening of the model's corpus, in place of an untouched one of another corpus.
 * @param {Ui} ui
 * @param {Turn[]} turns
 */
function suited(ui, turns) {
  /** @type {{openings: Record<string, Turn[][]>}} */
  const { openings } = ui.props;
  const mine = openings[corpusOf(ui)];
  const untouched = Object.values(openings).some((all) => all.some((one) => same(one, turns)));
  return untouched && !mine.some((one) => same(one, turns)) ? mine[0] : null;
}

/** @typedef {{name: string, title: string, corpus: string}} Model */

/** @param {Ui} ui whose openings suit the model that is asked */
export const corpusOf = ({ props, request }) =>
  props.models.find((/** @type {Model} */ { name }) => name === request.checkpoint)?.corpus ??
  "dailydialog";

/** @param {Ui} ui @param {Answer} data @param {Request} request @param {Alive} alive */
async function draw(ui, data, request, alive) {
  const { turns, chosen } = parsed(request.talk);
  const unfolded = ui.drawn && same(asked(request), asked(ui.drawn));
  [ui.turns, ui.chosen, ui.request] = [turns, chosen, request];
  if (unfolded) return ui.sides.forEach((one) => one.unfold());
  ui.drawn = null;
  drawTurns(ui);
  drawOpenings(ui);
  const other = suited(ui, turns);
  if (other) {
    ui.turns = other;
    return set(ui);
  }
  drawNotes(ui, data);
  ui.beside.value = data.sides[1]?.checkpoint ?? "";
  ui.sideBox.classList.toggle("replies-two", data.sides.length > 1);
  ui.sides.slice(data.sides.length).forEach((one) => one.hide());
  const shown = ui.sides.slice(0, data.sides.length);
  for (const [i, one] of shown.entries()) one.moves(data.sides[i]);
  for (const one of shown) {
    await one.replies(alive);
    if (!alive()) return;
  }
  for (const one of shown) await one.own(alive);
  if (alive()) ui.drawn = request;
}

/** @param {Ui} ui */
function setUpFrame(ui) {
  ui.life = result("replies", {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.server,
    draw: (data, request, alive) => draw(ui, data, request, alive),
  });
  ui.ask = asker(ui.server, PATIENCE);
  Object.assign(ui, { ...parsed(ui.props.value), past: [], request: {} });
  ui.talkBox = el("section", { class: "replies-talk", "aria-label": "Conversation" });
  ui.beside = el(
    "select",
    {
      class: "lp-input",
      id: "replies-beside",
      on: { change: () => beside(ui, ui.beside.value) },
    },
    el("option", { value: "", text: "nothing" }),
    ...ui.props.models.map((/** @type {Model} */ { name, title }) =>
      el("option", { value: name, text: title }),
    ),
  );
  ui.ownBox = el("input", { class: "lp-input", id: "replies-own", maxlength: "2000" });
  ui.ownBox.addEventListener("keydown", (event) => event.key === "Enter" && placeOwn(ui));
  ui.sides = [side(ui, 0), side(ui, 1)];
  ui.sideBox = el("div", { class: "replies-sides" }, ...ui.sides.map(({ node }) => node));
}

/** @param {Ui} ui @param {string} name */
function beside(ui, name) {
  const others = ["mode", "action", "open", "moment"].map((key) => [`other_${key}`, null]);
  choose(ui, { beside: name || null, ...Object.fromEntries(others) });
}

/** @param {Ui} ui */
function placeOwn(ui) {
  choose(ui, { own: ui.ownBox.value.trim() || null });
}

/** @param {Ui} ui */
function setUpBody(ui) {
  /** @param {string} label @param {HTMLElement} box @param {...HTMLElement} rest */
  const line = (label, box, ...rest) =>
    el(
      "div",
      { class: "replies-line" },
      el("label", { for: box.id, text: label }),
      el("div", { class: "replies-fields" }, box, ...rest),
    );
  ui.life.body.append(
    ui.talkBox,
    el(
      "section",
      { class: "replies-next", "aria-label": "What could come next" },
      el(
        "div",
        { class: "replies-lines" },
        line("Beside it", ui.beside),
        line(
          "The reply that you had in mind",
          ui.ownBox,
          button(null, "Show its place", () => placeOwn(ui), { id: "replies-place" }),
        ),
      ),
      ui.sideBox,
    ),
  );
  ui.life.tools.prepend(
    button("save", "CSV", () => saveTable(ui), { id: "replies-csv" }),
    button("save", "JSON", () => saveJson(ui), { id: "replies-json" }),
  );
}

const COLUMNS = [
  "model",
  "reply",
  "mode",
  "action",
  "log p, nats",
  "x",
  "y",
  "among the commonest",
];

/** @param {Ui} ui */
function saveTable(ui) {
  const rows = ui.sides.flatMap((one) => one.rows());
  download("replies.csv", "text/csv", csv([COLUMNS, ...rows]));
}

/** @param {Ui} ui */
function saveJson(ui) {
  const { turns, request } = ui;
  const sides = ui.sides.map((one) => one.data()).filter(Boolean);
  const text = JSON.stringify({ turns, request, sides }, null, 2);
  download("replies.json", "application/json", text);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUpFrame(ui);
  setUpTurns(ui);
  setUpBody(ui);
  drawTurns(ui);
  ui.watch("value", () => {
    Object.assign(ui, parsed(ui.props.value));
    drawTurns(ui);
  });
}
