// The ablation of the α-GAN: a matrix of what each term buys, and how well the critics D and C do
// along training. The numbers are those of the frontier, which sends them ("latent-bench").

import { keep as pageKeep } from "../../page/address.js";
import { chart, line, rule, swatch } from "../../page/charts.js";
import { button, el, one, panelOf, tableTwin } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { csv, download } from "../../page/files.js";
import { count, significant } from "../../page/numbers.js";
import { bytes, picture, split } from "../../page/pictures.js";
import { asker, result } from "../../page/result.js";
import { whenSeen } from "../../page/seen.js";
import * as link from "../../page/state.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

const VIEW = "pictures";
const MODEL = "alpha_gan";
const TERMS = [
  ["", "L1", "D", "C"],
  ["no-l1", "D", "C"],
  ["no-critic", "L1", "C"],
  ["no-code-critic", "L1", "D"],
]; // tag, terms that are on
const COLUMNS = [
  ["code_mmd", "Code MMD"],
  ["mse", "MSE"],
  ["sharpness", "Sharpness"],
  ["inception_score", "Inception score"],
  ["fid_ours", "FID (our features)"],
  ["classes_covered", "Classes"],
];
const CURVES = [
  ["critic_accuracy", "Accuracy of D, pictures"],
  ["code_critic_accuracy", "Accuracy of C, codes"],
];
const LINES = [
  { colour: "--ink", dash: 0, width: 2.5 },
  { colour: "--accent", dash: 1, width: 2 },
  { colour: "--caution-mark", dash: 2, width: 2 },
  { colour: "--accept", dash: 3, width: 2 },
];
const PICTURES = 8;

/** @param {Ui} ui @param {string} name */
const id = (ui, name) => `${ui.props.tab}-ablation-${name}`;

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
const shown = (ui) => ui.panel.dataset.mode === VIEW;

/** @param {Ui} ui */
const most = (ui) => Math.max(...ui.runs.map((run) => run.moments.length)) - 1;

/** @param {Ui} ui */
const at = (ui) => Math.min(ui.moment ?? most(ui), most(ui));

/** @param {Ui} ui @param {Run} run */
const momentOf = (ui, run) => run.moments[Math.min(at(ui), run.moments.length - 1)];

/** @param {Ui} ui */
const state = (ui) => link.write({ moment: at(ui) }, { moment: most(ui) });

/** @param {Ui} ui */
const keep = (ui) => {
  const now = ui.runs.length ? state(ui) : ui.props.value; // what a link asks for and is not seen yet
  pageKeep(ui.props.tab, { ablation: shown(ui) ? now : "" });
};

/** @param {Ui} ui */
function restore(ui) {
  const given = link.read(ui.props.value).moment;
  ui.moment = given === undefined ? null : Number(given);
  keep(ui);
  return drawAll(ui);
}

// ---- drawing ------------------------------------------------------------------------------

/** @param {Ui} ui */
async function draw(ui) {
  const own = ui.bench.runs.filter((run) => run.model === MODEL && run.dataset === "mnist");
  ui.runs = TERMS.flatMap(([tag, ...on]) => {
    const run = own.find(({ name }) => name === `gan/${MODEL}--mnist${tag && `--${tag}`}`);
    return run ? [{ ...run, on }] : [];
  });
  ui.element.hidden = !ui.runs.length;
  if (!ui.runs.length) return;
  ui.scrub.max = String(most(ui));
  await restore(ui);
}

/** @param {Ui} ui */
async function drawAll(ui) {
  ui.scrub.value = String(at(ui));
  const steps = [...new Set(ui.runs.map((run) => momentOf(ui, run).step))];
  ui.when.textContent = `step ${steps.map(count).join(" / ")}`;
  ui.scrub.setAttribute("aria-valuetext", ui.when.textContent);
  drawMatrix(ui);
  drawCurves(ui);
  await Promise.all(ui.runs.map((run) => drawSamples(ui, run)));
  ui.element.dataset.moment = String(at(ui)); // how tests know
}

/** @param {Run} run */
const without = (run) =>
  run.on.length === 3
    ? "all on"
    : `without ${["L1", "D", "C"].find((term) => !run.on.includes(term))}`;

