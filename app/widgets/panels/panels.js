// The eight panels: one column for each objective, a row at an early step, a row at the step that
// the scrubber says; beside them four curves. All data comes once; drawing asks no server.
const { el, svg, mark, button, bytes, tableTwin, COLOURS, SYMBOLS } = latent;
const LINES = [["--ink-2", "", 1.5], ["--caution-mark", "6 3", 2], ["--accent", "2 3", 2], ["--accept", "", 2.5]];
const SPEED = 2.5; // snapshots a second
const GLIDE = 160; // ms
const FORMULA = "\u2212log p(x|z) + w(t) [ KL(q(c)‖U) + MI + KL(q(z|x)‖p\u0302) + β disp. ]";
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const life = latent.result(`${props.tab}-panels`, { element, ready: () => {}, server, draw });

// ---- what is on the page --------------------------------------------------------------------

const id = (name) => `${props.tab}-panels-${name}`;

function segmented(name, label) {
  const box = el("div", { class: "panel-choice", role: "radiogroup", "aria-label": label });
  box.fill = (options, chosen, pick) => box.replaceChildren(...options.map(([value, text]) => {
    const input = el("input", { type: "radio", name: id(name), value, on: { change: () => pick(value) } });
    input.checked = value === chosen;
    return el("label", {}, input, el("span", { text }));
  }));
  return el("div", { class: "panel-field" }, el("span", { text: label, "aria-hidden": "true" }), box);
}

const variableField = segmented("of", "Variable");
const colourField = segmented("colour", "Colour by");
const legend = el("div", { class: "panel-legend" });
const heads = el("div", { class: "panel-columns panel-heads" });
const rows = [0, 1].map((row) => ({
  title: el("h4", { class: "panel-when" }),
  cells: el("div", { class: "panel-columns", "data-row": row }),
}));
const scrub = el("input", { type: "range", id: id("scrub"), min: 0, step: 1, "aria-label": "Step of the lower row" });
const play = el("button", { type: "button", class: "lp-button panel-play", id: id("play"), on: { click: toggle } });
const when = el("output", { class: "panel-step", for: scrub.id });
const ticks = el("div", { class: "panel-ticks", "aria-hidden": "true" });
const curves = el("div", { class: "panel-curves" });
const missing = el("div", { class: "panel-missing" });
const note = el("p", { class: "panel-note" });
const meansTable = tableTwin("Modes at both steps as a table");
const curveTable = tableTwin("Curves as a table");

const about = el("div", { class: "panel-about" },
  el("p", { text: "The bound of a Gaussian-mixture VAE charges for modes that differ (the dispersion) and for telling which mode a sentence came from (the mutual information), so training slides the modes together until they say nothing. L_var lowers the first charge (β < 1) and L_mi drops the second; DGMVAE does both, and its modes stay apart." }),
  el("p", { class: "panel-formula", text: FORMULA }),
  el("p", { class: "panel-source" }, "GMVAE is this with β = 1. Source: ",
    el("a", { href: "https://proceedings.mlr.press/v119/shi20f.html", target: "_blank", rel: "noopener", text: "Shi et al., Dispersed Exponential Family Mixture VAEs, ICML 2020" }), "."));

const sheet = el("div", { class: "panel-sheet" },
  el("div", { class: "panel-main" },
    el("div", { class: "panel-bar" }, variableField, colourField, legend),
    heads,
    ...rows.flatMap(({ title, cells }) => [title, cells]),
    el("div", { class: "panel-scrub" }, play, el("div", { class: "panel-track" }, scrub, ticks), when),
    note),
  curves);
const fold = el("details", { class: "panel-fold", open: true },
  el("summary", {}, el("h3", { text: "Do the modes collapse? Four objectives, two moments of training" })),
  about, missing, sheet, meansTable.details, curveTable.details);
