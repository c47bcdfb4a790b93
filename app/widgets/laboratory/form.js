// What is trained and on what; the knobs that may be turned on the way; play, step, reset.
// Joined to laboratory.js by widget.py; shares its names.

// ---- data, models, seed ---------------------------------------------------------------------

const field = (label, input, className = "") => el("label", { class: `lab-field ${className}` }, el("span", { text: label }), input);
const select = (name, options, change) =>
  el("select", { class: "lp-input", id: id(name), on: { change } }, ...options.map(([value, text]) => el("option", { value, text })));

const dataBox = select("data", Object.entries(props.data), () => choose({ data: dataBox.value }));
const thetaBox = el("input", { class: "lab-range", id: id("theta"), type: "range", min: 0, max: 4, step: 0.1, on: { change: () => choose({ theta: Number(thetaBox.value) }), input: () => nameTheta() } });
const thetaText = el("span");
const thetaField = el("label", { class: "lab-field" }, thetaText, thetaBox);
const seedBox = el("input", { class: "lp-input", id: id("seed"), type: "number", min: 0, max: 2147483647, on: { change: chooseSeed } });
const dimBox = select("dim", [[1, "1"], [2, "2"], [8, "8"]], () => choose({ dim: Number(dimBox.value) }));
const modelTicks = Object.entries(props.models).map(([name, title]) => {
  const box = el("input", { type: "checkbox", value: name, id: id(`model-${name}`), on: { change: chooseModels } });
  return el("label", { class: "lab-tick" }, box, el("span", { text: title }));
});
const modelField = el("fieldset", { class: "lab-models" }, el("legend", { text: `Models, up to ${props.most.models}: the same batches, seed and size of nets` }), ...modelTicks);
const setup = el("div", { class: "lab-setup" }, field("Data", dataBox), thetaField, field("Numbers in a code", dimBox), field("Seed", seedBox));

function choose(changed) {
  const { drawn, data } = { ...chosen, ...changed };
  if (changed.data === "drawn" && drawn.length < 2) {
    chosen = { ...chosen, data };
    return showDrawing();
  }
  begin({ ...chosen, ...changed, knobs: turned(), events: [] });
}

function chooseModels() {
  const picked = modelTicks.map((tick) => tick.firstChild).filter((box) => box.checked).map((box) => box.value);
  limitModels();
  if (picked.length) choose({ models: picked });
}
function chooseSeed() {
  if (seedBox.value !== "" && seedBox.checkValidity()) return choose({ seed: Number(seedBox.value) });
  fail(`The seed is a whole number from ${seedBox.min} to ${seedBox.max}.`);
  fillForm();
}
/** No fourth model, and never none. */
function limitModels() {
  const boxes = modelTicks.map((tick) => tick.firstChild);
  const on = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.disabled = box.checked ? on === 1 : on >= props.most.models;
}

function nameTheta() {
  thetaText.textContent = `Distance θ of the lines: ${Number(thetaBox.value).toFixed(1)}`;
}

function fillForm() {
  dataBox.value = chosen.data;
  thetaBox.value = chosen.theta;
  nameTheta();
  thetaField.hidden = chosen.data !== "lines";
  seedBox.value = chosen.seed;
  if (![...dimBox.options].some((option) => option.value === String(chosen.dim))) dimBox.append(el("option", { value: chosen.dim, text: String(chosen.dim) }));
  dimBox.value = chosen.dim;
  for (const tick of modelTicks) tick.firstChild.checked = chosen.models.includes(tick.firstChild.value);
  limitModels();
  drawingBox.hidden = chosen.data !== "drawn";
  if (chosen.data === "drawn") drawDrawing();
}

// ---- transport ------------------------------------------------------------------------------

