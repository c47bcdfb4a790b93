// The mode microscope: chips for all modes, a card of the chosen one, samples from it or from its
// variable with other weights, and a sentence with one variable flipped. Its parts:
//   microscope.js  what is chosen, the questions to the server, the link
//   sheet.js       what is on the page
//   modes.js       the chips, and the card of the chosen mode
//   samples.js     samples from it, or with other weights
//   flip.js        a sentence with one variable at each of its modes
//
// It hears "latent-mode" and "latent-code" on the window (the map says them), and says the former
// and "latent-names". The map says "latent-map" when it wants to hear the names again.

import { keep, restoring } from "../../page/address.js";
import { one, rendered } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { count } from "../../page/numbers.js";
import { result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { drawFlip, flipAgain } from "./flip.js";
import { drawCard, drawChips, markChosen, setUp as setUpModes } from "./modes.js";
import { drawControls, drawSamples, drawWeights, sampleAgain } from "./samples.js";
import { setUp as setUpSheet } from "./sheet.js";

/**
 * @typedef {import("./types.js").Flipped} Flipped
 * @typedef {import("./types.js").Mode} Mode
 * @typedef {import("./types.js").Question} Question
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Samples} Samples
 * @typedef {import("./types.js").Scene} Scene
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").View} View
 */

/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.tab}-microscope-${name}`;

/** @param {Ui} ui */
function setUp1(ui) {
  ui.life = result(`${ui.props.tab}-microscope`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data) => draw(ui, data),
  });
  ui.runResult = ui.life.view.run;
}

/**
 * What is shown before anything was chosen: the fullest mode of the first variable.
 * @param {Ui} ui @returns {View}
 */
function fresh(ui) {
  const [row] = ui.scene.rows
    .filter((r) => r.variable === 0)
    .sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  return {
    variable: row.variable,
    component: row.component,
    seed: 0,
    t: 1,
    weights: null,
    flip: row.variable,
    names: {},
    text: "",
  };
}

/** @param {Ui} ui */
export const isText = (ui) => ui.scene.modality === "text";
/** @param {Mode} one @param {Mode} other */
const isSame = (one, other) =>
  one.variable === other.variable && one.component === other.component;
/** The mode that is chosen. @param {Ui} ui @returns {Row} */
export const row = (ui) => ui.scene.rows.find((r) => isSame(r, ui.view)) ?? ui.scene.rows[0];

/** @param {Ui} ui */
function state(ui) {
  const first = fresh(ui);
  const { variable, component, seed, t, weights, flip, names, text } = ui.view;
  return link.write(
    {
      mode: `${variable + 1}.${component + 1}`,
      seed,
      t,
      weights: weights?.join("."),
      flip: flip + 1,
      names: Object.entries(names)
        .map((pair) => pair.join("="))
        .join(";"),
      text,
    },
    {
      mode: `${first.variable + 1}.${first.component + 1}`,
      seed: 0,
      t: 1,
      flip: variable + 1,
    },
  );
}

/** @param {Ui} ui @param {string} text of a link */
function read(ui, text) {
  const given = link.read(text);
  const now = fresh(ui);
  const within = (/** @type {string} */ value, /** @type {number} */ n) =>
    Math.min(n, Math.max(1, Number(value) || 1)) - 1;
  if (given.mode) {
    const [j, k] = given.mode.split(".");
    [now.variable, now.component] = [
      within(j, ui.scene.variables),
      within(k, ui.scene.components),
    ];
    now.flip = now.variable;
  }
  if (given.seed) now.seed = Number(given.seed);
  if (given.t) now.t = Math.min(2, Number(given.t));
  const weights = given.weights?.split(".").map((w) => Math.min(100, Number(w)));
  if (weights?.length === ui.scene.components) now.weights = weights;
  if (given.flip) now.flip = within(given.flip, ui.scene.variables);
  if (given.text && isText(ui)) now.text = given.text;
  now.names = namesIn(given.names ?? "", ui.scene.variables, ui.scene.components);
  return now;
}

/**
 * Names of modes as a link has them; those of modes that are not there are left out.
 * @param {string} text such as "1.2=weather;3.1=thanks"
 * @param {number} variables @param {number} components
 * @returns {Record<string, string>}
 */
export function namesIn(text, variables, components) {
  const pairs = text.split(";").map((pair) => pair.split("="));
  const there = (/** @type {string[]} */ [mode, name]) => {
    const [j, k] = mode.split(".").map(Number);
    return name && j >= 1 && j <= variables && k >= 1 && k <= components;
  };
  return Object.fromEntries(pairs.filter(there));
}

/** What a person called a mode, or nothing. @param {Ui} ui @param {Mode} mode */
export const givenName = (ui, { variable, component }) =>
  ui.view.names[`${variable + 1}.${component + 1}`] ?? "";

/**
 * A name given to the chosen mode, kept in the link; an empty one takes it back.
 * @param {Ui} ui @param {string} text
 */
export function rename(ui, text) {
  const name = text
    .replace(/[;=\s]+/g, " ")
    .trim()
    .slice(0, 40);
  const names = { ...ui.view.names };
  const key = `${ui.view.variable + 1}.${ui.view.component + 1}`;
  if (name) names[key] = name;
  else delete names[key];
  ui.view = { ...ui.view, names };
  drawChips(ui);
  drawCard(ui);
  tellNames(ui);
  remember(ui);
  if (!ui.pending) ui.element.dataset.settled = state(ui);
}

/** @param {Ui} ui */
const tellNames = (ui) =>
  tell("latent-names", { checkpoint: ui.scene.checkpoint, names: ui.view.names });

/** @param {Ui} ui */
export function remember(ui) {
  ui.props.value = ui.written = state(ui);
  keep(ui.props.tab, { microscope: ui.props.value });
}

/** @param {Ui} ui */
function load(ui) {
  if (restoring()) return void setTimeout(() => load(ui), 50); // a link may name another checkpoint
  if (!ui.props.checkpoint || ui.props.checkpoint === ui.asked) return;
  const mine = (ui.asked = ui.props.checkpoint);
  delete ui.element.dataset.settled;
  ui.runResult({ checkpoint: mine }).then(() => {
    if (ui.asked === mine && ui.scene?.checkpoint !== mine) ui.asked = ""; // it failed and may be tried again
  });
}

/** Called with the server's answer about a checkpoint. @param {Ui} ui @param {Scene} data */
function draw(ui, data) {
  const other = ui.scene && ui.scene.checkpoint !== data.checkpoint;
  ui.scene = data;
  ui.base = null;
  ui.acted = false;
  ui.view = read(ui, ui.props.value); // what was chosen for another checkpoint is kept as far as it fits
  if (other && ui.props.value === ui.written) ui.view.names = {}; // but names are of its modes alone
  ui.element.dataset.modality = data.modality;
  ui.element.dataset.checkpoint = data.checkpoint;
  ui.heading.textContent = `${data.title}. ${data.variables} ${data.variables === 1 ? "variable" : "variables"} of ${data.components} modes${data.n ? `; share: of ${count(data.n)} held-out ${isText(ui) ? "sentences" : "pictures"}` : ""}.`;
  ui.lacking.replaceChildren(rendered(data.missing));
  ui.lacking.hidden = !data.missing;
  drawAll(ui);
}

/** @param {Ui} ui */
function drawAll(ui) {
  drawChips(ui);
  drawCard(ui);
  drawWeights(ui);
  drawControls(ui);
  ui.flipBox.value = ui.base?.text ?? ui.view.text;
  sampleAgain(ui);
  flipAgain(ui);
  tellNames(ui);
  keep(ui.props.tab, { microscope: (ui.written = ui.props.value) });
}

/** @param {Ui} ui @param {Partial<View>} change @param {{say?: boolean}} [how] */
export function choose(ui, change, { say = true } = {}) {
  const before = ui.view;
  ui.view = { ...ui.view, ...change };
  const moved = before.variable !== ui.view.variable || before.component !== ui.view.component;
  if (before.variable !== ui.view.variable) {
    ui.view.weights = null;
    if (before.flip === before.variable) ui.view.flip = ui.view.variable;
  }
  if (moved) {
    markChosen(ui);
    drawCard(ui);
    drawWeights(ui);
    if (say)
      tell("latent-mode", {
        checkpoint: ui.scene.checkpoint,
        variable: ui.view.variable,
        component: ui.view.component,
      });
  }
  drawControls(ui);
  if (moved || ["seed", "t", "weights"].some((key) => key in change)) sampleAgain(ui);
  if (
    ui.view.flip !== before.flip ||
    ui.view.text !== before.text ||
    (moved && !ui.base && !ui.view.text)
  )
    flipAgain(ui);
  remember(ui);
}

// ---- state ----------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  ui.asked = "";
  ui.base = null;
  ui.pending = 0;
  ui.written = "";
  ui.watch("checkpoint", () => ui.props.checkpoint !== ui.asked && load(ui));
  ui.watch("value", () => {
    if (!ui.scene || ui.scene.checkpoint !== ui.asked || ui.props.value === ui.written) return;
    ui.view = read(ui, ui.props.value);
    ui.base = null;
    drawAll(ui);
  });
  hear("latent-mode", (detail) => {
    if (!heard(ui, detail)) return;
    const { variable, component } = detail;
    if (ui.scene.rows.some((r) => isSame(r, detail)))
      choose(ui, { variable, component }, { say: false });
  });
  hear("latent-map", (detail) => heard(ui, detail) && tellNames(ui));
  hear("latent-code", (detail) => {
    if (!heard(ui, detail) || !Array.isArray(detail.code)) return;
    if (ui.view.text && !ui.acted) return; // the map opens with a point of its own; a sentence goes first
    ui.base = { code: detail.code, text: typeof detail.text === "string" ? detail.text : "" };
    ui.view.text = "";
    ui.flipBox.value = ui.base.text;
    flipAgain(ui);
    remember(ui);
  });
}

/**
 * Whether news is about what is shown. If that failed or lacked a map, by now there may be one.
 * @param {Ui} ui @param {{checkpoint?: string} | undefined} detail
 */
function heard(ui, detail) {
  if (!ui.element.isConnected || !detail || detail.checkpoint !== ui.props.checkpoint)
    return false;
  if (ui.scene?.checkpoint === detail.checkpoint && ui.scene.missing) ui.asked = "";
  if (!ui.asked) load(ui);
  return ui.scene?.checkpoint === detail.checkpoint;
}

// ---- asking ---------------------------------------------------------------------------------

/**
 * One question of a kind is on its way at a time; when it is back the newest is asked.
 * @template {{checkpoint: string}} Asked
 * @param {Ui} ui @param {"samples" | "flip"} name
 * @param {(answer: any, question: Asked) => void} answered
 */
function channel(ui, name, answered) {
  /** @type {Asked | null} */
  let wanted = null;
  let busy = false;
  return async (/** @type {Asked} */ question) => {
    wanted = question;
    delete ui.element.dataset.settled;
    if (busy) return;
    busy = true;
    ui.pending++;
    while (wanted) {
      const mine = wanted;
      wanted = null;
      const answer = await ui.life.ask(name, mine);
      if (mine.checkpoint === ui.asked && ui.scene?.checkpoint === ui.asked)
        answered(answer, mine);
    }
    busy = false;
    if (!--ui.pending) ui.element.dataset.settled = state(ui); // how tests know
  };
}

/** @param {Ui} ui @param {string} kind @param {{error?: string, code: string}} answer */
function told(ui, kind, answer) {
  if (answer.error) {
    ui.failing = kind;
    ui.life.fail(answer.error);
    return false;
  }
  if (ui.failing === kind) {
    ui.failing = "";
    one(ui.element, ".lp-error").hidden = true;
    ui.element.classList.remove("lp-stale");
  }
  one(ui.element, ".lp-code pre").textContent = answer.code;
  return true;
}

/** @param {Ui} ui */
function setUp3(ui) {
  ui.acted = false;
  for (const type of ["pointerdown", "keydown"])
    document.addEventListener(type, () => (ui.acted = true), true);
  ui.failing = "";
  ui.askSamples = channel(
    ui,
    "samples",
    (/** @type {Samples} */ answer) => told(ui, "samples", answer) && drawSamples(ui, answer),
  );
  ui.askFlip = channel(
    ui,
    "flip",
    (/** @type {Flipped} */ answer, /** @type {Question} */ question) =>
      told(ui, "flip", answer) && drawFlip(ui, answer, question),
  );
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUpSheet(ui);
  setUp2(ui);
  setUp3(ui);
  setUpModes(ui);
  load(ui);
}
