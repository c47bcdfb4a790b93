// The eight panels: one column for each objective, a row at an early step, a row at the step that
// the scrubber says; beside them four curves. All data comes once; drawing asks no server.

import { keep as pageKeep, views } from "../../page/address.js";
import { chart, line, swatch } from "../../page/charts.js";
import { choice } from "../../page/choice.js";
import { button, el, source, tableTwin } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { count, fixed, ticks } from "../../page/numbers.js";
import { COLOURS, mark, SYMBOLS } from "../../page/palette.js";
import { bytes } from "../../page/pictures.js";
import { result } from "../../page/result.js";
import * as link from "../../page/state.js";

const LINES = [
  { colour: "--ink-2", dash: 0, width: 1.5 },
  { colour: "--caution-mark", dash: 1, width: 2 },
  { colour: "--accent", dash: 2, width: 2 },
  { colour: "--accept", dash: 0, width: 2.5 },
];
const SPEED = 2.5; // snapshots a second
const GLIDE = 160; // ms
const FORMULA = "\u2212log p(x|z) + w(t) [ KL(q(c)‖U) + MI + KL(q(z|x)‖p\u0302) + β disp. ]";
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// ---- what is on the page --------------------------------------------------------------------

const id = (ui, name) => `${ui.props.tab}-panels-${name}`;

function segmented(ui, name, label, pick) {
  const frame = { class: "lp-choice-small", "aria-label": label };
  const { group, fill } = choice(id(ui, name), frame, pick);
  const title = el("span", { text: label, "aria-hidden": "true" });
  return { node: el("div", { class: "panel-field" }, title, group), fill };
}

function setUp1(ui) {
  ui.rows = [0, 1].map((row) => ({
    title: el("h4", { class: "panel-when" }),
    cells: el("div", { class: "panel-columns", "data-row": row }),
  }));
  ui.life = result(`${ui.props.tab}-panels`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data) => draw(ui, data),
  });
  ui.variableField = segmented(ui, "of", "Variable", (variable) => choose(ui, { variable }));
  ui.colourField = segmented(ui, "colour", "Colour by", (colour) => choose(ui, { colour }));
  ui.legend = el("div", { class: "panel-legend" });
  ui.heads = el("div", { class: "panel-columns panel-heads" });
  ui.scrub = el("input", {
    type: "range",
    id: id(ui, "scrub"),
    min: 0,
    step: 1,
    "aria-label": "Step of the lower row",
  });
  ui.play = el("button", {
    type: "button",
    class: "lp-button panel-play",
    id: id(ui, "play"),
    on: { click: () => toggle(ui) },
  });
  ui.when = el("output", { class: "panel-step", for: ui.scrub.id });
  ui.ticks = el("div", { class: "panel-ticks", "aria-hidden": "true" });
  ui.curves = el("div", { class: "panel-curves" });
  ui.missing = el("div", { class: "panel-missing" });
  ui.note = el("p", { class: "panel-note" });
  ui.meansTable = tableTwin("Modes at both steps as a table");
  ui.curveTable = tableTwin("Curves as a table");
  ui.about = el(
    "div",
    { class: "panel-about" },
    el("p", {
      text: "The bound of a Gaussian-mixture VAE charges for modes that differ (the dispersion) and for telling which mode a sentence came from (the mutual information), so training slides the modes together until they say nothing. L_var lowers the first charge (β < 1) and L_mi drops the second; DGMVAE does both, and its modes stay apart.",
    }),
    el("p", { class: "panel-formula", text: FORMULA }),
    el(
      "p",
      { class: "panel-source" },
      "GMVAE is this with β = 1. Source: ",
      source(
        "https://proceedings.mlr.press/v119/shi20f.html",
        "Shi et al., Dispersed Exponential Family Mixture VAEs, ICML 2020",
      ),
      ".",
    ),
  );
  ui.sheet = el(
    "div",
    { class: "panel-sheet" },
    el(
      "div",
      { class: "panel-main" },
      el("div", { class: "panel-bar" }, ui.variableField.node, ui.colourField.node, ui.legend),
      ui.heads,
      ...ui.rows.flatMap(({ title, cells }) => [title, cells]),
      el(
        "div",
        { class: "panel-scrub" },
        ui.play,
        el("div", { class: "panel-track" }, ui.scrub, ui.ticks),
        ui.when,
      ),
      ui.note,
    ),
    ui.curves,
  );
}

function save(name, twin) {
  download(name, "text/csv", csv(twin.sheet()));
}

