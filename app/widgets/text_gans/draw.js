// The charts of text GANs, and the tables behind them.

import { chart, line, points, rule } from "../../page/charts.js";
import { el } from "../../page/dom.js";
import { count, fixed, percent, significant } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import { id, layOutColumns } from "./text_gans.js";
import { last, ofCodes, verdicts } from "./words.js";

/**
 * @typedef {import("./types.js").Exact} Exact
 * @typedef {import("./types.js").Measured} Measured
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Soft} Soft
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Values} Values
 */

/** @type {[Exact, string, number][]} quantity, title, digits */
const COLUMNS = [
  ["language_nll", "NLL of the language, nats", 2],
  ["sample_nll", "NLL of samples, nats", 2],
  ["grammatical", "Grammatical, %", 1],
  ["effective_sentences", "Sentences in effect", 0],
  ["covered", "Covered by 10,000 samples, %", 1],
];
const CURVES = /** @type {const} */ (["language_nll", "sample_nll"]);
const ITSELF = "the language itself";
const SETTLED = 400; // steps, before which NLLs are too high to be drawn on one axis with the rest

/** @param {Ui} ui */
export function setUp(ui) {
  ui.curves = {
    language_nll: chart({
      label: "NLL of the language by step",
      height: 300,
      id: id(ui, "language"),
    }),
    sample_nll: chart({ label: "NLL of samples by step", height: 300, id: id(ui, "sample") }),
  };
  ui.plane = chart({ label: "BLEU against self-BLEU", height: 320, id: id(ui, "plane") });
  ui.games = {
    gap: chart({ label: "The critic's gap by step", height: 240, id: id(ui, "gap") }),
    noise: chart({ label: "The same words by noise", height: 240, id: id(ui, "noise") }),
  };
  ui.meter = chart({ label: "Slope by temperature", height: 200, id: id(ui, "meter") });
}

/** @param {Ui} ui @param {Measured} measured */
export function drawMeasured(ui, measured) {
  drawCurves(ui, measured);
  drawNumbers(ui, measured);
  drawPlane(ui, measured.runs);
  layOutColumns(ui, measured.runs);
  ui.verdict.replaceChildren(...verdicts(measured.runs).map((text) => el("li", { text })));
}

/** @param {Ui} ui @param {import("./types.js").Codes} game */
export function drawCodes(ui, game) {
  const { gap, noise, steps } = game;
  const [levels, shares] = [0, 1].map((i) => noise.map((pair) => pair[i]));
  ui.games.gap.draw(
    [line("gap", steps, gap, { hover: "step %{x}: %{y:.3f}" })],
    { x: "step", y: "E f(e(x)) − E f(g(s))" },
    `The critic's gap on held-out sentences: ${gap.length ? `${fixed(gap[0], 2)} at first, ${fixed(gap[gap.length - 1], 2)} in the end` : "was not kept"}`,
  );
  ui.games.noise.draw(
    [line("same words", levels, shares, { hover: "σ %{x}: %{y:.0f} %" })],
    { x: "σ of the noise on a code", y: "same words, %" },
    `Test sentences that decode to the same words: ${noise.map(([level, share]) => `${fixed(share, 0)} % at σ ${level}`).join(", ")}`,
  );
  ui.twins.gap.set(
    ["step", "gap"],
    steps.map((step, i) => [step, gap[i]]),
  );
  ui.twins.noise.set(["σ", "same words, %"], noise);
  ui.codes.replaceChildren(...ofCodes(game).map((text) => el("li", { text })));
}

/** @param {Ui} ui @param {Measured} measured */
function drawCurves(ui, { runs, reference }) {
  const game = runs.filter((run) => run.mle < last(run).step);
  const borders = [...new Set(game.flatMap(({ mle, critic }) => [mle, mle + critic]))];
  for (const quantity of CURVES) {
    const traces = runs.map((run, k) => {
      const seen = run.moments.filter(({ step }) => step >= SETTLED);
      const x = seen.map(({ step }) => step);
      const y = seen.map((moment) => moment[quantity]);
      return line(run.label, x, y, { k, hover: "%{fullData.name}: %{y:.3f} nats" });
    });
    const shapes = borders.map((x, i) => rule({ x }, { name: ["critic", "game"][i] }));
    const [first, end] = [SETTLED, Math.max(...runs.map((run) => last(run).step))];
    const floor = [reference[quantity], reference[quantity]];
    traces.push(line(ITSELF, [first, end], floor, { colour: "--ink", dash: 2, hover: false }));
    const ends = runs.map((run) => `${run.label} ends at ${fixed(last(run)[quantity], 2)}`);
    ui.curves[quantity].draw(
      traces,
      { x: "step", y: "nats", pick: "x", legend: true, shapes },
      `${quantity === "sample_nll" ? "NLL of samples" : "NLL of the language"}: ${ends.join("; ")}; ${ITSELF} ${fixed(reference[quantity], 2)}`,
    );
  }
  ui.twins.moments.set(
    ["model", "step", ...COLUMNS.map(([, title]) => title)],
    runs.flatMap((run) =>
      run.moments.map((moment) => [
        run.label,
        moment.step,
        ...COLUMNS.map(([quantity]) => moment[quantity]),
      ]),
    ),
  );
}

