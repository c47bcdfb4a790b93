// The ablation of the α-GAN: a matrix of what each term buys, and how well the critics D and C do
// along training. The numbers are those of the frontier, which sends them ("latent-bench").
const { el, svg, button, bytes, tableTwin } = latent;
const VIEW = "pictures";
const MODEL = "alpha_gan";
const panel = element.closest('[role="tabpanel"]');
const life = latent.result(`${props.tab}-ablation`, { element, ready: () => {}, server, draw });
const ask = latent.asker(server, 60000, "The server does not answer. Is it still running? Then try again.");
const TERMS = [["", "L1", "D", "C"], ["no-l1", "D", "C"], ["no-critic", "L1", "C"], ["no-code-critic", "L1", "D"]]; // tag, terms that are on
const COLUMNS = [["code_mmd", "Code MMD"], ["mse", "MSE"], ["sharpness", "Sharpness"], ["inception_score", "Inception score"], ["fid_ours", "FID (our features)"], ["classes_covered", "Classes"]];
const CURVES = [["critic_accuracy", "Accuracy of D, pictures"], ["code_critic_accuracy", "Accuracy of C, codes"]];
const LINES = [["--ink", "", 2.5], ["--accent", "6 3", 2], ["--caution-mark", "2 3", 2], ["--accept", "8 3 2 3", 2]];
const PICTURES = 8;

let bench = null;
let runs = []; // in the order of TERMS
let moment = null; // null is the last

const id = (name) => `${props.tab}-ablation-${name}`;
const count = (n) => n.toLocaleString("en");
const show = (x) => (x == null ? "–" : Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(3))).replace("-", "\u2212"));

const scrub = el("input", { type: "range", id: id("moment"), min: 0, step: 1, "aria-label": "Moment of training" });
const when = el("output", { class: "abl-when", for: scrub.id });
const grid = el("table", { class: "abl-table" });
const note = el("p", { class: "beta-note" });
const curves = el("div", { class: "abl-curves" });
const table = tableTwin("Accuracies as a table");
life.body.append(
  el("header", { class: "trip-head" }, el("h3", { text: "What each term of the α-GAN buys" }),
    el("p", { text: "The α-GAN has a reconstruction error L1, a critic D of pictures and a critic C of codes. Each row leaves one of them out, with everything else the same." })),
  el("div", { class: "abl-bar" }, el("label", { for: scrub.id, text: "Moment" }), scrub, when),
  el("div", { class: "abl-scroll", tabindex: "0", role: "region", "aria-label": "Ablation matrix" }, grid), note, curves, table.details);
life.tools.prepend(button("save", "CSV", () => latent.download("ablation.csv", "text/csv", latent.csv(matrix())), { id: id("csv") }));

// ---- state --------------------------------------------------------------------------------

const shown = () => panel.dataset.mode === VIEW;
const most = () => Math.max(...runs.map((run) => run.moments.length)) - 1;
const at = () => Math.min(moment ?? most(), most());
const momentOf = (run) => run.moments[Math.min(at(), run.moments.length - 1)];
const state = () => (at() === most() ? "" : `moment:${at()}`);
const keep = () => latent.keep(props.tab, { ablation: shown() && runs.length ? state() : "" });
watch("value", () => runs.length && props.value !== state() && restore());
function restore() {
  const given = props.value.match(/^moment:(\d+)$/);
  moment = given ? Number(given[1]) : null;
  keep();
  return drawAll();
}
scrub.addEventListener("input", () => {
  moment = Number(scrub.value);
  props.value = state();
  keep();
  drawAll();
});

// ---- drawing ------------------------------------------------------------------------------

async function draw() {
  const own = bench.runs.filter((run) => run.model === MODEL && run.dataset === "mnist");
  runs = TERMS.map(([tag, ...on]) => ({ run: own.find((run) => run.name === `gan/${MODEL}--mnist${tag && `--${tag}`}`), on })).filter(({ run }) => run).map(({ run, on }) => ({ ...run, on }));
  element.hidden = !runs.length;
  if (!runs.length) return;
  scrub.max = most();
  await restore();
}

const sheets = {};
async function drawAll() {
  scrub.value = at();
  const steps = [...new Set(runs.map((run) => momentOf(run).step))];
  when.textContent = `step ${steps.map(count).join(" / ")}`;
  scrub.setAttribute("aria-valuetext", when.textContent);
  drawMatrix();
  drawCurves();
  await Promise.all(runs.map(drawSamples));
  element.dataset.moment = at(); // how tests know
}

const swatch = (k) => svg("svg", { class: "panel-swatch", viewBox: "0 0 24 8", "aria-hidden": "true" },
  svg("path", { d: "M0 4H24", style: `stroke:var(${LINES[k][0]})`, "stroke-width": LINES[k][2], "stroke-dasharray": LINES[k][1] }));
const without = (run) => (run.on.length === 3 ? "all on" : `without ${["L1", "D", "C"].find((term) => !run.on.includes(term))}`);
const real = (column) => runs[0].reference[column];

