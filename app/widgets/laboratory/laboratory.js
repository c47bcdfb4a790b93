// The 2-D laboratory. Emits "ready". The parts, joined by widget.py, share their names:
//   laboratory.js  state, the questions to the server, the link
//   form.js        data, models, seed; knobs; transport and shortcuts
//   drawing.js     a data set drawn by hand
//   squares.js     what each model does: points, critic, mesh, arrows
//   curves.js      losses and scores as curves and tables
//
// It is one view of its tab, shown while the tab's mode is "laboratory"; the other views watch
// the attribute data-mode of the tab's panel, and keep their own field of the link.
//
// Training is the server's business: the page sets it going and asks for frames. A run follows
// from settings, changes (events) and steps alone, so a link leads back to the very same state.
const { el, svg, button, csv, say, tableTwin } = latent;
const TAB = props.tab;
const MODE = "laboratory";
const PATIENCE = 30000; // ms
const GAP = 60; // ms between two questions while training goes on
const LOST = "The server does not answer. Is it still running? Then try again.";
const id = (name) => `${props.prefix}-${name}`;
const panel = element.closest('[role="tabpanel"]');

let chosen = null; // what a run follows from: {data, theta, drawn, models, seed, dim, knobs}
let scene = null; // the run that is shown: {key, models, real, floor, modes, step, events, knobs, frames…}
let following = false;
let written = null; // the state in the link, as this script made it
let stale = 0; // counts runs, so that a late answer to an old one is dropped
let commands = 0; // counts what a run is told, so that a late answer to what was before is dropped

const life = latent.result(TAB, { element, ready: () => trigger("ready"), server, draw, linked });
const ask = latent.asker(server, PATIENCE, LOST);
const runResult = life.view.run;

/** What of a view goes into the link. */
function linked({ mode = MODE } = {}) {
  return mode === MODE ? { mode, laboratory: written ?? props.value } : { mode };
}

/** Asked for by the page: a link, the switch of views, or the first look. */
life.view.run = async ({ mode, laboratory }) => {
  panel.dataset.mode = mode;
  if (mode !== MODE) {
    rest();
    return latent.setView(TAB, linked({ mode }));
  }
  if (scene && (laboratory ?? "") === written) return remember();
  const state = readState(laboratory ?? "");
  if ((await begin(state, Math.min(state.step ?? props.opening, props.most.steps))) || scene) return;
  const why = element.querySelector(".lp-error").textContent;
  if (await begin(readState(""))) fail(`${why} The first example is shown instead.`);
};

function fail(sentence) {
  life.fail(sentence);
  if (scene) element.classList.remove("lp-stale"); // the run that is shown is still good
}
function recover() {
  element.querySelector(".lp-error").hidden = true;
}

// ---- the run --------------------------------------------------------------------------------

/** Start a run from the beginning and train it up to a step; `resume` goes on from there.
    False if the server refuses: then the run that is there stays, and what it follows from. */
async function begin(state, until = props.opening, resume = false) {
  const [old, before, link] = [scene, chosen, written];
  if (old?.playing) server.pause({ key: old.key });
  following = false;
  chosen = state;
  const mine = (stale += 1);
  fillForm();
  written = stateOf(until, state.events ?? []);
  await runResult({ settings: settingsOf(chosen), events: chosen.events ?? [], until, resume });
  if (mine !== stale) return true; // something newer was begun
  if (scene !== old) {
    if (old) server.stop({ key: old.key });
    return true;
  }
  if (!old) return false;
  [chosen, written] = [{ ...before, drawn: state.drawn }, link];
  fillForm();
  element.classList.remove("lp-stale"); // the run that is shown is still good
  remember();
  follow(); // until it rests; a run that is gone must not be begun anew from what was refused
  return false;
}

function settingsOf({ data, theta, drawn, models, seed, dim, knobs }) {
  return { data, theta, drawn: data === "drawn" ? drawn : [], models, seed, latent_dim: dim, knobs };
}

