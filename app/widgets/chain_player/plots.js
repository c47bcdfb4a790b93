// Facts about the chains: the line above the player, the trace of log π, acceptance by action,
// autocorrelation and effective sample size. Each plot has its numbers in a table.

import { el, svg } from "../../page/dom.js";
import { count, percent, ticks } from "../../page/numbers.js";
import { fail, id, jump, shownChains } from "./chain_player.js";
import { nameOf, number, pathOf } from "./paths.js";
import { colourOf, dashOf, halt, showChain, swatch } from "./transport.js";

const LAGS = 40;
const NUMBERS = ["Steps", "Accepted", "Distinct", "ESS", "Best log π"];
const token = (ui, name) => getComputedStyle(ui.element).getPropertyValue(name).trim();

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
      el("span", { text: "best so far" }),
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
  const [width, height, left, top] = [440, 150, 30, 8];
  const x = (lag) => left + (lag / LAGS) * (width - left - 8);
  const y = (r) => top + ((1 - r) / 1.5) * (height - top - 28);
  const picture = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": known.length
      ? `Autocorrelation of log π, lags 0 to ${LAGS}`
      : "No autocorrelation yet",
  });
  for (const r of [1, 0.5, 0, -0.5]) {
    picture.append(
      svg("line", {
        x1: left,
        x2: width - 8,
        y1: y(r),
        y2: y(r),
        class: r ? "chain-grid" : "chain-axis",
      }),
    );
    const label = svg("text", { x: left - 6, y: y(r) + 4, "text-anchor": "end" });
    label.textContent = number(r, 1);
    picture.append(label);
  }
  for (const lag of [0, 10, 20, 30, 40]) {
    const label = svg("text", { x: x(lag), y: height - 4, "text-anchor": "middle" });
    label.textContent = String(lag);
    picture.append(label);
  }
  known.forEach(([index, lags]) =>
    picture.append(
      svg("polyline", {
        points: lags.map((r, lag) => `${x(lag)},${y(Math.max(-0.5, r ?? 0))}`).join(" "),
        fill: "none",
        stroke: colourOf(index),
        "stroke-width": 2,
        "stroke-dasharray": dashOf(index).join(" "),
      }),
    ),
  );
  ui.lagBox.replaceChildren(picture);
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

const INSET = { left: 52, right: 12, top: 10, bottom: 24 };

export function drawTrace(ui) {
  const [width, height] = [ui.traceBox.clientWidth, ui.traceBox.clientHeight];
  if (!width || !ui.scene) return;
  const ratio = window.devicePixelRatio || 1;
  ui.traceCanvas.width = width * ratio;
  ui.traceCanvas.height = height * ratio;
  const context = ui.traceCanvas.getContext("2d");
  context.scale(ratio, ratio);
  const all = ui.scene.chains.map((_, i) => pathOf(ui, i));
  const end = Math.max(ui.job ? ui.job.count : 1, ...all.map(({ steps }) => steps.length));
  let [low, high] = [Infinity, -Infinity];
  for (const { states } of all)
    for (const { score } of states)
      if (score.total != null)
        [low, high] = [Math.min(low, score.total), Math.max(high, score.total)];
  const pad = Math.max(0.5, (high - low) * 0.06);
  [low, high] = [low - pad, high + pad];
  const x = (at) => INSET.left + (at / end) * (width - INSET.left - INSET.right);
  const y = (total) =>
    INSET.top + ((high - total) / (high - low)) * (height - INSET.top - INSET.bottom);
  ui.frameOfTrace = { x, end, width };
  axes(ui, context, { low, high, end, x, y, width, height });
  const order = all.map((_, i) => i).sort((a, b) => rank(ui, a) - rank(ui, b));
  for (const i of order) traceLine(ui, context, i, all[i], { x, y, faint: rank(ui, i) === 0 });
  ui.traceCanvas.setAttribute(
    "aria-label",
    `log π of ${all.length} ${all.length === 1 ? "chain" : "chains"} over ${count(end)} steps; the table of steps holds the numbers`,
  );
  moveCursor(ui);
}
const rank = (ui, i) => (i === ui.view.show ? 2 : i === ui.view.beside ? 1 : 0);

