// What is trained and on what; the knobs that may be turned on the way; play, step, reset.

import { activeTab } from "../../page/address.js";
import { numberBox, offer, seedBox, select, tick } from "../../page/choice.js";
import { button, el, one } from "../../page/dom.js";
import { taken } from "../../page/keys.js";
import { count, fixed } from "../../page/numbers.js";
import { drawDrawing, showDrawing, useDrawing } from "./drawing.js";
import {
  begin,
  edit,
  fail,
  id,
  pause,
  play,
  rates,
  remember,
  reset,
  SIZES,
  stepOnce,
  turned,
} from "./laboratory.js";

/**
 * @typedef {import("./types.js").Chosen} Chosen
 * @typedef {import("./types.js").Preset} Preset
 * @typedef {import("./types.js").Ui} Ui
 */

// ---- data, models, seed ---------------------------------------------------------------------

/** @param {string | Node} label @param {HTMLElement} input @param {string} [className] */
const field = (label, input, className = "") =>
  el("label", { class: `lab-field ${className}` }, el("span", { text: label }), input);
/** @param {Ui} ui @param {Partial<Chosen>} changed */
function choose(ui, changed) {
  const { drawn, data } = { ...ui.chosen, ...changed };
  if (changed.data === "drawn" && drawn.length < 2) {
    ui.chosen = { ...ui.chosen, data };
    return showDrawing(ui);
  }
  begin(ui, { ...ui.chosen, ...changed, knobs: turned(ui), events: [] });
}

/** @param {Ui} ui @returns {HTMLInputElement[]} */
const boxesOf = (ui) =>
  ui.modelTicks.map((tick) => /** @type {HTMLInputElement} */ (tick.firstChild));

/** @param {Ui} ui */
function chooseModels(ui) {
  const picked = boxesOf(ui)
    .filter((box) => box.checked)
    .map((box) => box.value);
  limitModels(ui);
  if (picked.length) choose(ui, { models: picked });
}
/** @param {Ui} ui */
function chooseSeed(ui) {
  if (ui.seedBox.value !== "" && ui.seedBox.checkValidity())
    return choose(ui, { seed: Number(ui.seedBox.value) });
  fail(ui, `The seed is a whole number from ${ui.seedBox.min} to ${ui.seedBox.max}.`);
  fillForm(ui);
}
/**
 * No fourth model, and never none.
 * @param {Ui} ui
 */
function limitModels(ui) {
  const boxes = boxesOf(ui);
  const on = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.disabled = box.checked ? on === 1 : on >= ui.props.most.models;
}

/**
 * A size of the nets or of a batch; the server is not asked for one that cannot be.
 * @param {Ui} ui @param {string} name
 */
function chooseSize(ui, name) {
  const { box, title, low, high } = ui.sizes[name];
  const size = Number(box.value);
  if (box.value !== "" && Number.isInteger(size) && size >= low && size <= high)
    return choose(ui, { [name]: size });
  fail(ui, `${title}: write a whole number from ${low} to ${high}.`);
  fillForm(ui);
}

/**
 * A run that shows what it is said to show, from its beginning.
 * @param {Ui} ui @param {Preset} preset
 */
function choosePreset(ui, { state, until }) {
  const fresh = { ...ui.props.plain, drawn: ui.chosen.drawn };
  begin(ui, { ...fresh, ...state, events: [] }, until);
}

/**
 * The preset whose run this is, if any: it follows from the same settings and no changes.
 * @param {Ui} ui
 */
function presetOf(ui) {
  const made = (/** @type {Partial<Chosen>} */ state) =>
    JSON.stringify(Object.entries({ ...ui.props.plain, ...state }).sort());
  const { drawn: _, events, step: __, ...chosen } = ui.chosen;
  if (events?.length) return undefined;
  return ui.props.presets.find((/** @type {Preset} */ { state }) => made(state) === made(chosen));
}

/** @param {Ui} ui */
function nameTheta(ui) {
  ui.thetaText.textContent = `Distance θ of the lines: ${fixed(Number(ui.thetaBox.value), 1)}`;
}

/** @param {Ui} ui */
export function fillForm(ui) {
  ui.dataBox.value = ui.chosen.data;
  ui.thetaBox.value = String(ui.chosen.theta);
  nameTheta(ui);
  ui.thetaField.hidden = ui.chosen.data !== "lines";
  ui.seedBox.value = String(ui.chosen.seed);
  if (![...ui.dimBox.options].some((option) => option.value === String(ui.chosen.dim)))
    ui.dimBox.append(el("option", { value: ui.chosen.dim, text: String(ui.chosen.dim) }));
  ui.dimBox.value = String(ui.chosen.dim);
  for (const box of boxesOf(ui)) box.checked = ui.chosen.models.includes(box.value);
  limitModels(ui);
  for (const name of SIZES) ui.sizes[name].box.value = String(ui.chosen[name]);
  ui.optimiserBox.value = ui.chosen.optimiser;
  const preset = presetOf(ui);
  for (const [i, button] of [...one(ui.presetBox, ".lp-legend").children].entries())
    button.setAttribute("aria-pressed", String(ui.props.presets[i] === preset));
  ui.watching.textContent = preset?.watch ?? "";
  ui.watching.hidden = !preset;
  ui.drawingBox.hidden = ui.chosen.data !== "drawn";
  if (ui.chosen.data === "drawn") drawDrawing(ui);
}

