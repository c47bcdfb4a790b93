// Facts about the chains: the line above the player, the trace of log π, acceptance by action,
// autocorrelation and effective sample size. Each plot has its numbers in a table.

import { chart, line, rule } from "../../page/charts.js";
import { el } from "../../page/dom.js";
import { count, percent } from "../../page/numbers.js";
import { fail, id, jump, shownChains } from "./chain_player.js";
import { bestOfAll, isParaphrase, nameOf, number, pathOf } from "./paths.js";
import { halt, showChain, swatch, turnOf } from "./transport.js";

const LAGS = 40;
const NUMBERS = ["Steps", "Accepted", "Distinct", "ESS", "Best log π"];

/** What can be said at the position that is shown. */
export function drawFacts(ui) {
  const path = pathOf(ui, ui.view.show);
  const at = Math.min(ui.view.at, path.steps.length);
  const known = ui.statistics.get(ui.scene.chains[ui.view.show]);
  const best = path.best[at];
  const fact = (label, text, title) =>
    el("span", { title }, el("span", { text: label }), el("b", { text }));
  ui.facts.replaceChildren(
    fact("step", `${count(at)} / ${count(path.steps.length)}`),
    fact("accepted", at ? percent(path.taken[at] / at) : "–", "Edits made, of the steps so far"),
    fact("distinct", count(path.distinct[at]), "Different sentences so far, the start included"),
    fact(
      "ESS",
      known?.ess == null ? "–" : number(known.ess, 1),
      "Effective sample size of log π over the whole chain: how many independent draws it is worth",
    ),
    el(
      "span",
      { class: "chain-best" },
      el("span", { text: isParaphrase(ui) ? "best other sentence" : "best so far" }),
      el(
        "button",
        {
          type: "button",
          title: `Go to step ${best}: log π ${number(path.states[best].score.total)} nats`,
          on: { click: () => (halt(ui), jump(ui, best)) },
        },
        path.states[best].text,
      ),
      el("b", { text: number(path.states[best].score.total, 1) }),
    ),
  );
  drawBests(ui);
}

/** What several chains have come to, the best first. */
function drawBests(ui) {
  const rows = ui.scene.chains.length > 1 ? bestOfAll(ui) : [];
  ui.bests.hidden = !rows.length;
  ui.bests.style.setProperty("--rows", Math.ceil(ui.scene.chains.length / 2));
  ui.bests.lastChild.replaceChildren(
    ...rows.map(({ index, at, text, total }) =>
      el(
        "li",
        {},
        swatch(index),
        el("button", {
          type: "button",
          text,
          title: `Go to step ${at} of ${nameOf(ui, index)}`,
          on: { click: () => (halt(ui), showChain(ui, index), jump(ui, at)) },
        }),
        el("b", { text: number(total, 1) }),
      ),
    ),
  );
}

/** Ask what is known only by looking at a whole chain. */
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
  const answer = await ui.ask("statistics", {
    log_pi: paths.map(({ states }) => states.slice(1).map(({ score }) => score.total)),
  });
  if (answer.error) return ui.scene === here && fail(ui, answer.error);
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

function drawStatistics(ui) {
  drawActions(ui);
  drawLags(ui);
  const heads = ["", "Chain", ...NUMBERS, "Best sentence"];
  ui.chainTable.replaceChildren(
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ...heads.map((text) =>
          el("th", { scope: "col", text, class: NUMBERS.includes(text) && "chain-number" }),
        ),
      ),
    ),
    el(
      "tbody",
      {},
      ...ui.scene.chains.map((chain, i) => {
        const path = pathOf(ui, i);
        const n = path.steps.length;
        const best = path.states[path.best.at(-1)];
        const cells = [
          count(n),
          n ? percent(path.taken[n] / n) : "–",
          count(path.distinct[n]),
          number0(ui.statistics.get(chain)?.ess),
          number(best.score.total),
        ];
        return el(
          "tr",
          {},
          el("td", {}, swatch(i)),
          el("th", { scope: "row", text: nameOf(ui, i) }),
          ...cells.map((text) => el("td", { class: "chain-number", text })),
          el(
            "td",
            {},
            el("button", {
              type: "button",
              text: best.text,
              on: { click: () => (showChain(ui, i), jump(ui, path.best.at(-1))) },
            }),
          ),
        );
      }),
    ),
  );
}
const number0 = (x) => (x == null ? "–" : number(x, 1));

