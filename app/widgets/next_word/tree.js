// The beam search as a tree: a column for each step, kept boxes above pruned ones.
import { el, svg } from "../../page/dom.js";
import { option } from "./bars.js";
import { nats, take, visible } from "./next_word.js";

/**
 * @typedef {import("./types.js").Ahead} Ahead
 * @typedef {import("./types.js").Branch} Branch
 * @typedef {import("./types.js").Option} Option
 * @typedef {import("./types.js").Ui} Ui
 */

const [COLUMN, ROW, BOX, TALL, ROOT] = [128, 46, 104, 38, 56]; // pixels

/** @param {number} rows */
export const heightOf = (rows) => rows * ROW - (ROW - TALL);

/** @param {Ui} ui @param {Ahead} ahead */
export function drawTree(ui, { steps, found: list }) {
  const best = bestPath(steps, list[0]);
  const rows = Math.max(1, ...steps.map((step) => step.length));
  const wide = ROOT + steps.length * COLUMN;
  const high = heightOf(rows);
  const left = (/** @type {number} */ column) =>
    ui.backward ? wide - ROOT - column * COLUMN - BOX - 24 : ROOT + column * COLUMN + 24;
  const middle = (/** @type {number} */ row) => row * ROW + TALL / 2;
  /** @type {SVGElement[]} */
  const lines = [];
  const nodes = steps.flatMap((step, t) =>
    step.map((branch, i) => {
      const start = t
        ? [left(t - 1) + (ui.backward ? 0 : BOX), middle(branch.parent)]
        : [ui.backward ? wide - ROOT : ROOT, middle(0)];
      const end = [left(t) + (ui.backward ? BOX : 0), middle(i)];
      const bend = (start[0] + end[0]) / 2;
      lines.push(
        svg("path", {
          class: look("next-edge", branch, best[t] === i),
          d: `M${start}C${bend} ${start[1]} ${bend} ${end[1]} ${end}`,
        }),
      );
      return node(ui, branch, t, i, best[t] === i, `left: ${left(t)}px; top: ${i * ROW}px`);
    }),
  );
  const root = el("span", {
    class: "next-root",
    style: `${ui.backward ? "right" : "left"}: 0; top: 0`,
    text: ui.shown.typed.length ? "…" : "start",
  });
  Object.assign(ui.tree.style, { width: `${wide}px`, height: `${high}px` });
  ui.tree.replaceChildren(
    svg("svg", { width: wide, height: high, "aria-hidden": "true" }, ...lines),
    root,
    ...nodes,
  );
  if (ui.backward) ui.treeScroll.scrollLeft = wide;
  ui.found.replaceChildren(...list.map((one) => option(ui, one)));
  if (!list.length)
    ui.found.append(
      el("li", { class: "next-note", text: "None of the kept ones came to an end." }),
    );
  ui.treeTable.set(
    ["step", "beginning", "log p, nats", "fate"],
    steps.flatMap((step, t) =>
      step.map((branch) => [t + 1, branch.text, Number(branch.log_p.toFixed(3)), fate(branch)]),
    ),
  );
  ui.element.dataset.steps = String(steps.length); // how tests know
}

/** @param {Branch} branch */
const fate = ({ kept, kind }) => (kept ? (kind === "end" ? "complete" : "kept") : "pruned");

/** @param {string} base @param {Branch} branch @param {boolean} best */
const look = (base, branch, best) =>
  `${base} next-${branch.kept ? "kept" : "pruned"}${best ? " next-best" : ""}${branch.kind === "end" ? " next-end" : ""}`;

/**
 * @param {Ui} ui
 * @param {Branch} branch
 * @param {number} t
 * @param {number} i
 * @param {boolean} best
 * @param {string} style
 */
function node(ui, branch, t, i, best, style) {
  const { word, kind, log_p, text } = branch;
  const name = kind === "end" ? "end" : visible(word);
  return el(
    "button",
    {
      type: "button",
      class: look("next-node", branch, best),
      style,
      "data-step": t,
      "data-place": i,
      title: `${text || "(nothing)"}: ${nats(log_p, 2)} nats, ${fate(branch)}`,
      "aria-label": `step ${t + 1}: ${name}, ${nats(log_p, 1)}, ${fate(branch)}`,
      on: { click: () => take(ui, text) },
    },
    el("b", { text: name }),
    el("span", { text: nats(log_p, 1) }),
  );
}

/**
 * At each step the place of the box that leads to the likeliest complete sentence.
 * @param {Branch[][]} steps
 * @param {Option | undefined} first
 */
function bestPath(steps, first) {
  if (!first) return [];
  let t = steps.findIndex((step) => step.some((branch) => ends(branch, first)));
  if (t < 0) return [];
  const path = [];
  let place = steps[t].findIndex((branch) => ends(branch, first));
  for (; t >= 0; t--) {
    path[t] = place;
    place = steps[t][place].parent;
  }
  return path;
}

/** @param {Branch} branch @param {Option} option */
const ends = (branch, { text, log_p }) =>
  branch.kept &&
  branch.kind === "end" &&
  branch.text === text &&
  Math.abs(branch.log_p - log_p) < 1e-9;

/** @param {Ui} ui */
export function setUp(ui) {
  // Arrow keys: along a branch and within a step.
  ui.tree.addEventListener("keydown", (event) => {
    const { step, place } = /** @type {HTMLElement} */ (event.target).dataset;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    if (step == null || !move) return;
    event.preventDefault();
    const t = Number(step) + (ui.backward ? -move[0] : move[0]);
    const next = move[0]
      ? ui.tree.querySelector(`[data-step="${t}"]`)
      : ui.tree.querySelector(`[data-step="${t}"][data-place="${Number(place) + move[1]}"]`);
    /** @type {HTMLElement | null} */ (next)?.focus();
  });
}