/** @param {Ui} ui */
function setUp1(ui) {
  const data = Object.entries(ui.props.data);
  ui.dataBox = select(id(ui, "data"), data, (name) => choose(ui, { data: name }));
  ui.thetaBox = el("input", {
    class: "lab-range",
    id: id(ui, "theta"),
    type: "range",
    min: 0,
    max: 4,
    step: 0.1,
    on: {
      change: () => choose(ui, { theta: Number(ui.thetaBox.value) }),
      input: () => nameTheta(ui),
    },
  });
  ui.thetaText = el("span");
  ui.thetaField = el("label", { class: "lab-field" }, ui.thetaText, ui.thetaBox);
  ui.seedBox = seedBox(id(ui, "seed"), undefined, { on: { change: () => chooseSeed(ui) } });
  const dims = [1, 2, 8].map((dim) => [dim, String(dim)]);
  ui.dimBox = select(id(ui, "dim"), dims, (dim) => choose(ui, { dim: Number(dim) }));
  ui.modelTicks = Object.entries(ui.props.models).map(([name, title]) => {
    const box = el("input", {
      type: "checkbox",
      value: name,
      id: id(ui, `model-${name}`),
      on: { change: () => chooseModels(ui) },
    });
    return tick(title, box);
  });
  ui.modelField = el(
    "fieldset",
    { class: "lab-models" },
    el("legend", {
      text: `Models, up to ${ui.props.most.models}: the same batches, seed and size of nets`,
    }),
    ...ui.modelTicks,
  );
  ui.setup = el(
    "div",
    { class: "lab-setup" },
    field("Data", ui.dataBox),
    ui.thetaField,
    field("Numbers in a code", ui.dimBox),
    field("Seed", ui.seedBox),
  );
  setUpSizes(ui);
  setUpPresets(ui);
}

/**
 * What is set before a run: it starts anew where one of them changes.
 * @param {Ui} ui
 */
function setUpSizes(ui) {
  ui.sizes = Object.fromEntries(
    Object.entries(ui.props.sizes).map(([name, [title, low, high]]) => {
      const change = () => chooseSize(ui, name);
      const box = numberBox(id(ui, name), low, high, { on: { change } });
      return [name, { box, title, low, high }];
    }),
  );
  const optimisers = Object.entries(ui.props.optimisers);
  ui.optimiserBox = select(id(ui, "optimiser"), optimisers, (optimiser) =>
    choose(ui, { optimiser }),
  );
  const boxes = Object.values(ui.sizes).map(({ title, box }) => field(title, box));
  ui.sizeBox = el(
    "details",
    { class: "lp-more lab-sizes", id: id(ui, "sizes") },
    el("summary", {
      text: "Nets, batch, optimiser: the same for all models, a change starts anew",
    }),
    el("div", { class: "lab-setup" }, ...boxes, field("Optimiser", ui.optimiserBox)),
  );
}

/** @param {Ui} ui */
function setUpPresets(ui) {
  const buttons = ui.props.presets.map((/** @type {Preset} */ preset) =>
    el("button", {
      type: "button",
      id: id(ui, `preset-${preset.name}`),
      text: preset.title,
      title: preset.watch,
      on: { click: () => choosePreset(ui, preset) },
    }),
  );
  ui.presetBox = el(
    "div",
    { class: "lab-presets", role: "group", "aria-label": "Runs that show something" },
    el("span", { text: "Show" }),
    el("div", { class: "lp-legend" }, ...buttons),
  );
  ui.watching = el("p", { class: "lab-watch", role: "status", id: id(ui, "watch"), hidden: true });
}

/** @param {Ui} ui */
export const speed = (ui) => Number(ui.speedBox.value);
/** @type {Record<string, string>} */
const PLAYERS = {
  model: "whole model",
  critic: "critic",
  generator: "generator",
  encoder: "encoder",
  decoder: "decoder",
  autoencoder: "auto-encoder",
  code_critic: "critic of codes",
};

/** @param {Ui} ui */
export function showTransport(ui) {
  one(ui.playButton, "span").textContent = ui.scene.playing ? "Pause" : "Play";
  if (ui.scene.playing) ui.playButton.dataset.key = "escape";
  else delete ui.playButton.dataset.key;
  const over =
    ui.scene.step >= ui.props.most.steps || ui.scene.frames.every(({ problem }) => problem);
  for (const one of [ui.playButton, ui.stepButton, ui.playerButton]) one.disabled = over;
  ui.element.dataset.step = String(ui.scene.step); // how tests know
  ui.element.dataset.playing = String(ui.scene.playing);
  ui.status.replaceChildren(
    el("b", { text: `Step ${count(ui.scene.step)}` }),
    el("span", { text: how(ui) }),
  );
}
/** @param {Ui} ui */
function how(ui) {
  if (ui.scene.place)
    return `Waiting: number ${ui.scene.place} in the queue. Runs train in turn, four at a time.`;
  const rate = rates(ui);
  if (ui.scene.playing)
    return rate
      ? `${count(rate.steps)} steps and ${count(rate.frames)} frames per second`
      : "training";
  return ui.scene.note || idle(ui);
}
/** @param {Ui} ui */
function idle(ui) {
  const still = Object.entries({ lr: "players", critic_lr: "critics" })
    .filter(([name]) => ui.scene.knobs?.[name] === 0)
    .map(([, who]) => who);
  return still.length
    ? `The learning rate of ${still.join(" and ")} is 0: they will not move.`
    : "";
}

