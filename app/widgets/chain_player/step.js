// One step of a chain: the sentence with its edit, the candidates, every term of the ratio, and,
// once the proposal has been seen, the verdict.

import { el } from "../../page/dom.js";
import { count, fixed, percent, signed } from "../../page/numbers.js";
import { shownChains } from "./chain_player.js";
import { finite, marked, nameOf, number, pathOf } from "./paths.js";
import { swatch } from "./transport.js";

/**
 * @typedef {import("./types.js").Kernel} Kernel
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Step} Step
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {object} Ratio what its rows are made of
 * @property {State} before
 * @property {Step} step
 * @property {number} gain of log π
 * @property {(x: number | null) => number} round
 * @property {(x: number) => string} show
 * @property {(x: number) => string} plus as `show`, with its sign
 * @typedef {{accepted: boolean, overruled: boolean}} Verdict
 */

/** @type {Record<Step["action"], (step: Step) => (string | Node)[]>} */
const DOES = {
  replace: ({ old, new: word, position }) => [
    "replace word ",
    String(position + 1),
    ": ",
    el("b", { text: old }),
    " by ",
    el("b", { text: word }),
  ],
  insert: ({ new: word, position }) => [
    "insert ",
    el("b", { text: word }),
    ` as word ${position + 1}`,
  ],
  delete: ({ old, position }) => [`delete word ${position + 1}: `, el("b", { text: old })],
  none: () => ["no edit"],
};
/** @param {Step} step */
export const saidOf = (step) => el("span", {}, ...DOES[step.action](step)).textContent;

/** @param {Ui} ui */
export function drawSteps(ui) {
  const shown = shownChains(ui);
  ui.cards.classList.toggle("chain-two", shown.length > 1);
  const fresh = shown.map((i) =>
    stepCard(ui, i, Math.min(ui.view.at, pathOf(ui, i).steps.length)),
  );
  ui.cards.replaceChildren(...fresh);
  ui.element.dataset.phase = ui.phaseNow;
}

/** @param {Ui} ui @param {number} index of the chain @param {number} at */
function stepCard(ui, index, at) {
  const path = pathOf(ui, index);
  const head = el(
    "h3",
    {},
    swatch(index),
    el("b", { text: nameOf(ui, index) }),
    el("span", { text: at ? `step ${count(at)}` : "start" }),
  );
  if (!at) return startCard(ui, head, path.states[0]);
  const step = path.steps[at - 1];
  const before = path.states[at - 1];
  const accepted = path.accepted[at - 1];
  const open = ui.phaseNow === "proposal";
  const { kernel } = ui.scene.chains[index];
  const overruled = path.overruled === at - 1;
  const verdict = open ? "open" : accepted ? "accepted" : "rejected";
  const line = el("p", { class: `chain-sentence chain-${verdict}` }, marked(ui, before, step));
  return el(
    "article",
    {
      class: "chain-card",
      "data-action": step.action,
      "data-verdict": verdict,
      "aria-label": `Step ${at} of ${nameOf(ui, index)}`,
    },
    el(
      "div",
      { class: "chain-head" },
      head,
      el("span", { class: "chain-does" }, ...DOES[step.action](step)),
    ),
    line,
    el("div", { class: "chain-why" }, ratioOf(kernel, before, step, open), candidatesOf(step)),
    gauge(step, { open, overruled, accepted }),
  );
}

/** @param {Ui} ui @param {HTMLElement} head @param {State} state */
function startCard(ui, head, state) {
  const rows = Object.entries(state.score.parts).map(([name, part]) =>
    termRow(name, [number(part)]),
  );
  return el(
    "article",
    { class: "chain-card", "data-verdict": "start", "aria-label": "Start of the chain" },
    el(
      "div",
      { class: "chain-head" },
      head,
      el("span", { class: "chain-does", text: "Press → to see the first proposal." }),
    ),
    el("p", { class: "chain-sentence" }, marked(ui, state, { ...state, ...UNTOUCHED })),
    el(
      "div",
      { class: "chain-why" },
      el(
        "table",
        { class: "chain-ratio" },
        el("thead", {}, termRow("in nats", ["x"], "th")),
        el("tbody", {}, ...rows, termRow("log π", [number(state.score.total)], "td", "chain-sum")),
      ),
    ),
  );
}