function drawMatrix() {
  const known = COLUMNS.filter(([column]) => runs.some((run) => momentOf(run).values[column] != null));
  const all = runs.find((run) => run.on.length === 3);
  const cell = (run, column) => {
    const value = momentOf(run).values[column];
    const base = all && momentOf(all).values[column];
    const ratio = run !== all && value != null && base > 0 && value > 0 ? value / base : null;
    return el("td", { title: bench.byId[column]?.explanation }, el("span", { text: show(value) }), el("small", { text: ratio == null ? "" : `× ${show(Number(ratio.toPrecision(2)))}` }));
  };
  const kept = new Map([...grid.querySelectorAll("tr[data-run]")].map((row) => [row.dataset.run, row.lastChild]));
  grid.replaceChildren(
    el("thead", {}, el("tr", {}, ...["", "L1", "D", "C", ...known.map(([, title]) => title), "samples of the same codes"].map((text) => el("th", { scope: "col", text })))),
    el("tbody", {},
      ...runs.map((run, k) => el("tr", { "data-run": run.name },
        el("th", { scope: "row" }, el("span", { class: "abl-name" }, swatch(k), without(run))),
        ...["L1", "D", "C"].map((term) => el("td", { class: "abl-term" }, el("span", { text: run.on.includes(term) ? "✔" : "–", "aria-label": run.on.includes(term) ? "on" : "off" }))),
        ...known.map(([column]) => cell(run, column)),
        kept.get(run.name) ?? el("td", { class: "abl-samples" }, el("div", { class: "abl-wait" })))),
      el("tr", { class: "abl-real" }, el("th", { scope: "row", text: "real test pictures" }), el("td"), el("td"), el("td"),
        ...known.map(([column]) => el("td", { text: real(column) == null ? "" : show(real(column)) })), el("td"))));
  const [first] = runs;
  note.textContent = `Measured on the ${first.split} split, n ${count(first.n)}. Small numbers: times the value with all terms on. L1 asks for a faithful reconstruction (MSE), D for sharp pictures, C for codes that look like draws of the prior (code MMD): look there at the row that leaves it out.`;
}

function matrix() {
  return [["checkpoint", "step", ...COLUMNS.map(([column]) => column)], ...runs.map((run) => [run.name, momentOf(run).step, ...COLUMNS.map(([column]) => momentOf(run).values[column] ?? "")])];
}

async function drawSamples(run) {
  const answer = await (sheets[run.name] ??= ask("moments", { checkpoint: run.name }));
  const place = grid.querySelector(`tr[data-run="${run.name}"] .abl-samples`);
  if (answer.error) {
    delete sheets[run.name];
    return place.replaceChildren(el("p", { class: "beta-note", text: answer.error }));
  }
  const all = bytes(answer.pictures);
  const size = all.length / (answer.across * run.moments.length);
  const row = run.moments.indexOf(momentOf(run)) * answer.across;
  place.replaceChildren(el("div", { class: "trip-strip", style: `--n: ${PICTURES}` },
    ...Array.from({ length: PICTURES }, (_, i) => latent.picture(all.subarray((row + i) * size, (row + i + 1) * size), `sample ${i + 1}`))));
}

/** Accuracy from 0 to 1 over steps; 0.5 is a critic that cannot tell. */
function drawCurves() {
  const last = Math.max(...runs.flatMap((run) => run.moments.map(({ step }) => step)));
  const x = (step) => (100 * step) / last;
  const y = (value) => 100 - 100 * Math.min(1, Math.max(0, value));
  curves.replaceChildren(...CURVES.map(([quantity, title]) => {
    const drawn = runs.map((run, k) => ({ run, k, points: run.moments.filter(({ values }) => values[quantity] != null) })).filter(({ points }) => points.length);
    const lines = drawn.map(({ k, points }) => svg("path", {
      d: points.map(({ step, values }, i) => `${i ? "L" : "M"}${x(step)} ${y(values[quantity])}`).join(""),
      style: `stroke:var(${LINES[k][0]})`, "stroke-width": LINES[k][2], "stroke-dasharray": LINES[k][1],
    }));
    const now = Math.max(...runs.map((run) => momentOf(run).step));
    const said = drawn.map(({ run, points }) => `${without(run)} ends at ${show(points.at(-1).values[quantity])}`).join("; ");
    return el("figure", { class: "abl-curve" }, el("figcaption", { text: title }),
      el("div", { class: "abl-box", role: "img", "aria-label": `${title}: ${said || "not measured"}` },
        svg("svg", { class: "panel-plot", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
          svg("path", { class: "panel-base", d: "M0 50H100" }), svg("path", { class: "panel-cursor", d: `M${x(now)} 0V100` }), ...lines),
        el("span", { class: "abl-top", text: "1" }), el("span", { class: "abl-half", text: "0.5, cannot tell" }), el("span", { class: "abl-end", text: `step ${count(last)}` })),
      el("div", { class: "abl-legend" }, ...drawn.map(({ run, k, points }) => el("span", {}, swatch(k), el("span", { text: `${without(run)} ${show(Number(points.at(-1).values[quantity].toFixed(2)))}` })))));
  }));
  table.set(["checkpoint", "step", ...CURVES.map(([, title]) => title)],
    runs.flatMap((run) => run.moments.map(({ step, values }) => [run.name, step, ...CURVES.map(([quantity]) => values[quantity] ?? "")])));
}

// ---- life ---------------------------------------------------------------------------------

window.addEventListener("latent-bench", ({ detail }) => {
  if (bench) return;
  bench = detail;
  life.view.run({});
});
new MutationObserver(keep).observe(panel, { attributeFilter: ["data-mode"] });
setTimeout(() => window.dispatchEvent(new CustomEvent("latent-bench-wanted"))); // it may have come before