life.body.append(fold);
life.tools.prepend(
  button("save", "CSV of the modes", () => save("modes.csv", meansTable), { id: id("means-csv") }),
  button("save", "CSV of the curves", () => save("curves.csv", curveTable), { id: id("curves-csv") }),
);
fold.append(life.tools, element.querySelector(".lp-code")); // shut away with the rest

function save(name, twin) {
  latent.download(name, "text/csv", latent.csv([twin.details.columns, ...twin.rows()]));
}

// ---- state ----------------------------------------------------------------------------------

let scene = null;
let variable = 0;
let colour = "mode";
let at = 0; // index of the chosen snapshot
let shown = 0; // where the lower row is drawn, between two snapshots while it moves
let reach = 1; // half the side of every panel
let playing = false;
let frame = 0;

const start = () => ({ of: 1, colour: "mode", step: scene.steps.at(-1), shut: "" });
function state() {
  const now = { of: variable + 1, colour, step: scene.steps[at], shut: fold.open ? "" : 1 };
  const first = start();
  return Object.keys(now).filter((key) => now[key] !== first[key]).map((key) => `${key}:${now[key]}`).join(" ");
}
function remember() {
  props.value = state();
  latent.keep(props.tab, { panels: props.value });
}
function restore() {
  if (!scene || !scene.runs.length) return;
  const given = Object.fromEntries(props.value.split(" ").filter(Boolean).map((part) => part.split(":")));
  const now = { ...start(), ...given };
  variable = Math.min(scene.variables, Math.max(1, Number(now.of))) - 1;
  colour = scene.colours.includes(now.colour) ? now.colour : "mode";
  at = nearest(scene.steps, Number(now.step));
  shown = at;
  fold.open = !now.shut;
  latent.keep(props.tab, { panels: state() });
  drawAll();
}
watch("value", () => scene && props.value !== state() && restore());
fold.addEventListener("toggle", () => scene?.runs.length && (fold.open ? drawAll() : halt(), remember()));

const nearest = (steps, step) => steps.reduce((best, s, i) => (Math.abs(s - step) < Math.abs(steps[best] - step) ? i : best), 0);
const count = (n) => Math.round(n).toLocaleString("en");
const show = (x, digits = 2) => (x == null ? "–" : x.toFixed(digits).replace("-", "\u2212"));
const token = (name) => getComputedStyle(element).getPropertyValue(name).trim();

// ---- data -----------------------------------------------------------------------------------

function draw(data) {
  for (const run of data.runs) unpack(run);
  const steps = [...new Set(data.runs.flatMap((run) => run.steps))].sort((a, b) => a - b);
  const first = data.runs[0];
  scene = {
    ...data, steps,
    variables: first?.shape[2] ?? 0,
    colours: ["mode", ...Object.keys(first?.tags ?? {})],
  };
  sayMissing();
  sheet.hidden = meansTable.details.hidden = curveTable.details.hidden = life.tools.hidden = !data.runs.length;
  if (!data.runs.length) return;
  scrub.max = steps.length - 1;
  build();
  restore();
}

function unpack(run) {
  const whole = new Uint16Array(bytes(run.codes.data).buffer);
  const [span, low] = [(run.codes.high - run.codes.low) / 65535, run.codes.low];
  run.code = (i) => low + span * whole[i];
  run.modes = bytes(run.modes);
  for (const tag of Object.values(run.tags)) tag.ids = bytes(tag.ids);
}

/** Half the side of all panels: all but the farthest codes, and all means, of every run and step. */
function measure() {
  const far = [];
  let mean = 0;
  for (const run of scene.runs) {
    const [moments, items, variables] = run.shape;
    for (let s = 0; s < moments; s++)
      for (let n = 0; n < items; n += 4) {
        const i = 2 * ((s * items + n) * variables + variable);
        far.push(Math.max(Math.abs(run.code(i)), Math.abs(run.code(i + 1))));
      }
    for (const moment of run.means) mean = Math.max(mean, ...moment[variable].flat().map(Math.abs));
  }
  far.sort((a, b) => a - b);
  reach = Math.ceil(Math.max(far[Math.floor(0.998 * (far.length - 1))], mean) + 0.3);
}

