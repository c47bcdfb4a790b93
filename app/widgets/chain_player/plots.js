// Facts about the chains: the line above the player, the trace of log π, acceptance by action,
// autocorrelation and effective sample size. Each plot has its numbers in a table.

import { chart, line, rule } from "../../page/charts.js";
import { el } from "../../page/dom.js";
import { count, fixed, NONE, percent } from "../../page/numbers.js";
import { fail, id, jump, shownChains } from "./chain_player.js";
import { bestOfAll, extremes, isParaphrase, last, nameOf, number, pathOf } from "./paths.js";
import { halt, showChain, swatch, turnOf } from "./transport.js";

/**
 * @typedef {import("./types.js").Measured} Measured
 * @typedef {import("./types.js").Path} Path
 * @typedef {import("./types.js").Ui} Ui
 */

const LAGS = 40;
const NUMBERS = ["Steps", "Accepted", "Distinct", "ESS", "Best log π"];

/** What can be said at the position that is shown. @param {Ui} ui */
export function drawFacts(ui) {
  const path = pathOf(ui, ui.view.show);
  const at = Math.min(ui.view.at, path.steps.length);
  const known = ui.statistics.get(ui.scene.chains[ui.view.show]);
  ui.facts.replaceChildren(
    fact("step", `${count(at)} / ${count(path.steps.length)}`),
    fact("accepted", at ? percent(path.taken[at] / at) : NONE, "Edits made, of the steps so far"),
    fact("distinct", count(path.distinct[at]), "Different sentences so far, the start included"),
    fact(
      "ESS",
      fixed(known?.ess, 1),
      "Effective sample size of log π over the whole chain: how many independent draws it is worth",
    ),
    bestFact(ui, path, path.best[at]),
  );
  drawBests(ui);
}

/** @param {string} label @param {string} text @param {string} [title] */
const fact = (label, text, title) =>
  el("span", { title }, el("span", { text: label }), el("b", { text }));

/** @param {Ui} ui @param {Path} path @param {number} best position */
function bestFact(ui, path, best) {
  const { text, score } = path.states[best];
  const title = `Go to step ${best}: log π ${number(score.total)} nats`;
  return el(
    "span",
    { class: "chain-best" },
    el("span", { text: isParaphrase(ui) ? "best other sentence" : "best so far" }),
    goButton(text, () => (halt(ui), jump(ui, best)), title),
    el("b", { text: number(score.total, 1) }),
  );
}

/** @param {string} text of a sentence @param {() => void} click @param {string} [title] */
const goButton = (text, click, title) =>
  el("button", { type: "button", text, title, on: { click } });

/** What several chains have come to, the best first. @param {Ui} ui */
function drawBests(ui) {
  const rows = ui.scene.chains.length > 1 ? bestOfAll(ui) : [];
  ui.bests.hidden = !rows.length;
  ui.bests.style.setProperty("--rows", String(Math.ceil(ui.scene.chains.length / 2)));
  ui.bestList.replaceChildren(
    ...rows.map(({ index, at, text, total }) => {
      const go = () => (halt(ui), showChain(ui, index), jump(ui, at));
      const title = `Go to step ${at} of ${nameOf(ui, index)}`;
      return el(
        "li",
        {},
        swatch(index),
        goButton(text, go, title),
        el("b", { text: number(total, 1) }),
      );
    }),
  );
}

/** Ask what is known only by looking at a whole chain. @param {Ui} ui */
export async function measure(ui) {
  const here = ui.scene;
  drawStatistics(ui);
  const wanted = here.chains.filter(
    (chain, i) =>
      pathOf(ui, i).steps.length >= 4 &&
      ui.statistics.get(chain)?.steps !== pathOf(ui, i).steps.length,
  );
  if (!wanted.length) return;
  const paths = wanted.map((chain) => pathOf(ui, here.chains.indexOf(chain)));
  /** @type {Measured} */
  const answer = await ui.ask("statistics", {
    log_pi: paths.map(({ states }) => states.slice(1).map(({ score }) => score.total)),
  });
  if (answer.error) {
    if (ui.scene === here) fail(ui, answer.error);
    return;
  }
  wanted.forEach((chain, i) =>
    ui.statistics.set(chain, {
      steps: paths[i].steps.length,
      ess: answer.ess[i],
      autocorrelation: answer.autocorrelation[i],
    }),
  );
  if (ui.scene !== here) return;
  drawFacts(ui);
  drawStatistics(ui);
}