function setUp2(ui) {
  ui.fold = el(
    "details",
    { class: "lp-fold", open: true },
    el(
      "summary",
      {},
      el("h3", { text: "Do the modes collapse? Four objectives, two moments of training" }),
    ),
    ui.about,
    ui.missing,
    ui.sheet,
    ui.meansTable.details,
    ui.curveTable.details,
  );
  ui.life.body.append(ui.fold);
  ui.life.tools.prepend(
    button("save", "CSV of the modes", () => save("modes.csv", ui.meansTable), {
      id: id(ui, "means-csv"),
    }),
    button("save", "CSV of the curves", () => save("curves.csv", ui.curveTable), {
      id: id(ui, "curves-csv"),
    }),
  );
  ui.fold.append(ui.life.tools, ui.element.querySelector(".lp-code")); // shut away with the rest
}

const start = (ui) => ({ of: 1, colour: "mode", step: ui.scene.steps.at(-1), shut: "" });
function state(ui) {
  const now = {
    of: ui.variable + 1,
    colour: ui.colour,
    step: ui.scene.steps[ui.at],
    shut: ui.fold.open ? "" : 1,
  };
  return link.write(now, start(ui));
}
function remember(ui) {
  ui.props.value = state(ui);
  pageKeep(ui.props.tab, { panels: ui.props.value });
}
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

const nearest = (steps, step) =>
  steps.reduce((best, s, i) => (Math.abs(s - step) < Math.abs(steps[best] - step) ? i : best), 0);
const token = (ui, name) => getComputedStyle(ui.element).getPropertyValue(name).trim();

// ---- data -----------------------------------------------------------------------------------

function draw(ui, data) {
  for (const run of data.runs) unpack(run);
  const steps = [...new Set(data.runs.flatMap((run) => run.steps))].sort((a, b) => a - b);
  const first = data.runs[0];
  ui.scene = {
    ...data,
    steps,
    variables: first?.shape[2] ?? 0,
    colours: ["mode", ...Object.keys(first?.tags ?? {})],
  };
  sayMissing(ui);
  ui.sheet.hidden =
    ui.meansTable.details.hidden =
    ui.curveTable.details.hidden =
    ui.life.tools.hidden =
      !data.runs.length;
  if (!data.runs.length) return;
  ui.scrub.max = steps.length - 1;
  build(ui);
  restore(ui);
}

function unpack(run) {
  const whole = new Uint16Array(bytes(run.codes.data).buffer);
  const [span, low] = [(run.codes.high - run.codes.low) / 65535, run.codes.low];
  run.code = (i) => low + span * whole[i];
  run.modes = bytes(run.modes);
  for (const tag of Object.values(run.tags)) tag.ids = bytes(tag.ids);
}

/** Half the side of all panels: all but the farthest codes, and all means, of every run and step. */
function measure(ui) {
  const far = [];
  let mean = 0;
  for (const run of ui.scene.runs) {
    const [moments, items, variables] = run.shape;
    for (let s = 0; s < moments; s++)
      for (let n = 0; n < items; n += 4) {
        const i = 2 * ((s * items + n) * variables + ui.variable);
        far.push(Math.max(Math.abs(run.code(i)), Math.abs(run.code(i + 1))));
      }
    for (const moment of run.means)
      mean = Math.max(mean, ...moment[ui.variable].flat().map(Math.abs));
  }
  far.sort((a, b) => a - b);
  ui.reach = Math.ceil(Math.max(far[Math.floor(0.998 * (far.length - 1))], mean) + 0.3);
}

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

const column = ({ column: i }) => `grid-column:${i + 1}`;
/** The run's snapshot at `place`, a number between two indices of the common steps. */
function moment(ui, run, place) {
  const index = (i) => {
    const step = ui.scene.steps[i];
    return Math.max(
      0,
      run.steps.findLastIndex((s) => s <= step),
    );
  };
  const [a, b] = [index(Math.floor(place)), index(Math.ceil(place))];
  const t = place - Math.floor(place);
  const [, items, variables] = run.shape;
  const mix = (x, y) => x + t * (y - x);
  const later = t < 0.5 ? a : b;
  return {
    point: (n, axis) =>
      mix(
        run.code(2 * ((a * items + n) * variables + ui.variable) + axis),
        run.code(2 * ((b * items + n) * variables + ui.variable) + axis),
      ),
    mean: (k) =>
      run.means[a][ui.variable][k].map((x, axis) => mix(x, run.means[b][ui.variable][k][axis])),
    scale: (k) =>
      run.scales[a][ui.variable][k].map((x, axis) => mix(x, run.scales[b][ui.variable][k][axis])),
    mode: (n) => run.modes[(later * items + n) * variables + ui.variable],
    components: run.means[a][ui.variable].length,
    items,
  };
}