const playButton = button("", "Play", () => (pending ? useDrawing() : scene.playing ? pause() : play()), { id: id("play"), class: "lp-button lab-play", title: "Play or pause (space); Esc pauses" });
const stepButton = button("", "Step", () => (pending ? useDrawing() : stepOnce()), { id: id("step"), title: "One step of every player (.)" });
const playerBox = select("player", [], () => {});
playerBox.setAttribute("aria-label", "Player");
const playerButton = button("", "Step one player", () => (pending ? useDrawing() : stepOnce(playerBox.value)), { id: id("step-player"), title: "One step of this player alone (,)" });
const resetButton = button("", "Reset", reset, { id: id("reset"), title: "Back to step 0 (r)", "data-key": "r" });
const speedBox = select("speed", [["0", "full speed"], ["300", "300 per s"], ["100", "100 per s"], ["30", "30 per s"], ["5", "5 per s"]], () => (scene?.playing ? play() : remember()));
speedBox.setAttribute("aria-label", "Most steps per second");
const status = el("p", { class: "lab-status", role: "status" });
const transport = el("div", { class: "lab-transport" }, playButton, stepButton, resetButton, speedBox,
  el("span", { class: "lab-joined" }, playerBox, playerButton), status);
const speed = () => Number(speedBox.value);
const PLAYERS = { model: "whole model", critic: "critic", generator: "generator", encoder: "encoder", decoder: "decoder", autoencoder: "auto-encoder", code_critic: "critic of codes" };

function showTransport() {
  playButton.querySelector("span").textContent = scene.playing ? "Pause" : "Play";
  if (scene.playing) playButton.dataset.key = "escape";
  else delete playButton.dataset.key;
  const over = scene.step >= props.most.steps || scene.frames.every(({ problem }) => problem);
  for (const one of [playButton, stepButton, playerButton]) one.disabled = over;
  element.dataset.step = scene.step; // how tests know
  element.dataset.playing = scene.playing;
  status.replaceChildren(el("b", { text: `Step ${count(scene.step)}` }), el("span", { text: how() }));
}
function how() {
  if (scene.place) return `Waiting: number ${scene.place} in the queue. Runs train in turn, four at a time.`;
  const rate = rates();
  if (scene.playing) return rate ? `${count(rate.steps)} steps and ${count(rate.frames)} frames per second` : "training";
  return scene.note || idle();
}
function idle() {
  const still = Object.entries({ lr: "players", critic_lr: "critics" }).filter(([name]) => scene.knobs?.[name] === 0).map(([, who]) => who);
  return still.length ? `The learning rate of ${still.join(" and ")} is 0: they will not move.` : "";
}

const KEYS = { " ": playButton, ".": stepButton, ",": playerButton };
document.addEventListener("keydown", (event) => {
  if (latent.activeTab() !== TAB || element.offsetParent === null || !scene || !KEYS[event.key]) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, select, textarea, canvas")) return;
  if (event.key === " " && event.target.closest?.("button, summary, a")) return;
  event.preventDefault();
  KEYS[event.key].click();
});

// ---- knobs ----------------------------------------------------------------------------------

const knobBox = el("div", { class: "lab-knobs", role: "group", "aria-label": "Settings that may be changed during the run" });
let knobInputs = {};

function buildKnobs() {
  knobInputs = {};
  const fit = Object.entries(props.knobs).filter(([, { models }]) => !models.length || models.some((name) => chosen.models.includes(name)));
  knobBox.replaceChildren(...fit.map(([name, { title, low, high, whole, models }]) => {
    const input = el("input", { class: "lp-input", id: id(`knob-${name}`), type: "number", min: low, max: high, step: whole ? 1 : "any", on: { change: () => turn(name, input) } });
    knobInputs[name] = input;
    const whose = models.length === 1 ? ` (${props.models[models[0]]})` : "";
    return field(title + whose, input);
  }));
  const players = [...new Set(scene.models.flatMap((model) => model.players))];
  playerBox.replaceChildren(...players.map((value) => el("option", { value, text: PLAYERS[value] ?? value })));
  if (players.includes("critic")) playerBox.value = "critic";
}

/** At step 0 a knob is part of the settings, later a change that the run remembers. */
async function turn(name, input) {
  const value = Number(input.value);
  const { title, low, high } = props.knobs[name];
  if (input.value === "" || !(value >= low && value <= high)) {
    fail(`${title} lies from ${low} to ${high}.`);
    return fillKnobs(true);
  }
  if ((await edit(name, value)) === false) input.value = scene.knobs[name];
}

function fillKnobs(all = false) {
  for (const [name, input] of Object.entries(knobInputs))
    if (all || document.activeElement !== input) input.value = scene.knobs[name];
}
