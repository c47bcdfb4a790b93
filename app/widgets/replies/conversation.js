// The turns of the conversation, each in a box of its own, and what can be done with them.
import { button, el } from "../../page/dom.js";
import { corpusOf, next, same, say, undo } from "./replies.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Turn} Turn
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {string} speaker */
const other = (speaker) => (speaker === "A" ? "B" : "A");

/**
 * The turns as they are now. Boxes stay where they are, so that a press or a focus does too.
 * @param {Ui} ui
 */
export function drawTurns(ui) {
  while (ui.rows.length < ui.turns.length) ui.rows.push(row(ui, ui.rows.length));
  for (const { node } of ui.rows.splice(ui.turns.length)) node.remove();
  ui.rows.forEach((one, i) => one.update(ui.turns[i]));
  ui.add.placeholder = `${next(ui.turns)} says …`;
  ui.back.disabled = !ui.past.length;
  ui.element.dataset.turns = String(ui.turns.length); // how tests know
}

/**
 * What the model makes of them: words that it does not know, and turns that it does not read.
 * @param {Ui} ui
 * @param {Answer} answer
 */
export function drawNotes(ui, { unknown, sides }) {
  const left = sides[0].left_out;
  const words = [...new Set(unknown.flat())];
  ui.unknown.hidden = !words.length;
  ui.unknown.textContent = `Words that the model does not know: ${words.slice(0, 8).join(", ")}. It reads each as the same unknown word.`;
  ui.left.hidden = !left;
  const turns = left === 1 ? "turn is" : `${left} turns are`;
  ui.left.textContent = `The first ${turns} not read: the model reads the last ${ui.turns.length - left}.`;
  ui.rows.forEach(({ node }, i) => node.classList.toggle("replies-unread", i < left));
}

/** @param {KeyboardEvent} event whether it finishes a turn, which has one line */
function entered(event) {
  if (event.key !== "Enter") return false;
  event.preventDefault();
  return true;
}

/** @param {Ui} ui @param {number} i @returns {Row} */
function row(ui, i) {
  const done = () => edit(ui, i, [ui.turns[i][0], box.value]);
  const box = el("textarea", {
    ...{ class: "lp-input", maxlength: "2000", autocomplete: "off", rows: 1 },
    on: {
      change: done,
      keydown: (/** @type {KeyboardEvent} */ event) => entered(event) && done(),
    },
  });
  /** @param {string} sign @param {string} label @param {() => void} click */
  const tool = (sign, label, click) =>
    button(null, sign, click, { class: "lp-button replies-tool", "aria-label": label });
  const who = button(null, "A", () => edit(ui, i, [other(ui.turns[i][0]), ui.turns[i][1]]), {
    class: "lp-button replies-speaker",
  });
  const up = tool("↑", `Move turn ${i + 1} up`, () => move(ui, i, -1));
  const down = tool("↓", `Move turn ${i + 1} down`, () => move(ui, i, 1));
  const drop = tool("×", `Remove turn ${i + 1}`, () => say(ui, ui.turns.toSpliced(i, 1)));
  const node = el("li", { "data-turn": i }, who, box, up, down, drop);
  ui.list.append(node);
  /** @param {Turn} turn */
  const update = ([speaker, text]) => {
    node.dataset.speaker = speaker;
    box.value = text;
    box.setAttribute("aria-label", `Turn ${i + 1}, said by ${speaker}`);
    who.textContent = speaker;
    const label = `Turn ${i + 1} is said by ${speaker}; let ${other(speaker)} say it`;
    who.setAttribute("aria-label", label);
    [up.disabled, down.disabled] = [i === 0, i === ui.turns.length - 1];
  };
  return { node, update };
}

/**
 * A turn becomes another; one without words is removed.
 * @param {Ui} ui
 * @param {number} i
 * @param {Turn} turn
 */
function edit(ui, i, [speaker, text]) {
  const line = text.replaceAll(/\s+/g, " ").trim();
  say(ui, line ? ui.turns.with(i, [speaker, line]) : ui.turns.toSpliced(i, 1));
}