// A canvas, not a chart: to move the four lower panels by one frame takes 1 ms here, 50 ms with
// Plotly.react and WebGL, 800 ms with Plotly.react and SVG (500 dots and 5 ellipses a panel, the
// fastest of 20 frames in headless Chromium on two busy cores).
function drawPanel(ui, canvas, run, place) {
  const side = canvas.clientWidth;
  if (!side) return;
  const scale = window.devicePixelRatio || 1;
  const size = Math.round(side * scale);
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, side, side);
  const px = (v) => ((v + ui.reach) / (2 * ui.reach)) * side;
  const py = (v) => ((ui.reach - v) / (2 * ui.reach)) * side;
  pen.strokeStyle = token(ui, "--hairline");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(px(0), 0);
  pen.lineTo(px(0), side);
  pen.moveTo(0, py(0));
  pen.lineTo(side, py(0));
  pen.stroke();
  const now = moment(ui, run, place);
  const ids = ui.colour === "mode" ? null : run.tags[ui.colour]?.ids;
  const group = new Map();
  for (let n = 0; n < now.items; n++) {
    const which = ids ? ids[n] : now.mode(n);
    if (!group.has(which)) group.set(which, []);
    group.get(which).push(n);
  }
  const radius = side < 150 ? 1.4 : 2;
  pen.globalAlpha = 0.75;
  for (const [which, members] of group) {
    pen.fillStyle = COLOURS[which % COLOURS.length];
    const shape = SYMBOLS[which % SYMBOLS.length];
    pen.beginPath();
    for (const n of members) {
      const [x, y] = [px(now.point(n, 0)), py(now.point(n, 1))];
      pen.moveTo(x + (which % SYMBOLS.length ? 0 : radius), y);
      shape(pen, x, y, radius);
    }
    pen.fill();
  }
  pen.globalAlpha = 1;
  const [ink, card] = [token(ui, "--ink"), token(ui, "--card")];
  for (let k = 0; k < now.components; k++) {
    const [[mx, my], [sx, sy]] = [now.mean(k), now.scale(k)];
    if (Math.max(sx, sy) > ui.reach) continue; // of an empty mode: nothing of it would be seen
    const [x, y] = [px(mx), py(my)];
    const own = ids ? ink : COLOURS[k % COLOURS.length];
    pen.strokeStyle = own;
    pen.lineWidth = 1.25;
    pen.beginPath();
    pen.ellipse(x, y, Math.abs(px(sx) - px(0)), Math.abs(py(sy) - py(0)), 0, 0, 7);
    pen.stroke();
  }
  for (let k = 0; k < now.components; k++) {
    // above all ellipses
    const [mx, my] = now.mean(k);
    const [x, y] = [px(mx), py(my)];
    const r = side < 150 ? 4 : 6;
    pen.beginPath();
    pen.arc(x, y, r + 1, 0, 7);
    pen.fillStyle = card;
    pen.fill();
    for (const [style, width] of [[ink, 1.5]]) {
      pen.strokeStyle = style;
      pen.lineWidth = width;
      pen.beginPath();
      pen.arc(x, y, r, 0, 7);
      pen.moveTo(x - r, y);
      pen.lineTo(x + r, y);
      pen.moveTo(x, y - r);
      pen.lineTo(x, y + r);
      pen.stroke();
    }
    pen.fillStyle = ids ? ink : COLOURS[k % COLOURS.length];
    pen.beginPath();
    pen.arc(x, y, r * 0.45, 0, 7);
    pen.fill();
  }
}

const early = (ui) => nearest(ui.scene.steps, ui.scene.early);
function drawPanels(ui) {
  drawRow(ui, 0, early(ui));
  drawRow(ui, 1, ui.shown);
}

function drawRow(ui, row, place) {
  ui.scene.runs.forEach((run, i) =>
    drawPanel(ui, ui.rows[row].cells.children[i].firstChild, run, place),
  );
}

/** Values of a curve of a run at a step: the nearest evaluation, null where there is none. */
function valueAt(run, curve, step) {
  const { step: steps, [curve]: values } = run.history;
  return steps.length ? (values[nearest(steps, step)] ?? null) : null;
}