/** @param {Ui} ui */
function drawStatistics(ui) {
  ui.actionBox.replaceChildren(...shownChains(ui).map((index) => tallyOf(ui, index)));
  drawLags(ui);
  const heads = ["", "Chain", ...NUMBERS, "Best sentence"].map((text) =>
    el("th", { scope: "col", text, class: NUMBERS.includes(text) && "chain-number" }),
  );
  ui.chainTable.replaceChildren(
    el("thead", {}, el("tr", {}, ...heads)),
    el("tbody", {}, ...ui.scene.chains.map((_, i) => chainRow(ui, i))),
  );
}

/** @param {Ui} ui @param {number} index */
function chainRow(ui, index) {
  const path = pathOf(ui, index);
  const n = path.steps.length;
  const best = path.states[last(path.best)];
  const numbers = [
    count(n),
    n ? percent(path.taken[n] / n) : NONE,
    count(path.distinct[n]),
    fixed(ui.statistics.get(ui.scene.chains[index])?.ess, 1),
    number(best.score.total),
  ];
  const go = () => (showChain(ui, index), jump(ui, last(path.best)));
  return el(
    "tr",
    {},
    el("td", {}, swatch(index)),
    el("th", { scope: "row", text: nameOf(ui, index) }),
    ...numbers.map(numberCell),
    el("td", {}, goButton(best.text, go)),
  );
}

/** @param {string} text */
const numberCell = (text) => el("td", { class: "chain-number", text });

/** How often each action was proposed and accepted. @param {Ui} ui @param {number} index */
function tallyOf(ui, index) {
  const path = pathOf(ui, index);
  /** @type {Record<string, [asked: number, taken: number]>} */
  const tally = {};
  path.steps.forEach(({ action }, k) => {
    tally[action] ??= [0, 0];
    tally[action][0]++;
    tally[action][1] += Number(path.accepted[k]);
  });
  const rows = Object.entries(tally).sort();
  return el(
    "table",
    { class: "chain-tally" },
    el("caption", {}, swatch(index), nameOf(ui, index)),
    el("tbody", {}, ...rows.map(([action, [asked, taken]]) => tallyRow(action, asked, taken))),
  );
}

/** @param {string} action @param {number} asked @param {number} taken */
function tallyRow(action, asked, taken) {
  const name = el("th", { scope: "row", text: action });
  if (action === "none")
    return el(
      "tr",
      {},
      name,
      el("td", { text: "nothing was proposed" }),
      el("td"),
      numberCell(count(asked)),
    );
  const length = el("i", { style: `width:${(100 * taken) / asked}%` });
  return el(
    "tr",
    {},
    name,
    el("td", {}, el("span", { class: "chain-bar" }, length)),
    numberCell(percent(taken / asked)),
    numberCell(`${count(taken)} of ${count(asked)}`),
  );
}

/** @param {Ui} ui */
function drawLags(ui) {
  const known = shownChains(ui).flatMap((index) => {
    const lags = ui.statistics.get(ui.scene.chains[index])?.autocorrelation;
    return lags ? [{ index, lags: lags.slice(0, LAGS + 1) }] : [];
  });
  ui.lagChart.draw(
    known.map(({ index, lags }) =>
      line(nameOf(ui, index), [...lags.keys()], lags, { k: index, dash: turnOf(index) }),
    ),
    {
      x: { label: "lag, steps", low: 0, high: LAGS },
      y: { label: "autocorrelation", low: -0.5, high: 1.05 },
      shapes: [rule({ y: 0 })],
      legend: false,
      pick: "x",
    },
    known.length ? `Autocorrelation of log π, lags 0 to ${LAGS}` : "No autocorrelation yet",
  );
  const heads = ["Lag", ...known.map(({ index }) => nameOf(ui, index))];
  const longest = Math.max(0, ...known.map(({ lags }) => lags.length));
  const rows = Array.from({ length: longest }, (_, lag) => {
    const cells = known.map(({ lags }) => (lag < lags.length ? number(lags[lag], 3) : ""));
    return el("tr", {}, el("td", { text: lag }), ...cells.map(numberCell));
  });
  const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })));
  ui.lagTable.replaceChildren(
    el("table", { class: "chain-numbers" }, el("thead", {}, head), el("tbody", {}, ...rows)),
  );
}