/** @param {Ui} ui @param {string} column */
const real = (ui, column) => ui.runs[0].reference[column];

/** @param {Ui} ui */
function drawMatrix(ui) {
  const known = COLUMNS.filter(([column]) =>
    ui.runs.some((run) => momentOf(ui, run).values[column] != null),
  );
  const all = ui.runs.find((run) => run.on.length === 3);
  const cell = (/** @type {Run} */ run, /** @type {string} */ column) => {
    const value = momentOf(ui, run).values[column];
    const base = all && momentOf(ui, all).values[column];
    const ratio = run !== all && value && base && base > 0 && value > 0 ? value / base : null;
    return el(
      "td",
      { title: ui.bench.byId[column]?.explanation },
      el("span", { text: significant(value) }),
      el("small", { text: ratio == null ? "" : `× ${significant(ratio, 2)}` }),
    );
  };
  const kept = new Map(
    [...ui.grid.querySelectorAll("tr[data-run]")].map((row) => [
      row.getAttribute("data-run"),
      row.lastChild,
    ]),
  );
  ui.grid.replaceChildren(
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ...[
          "",
          "L1",
          "D",
          "C",
          ...known.map(([, title]) => title),
          "samples of the same codes",
        ].map((text) => el("th", { scope: "col", text })),
      ),
    ),
    el(
      "tbody",
      {},
      ...ui.runs.map((run, k) =>
        el(
          "tr",
          { "data-run": run.name },
          el(
            "th",
            { scope: "row" },
            el("span", { class: "abl-name" }, swatch(LINES[k]), without(run)),
          ),
          ...["L1", "D", "C"].map((term) =>
            el(
              "td",
              { class: "abl-term" },
              el("span", {
                text: run.on.includes(term) ? "✔" : "–",
                "aria-label": run.on.includes(term) ? "on" : "off",
              }),
            ),
          ),
          ...known.map(([column]) => cell(run, column)),
          kept.get(run.name) ??
            el("td", { class: "abl-samples" }, el("div", { class: "abl-wait" })),
        ),
      ),
      el(
        "tr",
        { class: "abl-real" },
        el("th", { scope: "row", text: "real test pictures" }),
        el("td"),
        el("td"),
        el("td"),
        ...known.map(([column]) =>
          el("td", { text: real(ui, column) == null ? "" : significant(real(ui, column)) }),
        ),
        el("td"),
      ),
    ),
  );
  const [first] = ui.runs;
  ui.note.textContent = `Measured on the ${first.split} split, n ${count(first.n)}. Small numbers: times the value with all terms on. L1 asks for a faithful reconstruction (MSE), D for sharp pictures, C for codes that look like draws of the prior (code MMD): look there at the row that leaves it out.`;
}

/** @param {Ui} ui */
function matrix(ui) {
  return [
    ["checkpoint", "step", ...COLUMNS.map(([column]) => column)],
    ...ui.runs.map((run) => [
      run.name,
      momentOf(ui, run).step,
      ...COLUMNS.map(([column]) => momentOf(ui, run).values[column] ?? ""),
    ]),
  ];
}

/** @param {Ui} ui @param {Run} run */
async function drawSamples(ui, run) {
  const answer = await (ui.sheets[run.name] ??= ui.ask("moments", { checkpoint: run.name }));
  const place = one(ui.grid, `tr[data-run="${run.name}"] .abl-samples`);
  if (answer.error) {
    delete ui.sheets[run.name];
    return place.replaceChildren(el("p", { class: "lp-remark", text: answer.error }));
  }
  const all = split(bytes(answer.pictures), answer.across * run.moments.length);
  const first = run.moments.indexOf(momentOf(ui, run)) * answer.across;
  place.replaceChildren(
    el(
      "div",
      { class: "lp-filmstrip", style: `--n: ${PICTURES}` },
      ...all.slice(first, first + PICTURES).map((one, i) => picture(one, `sample ${i + 1}`)),
    ),
  );
}

/**
 * Accuracy from 0 to 1 over steps; 0.5 is a critic that cannot tell.
 * @param {Ui} ui
 */
