// The 2-D laboratory. Emits "ready". Its parts:
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

import { setView } from "../../page/address.js";
import { one, panelOf } from "../../page/dom.js";
import { bytes } from "../../page/pictures.js";
import { asker, LOST, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { buildCurves, drawCurves, setUp as setUpCurves } from "./curves.js";
import { setUp as setUpDrawing } from "./drawing.js";
import { LAST, setUp as setUpFlow } from "./flow.js";
import {
  buildKnobs,
  fillForm,
  fillKnobs,
  setUp as setUpForm,
  showTransport,
  speed,
} from "./form.js";
import { buildSquares, drawSquares, setUp as setUpSquares } from "./squares.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Change} Change
 * @typedef {import("./types.js").Chosen} Chosen
 * @typedef {import("./types.js").Frame} Frame
 * @typedef {import("./types.js").Packed} Packed
 * @typedef {import("./types.js").Ui} Ui
 */

const MODE = "laboratory";
/** @type {("layers" | "units" | "batch")[]} */
export const SIZES = ["layers", "units", "batch"]; // of the nets and of a batch, set before a run
/** @type {("terms" | "scores")[]} */
const ROWS = ["terms", "scores"]; // of a frame that grow
const PATIENCE = 30000; // ms
const GAP = 60; // ms between two questions while training goes on
/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.prefix}-${name}`;

/**
 * What of a view goes into the link.
 * @param {Ui} ui @param {{mode?: string}} [of]
 */
function linked(ui, { mode = MODE } = {}) {
  return mode === MODE ? { mode, laboratory: ui.written ?? ui.props.value } : { mode };
}

/** @param {Ui} ui @param {string} sentence */
export function fail(ui, sentence) {
  ui.life.fail(sentence);
  if (ui.scene) ui.element.classList.remove("lp-stale"); // the run that is shown is still good
}
/** @param {Ui} ui */
function recover(ui) {
  one(ui.element, ".lp-error").hidden = true;
}

// ---- the run --------------------------------------------------------------------------------

/**
 * Start a run from the beginning and train it up to a step; `resume` goes on from there. False if
 * the server refuses: then the run that is there stays, and what it follows from.
 * @param {Ui} ui @param {Chosen} state @param {number} [until] @param {boolean} [resume]
 * @returns {Promise<boolean>}
 */
export async function begin(ui, state, until = ui.props.opening, resume = false) {
  const [old, before, link] = [ui.scene, ui.chosen, ui.written];
  if (old?.playing) ui.server.pause({ key: old.key });
  ui.following = false;
  ui.chosen = state;
  const mine = (ui.stale += 1);
  fillForm(ui);
  ui.written = stateOf(ui, until, state.events ?? []);
  await ui.runResult({
    settings: settingsOf(ui.chosen),
    events: ui.chosen.events ?? [],
    until,
    resume,
  });
  if (mine !== ui.stale) return true; // something newer was begun
  if (ui.scene !== old) {
    if (old) ui.server.stop({ key: old.key });
    return true;
  }
  if (!old) return false;
  [ui.chosen, ui.written] = [{ ...before, drawn: state.drawn }, link];
  fillForm(ui);
  ui.element.classList.remove("lp-stale"); // the run that is shown is still good
  remember(ui);
  follow(ui); // until it rests; a run that is gone must not be begun anew from what was refused
  return false;
}

/** @param {Chosen} chosen */
function settingsOf({ data, theta, drawn, models, seed, dim, knobs, optimiser, ...rest }) {
  return {
    ...Object.fromEntries(SIZES.map((name) => [name, rest[name]])),
    optimiser,
    data,
    theta,
    drawn: data === "drawn" ? drawn : [],
    models,
    seed,
    latent_dim: dim,
    knobs,
  };
}

/**
 * Called with the first answer to a run.
 * @param {Ui} ui @param {any} data @param {any} request
 */
function draw(ui, data, request) {
  ui.pending = false;
  ui.element.toggleAttribute("data-pending", false);
  ui.scene = {
    ...data,
    real: floats(data.real),
    frames: data.models.map(() => ({ terms: [], scores: [] })),
    until: request.until,
    times: [],
  };
  buildSquares(ui);
  buildCurves(ui);
  buildKnobs(ui);
  take(ui, data);
  follow(ui);
}

/**
 * A frame or a state from the server; false if it refuses.
 * @param {Ui} ui @param {Answer} answer
 */
function take(ui, answer) {
  if (answer.error) {
    fail(ui, answer.error);
    return false;
  }
  if (answer.step < ui.scene.step) return true; // overtaken by a later answer
  Object.assign(ui.scene, {
    playing: answer.playing,
    place: answer.place,
    note: answer.note,
    step: answer.step,
    events: answer.events,
    knobs: answer.knobs,
  });
  fillKnobs(ui);
  if (answer.frames) {
    answer.frames.forEach((frame, i) => {
      const kept = ui.scene.frames[i]; // two answers may bring the same rows
      const rows = Object.fromEntries(
        ROWS.map((name) => [name, [...kept[name].slice(0, frame.from[name]), ...frame[name]]]),
      );
      ui.scene.frames[i] = { ...unpacked(frame), ...rows };
    });
    pace(ui);
    drawSquares(ui);
    drawCurves(ui);
    if (answer.code) one(ui.element, ".lp-code pre").textContent = answer.code;
    ui.element.dataset.frame = String(Number(ui.element.dataset.frame ?? 0) + 1); // how tests know
  }
  showTransport(ui);
  remember(ui);
  return true;
}

/** @param {Ui} ui */
const known = (ui) => ({
  key: ui.scene.key,
  version: ui.scene.frames[0].samples ? ui.scene.step : -1,
  terms: ui.scene.frames.map(({ terms }) => terms.length),
  scores: ui.scene.frames.map(({ scores }) => scores.length),
});
/** @param {Ui} ui */
const shown = (ui) => ui.element.offsetParent !== null && !document.hidden;

/**
 * Ask for frames while training goes on and somebody can see them.
 * @param {Ui} ui
 */
async function follow(ui) {
  if (ui.following) return;
  ui.following = true;
  const mine = ui.stale;
  while (mine === ui.stale && ui.scene.playing) {
    if (!shown(ui)) {
      await pause(ui);
      break;
    }
    const began = performance.now();
    const order = ui.commands;
    const answer = await ui.ask("poll", known(ui));
    if (mine !== ui.stale) return;
    if (answer.gone || answer.error) {
      ui.scene.playing = false;
      ui.scene.note = answer.gone ? "The server has forgotten this run; Play trains it anew." : "";
      if (answer.error) fail(ui, answer.error);
      showTransport(ui);
      break;
    }
    if (order === ui.commands) take(ui, answer);
    await new Promise((done) => setTimeout(done, Math.max(5, GAP - (performance.now() - began))));
  }
  if (mine === ui.stale) ui.following = false;
}

/**
 * Tell the server; a run that it has forgotten is trained anew up to where it was. False if it
 * refuses.
 * @param {Ui} ui @param {string} name @param {any} question @param {boolean} [again]
 * @returns {Promise<boolean | undefined>}
 */
async function command(ui, name, question, again) {
  const mine = ui.stale;
  const order = name === "poll" ? ui.commands : ++ui.commands;
  const answer = await ui.ask(name, question);
  if (mine !== ui.stale || (order !== ui.commands && !answer.gone && !answer.error)) return;
  if (answer.gone) {
    ui.chosen.events = ui.scene.events;
    const begun = await begin(ui, ui.chosen, ui.scene.step, Boolean(again));
    if (begun && name === "edit")
      fail(
        ui,
        "The server had forgotten this run and trains it anew. Set it again once the run rests.",
      );
    return begun;
  }
  if (name !== "poll" && !answer.error) recover(ui);
  const taken = take(ui, answer);
  if (taken && ui.scene.playing) follow(ui);
  return taken;
}

/** @param {Ui} ui */
export const play = (ui) =>
  command(ui, "play", { key: ui.scene.key, until: ui.props.most.steps, pace: speed(ui) }, true);
/**
 * At rest first, then what the scores are there.
 * @param {Ui} ui @returns {Promise<void>}
 */
export async function pause(ui) {
  await command(ui, "pause", { key: ui.scene.key });
  if (!ui.scene.playing) await command(ui, "poll", known(ui));
}
/** @param {Ui} ui @param {string | null} [player] */
export const stepOnce = (ui, player = null) => command(ui, "step", { ...known(ui), player });
/** @param {Ui} ui @param {string} name @param {number} value */
export const edit = (ui, name, value) => command(ui, "edit", { key: ui.scene.key, name, value });
/** @param {Ui} ui */
export const reset = (ui) => begin(ui, { ...ui.chosen, knobs: turned(ui), events: [] }, 0);
/**
 * Knobs that are not at their defaults now.
 * @param {Ui} ui
 */
export const turned = (ui) =>
  Object.fromEntries(
    Object.entries(ui.scene?.knobs ?? ui.chosen.knobs).filter(
      ([name, value]) => value !== ui.scene?.turnable[name].default,
    ),
  );

/**
 * Leave the run as it is, without a word.
 * @param {Ui} ui
 */
export function rest(ui) {
  if (ui.scene?.playing) pause(ui);
}

// ---- the link -------------------------------------------------------------------------------

/** @param {string} text @param {(parts: string[]) => any} read */
const list = (text, read) => (text ? text.split("~").map((item) => read(item.split("/"))) : []);

/** @param {Ui} ui @param {string} text @returns {Chosen} */
function readState(ui, text) {
  const parts = link.read(text);
  const { first } = ui.props;
  ui.hidden = new Set(parts.hide ?? "");
  ui.time = Number(parts.time ?? LAST);
  ui.speedBox.value = parts.speed ?? "0";
  return {
    data: parts.data ?? first.data,
    models: parts.models ? parts.models.split("~") : [...first.models],
    theta: Number(parts.theta ?? 1),
    drawn: list(parts.drawn, (pair) => pair.map(Number)),
    seed: Number(parts.seed ?? 0),
    dim: Number(parts.dim ?? first.dim),
    ...Object.fromEntries(SIZES.map((name) => [name, Number(parts[name] ?? first[name])])),
    optimiser: parts.optimiser ?? first.optimiser,
    knobs: Object.fromEntries(list(parts.knobs, ([name, value]) => [name, Number(value)])),
    events: list(parts.events, ([at, name, value]) => [
      Number(at),
      name,
      name === "only" ? value : Number(value),
    ]),
    step: parts.step === undefined ? undefined : Number(parts.step),
  };
}

/**
 * The state as one field of a link; what is as at first is left out.
 * @param {Ui} ui @param {number} step @param {Change[]} [events]
 */
function stateOf(ui, step, events = ui.scene.events) {
  const { data, models, theta, drawn, seed, dim, knobs, optimiser } = ui.chosen;
  const { first } = ui.props;
  const join = (/** @type {any[][]} */ items) => items.map((item) => item.join("/")).join("~");
  const parts = {
    data: data === ui.props.first.data ? "" : data,
    models: models.join() === ui.props.first.models.join() ? "" : models.join("~"),
    theta: data === "lines" ? theta : "",
    drawn: data === "drawn" ? join(drawn) : "",
    seed: seed || "",
    dim: dim === first.dim ? "" : dim,
    ...Object.fromEntries(
      SIZES.map((name) => [name, ui.chosen[name] === first[name] ? "" : ui.chosen[name]]),
    ),
    optimiser: optimiser === first.optimiser ? "" : optimiser,
    knobs: join(Object.entries(knobs)),
    events: join(events),
    step: step === ui.props.opening ? "" : step,
    speed: speed(ui) || "",
    hide: [...ui.hidden].join(""),
    time: ui.time === LAST ? "" : ui.time,
  };
  return link.write(parts);
}

/** @param {Ui} ui */
function setUp1(ui) {
  ui.TAB = ui.props.tab;
  ui.panel = panelOf(ui.element);
  ui.following = false;
  ui.stale = 0;
  ui.commands = 0;
  ui.life = result(ui.TAB, {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.server,
    draw: (data, request) => draw(ui, data, request),
    linked: (given) => linked(ui, given),
  });
  ui.ask = asker(ui.server, PATIENCE, LOST);
  ui.runResult = ui.life.view.run;
  /** Asked for by the page: a link, the switch of views, or the first look. */
  ui.life.view.run = async ({ mode, laboratory }) => {
    ui.panel.dataset.mode = mode;
    if (mode !== MODE) {
      rest(ui);
      return setView(ui.TAB, linked(ui, { mode }));
    }
    if (ui.scene && (laboratory ?? "") === ui.written) return remember(ui);
    const state = readState(ui, laboratory ?? "");
    if (
      (await begin(ui, state, Math.min(state.step ?? ui.props.opening, ui.props.most.steps))) ||
      ui.scene
    )
      return;
    const why = one(ui.element, ".lp-error").textContent;
    if (await begin(ui, readState(ui, ""))) fail(ui, `${why} The first example is shown instead.`);
  };
  document.addEventListener("visibilitychange", () => document.hidden && rest(ui));
  /** A view is shown at once, and is the one in the link; what its widgets want of the server
    comes after it. */
  ui.panel.addEventListener("change", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (!target.closest(`#${ui.TAB}-view`)) return;
    ui.panel.dataset.mode = target.value;
    setView(ui.TAB, linked(ui, { mode: target.value }));
  });
}