function sayMissing() {
  missing.hidden = !scene.missing.length;
  missing.replaceChildren(...(scene.missing.length ? [
    el("p", { text: `Not on this machine: ${scene.missing.map(({ title }) => title).join(", ")}. To train ${scene.missing.length > 1 ? "them" : "it"}:` }),
    el("code", { text: scene.missing.map(({ command }) => command).join("\n") }),
  ] : []));
}

// ---- panels ---------------------------------------------------------------------------------

function build() {
  heads.replaceChildren(...scene.runs.map((run) => el("div", { class: "panel-head", style: column(run) },
    swatch(run), el("b", { text: run.title }), el("span", { text: run.objective, title: "What it pays for, beside reconstruction, KL(c) and KL(z)" }))));
  for (const { cells } of rows) {
    cells.replaceChildren(...scene.runs.map((run) => el("figure", { class: "panel-cell", style: column(run) },
      el("canvas", { role: "img" }), el("figcaption"))));
    cells.append(...scene.missing.map((run) => el("div", { class: "panel-cell panel-none", style: column(run), text: run.title })));
    for (const canvas of cells.querySelectorAll("canvas")) sizes.observe(canvas);
  }
  curves.replaceChildren(...scene.curves.map(curve));
  ticks.replaceChildren(...scene.steps.map((step, i) => {
    const named = [0, 500, 2000, 5000].includes(step) || i === scene.steps.length - 1;
    const x = scene.steps.length > 1 ? i / (scene.steps.length - 1) : 0;
    return el("span", { style: `--x:${x}`, class: named ? "panel-tick-named" : "", text: named ? count(step) : "" });
  }));
}
const sizes = new ResizeObserver(() => scene && fold.open && drawPanels());

const column = ({ column: i }) => `grid-column:${i + 1}`;
function swatch(run) {
  const [colour, dash, width] = LINES[run.column];
  return svg("svg", { class: "panel-swatch", viewBox: "0 0 24 8", "aria-hidden": "true" },
    svg("path", { d: "M0 4H24", style: `stroke:var(${colour})`, "stroke-width": width, "stroke-dasharray": dash }));
}

/** The run's snapshot at `place`, a number between two indices of the common steps. */
function moment(run, place) {
  const index = (i) => {
    const step = scene.steps[i];
    return Math.max(0, run.steps.findLastIndex((s) => s <= step));
  };
  const [a, b] = [index(Math.floor(place)), index(Math.ceil(place))];
  const t = place - Math.floor(place);
  const [, items, variables] = run.shape;
  const mix = (x, y) => x + t * (y - x);
  const later = t < 0.5 ? a : b;
  return {
    point: (n, axis) => mix(run.code(2 * ((a * items + n) * variables + variable) + axis), run.code(2 * ((b * items + n) * variables + variable) + axis)),
    mean: (k) => run.means[a][variable][k].map((x, axis) => mix(x, run.means[b][variable][k][axis])),
    scale: (k) => run.scales[a][variable][k].map((x, axis) => mix(x, run.scales[b][variable][k][axis])),
    mode: (n) => run.modes[(later * items + n) * variables + variable],
    components: run.means[a][variable].length,
    items,
  };
}