/** @type {Pick<Step, "action" | "position" | "old">} */
const UNTOUCHED = { action: "none", position: 0, old: null };

// ---- the ratio ------------------------------------------------------------------------------

const PERIOD = 10; // steps between the two thresholds of the paper's procedure, 0 and 0.5
const NORM = 10; // words; insertions are favoured below this length

/**
 * @param {string} label @param {string[]} cells
 * @param {"td" | "th"} [tag] of the cells @param {string} [kind] class of the row
 */
function termRow(label, cells, tag = "td", kind) {
  return el(
    "tr",
    { class: kind },
    el("th", { scope: tag === "th" ? "col" : "row", text: label }),
    ...cells.map((text) => el(tag, { text, scope: tag === "th" ? "col" : null })),
  );
}

/**
 * The terms of log π and of the proposal, rounded first, so that they add up as they are shown.
 * @param {Kernel} kernel @param {State} before @param {Step} step @param {boolean} open
 */
function ratioOf(kernel, before, step, open) {
  const close = step.log_alpha != null && Math.abs(step.log_alpha - step.log_u) < 0.02;
  const digits = close ? 4 : 2; // a narrow verdict must not be lost in rounding
  const round = (/** @type {number | null} */ x) =>
    Math.round(finite(x) * 10 ** digits) / 10 ** digits;
  const show = (/** @type {number} */ x) => number(x, digits);
  const plus = (/** @type {number} */ x) => (Number.isNaN(x) ? "" : signed(x, digits));
  const names = Object.keys(before.score.parts);
  const old = names.map((name) => round(before.score.parts[name]));
  const now = names.map((name) => round(step.parts[name]));
  const sum = (/** @type {number[]} */ terms) => terms.reduce((total, term) => total + term, 0);
  const gain = sum(now) - sum(old);
  const rows = names.map((name, i) =>
    termRow(name, [show(old[i]), show(now[i]), plus(now[i] - old[i])]),
  );
  rows.push(termRow("log π", [show(sum(old)), show(sum(now)), plus(gain)], "td", "chain-sum"));
  const rest = kernel === "paper" ? paperRows : exactRows;
  rows.push(...rest({ before, step, gain, round, show, plus }));
  rows.push(termRow("log u", ["", "", show(round(step.log_u))], "td", "chain-late"));
  return el(
    "table",
    { class: "chain-ratio", "data-open": open },
    el("thead", {}, termRow("in nats", ["x", "x′", "x′ − x"], "th")),
    el("tbody", {}, ...rows),
  );
}

/** @param {Ratio} ratio */
function exactRows({ step, gain, round, show, plus }) {
  const [ahead, back] = [round(step.log_forward), round(step.log_reverse)];
  const heat = step.temperature ?? 1;
  const cooled = heat === 1 ? gain : round(gain / heat);
  const ratio = cooled + back - ahead;
  const warm = termRow(`log π / T, T = ${fixed(heat, 2)}`, ["", "", plus(cooled)]);
  return [
    ...(heat === 1 ? [] : [warm]),
    termRow("log q, there and back", [show(ahead), show(back), plus(back - ahead)]),
    termRow("log α = min(0, sum)", ["", plus(ratio), show(Math.min(0, ratio))], "td", "chain-sum"),
  ];
}

/**
 * What the released code computes instead of a ratio; see backend/language/samplers/cgmh.py.
 * @param {Ratio} ratio
 */