// ---- transport ------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  ui.playButton = button(
    "",
    "Play",
    () => (ui.pending ? useDrawing(ui) : ui.scene.playing ? pause(ui) : play(ui)),
    {
      id: id(ui, "play"),
      class: "lp-button lab-play",
      title: "Play or pause (space); Esc pauses",
    },
  );
  ui.stepButton = button("", "Step", () => (ui.pending ? useDrawing(ui) : stepOnce(ui)), {
    id: id(ui, "step"),
    title: "One step of every player (.)",
  });
  ui.playerBox = select(id(ui, "player"), []);
  ui.playerBox.setAttribute("aria-label", "Player");
  ui.playerButton = button(
    "",
    "Step one player",
    () => (ui.pending ? useDrawing(ui) : stepOnce(ui, ui.playerBox.value)),
    { id: id(ui, "step-player"), title: "One step of this player alone (,)" },
  );
  ui.resetButton = button("", "Reset", () => reset(ui), {
    id: id(ui, "reset"),
    title: "Back to step 0 (r)",
    "data-key": "r",
  });
  ui.speedBox = select(
    id(ui, "speed"),
    [
      ["0", "full speed"],
      ["300", "300 per s"],
      ["100", "100 per s"],
      ["30", "30 per s"],
      ["5", "5 per s"],
    ],
    () => (ui.scene?.playing ? play(ui) : remember(ui)),
  );
  ui.speedBox.setAttribute("aria-label", "Most steps per second");
  ui.status = el("p", { class: "lab-status", role: "status" });
  ui.transport = el(
    "div",
    { class: "lab-transport" },
    ui.playButton,
    ui.stepButton,
    ui.resetButton,
    ui.speedBox,
    el("span", { class: "lab-joined" }, ui.playerBox, ui.playerButton),
    ui.status,
  );
  ui.KEYS = { " ": ui.playButton, ".": ui.stepButton, ",": ui.playerButton };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !ui.scene || !ui.KEYS[event.key]) return;
    if (activeTab() !== ui.TAB || ui.element.offsetParent === null) return;
    if (event.target === ui.sheet || taken(event.target, event.key)) return;
    event.preventDefault();
    ui.KEYS[event.key].click();
  });
}

/** @param {Ui} ui */
export function buildKnobs(ui) {
  ui.knobInputs = {};
  const fit = Object.entries(ui.scene.turnable).filter(
    ([, { models }]) => !models.length || models.some((name) => ui.chosen.models.includes(name)),
  );
  ui.knobBox.replaceChildren(
    ...fit.map(([name, { title, low, high, whole, models, help }]) => {
      const input = el("input", {
        class: "lp-input",
        id: id(ui, `knob-${name}`),
        type: "number",
        min: low,
        max: high,
        step: whole ? 1 : "any",
        "aria-describedby": id(ui, `help-${name}`),
        on: { change: () => turn(ui, name, input) },
      });
      ui.knobInputs[name] = input;
      const whose = models.length === 1 ? ` (${ui.props.models[models[0]]})` : "";
      const about = el("small", { id: id(ui, `help-${name}`), text: help });
      return el("div", { class: "lab-knob" }, field(title + whose, input), about);
    }),
  );
  const players = [...new Set(ui.scene.models.flatMap((model) => model.players))];
  const named = players.map((player) => [player, PLAYERS[player] ?? player]);
  offer(ui.playerBox, named);
  if (players.includes("critic")) ui.playerBox.value = "critic";
}

/**
 * At step 0 a knob is part of the settings, later a change that the run remembers.
 * @param {Ui} ui @param {string} name @param {HTMLInputElement} input
 */
async function turn(ui, name, input) {
  const value = Number(input.value);
  const { title, low, high } = ui.scene.turnable[name];
  if (input.value === "" || !(value >= low && value <= high)) {
    fail(ui, `${title} lies from ${low} to ${high}.`);
    return fillKnobs(ui, true);
  }
  if ((await edit(ui, name, value)) === false) input.value = String(ui.scene.knobs[name]);
}

/** @param {Ui} ui @param {boolean} [all] */
export function fillKnobs(ui, all = false) {
  for (const [name, input] of Object.entries(ui.knobInputs))
    if (all || document.activeElement !== input) input.value = String(ui.scene.knobs[name]);
}

// ---- knobs ----------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp3(ui) {
  ui.knobBox = el("div", {
    class: "lab-knobs",
    role: "group",
    "aria-label": "Settings that may be changed during the run",
  });
  ui.knobInputs = {};
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
}
