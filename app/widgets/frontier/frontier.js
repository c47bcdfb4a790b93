// The frontier: one dot for each checkpoint and moment of its training. The parts, joined by
// widget.py, share their names:
//   frontier.js  the numbers, what is chosen, legend and table
//   plot.js      axes, trails and dots; pointing at them
//   card.js      the chosen dot: its numbers, its samples, what its model does now
//
// Other widgets of the view are told of the numbers by "latent-bench", and of a checkpoint that a
// person puts beside others by "latent-compare"; the triptych answers with "latent-compared".
const { el, svg, button, bytes, tableTwin, COLOURS, SYMBOLS, GLYPHS } = latent;
const VIEW = "pictures";
const panel = element.closest('[role="tabpanel"]');
const life = latent.result(`${props.tab}-frontier`, { element, ready: () => {}, server, draw });
const ask = latent.asker(server, 60000, "The server does not answer. Is it still running? Then try again.");
const FIRST = { data: "mnist", x: "ms_ssim", y: "inception_score", dot: "", without: "", seed: "0" };
const DEFAULT = "gan/vae_gan--mnist"; // whose card is open at the start, if it is here

let scene = null;
let look = { ...FIRST };
let compared = []; // names of the checkpoints in the triptych

// ---- what is on the page ------------------------------------------------------------------

const id = (name) => `${props.tab}-frontier-${name}`;
const chooser = (name, label) => {
  const list = el("select", { class: "lp-input", id: id(name), on: { change: () => choose({ [name]: list.value }) } });
  return { list, field: el("div", { class: "front-field" }, el("label", { for: list.id, text: label }), list) };
};
const [data, xs, ys] = [chooser("data", "Data"), chooser("x", "Across"), chooser("y", "Up")];
const swap = button("swap", "Swap the axes", () => choose({ x: look.y, y: look.x }), { quiet: true, id: id("swap") });
const legend = el("div", { class: "lp-legend front-legend", role: "group", "aria-label": "Families" });
const stage = el("div", { class: "front-stage", tabindex: "0", role: "application", "aria-label": "Frontier. Left and right: along the training of a checkpoint. Up and down: other checkpoints. Enter: open." });
const readout = el("p", { class: "front-readout", role: "status" });
const absent = el("p", { class: "front-note" });
const problems = el("div", { class: "front-problems", hidden: true });
const card = el("section", { class: "front-card", "aria-label": "Chosen dot" });
const figures = el("section", { class: "front-figures", "aria-label": "Numbers of the chosen dot" });
const meanings = el("details", { class: "lp-twin front-meanings" }, el("summary", { text: "What the numbers mean" }), el("dl"));
const table = tableTwin("Numbers as a table");
const empty = el("p", { class: "front-empty", hidden: true });
const body = el("div", { class: "front-columns" },
  el("div", { class: "front-main" },
    el("div", { class: "front-bar" }, data.field, ys.field, xs.field, swap),
    legend, stage, readout, absent),
  card, figures);
life.body.append(
  el("header", { class: "front-head" }, el("h3", { text: "Fidelity against coverage" }),
    el("p", { text: "Every mark is a checkpoint at one moment of its training; a line leads to the last one, which is the largest. All see the same data, with decoders of nearly one size; the dashed lines are real test pictures." })),
  problems, empty, body, meanings, table.details);
life.tools.prepend(button("save", "CSV", () => latent.download("frontier.csv", "text/csv", latent.csv([table.details.columns, ...table.rows()])), { id: id("csv") }));

// ---- state --------------------------------------------------------------------------------

/** The dot is always named: which one comes first depends on the machine. */
const state = () => Object.keys(FIRST).filter((key) => look[key] && look[key] !== FIRST[key]).map((key) => `${key}:${look[key]}`).join(" ");
const shown = () => panel.dataset.mode === VIEW;

function remember() {
  props.value = state();
  latent.keep(props.tab, { frontier: shown() ? props.value : "" });
}

function restore() {
  const given = Object.fromEntries(props.value.split(" ").filter(Boolean).map((part) => {
    const at = part.indexOf(":");
    return [part.slice(0, at), part.slice(at + 1)];
  }));
  look = { ...FIRST, ...given };
  const known = (list, key) => list.includes(look[key]) || (look[key] = list.includes(FIRST[key]) ? FIRST[key] : list[0]);
  known(scene.sets, "data");
  known(scene.ids, "x");
  known(scene.ids, "y");
  const missing = look.dot && !found(look.dot);
  if (missing) life.fail(`The link shows ${look.dot.replace("@", " at step ")}, which is not here. Another is shown instead.`);
  if (!look.dot || missing) look.dot = opening();
  fillChoosers();
  drawAll();
  openCard();
  latent.keep(props.tab, { frontier: shown() ? state() : "" });
}
watch("value", () => scene && props.value !== state() && restore());

/** The run and the index of the moment of a dot "name@step". */
function found(dot) {
  const [name, step] = dot.split("@");
  const run = scene.runs.find((one) => one.name === name);
  const at = run ? run.moments.findIndex((moment) => moment.step === Number(step)) : -1;
  return at < 0 ? null : { run, at };
}
const dotOf = (run, at) => `${run.name}@${run.moments[at].step}`;
const lastOf = (run) => dotOf(run, run.moments.length - 1);
const here = () => scene.runs.filter((run) => run.dataset === look.data);
const visible = () => here().filter((run) => !look.without.split(",").includes(run.kind));
function opening() {
  const runs = here();
  const first = runs.find((run) => run.name === DEFAULT) ?? runs.find((run) => run.kind === "fusion") ?? runs[0];
  return first ? lastOf(first) : "";
}

