// Attacks on a classifier of sentences, side by side. Its parts:
//   attack.js  what is on the page, the questions to the server, the link
//   form.js    what to attack, and how
//   cards.js   each method: its sentence, its budget, its verdict; tables and files
//   curve.js   the probability of the label wanted, along each chain
//
// It is one view of its tab, shown while the tab's mode is "attack". Rows come in pieces and the
// page asks for the next: to cancel is to ask no more.

import { keep, setView } from "../../page/address.js";
import { panelOf, say } from "../../page/dom.js";
import { count, percent } from "../../page/numbers.js";
import { LOST, result } from "../../page/result.js";
import { drawScene, drawStart, setUp as setUpCards } from "./cards.js";
import { setUp as setUpCurve } from "./curve.js";
import { fill, offerVictims, readState, settings, setUp as setUpForm, stateOf } from "./form.js";

/**
 * @typedef {import("./types.js").Method} Method
 * @typedef {import("./types.js").Settings} Settings
 * @typedef {import("./types.js").Start} Start
 * @typedef {import("./types.js").Ui} Ui
 */

const MODE = "attack";
/** @type {Method[]} */
export const METHODS = [
  {
    key: "b-mha",
    letter: "b",
    title: "b-MHA",
    about: "a Markov chain that proposes words by the language model alone",
  },
  {
    key: "w-mha",
    letter: "w",
    title: "w-MHA",
    about: "the same chain; words are weighted by the classifier's gradient",
  },
  {
    key: "genetic",
    letter: "g",
    title: "Genetic",
    about: "a population of word substitutions, as Alzantot et al. 2018",
  },
];
/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.prefix}-${name}`;

/** @param {number} p */
export const share = (p) => percent(p, 1);

// ---- when it is shown ---------------------------------------------------------------------

/** @param {Ui} ui */
export const here = (ui) => ui.panel.dataset.mode === MODE;

/** @param {Ui} ui */
export async function shownOrHidden(ui) {
  if (!here(ui)) return keep(ui.TAB, { attack: "" });
  if (!ui.offers && !(await prepare(ui))) return;
  if (ui.scene) return remember(ui);
  fill(ui, readState(ui, ui.props.value));
  run(ui);
}

/** @param {Ui} ui */
async function prepare(ui) {
  const answer = (await ui.server.options({})) ?? { error: LOST };
  if (answer.error) return void ui.life.fail(answer.error);
  ui.offers = answer;
  offerVictims(ui);
  return true;
}

/** @param {Ui} ui */
function remember(ui) {
  ui.written = ui.props.value = stateOf(ui, settings(ui));
  keep(ui.TAB, { attack: ui.written, chain: "" }); // the chain beside it is not what is linked
  setView(ui.TAB, { mode: MODE });
}

// ---- running ------------------------------------------------------------------------------

/** @param {Ui} ui */
export async function run(ui) {
  cancel(ui, { quietly: true });
  const before = ui.scene;
  busy(ui, "Loading the models");
  await ui.life.view.run({ settings: settings(ui) });
  if (ui.scene === before) {
    busy(ui, "");
    fit(ui);
  }
}

/**
 * What is shown is of other inputs than those in the form: dimmed, until it is of them again.
 * @param {Ui} ui
 */
export function fit(ui) {
  const now = ui.scene && stateOf(ui, ui.scene.settings);
  const other = Boolean(ui.scene) && now !== stateOf(ui, settings(ui));
  ui.element.classList.toggle("lp-stale", other);
}

/**
 * Called with the server's answer to the settings; asks for rows until there are no more.
 * @param {Ui} ui
 * @param {Start} data
 * @param {{settings: Settings}} asked
 * @param {() => boolean} alive
 */
async function draw(ui, data, { settings: asked }, alive) {
  ui.scene = {
    ...data,
    settings: asked,
    rows: Object.fromEntries(asked.methods.map((key) => [key, []])),
    verdicts: {},
  };
  ui.place = Infinity;
  const mine = (ui.running = data.job);
  const going = () => alive() && ui.running === mine;
  remember(ui);
  drawStart(ui);
  drawScene(ui);
  busy(ui, "Looking for words about the label, and for the first proposals");
  while (going()) {
    const piece = (await ui.server.more({ job: mine })) ?? { error: LOST };
    if (!going()) return;
    if (piece.error) {
      ui.running = null;
      busy(ui, "");
      return ui.life.fail(piece.error);
    }
    for (const [key, rows] of Object.entries(piece.methods)) ui.scene.rows[key].push(...rows);
    ui.scene.verdicts = piece.verdicts;
    if (piece.done) ui.running = null;
    drawScene(ui);
    busy(ui, piece.done ? "" : progress(ui));
  }
  ui.underWay.status.textContent = summary(ui);
  say(summary(ui));
}

/** @param {Ui} ui @param {string} key */
const tried = (ui, key) => ui.scene.rows[key].at(-1)?.trials ?? 0;
/** @param {string} key */
const titleOf = (key) => METHODS.find((method) => method.key === key)?.title;

/** @param {Ui} ui */
const progress = (ui) =>
  `${ui.scene.settings.methods
    .map((key) => `${titleOf(key)} ${count(tried(ui, key))}`)
    .join(", ")} trials`;

/** @param {Ui} ui */
function summary(ui) {
  const won = Object.values(ui.scene.verdicts).filter(({ flipped }) => flipped).length;
  const of = ui.scene.settings.methods.length;
  return Object.keys(ui.scene.verdicts).length
    ? `${won} of ${of} ${of === 1 ? "method" : "methods"} misled the classifier.`
    : "";
}

/** @param {Ui} ui @param {{quietly?: boolean}} [how] */
export function cancel(ui, { quietly = false } = {}) {
  if (!ui.running) return;
  ui.server.stop({ job: ui.running });
  ui.running = null;
  ui.life.view.cancel();
  ui.element.removeAttribute("aria-busy");
  busy(ui, "");
  if (!quietly) {
    ui.underWay.status.textContent = `Cancelled after ${progress(ui)}. Nothing is verified.`;
    drawScene(ui);
  }
}

/** @param {Ui} ui @param {string} text */
function busy(ui, text) {
  ui.underWay.status.textContent = text;
  ui.underWay.bar.hidden = ui.underWay.cancel.hidden = !text;
  if (!ui.scene || !text) return ui.underWay.bar.removeAttribute("value");
  const share = ui.scene.settings.methods.map((key) =>
    Math.min(1, tried(ui, key) / ui.scene.settings.trials),
  );
  if (share.some(Boolean)) ui.underWay.bar.value = share.reduce((a, b) => a + b, 0) / share.length;
  else ui.underWay.bar.removeAttribute("value"); // nothing known yet
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.TAB = ui.props.tab;
  ui.panel = panelOf(ui.element);
  ui.place = Infinity; // of the cursor on the curve, in passes or trials
  ui.axis = "passes";
  ui.running = null; // the job that is asked for rows
  ui.written = ui.props.value; // what this script itself made the value
  ui.life = result(`${ui.TAB}-attack`, {
    element: ui.element,
    ready: () => {},
    server: { run: ({ settings }) => ui.server.run({ settings }) },
    draw: (data, more, alive) => draw(ui, data, more, alive),
  });
  new MutationObserver(() => shownOrHidden(ui)).observe(ui.panel, {
    attributeFilter: ["data-mode"],
  });
  ui.watch("value", () => {
    if (!ui.offers || ui.props.value === ui.written) return;
    fill(ui, readState(ui, ui.props.value));
    if (here(ui)) run(ui);
  });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
  setUpForm(ui);
  setUpCards(ui);
  setUpCurve(ui);
}