function nameRow(ui, row, index) {
  const step = ui.scene.steps[index];
  ui.rows[row].title.textContent = `${count(step)} steps`;
  ui.scene.runs.forEach((run, i) => {
    const cell = ui.rows[row].cells.children[i];
    const known =
      step >= (run.history.step[0] ?? Infinity)
        ? [
            ["VM", "mean_variance"],
            ["MI", "mi_c"],
          ]
        : [];
    const said = known.map(([name, curve]) => `${name} ${fixed(valueAt(run, curve, step))}`);
    cell.lastElementChild.replaceChildren(...said.map((text) => el("span", { text })));
    cell.lastElementChild.title =
      "Variance of means (all variables) and mutual information of c, nats, on 2,000 held-out sentences";
    cell.firstElementChild.setAttribute(
      "aria-label",
      `${run.title} at ${count(step)} steps: ${run.shape[1]} codes and ${run.means[0][ui.variable].length} modes of c${ui.variable + 1}. ${said.join(", ")}`,
    );
  });
}

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

function choose(ui, change) {
  if ("variable" in change) ui.variable = change.variable;
  if ("colour" in change) ui.colour = change.colour;
  remember(ui);
  const held = /** @type {HTMLInputElement | null} */ (document.activeElement);
  const [name, focused] = [held?.name, held?.value];
  drawAll(ui);
  if (name) ui.fold.querySelector(`input[name="${name}"][value="${focused}"]`)?.focus();
}

// ---- the scrubber ---------------------------------------------------------------------------

/** Everything that says which step the lower row is at, once it rests there. */
function settle(ui) {
  const step = ui.scene.steps[ui.at];
  ui.scrub.value = ui.at;
  ui.scrub.setAttribute("aria-valuetext", `${count(step)} steps`);
  ui.when.textContent = `step ${count(step)}`;
  nameRow(ui, 0, early(ui));
  nameRow(ui, 1, ui.at);
  readouts(ui, step);
  fillTables(ui);
  ui.element.dataset.step = step; // how tests know
}

function go(ui, index, { keep = true } = {}) {
  ui.at = Math.min(ui.scene.steps.length - 1, Math.max(0, index));
  settle(ui);
  if (keep) remember(ui);
  glide(ui);
}

function glide(ui) {
  cancelAnimationFrame(ui.frame);
  if (calm.matches) return (ui.shown = ui.at), drawRow(ui, 1, ui.shown);
  const [from, began] = [ui.shown, performance.now()];
  const tick = (time) => {
    const t = Math.min(1, Math.max(0, time - began) / GLIDE);
    ui.shown = from + (ui.at - from) * t * (2 - t);
    drawRow(ui, 1, ui.shown);
    if (t < 1) ui.frame = requestAnimationFrame(tick);
  };
  ui.frame = requestAnimationFrame(tick);
}

function toggle(ui) {
  if (!ui.scene?.runs.length) return;
  if (ui.playing) return halt(ui);
  ui.playing = true;
  namePlay(ui);
  if (ui.at === ui.scene.steps.length - 1) ui.at = ui.shown = 0;
  let last = performance.now();
  const tick = (time) => {
    if (!ui.playing) return;
    const ahead = ui.shown + (Math.max(0, time - last) / 1000) * SPEED;
    last = time;
    const end = ui.scene.steps.length - 1;
    ui.shown = Math.min(end, ahead);
    const reached = Math.floor(ui.shown);
    if (reached !== ui.at) {
      ui.at = reached;
      settle(ui);
    }
    drawRow(ui, 1, calm.matches ? ui.at : ui.shown);
    moveCursors(ui, stepAt(ui, ui.shown));
    if (ui.shown >= end) return halt(ui);
    ui.frame = requestAnimationFrame(tick);
  };
  settle(ui);
  ui.frame = requestAnimationFrame(tick);
}

function stepAt(ui, place) {
  const [a, b] = [ui.scene.steps[Math.floor(place)], ui.scene.steps[Math.ceil(place)]];
  return a + (place % 1) * (b - a);
}

function halt(ui) {
  if (!ui.playing) return;
  ui.playing = false;
  cancelAnimationFrame(ui.frame);
  namePlay(ui);
  go(ui, ui.at);
}

function namePlay(ui) {
  ui.play.textContent = ui.playing ? "❚❚" : "▶";
  ui.play.setAttribute("aria-label", ui.playing ? "Pause" : "Play the training");
  ui.play.title = ui.play.getAttribute("aria-label");
}

// ---- curves ---------------------------------------------------------------------------------

