// The eight panels: one column for each objective, a row at an early step, a row at the step that
// the scrubber says; beside them four curves. All data comes once; drawing asks no server. Its parts:
//   panels.js     the data that came, what of it is shown, and the link to it
//   sheet.js      what is on the page
//   snapshots.js  codes and modes of a run at a step
//   paint.js      the panels
//   scrubber.js   the step of the lower row; playing
//   curves.js     four curves along the training
//   tables.js     the same as tables

import { keep as pageKeep, views } from "../../page/address.js";
import { swatch } from "../../page/charts.js";
import { el } from "../../page/dom.js";
import { count } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import * as link from "../../page/state.js";
import { curve, drawCurves } from "./curves.js";
import { drawPanels } from "./paint.js";
import { go, halt, namePlay, settle } from "./scrubber.js";
import { setUp as setUpSheet } from "./sheet.js";
import { measure, nearest, unpack } from "./snapshots.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

export const LINES = [
  { colour: "--ink-2", dash: 0, width: 1.5 },
  { colour: "--caution-mark", dash: 1, width: 2 },
  { colour: "--accent", dash: 2, width: 2 },
  { colour: "--accept", dash: 0, width: 2.5 },
];

/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.tab}-panels-${name}`;

/** @param {Ui} ui */
const start = (ui) => ({ of: 1, colour: "mode", step: ui.scene.steps.at(-1), shut: "" });
/** @param {Ui} ui */
function state(ui) {
  const now = {
    of: ui.variable + 1,
    colour: ui.colour,
    step: ui.scene.steps[ui.at],
    shut: ui.fold.open ? "" : 1,
  };
  return link.write(now, start(ui));
}
/** @param {Ui} ui */
export function remember(ui) {
  ui.props.value = state(ui);
  pageKeep(ui.props.tab, { panels: ui.props.value });
}
/** @param {Ui} ui */
function restore(ui) {
  if (!ui.scene || !ui.scene.runs.length) return;
  const given = link.read(ui.props.value);
  const now = { ...start(ui), ...given };
  ui.variable = Math.min(ui.scene.variables, Math.max(1, Number(now.of))) - 1;
  ui.colour = ui.scene.colours.includes(now.colour) ? now.colour : "mode";
  ui.at = nearest(ui.scene.steps, Number(now.step));
  ui.shown = ui.at;
  ui.fold.open = !now.shut;
  pageKeep(ui.props.tab, { panels: state(ui) });
  drawAll(ui);
}

// ---- data -----------------------------------------------------------------------------------

/** @param {Ui} ui @param {Answer} data */
export function draw(ui, data) {
  const runs = data.runs.map(unpack);
  const [first] = runs;
  ui.scene = {
    ...data,
    runs,
    steps: [...new Set(runs.flatMap((run) => run.steps))].sort((a, b) => a - b),
    variables: first?.shape[2] ?? 0,
    colours: ["mode", ...Object.keys(first?.tags ?? {})],
  };
  sayMissing(ui);
  ui.sheet.hidden =
    ui.meansTable.details.hidden =
    ui.curveTable.details.hidden =
    ui.measured.details.hidden =
    ui.life.tools.hidden =
      !data.runs.length;
  if (!data.runs.length) return;
  ui.scrub.max = String(ui.scene.steps.length - 1);
  build(ui);
  restore(ui);
}

/** @param {Ui} ui */
function sayMissing(ui) {
  ui.missing.hidden = !ui.scene.missing.length;
  ui.missing.replaceChildren(
    ...(ui.scene.missing.length
      ? [
          el("p", {
            text: `Not on this machine: ${ui.scene.missing.map(({ title }) => title).join(", ")}. To train ${ui.scene.missing.length > 1 ? "them" : "it"}:`,
          }),
          el("code", { text: ui.scene.missing.map(({ command }) => command).join("\n") }),
        ]
      : []),
  );
}

// ---- panels ---------------------------------------------------------------------------------

/** @param {Ui} ui */
function build(ui) {
  ui.heads.replaceChildren(
    ...ui.scene.runs.map((run) =>
      el(
        "div",
        { class: "panel-head", style: column(run) },
        swatch(LINES[run.column]),
        el("b", { text: run.title }),
        el("span", {
          text: run.objective,
          title: "What it pays for, beside reconstruction, KL(c) and KL(z)",
        }),
      ),
    ),
  );
  for (const { cells } of ui.rows) {
    cells.replaceChildren(
      ...ui.scene.runs.map((run) =>
        el(
          "figure",
          { class: "panel-cell", style: column(run) },
          el("canvas", { role: "img" }),
          el("figcaption"),
        ),
      ),
    );
    cells.append(
      ...ui.scene.missing.map((run) =>
        el("div", { class: "panel-cell panel-none", style: column(run), text: run.title }),
      ),
    );
    for (const canvas of cells.querySelectorAll("canvas")) ui.sizes.observe(canvas);
  }
  ui.curves.replaceChildren(...ui.scene.curves.map((given) => curve(ui, given)));
  ui.ticks.replaceChildren(
    ...ui.scene.steps.map((step, i) => {
      const named = [0, 500, 2000, 5000].includes(step) || i === ui.scene.steps.length - 1;
      const x = ui.scene.steps.length > 1 ? i / (ui.scene.steps.length - 1) : 0;
      return el("span", {
        style: `--x:${x}`,
        class: named ? "panel-tick-named" : "",
        text: named ? count(step) : "",
      });
    }),
  );
}

/** @param {{column: number}} given */
export const column = ({ column: i }) => `grid-column:${i + 1}`;

/** @param {Ui} ui */
function drawAll(ui) {
  measure(ui);
  const first = ui.scene.runs[0];
  ui.variableField.fill(
    Array.from({ length: ui.scene.variables }, (_, j) => [j, `c${j + 1}`]),
    ui.variable,
  );
  ui.colourField.fill(
    ui.scene.colours.map((name) => [name, name]),
    ui.colour,
  );
  const names =
    ui.colour === "mode"
      ? first.means[0][ui.variable].map((_, k) => `${k + 1}`)
      : first.tags[ui.colour].names;
  ui.legend.replaceChildren(
    ...names.map((name, k) => el("span", {}, mark(k), el("span", { text: name }))),
  );
  ui.legend.setAttribute("aria-label", ui.colour === "mode" ? "Modes" : ui.colour);
  ui.note.textContent = `All panels have the same axes, −${ui.reach} to ${ui.reach}, at every step. Dots: posterior means of ${count(first.shape[1])} held-out sentences; ringed crosses: means of the modes; ellipses: one standard deviation, left out where wider than the panel. The curves are over 2,000 held-out sentences and all variables.`;
  drawPanels(ui);
  drawCurves(ui);
  settle(ui);
}

/** @param {Ui} ui @param {{variable?: number, colour?: string}} change */
export function choose(ui, change) {
  Object.assign(ui, change);
  remember(ui);
  drawAll(ui);
}

/**
 * The tab's own result goes first: on two cores everything else would hold it up.
 * @param {Ui} ui
 * @param {number} [patience]
 */
function begin(ui, patience = 40) {
  const first = patience && !views[ui.props.tab]?.fragment;
  if (first) setTimeout(() => begin(ui, patience - 1), 100);
  else ui.life.view.run({});
}

// ---- state ----------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp(ui) {
  ui.charts = {}; // by the name of their curve
  ui.variable = 0;
  ui.colour = "mode";
  ui.at = 0; // index of the chosen snapshot
  ui.shown = 0; // where the lower row is drawn, between two snapshots while it moves
  ui.reach = 1; // half the side of every panel
  ui.playing = false;
  ui.frame = 0;
  ui.watch("value", () => ui.scene && ui.props.value !== state(ui) && restore(ui));
  ui.fold.addEventListener(
    "toggle",
    () => ui.scene?.runs.length && (ui.fold.open ? drawAll(ui) : halt(ui), remember(ui)),
  );
  ui.sizes = new ResizeObserver(() => ui.scene && ui.fold.open && drawPanels(ui));
  namePlay(ui);
  ui.scrub.addEventListener("input", () => {
    ui.playing = false;
    namePlay(ui);
    go(ui, Number(ui.scrub.value));
  });
  new MutationObserver(() => ui.scene?.runs.length && ui.fold.open && drawAll(ui)).observe(
    document.body,
    { attributeFilter: ["class"] },
  );
  begin(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUpSheet(ui);
  setUp(ui);
}
