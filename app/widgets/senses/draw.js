// The charts of a word's senses, and the tables behind them.

import { bars, chart, hue, line, points } from "../../page/charts.js";
import { el } from "../../page/dom.js";
import { tell } from "../../page/events.js";
import { count, fixed, percent, significant } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import { choose } from "./senses.js";

/**
 * @typedef {import("./types.js").Context} Context
 * @typedef {import("./types.js").Found} Found
 * @typedef {import("./types.js").Kernel} Kernel
 * @typedef {import("./types.js").Ui} Ui
 */

const EXAMPLES = 3; // contexts that are written out, of each sense
/** @type {Record<Kernel, string>} */
const KERNELS = { paper: "the paper's kernel", code: "that of its released code" };

/** @param {Ui} ui */
export function setUp(ui) {
  ui.plane = chart({
    label: "Contexts of the word, in the plane in which they differ most",
    height: 360,
    id: "senses-plane",
    click: ({ index }) => typeof index === "number" && write(ui.found.contexts[index]),
  });
  ui.kernels = chart({ label: "Kernels by angle", height: 220, id: "senses-kernels" });
  ui.widths = chart({ label: "Histogram of theta", height: 220, id: "senses-widths" });
  ui.rows = el("tbody");
  ui.examples = el("ol", { class: "senses-examples" });
  for (const name of /** @type {const} */ (["note", "facts", "moved"]))
    ui[name] = el("p", { class: "senses-note" });
}

/** The sense that is likeliest in a context. @param {Context} context */
const likeliest = ({ p }) => p.indexOf(Math.max(...p));

/** @param {number} k */
const named = (k) => `sense ${k + 1}`;

/** @param {string} word @param {Context} context */
const written = (word, { before, after }) => [before, `[${word}]`, after].join(" ").trim();

/** What stands before a context is written into the tab's box. @param {Context} context */
const write = ({ before }) => tell("latent-write", before);

/** @param {Ui} ui @param {Found} found */
export function draw(ui, found) {
  ui.found = found;
  ui.box.value = found.word;
  ui.box.dataset.asked = ui.props.value ?? "";
  ui.offered.replaceChildren(
    ...found.offered.map(({ word, senses }) =>
      el(
        "button",
        {
          ...{ type: "button", class: "lp-button", "aria-pressed": String(word === found.word) },
          "aria-label": `${word}, ${senses} senses`,
          on: { click: () => choose(ui, word) },
        },
        `${word} `,
        el("small", { text: String(senses) }),
      ),
    ),
  );
  drawPlane(ui, found);
  drawSenses(ui, found);
  drawKernels(ui, found);
  drawWidths(ui, found);
  drawMoves(ui, found);
}

/** @param {Ui} ui @param {Found} found */
function drawPlane(ui, { word, senses, contexts, kept, sentences }) {
  const all = contexts.map((context, i) => ({ context, i, k: likeliest(context) }));
  const clouds = senses.flatMap((_, k) => {
    const own = all.filter((one) => one.k === k);
    const at = (/** @type {"x" | "y"} */ axis) => own.map(({ context }) => context[axis]);
    const said = own.map(
      ({ context }) => `${written(word, context)}: ${named(k)}, ${percent(context.p[k])}`,
    );
    return own.length
      ? [points(named(k), at("x"), at("y"), { k, size: 8, said, ids: own.map(({ i }) => i) })]
      : [];
  });
  const vectors = points(
    "vectors",
    senses.map(({ x }) => x),
    senses.map(({ y }) => y),
    {
      ...{ colour: senses.map((_, k) => hue(k)), size: 15, outline: "--ink", silent: true },
      text: senses.map((_, k) => String(k + 1)),
      places: senses.map(() => "top right"),
      said: senses.map((sense, k) => `vector of ${named(k)}, θ ${significant(sense.theta)}`),
    },
  );
  const shapes = senses.map(({ x, y, reach }, k) => {
    const r = 2 * Math.sin((reach * Math.PI) / 360); // as the crow flies between directions
    const look = { color: hue(k), width: 1.5, dash: "4px,4px" };
    return { type: "circle", x0: x - r, x1: x + r, y0: y - r, y1: y + r, line: look };
  });
  const x = { label: "first direction" };
  ui.plane.draw(
    [...clouds, vectors],
    { x, y: { label: "second" }, square: true, shapes, legend: true, scene: word },
    `${contexts.length} contexts of ${word}, by the likeliest of its ${senses.length} senses`,
  );
  ui.note.textContent = contexts.length
    ? `What was read before “${word}” at ${count(contexts.length)} places in ${count(sentences)} held-out sentences, as directions, of whose variance this plane keeps ${percent(kept)}. Large marks are the senses' vectors; what lies outside a sense's ring loses more than one nat by its angle. (Distances here are never longer than the real ones, so within a ring that is not sure.)`
    : `“${word}” stands in none of ${count(sentences)} held-out sentences, so there are only its vectors.`;
  ui.twins.contexts.set(
    ["before", "word", "after", "sense", ...senses.map((_, k) => `p of ${named(k)}`), "x", "y"],
    all.map(({ context: { before, after, p, x, y }, k }) => [
      ...[before, word, after, k + 1],
      ...[...p, x, y].map((value) => Number(value.toFixed(4))),
    ]),
  );
}