/** @param {Ui} ui */
export function remember(ui) {
  if (ui.panel.dataset.mode !== MODE || ui.pending) return;
  const now = performance.now();
  if (ui.scene.playing && now - ui.remembered < 1000) return; // browsers count changes of the address
  ui.remembered = now;
  ui.written = ui.props.value = stateOf(
    ui,
    ui.scene.playing && ui.scene.until > ui.scene.step ? ui.scene.until : ui.scene.step,
  );
  setView(ui.TAB, linked(ui));
}

// ---- numbers --------------------------------------------------------------------------------

/** @param {string} base64 */
function floats(base64) {
  return new Float32Array(bytes(base64).buffer);
}
/** @param {Packed} frame @returns {Frame} */
function unpacked(frame) {
  /** @type {any} */
  const found = { ...frame };
  for (const name of ["samples", "mesh", "copies", "pull", "field", "course"])
    if (frame[name]) found[name] = floats(frame[name]);
  if (frame.surface) found.surface = bytes(frame.surface);
  return found;
}

/**
 * Frames and steps per second, over the last frames.
 * @param {Ui} ui
 */
function pace(ui) {
  const now = performance.now();
  if (!ui.scene.playing) return (ui.scene.times = []);
  ui.scene.times.push([now, ui.scene.step]);
  if (ui.scene.times.length > 20) ui.scene.times.shift();
}
/** @param {Ui} ui */
export function rates(ui) {
  const { times } = ui.scene;
  const [first, last] = [times[0], times[times.length - 1]];
  const seconds = times.length > 2 ? (last[0] - first[0]) / 1000 : 0;
  return seconds > 0.3
    ? { steps: (last[1] - first[1]) / seconds, frames: (times.length - 1) / seconds }
    : null;
}

/** @param {Ui} ui */
function setUp2(ui) {
  ui.remembered = 0;
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
  setUpForm(ui);
  setUpDrawing(ui);
  setUpFlow(ui);
  setUpSquares(ui);
  setUpCurves(ui);
}