function drawCurves(ui) {
  const now = Math.max(...ui.runs.map((run) => momentOf(ui, run).step));
  CURVES.forEach(([quantity, title], i) => {
    const drawn = ui.runs
      .map((run, k) => ({
        ...{ name: without(run), k },
        moments: run.moments.filter(({ values }) => values[quantity] != null),
      }))
      .filter(({ moments }) => moments.length);
    const ends = drawn.map(
      ({ name, moments }) => `${name} ends at ${significant(moments.at(-1)?.values[quantity])}`,
    );
    ui.charts[i].draw(
      drawn.map(({ name, k, moments }) =>
        line(
          name,
          moments.map(({ step }) => step),
          moments.map(({ values }) => values[quantity]),
          { ...LINES[k], hover: "%{fullData.name}: %{y:.3f}" },
        ),
      ),
      {
        ...{ x: { label: "step", low: 0 }, y: { low: 0, high: 1 }, pick: "x", legend: true },
        shapes: [rule({ y: 0.5 }, { name: "cannot tell", side: { yanchor: "top" } })],
      },
      `${title}: ${ends.join("; ") || "not measured"}`,
    );
    ui.charts[i].mark(now);
  });
  ui.table.set(
    ["checkpoint", "step", ...CURVES.map(([, title]) => title)],
    ui.runs.flatMap((run) =>
      run.moments.map(({ step, values }) => [
        run.name,
        step,
        ...CURVES.map(([quantity]) => values[quantity] ?? ""),
      ]),
    ),
  );
}

/** @param {Ui} ui */
function setUp1(ui) {
  ui.panel = panelOf(ui.element);
  ui.life = result(`${ui.props.tab}-ablation`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: () => draw(ui),
  });
  ui.ask = asker(ui.server, 60000);
  ui.runs = []; // in the order of TERMS
  ui.moment = null; // null is the last
  ui.scrub = el("input", {
    type: "range",
    id: id(ui, "moment"),
    min: 0,
    step: 1,
    "aria-label": "Moment of training",
  });
  ui.when = el("output", { class: "abl-when", for: ui.scrub.id });
  ui.grid = el("table", { class: "abl-table" });
  ui.note = el("p", { class: "lp-remark" });
  ui.charts = CURVES.map(([quantity, title]) =>
    chart({ label: title, height: 240, id: id(ui, quantity) }),
  );
  ui.curves = el(
    "div",
    { class: "abl-curves" },
    ...CURVES.map(([, title], i) =>
      el("figure", {}, el("figcaption", { text: title }), ui.charts[i].node),
    ),
  );
  ui.table = tableTwin("Accuracies as a table");
  ui.life.body.append(
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "What each term of the α-GAN buys" }),
      el("p", {
        text: "The α-GAN has a reconstruction error L1, a critic D of pictures and a critic C of codes. Each row leaves one of them out, with everything else the same.",
      }),
    ),
    el(
      "div",
      { class: "abl-bar" },
      el("label", { for: ui.scrub.id, text: "Moment" }),
      ui.scrub,
      ui.when,
    ),
    el(
      "div",
      { class: "abl-scroll", tabindex: "0", role: "region", "aria-label": "Ablation matrix" },
      ui.grid,
    ),
    ui.note,
    ui.curves,
    ui.table.details,
  );
  ui.life.tools.prepend(
    button("save", "CSV", () => download("ablation.csv", "text/csv", csv(matrix(ui))), {
      id: id(ui, "csv"),
    }),
  );
  ui.watch("value", () => ui.runs.length && ui.props.value !== state(ui) && restore(ui));
  ui.scrub.addEventListener("input", () => {
    ui.moment = Number(ui.scrub.value);
    ui.props.value = state(ui);
    keep(ui);
    drawAll(ui);
  });
  ui.sheets = {};
}

// ---- life ---------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  hear("latent-bench", (detail) => {
    if (ui.bench) return;
    ui.bench = detail;
    whenSeen(ui.element, () => ui.life.view.run({}), ui.props.value !== "");
  });
  new MutationObserver(() => keep(ui)).observe(ui.panel, { attributeFilter: ["data-mode"] });
  setTimeout(() => tell("latent-bench-wanted")); // it may have come before
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
}