function axes(ui, context, { low, high, end, x, y, width, height }) {
  context.font = `12px ${token(ui, "--mono")}`;
  context.fillStyle = token(ui, "--ink-2");
  context.strokeStyle = token(ui, "--hairline");
  context.lineWidth = 1;
  context.textAlign = "right";
  for (const { value: total } of ticks(low, high, 8)) {
    const line = Math.round(y(total)) + 0.5;
    context.beginPath();
    context.moveTo(INSET.left, line);
    context.lineTo(width - INSET.right, line);
    context.stroke();
    context.fillText(number(total, high - low < 5 ? 1 : 0), INSET.left - 8, line + 4);
  }
  context.textAlign = "center";
  for (const { value: at } of ticks(0, end, Math.max(2, Math.floor(width / 120))))
    if (Number.isInteger(at)) context.fillText(count(at), x(at), height - 6);
}

/** A chain's own part of its path; of the many steps within one pixel, the lowest and the highest. */
function traceLine(ui, context, index, path, { x, y, faint }) {
  context.strokeStyle = colourOf(index);
  context.lineWidth = rank(ui, index) === 2 ? 2.25 : 1.5;
  context.globalAlpha = faint ? 0.55 : 1;
  context.setLineDash(dashOf(index));
  context.beginPath();
  const perPixel = 1 / (x(1) - x(0));
  const stride = Math.max(1, Math.floor(perPixel));
  for (
    let at = Math.max(0, path.fork - (path.overruled < 0 ? 0 : 1));
    at < path.states.length;
    at += stride
  ) {
    let [low, high] = [Infinity, -Infinity];
    for (let k = at; k < Math.min(at + stride, path.states.length); k++) {
      low = Math.min(low, path.states[k].score.total);
      high = Math.max(high, path.states[k].score.total);
    }
    context.lineTo(x(at), y(high));
    if (low < high) context.lineTo(x(at), y(low));
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

export function moveCursor(ui) {
  if (ui.frameOfTrace)
    ui.cursor.style.transform = `translateX(${ui.frameOfTrace.x(Math.min(ui.view.at, ui.frameOfTrace.end))}px)`;
}

function placeOf(ui, event) {
  const { left } = ui.traceBox.getBoundingClientRect();
  const inner = ui.frameOfTrace.width - INSET.left - INSET.right;
  return Math.round(((event.clientX - left - INSET.left) / inner) * ui.frameOfTrace.end);
}

export function setUp(ui) {
  ui.statistics = new WeakMap(); // chain -> {steps, ess, autocorrelation}
  ui.facts = el("div", { class: "chain-facts" });
  ui.traceCanvas = el("canvas", { class: "chain-trace", id: id(ui, "trace"), role: "img" });
  ui.cursor = el("div", { class: "chain-cursor", "aria-hidden": "true" });
  ui.traceBox = el("div", { class: "chain-trace-box" }, ui.traceCanvas, ui.cursor);
  ui.chainTable = el("table", { class: "chain-numbers", id: id(ui, "chains-table") });
  ui.actionBox = el("div", { class: "chain-actions", id: id(ui, "actions") });
  ui.lagBox = el("div", { class: "chain-lags", id: id(ui, "lags") });
  ui.lagTable = el(
    "details",
    {},
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
      ui.traceBox,
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
      ui.lagBox,
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
  ui.frameOfTrace = null; // {x, end}: from steps to pixels
  ui.traceBox.addEventListener("pointerdown", (event) => {
    if (!ui.frameOfTrace || event.button) return;
    halt(ui);
    jump(ui, placeOf(ui, event));
    ui.traceBox.setPointerCapture(event.pointerId);
  });
  ui.traceBox.addEventListener(
    "pointermove",
    (event) => ui.traceBox.hasPointerCapture(event.pointerId) && jump(ui, placeOf(ui, event)),
  );
  new ResizeObserver(() => ui.scene && drawTrace(ui)).observe(ui.traceBox);
  new MutationObserver(() => ui.scene && drawTrace(ui)).observe(document.body, {
    attributeFilter: ["class"],
  }); // light or dark
}