/** @param {Ui} ui @param {number} i @param {number} by */
function move(ui, i, by) {
  const turns = ui.turns.toSpliced(i, 1);
  say(ui, turns.toSpliced(i + by, 0, ui.turns[i]));
}

/** @param {Ui} ui */
function add(ui) {
  const line = ui.add.value.replaceAll(/\s+/g, " ").trim();
  if (!line) return;
  ui.add.value = "";
  say(ui, [...ui.turns, [next(ui.turns), line]]);
}

/** @param {Ui} ui */
async function goOn(ui) {
  const { checkpoint, temperature, seed } = ui.request;
  const { turns } = ui;
  const steps = Number(ui.steps.value);
  ui.go.disabled = true;
  const found = await ui.ask("converse", { checkpoint, temperature, seed, steps, turns });
  ui.go.disabled = false;
  if (!same(turns, ui.turns)) return; // what was said meanwhile stays
  if (found.error) return ui.life.fail(found.error);
  say(ui, found.turns);
}

/**
 * One of the examples, or a conversation of the test set.
 * @param {Ui} ui
 * @param {string} which
 */
async function take(ui, which) {
  ui.examples.value = "";
  if (which !== "test") return say(ui, ui.props.openings[corpusOf(ui)][Number(which)]);
  const seed = Math.floor(Math.random() * 1e6);
  const found = await ui.ask("example", { checkpoint: ui.request.checkpoint, seed });
  if (found.error) return ui.life.fail(found.error);
  ui.source.textContent = found.held_out
    ? "From the test set."
    : "The corpus is not on this machine, so this is one of the examples.";
  say(ui, found.turns);
}

/** @param {Ui} ui */
function setUpFields(ui) {
  ui.rows = [];
  ui.list = el("ol", { class: "replies-turns" });
  ui.unknown = el("p", { class: "replies-note lp-caution", role: "status", hidden: true });
  ui.left = el("p", { class: "replies-note", role: "status", hidden: true });
  ui.source = el("p", { class: "replies-note", role: "status" });
  ui.add = el("input", {
    class: "lp-input",
    id: "replies-add",
    maxlength: "2000",
    autocomplete: "off",
    "aria-label": "Next turn",
    on: { keydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && add(ui) },
  });
  ui.steps = el("input", {
    class: "lp-input",
    id: "replies-steps",
    type: "number",
    min: 1,
    max: 8,
    value: 4,
  });
  ui.go = button(null, "Go on by itself", () => goOn(ui), { id: "replies-go-on" });
  ui.back = button("back", "Undo", () => undo(ui), { id: "replies-undo", disabled: true });
  ui.examples = el("select", {
    class: "lp-input",
    id: "replies-examples",
    "aria-label": "Examples",
    on: { change: () => ui.examples.value && take(ui, ui.examples.value) },
  });
}

/** @param {Ui} ui conversations to choose from, of the kind that the model learned */
export function drawOpenings(ui) {
  /** @type {Turn[][]} */
  const all = ui.props.openings[corpusOf(ui)];
  ui.examples.replaceChildren(
    el("option", { value: "", text: "Another conversation …" }),
    ...all.map((turns, i) => el("option", { value: i, text: turns.at(-1)?.[1] })),
    el("option", { value: "test", text: "one of the test set" }),
  );
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUpFields(ui);
  ui.talkBox.append(
    el("h3", { text: "Conversation" }),
    ui.list,
    el(
      "div",
      { class: "replies-fields" },
      ui.add,
      button(null, "Add", () => add(ui), { id: "replies-add-go" }),
    ),
    ui.unknown,
    ui.left,
    el("div", { class: "replies-fields" }, ui.back, ui.examples),
    el(
      "div",
      { class: "replies-fields replies-on" },
      ui.go,
      el("label", { for: ui.steps.id, text: "turns" }),
      ui.steps,
    ),
    ui.source,
  );
}