/** Called with the first answer to a run. */
function draw(data, request) {
  pending = false;
  scene = { ...data, real: floats(data.real), frames: data.models.map(() => ({ terms: [], scores: [] })), until: request.until, times: [] };
  buildSquares();
  buildCurves();
  buildKnobs();
  take(data);
  follow();
}

/** A frame or a state from the server; false if it refuses. */
function take(answer) {
  if (answer.error) {
    fail(answer.error);
    return false;
  }
  if (answer.step < scene.step) return true; // overtaken by a later answer
  Object.assign(scene, { playing: answer.playing, place: answer.place, note: answer.note, step: answer.step, events: answer.events, knobs: answer.knobs });
  fillKnobs();
  if (answer.frames) {
    answer.frames.forEach((frame, i) => {
      const kept = scene.frames[i]; // two answers may bring the same rows
      const rows = Object.fromEntries(["terms", "scores"].map((name) => [name, [...kept[name].slice(0, frame.from[name]), ...frame[name]]]));
      scene.frames[i] = { ...unpacked(frame), ...rows };
    });
    pace();
    drawSquares();
    drawCurves();
    if (answer.code) element.querySelector(".lp-code pre").textContent = answer.code;
    element.dataset.frame = Number(element.dataset.frame ?? 0) + 1; // how tests know
  }
  showTransport();
  remember();
  return true;
}

const known = () => ({
  key: scene.key, version: scene.frames[0].samples ? scene.step : -1,
  terms: scene.frames.map(({ terms }) => terms.length), scores: scene.frames.map(({ scores }) => scores.length),
});
const shown = () => element.offsetParent !== null && !document.hidden;

/** Ask for frames while training goes on and somebody can see them. */
async function follow() {
  if (following) return;
  following = true;
  const mine = stale;
  while (mine === stale && scene.playing) {
    if (!shown()) {
      await pause();
      break;
    }
    const began = performance.now();
    const order = commands;
    const answer = await ask("poll", known());
    if (mine !== stale) return;
    if (answer.gone || answer.error) {
      scene.playing = false;
      scene.note = answer.gone ? "The server has forgotten this run; Play trains it anew." : "";
      if (answer.error) fail(answer.error);
      showTransport();
      break;
    }
    if (order === commands) take(answer);
    await new Promise((done) => setTimeout(done, Math.max(5, GAP - (performance.now() - began))));
  }
  if (mine === stale) following = false;
}

/** Tell the server; a run that it has forgotten is trained anew up to where it was. False if
    it refuses. */
async function command(name, question, again) {
  const mine = stale;
  const order = name === "poll" ? commands : ++commands;
  const answer = await ask(name, question);
  if (mine !== stale || (order !== commands && !answer.gone && !answer.error)) return;
  if (answer.gone) {
    chosen.events = scene.events;
    const begun = await begin(chosen, scene.step, Boolean(again));
    if (begun && name === "edit") fail("The server had forgotten this run and trains it anew. Set it again once the run rests.");
    return begun;
  }
  if (name !== "poll" && !answer.error) recover();
  const taken = take(answer);
  if (taken && scene.playing) follow();
  return taken;
}

const play = () => command("play", { key: scene.key, until: props.most.steps, pace: speed() }, true);
/** At rest first, then what the scores are there. */
async function pause() {
  await command("pause", { key: scene.key });
  if (!scene.playing) await command("poll", known());
}
const stepOnce = (player = null) => command("step", { ...known(), player });
const edit = (name, value) => command("edit", { key: scene.key, name, value });
const reset = () => begin({ ...chosen, knobs: turned(), events: [] }, 0);
/** Knobs that are not at their defaults now. */
const turned = () => Object.fromEntries(Object.entries(scene?.knobs ?? chosen.knobs).filter(([name, value]) => value !== props.knobs[name].default));

/** Leave the run as it is, without a word. */
function rest() {
  if (scene?.playing) pause();
}
document.addEventListener("visibilitychange", () => document.hidden && rest());
/** A view is shown at once, and is the one in the link; what its widgets want of the server
    comes after it. */
