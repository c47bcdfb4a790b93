// The frontier: one dot for each checkpoint and moment of its training. Its parts:
//   frontier.js  the numbers, what is chosen, legend and table
//   plot.js      axes, trails and dots; pointing at them
//   card.js      the chosen dot: its numbers, its samples, what its model does now
//
// Other widgets of the view are told of the numbers by "latent-bench", and of a checkpoint that a
// person puts beside others by "latent-compare"; the triptych answers with "latent-compared".

import { keep } from "../../page/address.js";
import { field, offer, select } from "../../page/choice.js";
import { button, el, one, panelOf, tableTwin } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { csv, download } from "../../page/files.js";
import { count, significant } from "../../page/numbers.js";
import { COLOURS, GLYPHS } from "../../page/palette.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { fillMeanings, openCard, setUp as setUpCard } from "./card.js";
import { drawPlot, setUp as setUpPlot } from "./plot.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Quantity} Quantity
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Told} Told
 * @typedef {import("./types.js").Ui} Ui
 */

const VIEW = "pictures";
const FIRST = {
  data: "mnist",
  x: "ms_ssim",
  y: "inception_score",
  dot: "",
  without: "",
  seed: "0",
};
const DEFAULT = "gan/vae_gan--mnist"; // whose card is open at the start, if it is here

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.tab}-frontier-${name}`;

/** @param {Ui} ui @param {"data" | "x" | "y"} name @param {string} label */
const chooser = (ui, name, label) => {
  const list = select(id(ui, name), [], (value) => choose(ui, { [name]: value }));
  return { list, field: field(label, list, { class: "front-field" }) };
};

/** @param {Ui} ui */
function setUp1(ui) {
  ui.panel = panelOf(ui.element);
  ui.life = result(`${ui.props.tab}-frontier`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (answer) => draw(ui, answer),
  });
  ui.ask = asker(ui.server, 60000);
  ui.look = { ...FIRST };
  ui.compared = []; // names of the checkpoints in the triptych
  const [data, xs, ys] = [
    chooser(ui, "data", "Data"),
    chooser(ui, "x", "Across"),
    chooser(ui, "y", "Up"),
  ];
  Object.assign(ui, { data, xs, ys });
  ui.swap = button("swap", "Swap the axes", () => choose(ui, { x: ui.look.y, y: ui.look.x }), {
    quiet: true,
    id: id(ui, "swap"),
  });
  ui.legend = el("div", {
    class: "lp-legend front-legend",
    role: "group",
    "aria-label": "Families",
  });
  ui.stage = el("div", {
    class: "front-stage",
    tabindex: "0",
    role: "application",
    "aria-label":
      "Frontier. Left and right: along the training of a checkpoint. Up and down: other checkpoints. Enter: open.",
  });
  ui.readout = el("p", { class: "front-readout", role: "status" });
  ui.absent = el("p", { class: "front-note" });
  ui.problems = el("div", { class: "front-problems lp-problem", hidden: true });
  ui.card = el("section", { class: "front-card", "aria-label": "Chosen dot" });
  ui.figures = el("section", {
    class: "front-figures",
    "aria-label": "Numbers of the chosen dot",
  });
  ui.explained = el("dl");
  ui.meanings = el(
    "details",
    { class: "lp-twin front-meanings" },
    el("summary", { text: "What the numbers mean" }),
    ui.explained,
  );
  ui.table = tableTwin("Numbers as a table");
  ui.empty = el("p", { class: "front-empty", hidden: true });
  ui.body = el(
    "div",
    { class: "front-columns" },
    el(
      "div",
      { class: "front-main" },
      el("div", { class: "front-bar" }, ui.data.field, ui.ys.field, ui.xs.field, ui.swap),
      ui.legend,
      ui.stage,
      ui.readout,
      ui.absent,
    ),
    ui.card,
    ui.figures,
  );
  ui.life.body.append(
    el(
      "header",
      { class: "front-head" },
      el("h3", { text: "Fidelity against coverage" }),
      el("p", {
        text: "Every mark is a checkpoint at one moment of its training; a line leads to the last one, which is the largest. All see the same data, but their nets have several sizes, which stand below a chosen dot; the dashed lines are real test pictures.",
      }),
    ),
    ui.problems,
    ui.empty,
    ui.body,
    ui.meanings,
    ui.table.details,
  );
}

// ---- state --------------------------------------------------------------------------------

/**
 * The dot is always named: which one comes first depends on the machine.
 * @param {Ui} ui
 */
const state = (ui) => link.write(ui.look, FIRST);

/** @param {Ui} ui */
export const shown = (ui) => ui.panel.dataset.mode === VIEW;

/** @param {Ui} ui */
function remember(ui) {
  ui.props.value = state(ui);
  keep(ui.props.tab, { frontier: shown(ui) ? ui.props.value : "" });
}

/** @param {Ui} ui */
function restore(ui) {
  const given = link.read(ui.props.value);
  ui.look = { ...FIRST, ...given };
  const known = (/** @type {string[]} */ list, /** @type {keyof Look} */ key) =>
    list.includes(ui.look[key]) ||
    (ui.look[key] = list.includes(FIRST[key]) ? FIRST[key] : list[0]);
  known(ui.scene.sets, "data");
  known(ui.scene.ids, "x");
  known(ui.scene.ids, "y");
  const missing = ui.look.dot && !found(ui, ui.look.dot);
  if (missing)
    ui.life.fail(
      `The link shows ${ui.look.dot.replace("@", " at step ")}, which is not here. Another is shown instead.`,
    );
  if (!ui.look.dot || missing) ui.look.dot = opening(ui);
  fillChoosers(ui);
  drawAll(ui);
  openCard(ui);
  keep(ui.props.tab, { frontier: shown(ui) ? state(ui) : "" });
}

/**
 * The run and the index of the moment of a dot "name@step".
 * @param {Ui} ui
 * @param {string} dot
 */
export function found(ui, dot) {
  const [name, step] = dot.split("@");
  const run = ui.scene.runs.find((one) => one.name === name);
  const at = run ? run.moments.findIndex((moment) => moment.step === Number(step)) : -1;
  return run && at >= 0 ? { run, at } : null;
}

/** @param {Run} run @param {number} at */
export const dotOf = (run, at) => `${run.name}@${run.moments[at].step}`;

/** @param {Run} run */
export const lastOf = (run) => dotOf(run, run.moments.length - 1);

/** @param {Ui} ui */
export const here = (ui) => ui.scene.runs.filter((run) => run.dataset === ui.look.data);

/** @param {Ui} ui */
export const visible = (ui) =>
  here(ui).filter((run) => !ui.look.without.split(",").includes(run.kind));

/** @param {Ui} ui */
function opening(ui) {
  const runs = here(ui);
  const first =
    runs.find((run) => run.name === DEFAULT) ??
    runs.find((run) => run.kind === "fusion") ??
    runs[0];
  return first ? lastOf(first) : "";
}

/** @param {Ui} ui @param {Partial<Look>} change */
export function choose(ui, change) {
  Object.assign(ui.look, change);
  if ("data" in change) ui.look.dot = opening(ui);
  fillChoosers(ui);
  drawAll(ui);
  if ("data" in change || "dot" in change || "seed" in change) openCard(ui);
  remember(ui);
}

// ---- numbers ------------------------------------------------------------------------------

/** @param {number | null | undefined} x @param {Quantity} quantity */
export const withUnit = (x, quantity) =>
  x == null
    ? "–"
    : `${significant(x)}${quantity.unit === "%" ? " %" : quantity.unit ? ` ${quantity.unit}` : ""}`;

/** @param {Ui} ui @param {string} kind */
export const kindIndex = (ui, kind) => Object.keys(ui.scene.kinds).indexOf(kind);

/** @param {Ui} ui @param {Told} answer */
async function draw(ui, answer) {
  const { quantities, runs } = answer;
  const measured = new Set(
    runs.flatMap((run) => run.moments.flatMap((moment) => Object.keys(moment.values))),
  );
  const used = new Set(runs.map((run) => run.dataset));
  ui.scene = {
    ...answer,
    byId: Object.fromEntries(quantities.map((one) => [one.id, one])),
    ids: quantities.map((one) => one.id).filter((one) => measured.has(one)),
    sets: [...new Set([...Object.keys(answer.datasets), ...used])].filter((set) => used.has(set)),
  };
  ui.problems.hidden = !ui.scene.problems.length;
  ui.problems.replaceChildren(...ui.scene.problems.map((text) => el("p", { text })));
  const none = !ui.scene.runs.length;
  ui.empty.hidden = !none;
  ui.empty.textContent =
    "No checkpoint on this machine was measured along its training. Train one: python scripts/train.py gan/dcgan--mnist";
  fillMeanings(ui);
  ui.body.hidden = ui.meanings.hidden = ui.table.details.hidden = ui.life.tools.hidden = none;
  tell("latent-bench", ui.scene);
  if (!none) restore(ui);
}

/** @param {Ui} ui */
function fillChoosers(ui) {
  const options = (
    /** @type {HTMLSelectElement} */ list,
    /** @type {string[][]} */ pairs,
    /** @type {string} */ chosen,
  ) => {
    if (list.options.length !== pairs.length) offer(list, pairs);
    list.value = chosen;
  };
  const ids = ui.scene.ids.map((one) => [one, ui.scene.byId[one].title]);
  options(
    ui.data.list,
    ui.scene.sets.map((set) => [set, ui.scene.datasets[set] ?? set]),
    ui.look.data,
  );
  options(ui.xs.list, ids, ui.look.x);
  options(ui.ys.list, ids, ui.look.y);
}

/** @param {Ui} ui */
function drawLegend(ui) {
  const kinds = Object.keys(ui.scene.kinds).filter((kind) =>
    here(ui).some((run) => run.kind === kind),
  );
  const off = ui.look.without.split(",").filter(Boolean);
  const focused = ui.legend.contains(document.activeElement)
    ? document.activeElement?.getAttribute("data-kind")
    : null;
  ui.legend.replaceChildren(
    ...kinds.map((kind) => {
      const flip = () =>
        choose(ui, {
          without: (off.includes(kind) ? off.filter((one) => one !== kind) : [...off, kind]).join(
            ",",
          ),
        });
      const symbol = el("i", {
        style: `color: ${COLOURS[kindIndex(ui, kind)]}`,
        "aria-hidden": "true",
        text: GLYPHS[kindIndex(ui, kind)],
      });
      const n = here(ui).filter((run) => run.kind === kind).length;
      return el(
        "button",
        {
          type: "button",
          "data-kind": kind,
          "aria-pressed": String(!off.includes(kind)),
          title: "Show or hide",
          on: { click: flip },
        },
        symbol,
        el("span", { text: `${ui.scene.kinds[kind]}, ${n}` }),
      );
    }),
  );
  if (focused) one(ui.legend, `[data-kind="${focused}"]`).focus();
}

/** @param {Ui} ui */
function drawAll(ui) {
  drawLegend(ui);
  drawPlot(ui);
  const [x, y] = [ui.scene.byId[ui.look.x], ui.scene.byId[ui.look.y]];
  const lacking = visible(ui).filter(
    (run) =>
      !run.moments.some((moment) => ui.look.x in moment.values && ui.look.y in moment.values),
  );
  const why = (/** @type {Run} */ run) =>
    [x, y]
      .filter((one) => !run.moments.some((moment) => one.id in moment.values))
      .map((one) => one.title)
      .join(" and ");
  ui.absent.textContent = lacking.length
    ? `Not drawn, since never measured together or not to be had without an encoder: ${lacking.map((run) => `${run.label} (${why(run) || "both at once"})`).join(", ")}.`
    : "Every checkpoint shown has both numbers.";
  fillTable(ui);
}

/** @param {Ui} ui */
function fillTable(ui) {
  const columns = ui.scene.ids.map((one) => ui.scene.byId[one]);
  const head = (/** @type {Quantity} */ one) => `${one.title}${one.unit ? `, ${one.unit}` : ""}`;
  const reals = here(ui)
    .slice(0, 1)
    .map((run) => [
      "real test pictures",
      "",
      "",
      ...columns.map((one) => run.reference[one.id] ?? ""),
    ]);
  const rows = here(ui).flatMap((run) =>
    run.moments.map((moment) => [
      run.name,
      run.label,
      moment.step,
      ...columns.map((one) => moment.values[one.id] ?? ""),
    ]),
  );
  const [first] = here(ui);
  one(ui.table.details, "summary").textContent =
    `Numbers as a table${first ? ` (${first.split} split, n ${count(first.n)})` : ""}`;
  ui.table.set(["checkpoint", "name", "step", ...columns.map(head)], [...reals, ...rows]);
}

/** @param {Ui} ui */
function setUp2(ui) {
  ui.life.tools.prepend(
    button("save", "CSV", () => download("frontier.csv", "text/csv", csv(ui.table.sheet())), {
      id: id(ui, "csv"),
    }),
  );
  ui.watch("value", () => ui.scene && ui.props.value !== state(ui) && restore(ui));
}

/**
 * Nothing is asked before the view is shown; a hidden view has no part in the link.
 * @param {Ui} ui
 */
function shownOrHidden(ui) {
  if (!shown(ui)) return keep(ui.props.tab, { frontier: "" });
  if (!ui.scene) return begin(ui);
  drawAll(ui);
  keep(ui.props.tab, { frontier: state(ui) });
}

/** @param {Ui} ui */
function begin(ui) {
  if (!ui.begun) ui.life.view.run({});
  ui.begun = true;
}

// ---- life ---------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp3(ui) {
  hear("latent-compared", (detail) => {
    ui.compared = detail;
    if (ui.scene?.runs.length) drawPlot(ui);
  });
  hear("latent-bench-wanted", () => ui.scene && tell("latent-bench", ui.scene));
  ui.begun = false;
  new MutationObserver(() => shownOrHidden(ui)).observe(ui.panel, {
    attributeFilter: ["data-mode"],
  });
  setTimeout(() => shown(ui) && begin(ui)); // when the other parts of this script are there
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
  setUpPlot(ui);
  setUpCard(ui);
}