/** @param {Ui} ui @param {Found} found */
function drawSenses(ui, { word, senses, contexts }) {
  ui.rows.replaceChildren(
    ...senses.map(({ share, theta, reach, step, giver }, k) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, el("span", {}, mark(k), named(k))),
        el("td", { text: percent(share) }),
        el("td", { text: significant(theta) }),
        el("td", { text: `${fixed(reach, 0)}°` }),
        el("td", { text: step ? `step ${count(step)}, from “${giver}”` : "the start" }),
      ),
    ),
  );
  const surest = senses.flatMap((_, k) =>
    contexts
      .filter((context) => likeliest(context) === k)
      .sort((a, b) => b.p[k] - a.p[k])
      .slice(0, EXAMPLES)
      .map((context) => ({ context, k })),
  );
  ui.examples.replaceChildren(
    ...surest.map(({ context, k }) =>
      el(
        "li",
        {},
        el(
          "button",
          { type: "button", on: { click: () => write(context) } },
          mark(k),
          el("span", {}, `${context.before} `, el("b", { text: word }), ` ${context.after}`),
          el("span", { class: "lp-odds-p", text: percent(context.p[k]) }),
        ),
      ),
    ),
  );
}

/** @param {Ui} ui @param {Found} found */
function drawKernels(ui, { kernel, senses, angles }) {
  const other = kernel === "paper" ? "code" : "paper";
  const traces = senses.flatMap(({ kernels }, k) => [
    line(named(k), angles, kernels[kernel], { k, dash: 0 }),
    line(`${named(k)}, other kernel`, angles, kernels[other], { k, dash: 2, faint: true }),
  ]);
  const product = angles.map((angle) => Math.cos((angle * Math.PI) / 180));
  traces.push(line("inner product", angles, product, { colour: "--ink-2", dash: 1, width: 1 }));
  const values = traces.flatMap(({ y }) => y);
  const [low, high] = [Math.max(-3, Math.min(...values)), Math.min(3, Math.max(...values))];
  const x = { label: "angle, degrees", ticks: [0, 45, 90, 135, 180] };
  ui.kernels.draw(traces, { x, y: { low: low - 0.1, high: high + 0.1 }, legend: false });
  const [near, far] = [KERNELS[kernel], KERNELS[other]];
  ui.facts.textContent = `Whole lines: ${near}, which this model has. Dashed: ${far} at the same θ, which is another function: it is the ${kernel === "paper" ? "narrower" : "wider"} near the vector the larger θ is. Grey: the inner product, which both become as θ falls to 0.`;
  ui.twins.kernels.set(
    ["angle", ...senses.flatMap((_, k) => [`${named(k)}, paper`, `${named(k)}, code`])],
    angles.map((angle, i) => [
      angle,
      ...senses.flatMap(({ kernels }) =>
        [kernels.paper[i], kernels.code[i]].map((value) => Number(value.toFixed(4))),
      ),
    ]),
  );
}

/** @param {Ui} ui @param {Found} found */
function drawWidths(ui, { thetas: { counts, edges }, senses }) {
  const own = senses.map(({ theta }) => theta);
  const within = counts.map(
    (_, i) => own.filter((t) => t >= edges[i] && t <= edges[i + 1]).length,
  );
  const places = counts.map((_, i) => i);
  const colour = within.map((n) => (n ? hue(1) : "--ink-2"));
  const ticks = places.filter((i) => i % 4 === 0);
  const names = ticks.map((i) => significant(edges[i], 2));
  ui.widths.draw([bars("senses", places, counts, { colour, hover: "%{y} senses" })], {
    x: { label: "θ", ticks: ticks.map((i) => i - 0.5), names },
    y: "senses",
  });
  ui.twins.widths.set(
    ["θ from", "to", "senses", "of this word"],
    counts.map((n, i) => [
      ...[edges[i], edges[i + 1]].map((theta) => Number(theta.toPrecision(4))),
      n,
      within[i],
    ]),
  );
}

/** @param {Ui} ui @param {Found} found */
function drawMoves(ui, { word, moves }) {
  const [got, gave] = [2, 1].map((who) => moves.filter((move) => move[who] === word).length);
  ui.moved.textContent = `Blue bars hold senses of this word. Training moved ${count(moves.length)} senses to words that were predicted badly from words that hardly needed them; “${word}” was given ${got} and gave ${gave}.`;
  ui.twins.moves.set(["step", "from", "to"], moves);
}