function paperRows({ before, step, gain, round, show, plus }) {
  if (step.action === "none") return [termRow("log α", ["", "", show(0)], "td", "chain-sum")];
  const rows = [];
  let sum = step.action === "replace" ? 0 : gain;
  if (step.action === "insert") {
    const [share, norm] = [round(step.log_forward), round(Math.log(NORM / before.tokens.length))];
    rows.push(termRow("− log share of the word", ["", show(share), plus(-share)]));
    rows.push(termRow(`log(${NORM} / words in x)`, ["", "", plus(norm)]));
    sum += norm - share;
  } else if (step.action === "delete") {
    const [share, norm] = [round(step.log_reverse), round(Math.log(NORM / step.tokens.length))];
    rows.push(termRow("log share of the old word", ["", show(share), plus(share)]));
    rows.push(termRow(`− log(${NORM} / words in x′)`, ["", "", plus(-norm)]));
    sum += share - norm;
  }
  const label = step.action === "replace" ? "log α of a replacement" : "log α = min(0, sum)";
  rows.push(
    termRow(label, ["", rows.length ? plus(sum) : "", show(Math.min(0, sum))], "td", "chain-sum"),
  );
  const threshold = Math.floor(step.n / PERIOD) % 2 ? Math.log(0.5) : -Infinity;
  rows.push(termRow("and log π must gain more than", ["", "", show(round(threshold))], "td"));
  return rows;
}

/**
 * α as a length and u as a place along it: u within α is an acceptance.
 * @param {Step} step @param {Verdict & {open: boolean}} verdict
 */
function gauge(step, { open, overruled, accepted }) {
  const [alpha, u] = [Math.exp(finite(step.log_alpha)), Math.exp(step.log_u)];
  const text = verdictOf(step, { accepted, overruled });
  const bar = el(
    "span",
    { class: "chain-alpha", "aria-hidden": "true" },
    el("i", { style: `width:${100 * alpha}%` }),
    open ? null : el("u", { style: `left:${100 * u}%` }),
  );
  return el(
    "div",
    { class: "chain-verdict" },
    bar,
    el(
      "span",
      { class: "chain-said" },
      open ? el("span", { class: "chain-waiting", text: "…" }) : text,
    ),
  );
}

/** @param {Step} step @param {Verdict} verdict */
function verdictOf(step, { accepted, overruled }) {
  const mark = el("b", {
    class: accepted ? "chain-yes" : "chain-no",
    text: accepted ? "✓ accepted" : "✕ rejected",
  });
  if (overruled)
    return el(
      "span",
      {},
      mark,
      ` by you; the chain had ${step.accepted ? "accepted" : "rejected"} it`,
    );
  if (step.action === "none") return el("span", {}, mark, " nothing to decide");
  const [alpha, u] = [percent(Math.exp(finite(step.log_alpha))), percent(Math.exp(step.log_u))];
  if (step.total == null) return el("span", {}, mark, ` π(x′) = 0: ${zeroParts(step)}`);
  const within = step.log_u <= finite(step.log_alpha);
  if (within && !accepted)
    return el("span", {}, mark, " log π gains too little for the threshold");
  return el("span", {}, mark, ` u = ${u} is ${within ? "within" : "above"} α = ${alpha}`);
}
/** @param {Step} step */
const zeroParts = ({ parts }) =>
  Object.entries(parts)
    .filter(([, part]) => part == null)
    .map(([name]) => name)
    .join(", ");

// ---- the candidates -------------------------------------------------------------------------

/** @param {Step} step */
function candidatesOf({ action, words, old, new: drawn }) {
  const rows = words.map(([word, p]) => candidateRow(word, p, word === drawn, word === old));
  if (drawn != null && !words.some(([word]) => word === drawn))
    rows.push(candidateRow(drawn, null, true, false));
  const caption = words.length ? "Likeliest words at this place" : "A deletion proposes no word";
  return el(
    "table",
    { class: "chain-candidates" },
    el("caption", { text: action === "none" ? "No word was proposed" : caption }),
    el("tbody", {}, ...rows),
  );
}

/** @param {string} word @param {number | null} p @param {boolean} chosen @param {boolean} old */
function candidateRow(word, p, chosen, old) {
  const role = chosen ? "drawn" : old ? "old" : "";
  return el(
    "tr",
    { class: role && `chain-${role}` },
    el("th", { scope: "row", text: word }),
    el(
      "td",
      {},
      el(
        "span",
        { class: "chain-bar" },
        p == null ? null : el("i", { style: `width:${100 * p}%` }),
      ),
    ),
    el("td", { text: p == null ? "rarer" : percent(p) }),
    el("td", { text: role }),
  );
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.phaseNow = "verdict";
  ui.cards = el("div", { class: "chain-cards" });
}