// ---- the trace of log π ---------------------------------------------------------------------

/** @param {Ui} ui */
export function drawTrace(ui) {
  if (!ui.scene) return;
  const all = ui.scene.chains.map((_, i) => pathOf(ui, i));
  const end = Math.max(ui.job ? ui.job.count : 1, ...all.map(({ steps }) => steps.length));
  const order = all.map((_, i) => i).sort((a, b) => rank(ui, a) - rank(ui, b));
  ui.traceChart.draw(
    order.map((i) => traceLine(ui, i, all[i])),
    {
      x: { label: "step", low: 0, high: end },
      y: "log π, nats",
      legend: false,
      pick: "x",
    },
    `log π of ${all.length} ${all.length === 1 ? "chain" : "chains"} over ${count(end)} steps; the table of steps holds the numbers`,
  );
  moveCursor(ui);
}
/** @param {Ui} ui @param {number} i */
const rank = (ui, i) => (i === ui.view.show ? 2 : i === ui.view.beside ? 1 : 0);

/** A chain's own part of its path. @param {Ui} ui @param {number} index @param {Path} path */
function traceLine(ui, index, path) {
  const first = Math.max(0, path.fork - (path.overruled < 0 ? 0 : 1));
  const totals = path.states.map(({ score }) => score.total);
  const steps = extremes(totals, first);
  const options = { k: index, dash: turnOf(index), width: rank(ui, index) === 2 ? 2.25 : 1.5 };
  const heights = steps.map((at) => totals[at]);
  return line(nameOf(ui, index), steps, heights, { ...options, faint: rank(ui, index) === 0 });
}

/** @param {Ui} ui */
export function moveCursor(ui) {
  ui.traceChart.mark(ui.view.at);
}

/** @param {Ui} ui */
function setUpFacts(ui) {
  ui.statistics = new WeakMap();
  ui.facts = el("div", { class: "chain-facts" });
  ui.bestList = el("ol");
  ui.bests = el(
    "section",
    { class: "chain-bests", hidden: true, "aria-label": "Best sentences" },
    el("h3", { text: "Best sentence of each chain, by log π" }),
    ui.bestList,
  );
  ui.traceChart = chart({
    label: "log π along the chain",
    id: id(ui, "trace"),
    height: 208,
    scrub: (step) => {
      halt(ui);
      jump(ui, Math.round(step));
    },
  });
  ui.chainTable = el("table", { class: "chain-numbers", id: id(ui, "chains-table") });
  ui.actionBox = el("div", { class: "chain-actions", id: id(ui, "actions") });
  ui.lagChart = chart({ label: "No autocorrelation yet", id: id(ui, "lags"), height: 208 });
  ui.lagTable = region("Autocorrelation");
}

/** What may be wider than the page. @param {string} name @param {...HTMLElement} children */
function region(name, ...children) {
  const props = { class: "chain-wide", tabindex: "0", role: "region", "aria-label": name };
  return el("div", props, ...children);
}

/** @param {string} title @param {boolean} wide @param {...HTMLElement} children */
const panel = (title, wide, ...children) =>
  el(
    "div",
    { class: `chain-panel${wide ? " chain-panel-wide" : ""}` },
    el("h3", { text: title }),
    ...children,
  );

/** @param {Ui} ui */
export function setUp(ui) {
  setUpFacts(ui);
  const summary = el("summary", { text: "Autocorrelation as a table" });
  const lags = el("details", { class: "lp-more" }, summary, ui.lagTable);
  ui.evidence = el(
    "section",
    { class: "chain-evidence", "aria-label": "Statistics" },
    panel("log π along the chain, in nats. Click to jump.", true, ui.traceChart.node),
    panel("Acceptance by action, all steps of the chain shown", false, ui.actionBox),
    panel("Autocorrelation of log π by lag", false, ui.lagChart.node, lags),
    panel("Chains", true, region("Chains", ui.chainTable)),
  );
}