function curve(ui, { id: name, title, unit }) {
  const values = el(
    "div",
    { class: "panel-values" },
    ...ui.scene.runs.map((run) =>
      el("span", { title: run.title, style: column(run) }, swatch(LINES[run.column]), el("b")),
    ),
  );
  ui.charts[name] = chart({
    ...{ label: `${title} along the training`, height: 128, bare: true },
    margin: { l: 36, r: 24, t: 8, b: 24 },
    hover: (picked) => ui.playing || readouts(ui, picked?.x ?? ui.scene.steps[ui.at]),
    scrub: (step) => {
      ui.playing = false;
      namePlay(ui);
      go(ui, nearest(ui.scene.steps, step));
    },
  });
  const caption = el(
    "figcaption",
    {},
    el("span", { text: title }),
    el("span", { text: unit, class: "panel-unit" }),
  );
  const parts = [caption, values, ui.charts[name].node];
  return el("figure", { class: "panel-curve", "data-curve": name }, ...parts);
}

function drawCurves(ui) {
  const last = ui.scene.steps.at(-1) || 1;
  for (const [name, { draw }] of Object.entries(ui.charts)) {
    const values = ui.scene.runs.flatMap((run) =>
      run.history[name].filter((_, i) => run.history.step[i] <= last),
    );
    const lines = ui.scene.runs.map((run) => ({
      ...line(run.title, run.history.step, run.history[name], LINES[run.column]),
      hoverinfo: "none", // the values above the chart are those under the pointer
    }));
    draw(lines, {
      x: { low: 0, high: last },
      y: { low: 0, high: roundUp(Math.max(0, ...values)) },
      ...{ legend: false, pick: "x" },
    });
  }
  moveCursors(ui, ui.scene.steps[ui.at]);
}

/** The first of a row of round numbers that is not below `value`. */
function roundUp(value) {
  const step = ticks(0, value || 1, 8)[1].value;
  return Number((step * Math.ceil((value || 1) / step - 1e-9)).toPrecision(6));
}

function moveCursors(ui, step) {
  for (const { mark } of Object.values(ui.charts)) mark(step);
}

function readouts(ui, step) {
  moveCursors(ui, step);
  for (const block of ui.curves.children) {
    const values = ui.scene.runs.map((run) =>
      step < (run.history.step[0] ?? 0) / 2 ? null : valueAt(run, block.dataset.curve, step),
    );
    block
      .querySelectorAll(".panel-values b")
      .forEach((cell, i) => (cell.textContent = fixed(values[i], values[i] >= 100 ? 1 : 2)));
  }
}

// ---- tables ---------------------------------------------------------------------------------

function fillTables(ui) {
  const places = [...new Set([early(ui), ui.at])];
  const lines = places.flatMap((index) =>
    ui.scene.runs.flatMap((run) => {
      const now = moment(ui, run, index);
      const members = Array.from({ length: now.items }, (_, n) => now.mode(n));
      return Array.from({ length: now.components }, (_, k) => [
        ui.scene.steps[index],
        run.title,
        `c${ui.variable + 1}`,
        k + 1,
        ...now.mean(k).map((v) => fixed(v)),
        ...now.scale(k).map((v) => fixed(v)),
        members.filter((mode) => mode === k).length / now.items,
      ]);
    }),
  );
  ui.meansTable.set(
    [
      "step",
      "objective",
      "variable",
      "mode",
      "mean z₁",
      "mean z₂",
      "σ₁",
      "σ₂",
      `share of ${count(ui.scene.runs[0].shape[1])} sentences`,
    ],
    lines,
  );
  const steps = [...new Set(ui.scene.runs.flatMap((run) => run.history.step))].sort(
    (a, b) => a - b,
  );
  ui.curveTable.set(
    [
      "step",
      ...ui.scene.curves.flatMap(({ title, unit }) =>
        ui.scene.runs.map((run) => `${title}${unit && `, ${unit}`}: ${run.title}`),
      ),
    ],
    steps.map((step) => [
      step,
      ...ui.scene.curves.flatMap(({ id: name }) =>
        ui.scene.runs.map((run) => {
          const i = run.history.step.indexOf(step);
          return i < 0 ? "" : run.history[name][i];
        }),
      ),
    ]),
  );
}
/** The tab's own result goes first: on two cores everything else would hold it up. */
function begin(ui, patience = 40) {
  const first = patience && !views[ui.props.tab]?.fragment;
  if (first) setTimeout(() => begin(ui, patience - 1), 100);
  else ui.life.view.run({});
}

// ---- state ----------------------------------------------------------------------------------

function setUp3(ui) {
  ui.scene = null;
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
  const ui = { ...given };
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
}