function drawPanel(canvas, run, place) {
  const side = canvas.clientWidth;
  if (!side) return;
  const scale = window.devicePixelRatio || 1;
  const size = Math.round(side * scale);
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, side, side);
  const px = (v) => ((v + reach) / (2 * reach)) * side;
  const py = (v) => ((reach - v) / (2 * reach)) * side;
  pen.strokeStyle = token("--hairline");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(px(0), 0); pen.lineTo(px(0), side); pen.moveTo(0, py(0)); pen.lineTo(side, py(0));
  pen.stroke();
  const now = moment(run, place);
  const ids = colour === "mode" ? null : run.tags[colour]?.ids;
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
  const [ink, card] = [token("--ink"), token("--card")];
  for (let k = 0; k < now.components; k++) {
    const [[mx, my], [sx, sy]] = [now.mean(k), now.scale(k)];
    if (Math.max(sx, sy) > reach) continue; // of an empty mode: nothing of it would be seen
    const [x, y] = [px(mx), py(my)];
    const own = ids ? ink : COLOURS[k % COLOURS.length];
    pen.strokeStyle = own;
    pen.lineWidth = 1.25;
    pen.beginPath();
    pen.ellipse(x, y, Math.abs(px(sx) - px(0)), Math.abs(py(sy) - py(0)), 0, 0, 7);
    pen.stroke();
  }
  for (let k = 0; k < now.components; k++) { // above all ellipses
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
      pen.moveTo(x - r, y); pen.lineTo(x + r, y); pen.moveTo(x, y - r); pen.lineTo(x, y + r);
      pen.stroke();
    }
    pen.fillStyle = ids ? ink : COLOURS[k % COLOURS.length];
    pen.beginPath();
    pen.arc(x, y, r * 0.45, 0, 7);
    pen.fill();
  }
}

const early = () => nearest(scene.steps, scene.early);
function drawPanels() {
  drawRow(0, early());
  drawRow(1, shown);
}

function drawRow(row, place) {
  scene.runs.forEach((run, i) => drawPanel(rows[row].cells.children[i].firstChild, run, place));
}

/** Values of a curve of a run at a step: the nearest evaluation, null where there is none. */
function valueAt(run, curve, step) {
  const { step: steps, [curve]: values } = run.history;
  return steps.length ? values[nearest(steps, step)] ?? null : null;
}

function nameRow(row, index) {
  const step = scene.steps[index];
  rows[row].title.textContent = `${count(step)} steps`;
  scene.runs.forEach((run, i) => {
    const cell = rows[row].cells.children[i];
    const known = step >= (run.history.step[0] ?? Infinity) ? [["VM", "mean_variance"], ["MI", "mi_c"]] : [];
    const said = known.map(([name, curve]) => `${name} ${show(valueAt(run, curve, step))}`);
    cell.lastChild.replaceChildren(...said.map((text) => el("span", { text })));
    cell.lastChild.title = "Variance of means (all variables) and mutual information of c, nats, on 2,000 held-out sentences";
    cell.firstChild.setAttribute("aria-label", `${run.title} at ${count(step)} steps: ${run.shape[1]} codes and ${run.means[0][variable].length} modes of c${variable + 1}. ${said.join(", ")}`);
  });
}

function drawAll() {
  measure();
  const first = scene.runs[0];
  variableField.lastChild.fill(Array.from({ length: scene.variables }, (_, j) => [j, `c${j + 1}`]), variable, (j) => choose({ variable: j }));
  colourField.lastChild.fill(scene.colours.map((name) => [name, name]), colour, (name) => choose({ colour: name }));
  const names = colour === "mode" ? first.means[0][variable].map((_, k) => `${k + 1}`) : first.tags[colour].names;
  legend.replaceChildren(...names.map((name, k) => el("span", {}, mark(k), el("span", { text: name }))));
  legend.setAttribute("aria-label", colour === "mode" ? "Modes" : colour);
  note.textContent = `All panels have the same axes, −${reach} to ${reach}, at every step. Dots: posterior means of ${count(first.shape[1])} held-out sentences; ringed crosses: means of the modes; ellipses: one standard deviation, left out where wider than the panel. The curves are over 2,000 held-out sentences and all variables.`;
  drawPanels();
  drawCurves();
  settle();
}