function drawActions(ui) {
  const blocks = shownChains(ui).map((index) => {
    const path = pathOf(ui, index);
    const tally = {};
    path.steps.forEach(({ action }, k) => {
      const row = (tally[action] ??= [0, 0]);
      row[0]++;
      row[1] += path.accepted[k];
    });
    const rows = Object.entries(tally)
      .sort()
      .map(([action, [asked, taken]]) =>
        el(
          "tr",
          {},
          el("th", { scope: "row", text: action }),
          ...(action === "none"
            ? [
                el("td", { text: "nothing was proposed" }),
                el("td"),
                el("td", { class: "chain-number", text: count(asked) }),
              ]
            : [
                el(
                  "td",
                  {},
                  el(
                    "span",
                    { class: "chain-bar" },
                    el("i", { style: `width:${(100 * taken) / asked}%` }),
                  ),
                ),
                el("td", { class: "chain-number", text: percent(taken / asked) }),
                el("td", { class: "chain-number", text: `${count(taken)} of ${count(asked)}` }),
              ]),
        ),
      );
    return el(
      "table",
      { class: "chain-tally" },
      el("caption", {}, swatch(index), nameOf(ui, index)),
      el("tbody", {}, ...rows),
    );
  });
  ui.actionBox.replaceChildren(...blocks);
}

function drawLags(ui) {
  const known = shownChains(ui)
    .map((index) => [
      index,
      ui.statistics.get(ui.scene.chains[index])?.autocorrelation?.slice(0, LAGS + 1),
    ])
    .filter(([, lags]) => lags);
  ui.lagChart.draw(
    known.map(([index, lags]) =>
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
  const heads = ["Lag", ...known.map(([index]) => nameOf(ui, index))];
  const lines = Array.from(
    { length: Math.max(0, ...known.map(([, lags]) => lags.length)) },
    (_, lag) =>
      el(
        "tr",
        {},
        el("td", { text: lag }),
        ...known.map(([, lags]) =>
          el("td", { class: "chain-number", text: lags[lag] == null ? "" : number(lags[lag], 3) }),
        ),
      ),
  );
  ui.lagTable.lastChild.replaceChildren(
    el(
      "table",
      { class: "chain-numbers" },
      el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })))),
      el("tbody", {}, ...lines),
    ),
  );
}

// ---- the trace of log π ---------------------------------------------------------------------

/** Steps that a curve is drawn with at most: two for each pixel of a wide page. */
const MOST = 2400;

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
const rank = (ui, i) => (i === ui.view.show ? 2 : i === ui.view.beside ? 1 : 0);

/** A chain's own part of its path. */
function traceLine(ui, index, path) {
  const first = Math.max(0, path.fork - (path.overruled < 0 ? 0 : 1));
  const totals = path.states.map(({ score }) => score.total);
  const steps = extremes(totals, first);
  const options = { k: index, dash: turnOf(index), width: rank(ui, index) === 2 ? 2.25 : 1.5 };
  const heights = steps.map((at) => totals[at]);
  return line(nameOf(ui, index), steps, heights, { ...options, faint: rank(ui, index) === 0 });
}

/** Where to put the points of a long curve: of each stretch its lowest and its highest. */
function extremes(values, first) {
  const stride = Math.max(1, Math.ceil((2 * (values.length - first)) / MOST));
  const kept = [];
  for (let at = first; at < values.length; at += stride) {
    let [low, high] = [at, at];
    for (let k = at; k < Math.min(at + stride, values.length); k++) {
      if (values[k] < values[low]) low = k;
      if (values[k] > values[high]) high = k;
    }
    kept.push(...(low === high ? [low] : [low, high].sort((a, b) => a - b)));
  }
  return kept;
}

export function moveCursor(ui) {
  ui.traceChart.mark(ui.view.at);
}

export function setUp(ui) {
  ui.statistics = new WeakMap(); // chain -> {steps, ess, autocorrelation}
  ui.facts = el("div", { class: "chain-facts" });
  ui.bests = el(
    "section",
    { class: "chain-bests", hidden: true, "aria-label": "Best sentences" },
    el("h3", { text: "Best sentence of each chain, by log π" }),
    el("ol"),
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
  ui.lagTable = el(
    "details",
    { class: "lp-more" },
    el("summary", { text: "Autocorrelation as a table" }),
    el("div", {
      class: "chain-wide",
      tabindex: "0",
      role: "region",
      "aria-label": "Autocorrelation",
    }),
  );
  ui.evidence = el(
    "section",
    { class: "chain-evidence", "aria-label": "Statistics" },
    el(
      "div",
      { class: "chain-panel chain-panel-wide" },
      el("h3", { text: "log π along the chain, in nats. Click to jump." }),
      ui.traceChart.node,
    ),
    el(
      "div",
      { class: "chain-panel" },
      el("h3", { text: "Acceptance by action, all steps of the chain shown" }),
      ui.actionBox,
    ),
    el(
      "div",
      { class: "chain-panel" },
      el("h3", { text: "Autocorrelation of log π by lag" }),
      ui.lagChart.node,
      ui.lagTable,
    ),
    el(
      "div",
      { class: "chain-panel chain-panel-wide" },
      el("h3", { text: "Chains" }),
      el(
        "div",
        { class: "chain-wide", tabindex: "0", role: "region", "aria-label": "Chains" },
        ui.chainTable,
      ),
    ),
  );
}