function choose(change) {
  Object.assign(look, change);
  if ("data" in change) look.dot = opening();
  fillChoosers();
  drawAll();
  if ("data" in change || "dot" in change || "seed" in change) openCard();
  remember();
}

// ---- numbers ------------------------------------------------------------------------------

const MINUS = "\u2212";
const show = (x) => {
  if (x == null) return "–";
  if (Number.isInteger(x) || Math.abs(x) >= 1000) return Math.round(x).toLocaleString("en").replace("-", MINUS);
  return Number(x.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 7 }).replace("-", MINUS);
};
const count = (n) => n.toLocaleString("en");
const withUnit = (x, quantity) => (x == null ? "–" : `${show(x)}${quantity.unit === "%" ? " %" : quantity.unit ? ` ${quantity.unit}` : ""}`);
const kindIndex = (kind) => Object.keys(scene.kinds).indexOf(kind);

async function draw(answer) {
  scene = { ...answer, byId: Object.fromEntries(answer.quantities.map((one) => [one.id, one])) };
  const measured = new Set(scene.runs.flatMap((run) => run.moments.flatMap((moment) => Object.keys(moment.values))));
  scene.ids = scene.quantities.map((one) => one.id).filter((one) => measured.has(one));
  scene.sets = [...Object.keys(scene.datasets), ...scene.runs.map((run) => run.dataset)]
    .filter((one, i, all) => all.indexOf(one) === i && scene.runs.some((run) => run.dataset === one));
  problems.hidden = !scene.problems.length;
  problems.replaceChildren(...scene.problems.map((text) => el("p", { text })));
  const none = !scene.runs.length;
  empty.hidden = !none;
  empty.textContent = "No checkpoint on this machine was measured along its training. Train one: python scripts/train.py gan/dcgan--mnist";
  fillMeanings();
  body.hidden = meanings.hidden = table.details.hidden = life.tools.hidden = none;
  window.dispatchEvent(new CustomEvent("latent-bench", { detail: scene }));
  if (!none) restore();
}

function fillChoosers() {
  const options = (list, pairs, chosen) => {
    if (list.options.length !== pairs.length) list.replaceChildren(...pairs.map(([value, text]) => el("option", { value, text })));
    list.value = chosen;
  };
  const ids = scene.ids.map((one) => [one, scene.byId[one].title]);
  options(data.list, scene.sets.map((set) => [set, scene.datasets[set] ?? set]), look.data);
  options(xs.list, ids, look.x);
  options(ys.list, ids, look.y);
}

function drawLegend() {
  const kinds = Object.keys(scene.kinds).filter((kind) => here().some((run) => run.kind === kind));
  const off = look.without.split(",").filter(Boolean);
  const focused = legend.contains(document.activeElement) ? document.activeElement.dataset.kind : null;
  legend.replaceChildren(...kinds.map((kind) => {
    const flip = () => choose({ without: (off.includes(kind) ? off.filter((one) => one !== kind) : [...off, kind]).join(",") });
    const symbol = el("i", { style: `color: ${COLOURS[kindIndex(kind)]}`, "aria-hidden": "true", text: GLYPHS[kindIndex(kind)] });
    const n = here().filter((run) => run.kind === kind).length;
    return el("button", { type: "button", "data-kind": kind, "aria-pressed": String(!off.includes(kind)), title: "Show or hide", on: { click: flip } },
      symbol, el("span", { text: `${scene.kinds[kind]}, ${n}` }));
  }));
  if (focused) legend.querySelector(`[data-kind="${focused}"]`)?.focus();
}

function drawAll() {
  drawLegend();
  drawPlot();
  const [x, y] = [scene.byId[look.x], scene.byId[look.y]];
  const lacking = visible().filter((run) => !run.moments.some((moment) => look.x in moment.values && look.y in moment.values));
  const why = (run) => [x, y].filter((one) => !run.moments.some((moment) => one.id in moment.values)).map((one) => one.title).join(" and ");
  absent.textContent = lacking.length
    ? `Not drawn, since never measured together or not to be had without an encoder: ${lacking.map((run) => `${run.label} (${why(run) || "both at once"})`).join(", ")}.`
    : "Every checkpoint shown has both numbers.";
  fillTable();
}

function fillTable() {
  const columns = scene.ids.map((one) => scene.byId[one]);
  const head = (one) => `${one.title}${one.unit ? `, ${one.unit}` : ""}`;
  const reals = here().slice(0, 1).map((run) => ["real test pictures", "", "", ...columns.map((one) => run.reference[one.id] ?? "")]);
  const rows = here().flatMap((run) => run.moments.map((moment) => [run.name, run.label, moment.step, ...columns.map((one) => moment.values[one.id] ?? "")]));
  const [first] = here();
  table.details.querySelector("summary").textContent = `Numbers as a table${first ? ` (${first.split} split, n ${count(first.n)})` : ""}`;
  table.set(["checkpoint", "name", "step", ...columns.map(head)], [...reals, ...rows]);
}

// ---- life ---------------------------------------------------------------------------------

window.addEventListener("latent-compared", ({ detail }) => {
  compared = detail;
  if (scene?.runs.length) drawPlot();
});
window.addEventListener("latent-bench-wanted", () => scene && window.dispatchEvent(new CustomEvent("latent-bench", { detail: scene })));

/** Nothing is asked before the view is shown; a hidden view has no part in the link. */
function shownOrHidden() {
  if (!shown()) return latent.keep(props.tab, { frontier: "" });
  if (!scene) return begin();
  drawAll();
  latent.keep(props.tab, { frontier: state() });
}
let begun = false;
function begin() {
  if (!begun) life.view.run({});
  begun = true;
}
new MutationObserver(shownOrHidden).observe(panel, { attributeFilter: ["data-mode"] });
setTimeout(() => shown() && begin()); // when the other parts of this script are there