function choose(change) {
  if ("variable" in change) variable = change.variable;
  if ("colour" in change) colour = change.colour;
  remember();
  const focused = document.activeElement?.value;
  const name = document.activeElement?.name;
  drawAll();
  if (name) fold.querySelector(`input[name="${name}"][value="${focused}"]`)?.focus();
}

// ---- the scrubber ---------------------------------------------------------------------------

/** Everything that says which step the lower row is at, once it rests there. */
function settle() {
  const step = scene.steps[at];
  scrub.value = at;
  scrub.setAttribute("aria-valuetext", `${count(step)} steps`);
  when.textContent = `step ${count(step)}`;
  nameRow(0, early());
  nameRow(1, at);
  readouts(step);
  fillTables();
  element.dataset.step = step; // how tests know
}

function go(index, { keep = true } = {}) {
  at = Math.min(scene.steps.length - 1, Math.max(0, index));
  settle();
  if (keep) remember();
  glide();
}

function glide() {
  cancelAnimationFrame(frame);
  if (calm.matches) return (shown = at), drawRow(1, shown);
  const [from, began] = [shown, performance.now()];
  const tick = (time) => {
    const t = Math.min(1, Math.max(0, time - began) / GLIDE);
    shown = from + (at - from) * t * (2 - t);
    drawRow(1, shown);
    if (t < 1) frame = requestAnimationFrame(tick);
  };
  frame = requestAnimationFrame(tick);
}

function toggle() {
  if (!scene?.runs.length) return;
  if (playing) return halt();
  playing = true;
  namePlay();
  if (at === scene.steps.length - 1) at = shown = 0;
  let last = performance.now();
  const tick = (time) => {
    if (!playing) return;
    const ahead = shown + (Math.max(0, time - last) / 1000) * SPEED;
    last = time;
    const end = scene.steps.length - 1;
    shown = Math.min(end, ahead);
    const reached = Math.floor(shown);
    if (reached !== at) {
      at = reached;
      settle();
    }
    drawRow(1, calm.matches ? at : shown);
    moveCursors(stepAt(shown));
    if (shown >= end) return halt();
    frame = requestAnimationFrame(tick);
  };
  settle();
  frame = requestAnimationFrame(tick);
}

function stepAt(place) {
  const [a, b] = [scene.steps[Math.floor(place)], scene.steps[Math.ceil(place)]];
  return a + (place % 1) * (b - a);
}

function halt() {
  if (!playing) return;
  playing = false;
  cancelAnimationFrame(frame);
  namePlay();
  go(at);
}

function namePlay() {
  play.textContent = playing ? "❚❚" : "▶";
  play.setAttribute("aria-label", playing ? "Pause" : "Play the training");
  play.title = play.getAttribute("aria-label");
}
namePlay();
scrub.addEventListener("input", () => {
  playing = false;
  namePlay();
  go(Number(scrub.value));
});

// ---- curves ---------------------------------------------------------------------------------

const [WIDE, HIGH] = [320, 112]; // of a curve's drawing