panel.addEventListener("change", ({ target }) => {
  if (!target.closest(`#${TAB}-view`)) return;
  panel.dataset.mode = target.value;
  latent.setView(TAB, linked({ mode: target.value }));
});

// ---- the link -------------------------------------------------------------------------------

const list = (text, read) => (text ? text.split("~").map((item) => read(item.split("/"))) : []);

function readState(text) {
  const parts = Object.fromEntries(text.split(" ").filter(Boolean).map((part) => [part.slice(0, part.indexOf(":")), part.slice(part.indexOf(":") + 1)]));
  const { first } = props;
  hidden = new Set(parts.hide ?? "");
  speedBox.value = parts.speed ?? "0";
  return {
    data: parts.data ?? first.data,
    models: parts.models ? parts.models.split("~") : [...first.models],
    theta: Number(parts.theta ?? 1),
    drawn: list(parts.drawn, (pair) => pair.map(Number)),
    seed: Number(parts.seed ?? 0),
    dim: Number(parts.dim ?? first.dim),
    knobs: Object.fromEntries(list(parts.knobs, ([name, value]) => [name, Number(value)])),
    events: list(parts.events, ([at, name, value]) => [Number(at), name, name === "only" ? value : Number(value)]),
    step: parts.step === undefined ? undefined : Number(parts.step),
  };
}

/** The state as one field of a link; what is as at first is left out. */
function stateOf(step, events = scene.events) {
  const { data, models, theta, drawn, seed, dim, knobs } = chosen;
  const join = (items) => items.map((item) => item.join("/")).join("~");
  const parts = {
    data: data === props.first.data ? "" : data,
    models: models.join() === props.first.models.join() ? "" : models.join("~"),
    theta: data === "lines" ? theta : "",
    drawn: data === "drawn" ? join(drawn) : "",
    seed: seed || "",
    dim: dim === props.first.dim ? "" : dim,
    knobs: join(Object.entries(knobs)),
    events: join(events),
    step: step === props.opening ? "" : step,
    speed: speed() || "",
    hide: [...hidden].join(""),
  };
  return Object.entries(parts).filter(([, value]) => value !== "").map(([name, value]) => `${name}:${value}`).join(" ");
}

let remembered = 0;
function remember() {
  if (panel.dataset.mode !== MODE || pending) return;
  const now = performance.now();
  if (scene.playing && now - remembered < 1000) return; // browsers count changes of the address
  remembered = now;
  written = props.value = stateOf(scene.playing && scene.until > scene.step ? scene.until : scene.step);
  latent.setView(TAB, linked());
}

// ---- numbers --------------------------------------------------------------------------------

function floats(base64) {
  return new Float32Array(latent.bytes(base64).buffer);
}
function unpacked(frame) {
  const found = { ...frame };
  for (const name of ["samples", "mesh", "copies", "pull"]) if (frame[name]) found[name] = floats(frame[name]);
  if (frame.surface) found.surface = latent.bytes(frame.surface);
  return found;
}
const minus = (text) => text.replace("-", "\u2212");
const number = (x, digits = 3) => {
  const size = Math.abs(x);
  if (x == null || !Number.isFinite(x)) return "–";
  if (size >= 1e5 || (size && size < 1e-3)) return minus(x.toExponential(1));
  return minus(size >= 10 ** digits ? String(Math.round(x)) : x.toPrecision(digits));
};
const count = (n) => Math.round(n).toLocaleString("en");
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Frames and steps per second, over the last frames. */
function pace() {
  const now = performance.now();
  if (!scene.playing) return (scene.times = []);
  scene.times.push([now, scene.step]);
  if (scene.times.length > 20) scene.times.shift();
}
function rates() {
  const [first, last] = [scene.times[0], scene.times.at(-1)];
  const seconds = scene.times.length > 2 ? (last[0] - first[0]) / 1000 : 0;
  return seconds > 0.3 ? { steps: (last[1] - first[1]) / seconds, frames: (scene.times.length - 1) / seconds } : null;
}