/** @param {Ui} ui @param {Measured} measured */
function drawNumbers(ui, { runs, reference }) {
  /** @param {import("../../page/dom.js").Child[]} name @param {Values} values */
  const row = (name, values) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, el("span", {}, ...name)),
      ...COLUMNS.map(([quantity, , digits]) =>
        el("td", { text: digits ? fixed(values[quantity], digits) : count(values[quantity]) }),
      ),
    );
  const head = ["At the end", ...COLUMNS.map(([, title]) => title)];
  ui.numbers.replaceChildren(
    el("caption", { class: "lp-offscreen", text: "Exact numbers at the end of training" }),
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col", text })))),
    el(
      "tbody",
      {},
      ...runs.map((run, k) => row([mark(k), run.label], last(run))),
      row([ITSELF], reference),
    ),
  );
}

/** @param {Ui} ui @param {Run[]} runs */
function drawPlane(ui, runs) {
  const rows = runs.flatMap((run) => {
    const { bleu_test: quality = {}, self_bleu: sameness = {} } = run.planes;
    return Object.keys(quality)
      .sort((a, b) => Number(a) - Number(b))
      .map((t) => ({ run, t, quality: quality[t], sameness: sameness[t] }));
  });
  const traces = runs.map((run, k) => {
    const own = rows.filter((row) => row.run === run);
    return points(
      run.label,
      own.map(({ sameness }) => sameness),
      own.map(({ quality }) => quality),
      {
        ...{ k, joined: true },
        said: own.map(
          ({ t, quality, sameness }) =>
            `${run.label} at temperature ${t}: BLEU ${fixed(quality, 1)}, self-BLEU ${fixed(sameness, 1)}`,
        ),
      },
    );
  });
  const { bleu_test: y, self_bleu: x } = runs[0].real;
  const real = x == null || y == null ? [] : [points("real", [x], [y], { k: 4, colour: "--ink" })];
  ui.plane.draw(
    [...traces, ...real],
    { x: "self-BLEU (lower is more diverse)", y: "BLEU against test", legend: true },
    "BLEU against self-BLEU, each model at temperatures from 0.4 to 1.2",
  );
  ui.planeNote.textContent = rows.length
    ? "Mean BLEU-4 of 500 samples, each against 500 test sentences, over that of each against the 499 other samples, never itself. Along a curve the temperature rises from 0.4 to 1.2, from right to left: likelihood's curve is what a GAN has to lie above."
    : "BLEU was not measured: python scripts/evaluate.py text_gan/seq_gan--toy-language";
  ui.twins.plane.set(
    ["model", "temperature", "BLEU", "self-BLEU"],
    rows.map(({ run, t, quality, sameness }) => [run.label, t, quality, sameness]),
  );
}

/** @param {Ui} ui @param {Soft} answer @param {number} tau */
export function drawSoft(ui, answer, tau) {
  if (answer.error) {
    ui.softNote.textContent = answer.error;
    return ui.soft.replaceChildren();
  }
  ui.soft.replaceChildren(
    ...answer.words.map((words) =>
      el(
        "li",
        {},
        ...words.map(([word, share]) =>
          el(
            "span",
            { class: "gans-word", style: `--share: ${share}` },
            el("b", { text: word }),
            el("small", { text: percent(share) }),
          ),
        ),
      ),
    ),
  );
  const { slopes } = answer;
  const near = slopes.reduce((a, b) =>
    Math.abs(Math.log(b.temperature / tau)) < Math.abs(Math.log(a.temperature / tau)) ? b : a,
  );
  ui.softNote.textContent = `Likeliest at each place: ${answer.drawn}. At τ ≈ ${near.temperature} a place is shared by ${significant(near.words)} words, and the gradient that reaches the generator has length ${significant(near.length)}; through a whole word, τ = 0, it would be 0.`;
  ui.meter.draw(
    [
      line(
        "length of the gradient",
        slopes.map(({ temperature }) => temperature),
        slopes.map(({ length }) => length),
        { hover: "τ %{x}: %{y:.3g}" },
      ),
    ],
    { x: { label: "τ", log: true }, y: { label: "gradient", log: true } },
    `Length of the gradient: ${slopes.map((s) => `${significant(s.length)} at τ ${s.temperature}`).join(", ")}`,
  );
  ui.meter.mark(tau);
  ui.twins.soft.set(
    ["place", "word", "share"],
    answer.words.flatMap((words, i) => words.map(([word, share]) => [i + 1, word, share])),
  );
  ui.twins.meter.set(
    ["τ", "length of the gradient", "words that share a place"],
    slopes.map((s) => [
      s.temperature,
      Number(significant(s.length)),
      Number(significant(s.words)),
    ]),
  );
}