function curve({ id: name, title, unit }) {
  const values = el("div", { class: "panel-values" }, ...scene.runs.map((run) => el("span", { title: run.title, style: column(run) }, swatch(run), el("b"))));
  const plot = svg("svg", { class: "panel-plot", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const top = el("span", { class: "panel-top", "aria-hidden": "true" });
  const box = el("div", { class: "panel-box" }, plot, top);
  const block = el("figure", { class: "panel-curve", "data-curve": name },
    el("figcaption", {}, el("span", { text: title }), el("span", { text: unit, class: "panel-unit" })), values, box);
  const step = (event) => {
    const { left, width } = box.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * scene.steps.at(-1);
  };
  box.addEventListener("pointermove", (event) => !playing && readouts(step(event)));
  box.addEventListener("pointerleave", () => !playing && readouts(scene.steps[at]));
  box.addEventListener("click", (event) => {
    playing = false;
    namePlay();
    go(nearest(scene.steps, step(event)));
  });
  return block;
}

function drawCurves() {
  const last = scene.steps.at(-1) || 1;
  for (const block of curves.children) {
    const name = block.dataset.curve;
    const high = nice(Math.max(0, ...scene.runs.flatMap((run) => run.history[name].filter((_, i) => run.history.step[i] <= last))));
    const x = (step) => ((WIDE * step) / last).toFixed(1);
    const y = (value) => (HIGH - 2 - ((HIGH - 6) * value) / high).toFixed(1);
    const plot = block.querySelector(".panel-plot");
    plot.replaceChildren(
      svg("path", { class: "panel-base", d: `M0 ${y(0)}H${WIDE}M0 ${y(high)}H${WIDE}` }),
      ...scene.runs.map((run) => {
        const [colour, dash, width] = LINES[run.column];
        const points = run.history[name].map((value, n) => `${x(run.history.step[n])} ${y(value)}`);
        return svg("path", { class: "panel-line", d: points.length ? `M${points.join("L")}` : "", style: `stroke:var(${colour})`, "stroke-width": width, "stroke-dasharray": dash });
      }),
      svg("path", { class: "panel-cursor", d: `M0 0V${HIGH}` }),
    );
    block.querySelector(".panel-top").textContent = String(high);
  }
  moveCursors(scene.steps[at]);
}

function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return Number(([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((f) => f * power >= value) * power).toPrecision(2));
}

function moveCursors(step) {
  const x = (WIDE * step) / (scene.steps.at(-1) || 1);
  for (const line of curves.querySelectorAll(".panel-cursor")) line.setAttribute("transform", `translate(${x} 0)`);
}

function readouts(step) {
  moveCursors(step);
  for (const block of curves.children) {
    const values = scene.runs.map((run) => (step < (run.history.step[0] ?? 0) / 2 ? null : valueAt(run, block.dataset.curve, step)));
    block.querySelectorAll(".panel-values b").forEach((cell, i) => (cell.textContent = show(values[i], values[i] >= 100 ? 1 : 2)));
  }
}

// ---- tables ---------------------------------------------------------------------------------

function fillTables() {
  const places = [...new Set([early(), at])];
  const lines = places.flatMap((index) => scene.runs.flatMap((run) => {
    const now = moment(run, index);
    const members = Array.from({ length: now.items }, (_, n) => now.mode(n));
    return Array.from({ length: now.components }, (_, k) => [
      scene.steps[index], run.title, `c${variable + 1}`, k + 1, ...now.mean(k).map((v) => show(v)), ...now.scale(k).map((v) => show(v)),
      members.filter((mode) => mode === k).length / now.items,
    ]);
  }));
  meansTable.set(["step", "objective", "variable", "mode", "mean z₁", "mean z₂", "σ₁", "σ₂", `share of ${count(scene.runs[0].shape[1])} sentences`], lines);
  const steps = [...new Set(scene.runs.flatMap((run) => run.history.step))].sort((a, b) => a - b);
  curveTable.set(
    ["step", ...scene.curves.flatMap(({ title, unit }) => scene.runs.map((run) => `${title}${unit && `, ${unit}`}: ${run.title}`))],
    steps.map((step) => [step, ...scene.curves.flatMap(({ id: name }) => scene.runs.map((run) => {
      const i = run.history.step.indexOf(step);
      return i < 0 ? "" : run.history[name][i];
    }))]),
  );
}

new MutationObserver(() => scene?.runs.length && fold.open && drawAll()).observe(document.body, { attributeFilter: ["class"] });
/** The tab's own result goes first: on two cores everything else would hold it up. */
function begin(patience = 40) {
  const first = patience && !latent.views[props.tab]?.fragment;
  if (first) setTimeout(() => begin(patience - 1), 100);
  else life.view.run({});
}
begin();
