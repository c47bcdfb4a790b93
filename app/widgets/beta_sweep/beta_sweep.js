// The β sweep: reconstruction against KL, the KL of each unit, what a unit does, and how many
// have collapsed. All numbers come once; only walks along units ask the server.
const { el, svg, button, bytes, tableTwin } = latent;
const VIEW = "pictures";
const panel = element.closest('[role="tabpanel"]');
const life = latent.result(`${props.tab}-beta`, { element, ready: () => {}, server, draw });
const ask = latent.asker(server, 60000, "The server does not answer. Is it still running? Then try again.");
const FIRST = { of: "", first: "0" };

let runs = [];
let look = { ...FIRST };
let turn = 0;

const id = (name) => `${props.tab}-beta-${name}`;
const count = (n) => n.toLocaleString("en");
const show = (x) => (x == null ? "–" : String(Number(x.toPrecision(3))).replace("-", "\u2212"));
const chosen = () => runs.find((run) => run.name === look.of) ?? runs.at(-1);

// ---- what is on the page ------------------------------------------------------------------

const choice = el("div", { class: "panel-choice", role: "radiogroup", "aria-label": "β" });
const plot = el("div", { class: "beta-plot" });
const bars = el("div", { class: "beta-bars", role: "img" });
const barsNote = el("p", { class: "beta-note" });
const collapse = el("table", { class: "beta-table" });
const walks = el("div", { class: "beta-walks" });
const walksNote = el("p", { class: "beta-note" });
const other = button(null, "Another picture", () => choose({ first: String((Number(look.first) + 1) % 10000) }), { id: id("other") });
const table = tableTwin("KL of each unit as a table");
const missing = el("p", { class: "beta-note" });
const part = (title, ...children) => el("section", { class: "beta-part" }, el("h4", { text: title }), ...children);
const walksTitle = el("h4");
const sheet = el("div", { class: "beta-sheet" },
  part("Reconstruction against KL", plot),
  part("KL of each unit, the largest first", bars, barsNote),
  part("Which units are left", collapse, el("p", { class: "beta-note", text: "A unit is active where its posterior mean has a variance of at least 0.01 over pictures; where its KL is below 0.01 nats its posterior is the prior, whatever the picture: it has collapsed." })),
  el("section", { class: "beta-part" }, el("div", { class: "beta-line" }, walksTitle, other), walks, walksNote));
life.body.append(
  el("header", { class: "trip-head" }, el("h3", { text: "How heavy the KL should be" }),
    el("p", { text: "The same VAE of the same seed, with β times the KL in its loss: a larger β makes codes that follow the prior more closely and say less, with fewer units in use." })),
  missing, el("div", { class: "beta-line beta-choose" }, el("span", { text: "β", "aria-hidden": "true" }), choice), sheet, table.details);
life.tools.prepend(button("save", "CSV", () => latent.download("beta.csv", "text/csv", latent.csv([table.details.columns, ...table.rows()])), { id: id("csv") }));

// ---- state --------------------------------------------------------------------------------

const shown = () => panel.dataset.mode === VIEW;
/** The model is always named: which one comes first depends on the machine. */
const state = () => Object.keys(FIRST).filter((key) => look[key] !== FIRST[key]).map((key) => `${key}:${look[key]}`).join(" ");
const keep = () => latent.keep(props.tab, { beta: shown() && runs.length ? state() : "" });

function restore() {
  const given = Object.fromEntries(props.value.split(" ").filter(Boolean).map((each) => {
    const at = each.indexOf(":");
    return [each.slice(0, at), each.slice(at + 1)];
  }));
  look = { ...FIRST, ...given };
  if (look.of && !runs.some((run) => run.name === look.of)) life.fail(`${look.of} is no β-VAE that is here. Another is shown instead.`);
  look.of = chosen().name;
  keep();
  return drawAll();
}
watch("value", () => runs.length && props.value !== state() && restore());

function choose(change) {
  Object.assign(look, change);
  props.value = state();
  keep();
  drawAll();
}

// ---- drawing ------------------------------------------------------------------------------

async function draw(data) {
  runs = data.runs;
  const none = !runs.length;
  missing.hidden = !none;
  missing.textContent = "No β-VAE on this machine was measured. Train them: python scripts/train.py vae/beta_vae--mnist--beta1 (and beta2, beta4, beta10)";
  sheet.hidden = table.details.hidden = life.tools.hidden = none;
  choice.parentNode.hidden = none;
  if (!none) await restore();
}

async function drawAll() {
  const run = chosen();
  choice.replaceChildren(...runs.map((one) => {
    const input = el("input", { type: "radio", name: id("of"), value: one.name, on: { change: () => (choose({ of: one.name }), choice.querySelector(":checked").focus()) } });
    input.checked = one === run;
    return el("label", {}, input, el("span", { text: show(one.beta) }));
  }));
  drawPlot(run);
  drawBars(run);
  drawCollapse(run);
  table.set(["β", "unit", "KL, nats", "active"], runs.flatMap((one) => (one.kl ?? []).map((kl, unit) => [one.beta, unit, kl, one.active[unit] ? "yes" : "no"])));
  await drawWalks(run);
}

/** Round numbers from 0 up to the first that is not below `most`. */
function ticks(most) {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => 5 * s >= most);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

const HIGH = 260; // pixels
/** Mean squared error over KL, one mark for each β, joined in the order of β. */
function drawPlot(run) {
  const known = runs.filter(({ values }) => values.mse != null && values.kl != null);
  if (known.length < 1) return plot.replaceChildren(el("p", { class: "beta-note", text: "Reconstruction error or KL was not measured." }));
  const wide = plot.clientWidth || 400;
  const [kl, mse] = [known.map(({ values }) => values.kl), known.map(({ values }) => values.mse)];
  const [across, up] = [ticks(1.1 * Math.max(...kl)), ticks(1.1 * Math.max(...mse))];
  const [right, top] = [across.at(-1), up.at(-1)];
  const x = (value) => 56 + (value / right) * (wide - 72);
  const y = (value) => HIGH - 40 - (value / top) * (HIGH - 64);
  const text = (at, words, more = {}) => Object.assign(svg("text", { x: at[0], y: at[1], ...more }), { textContent: words });
  const parts = [];
  for (const tick of across) parts.push(svg("path", { class: "front-grid", d: `M${x(tick)} 24V${HIGH - 40}` }), text([x(tick), HIGH - 24], show(tick), { "text-anchor": "middle" }));
  for (const tick of up) parts.push(svg("path", { class: "front-grid", d: `M56 ${y(tick)}H${wide - 16}` }), text([50, y(tick) + 4], show(tick), { "text-anchor": "end" }));
  parts.push(text([8, 14], "Reconstruction MSE \u2193 better", { class: "front-axis" }), text([wide - 16, HIGH - 6], "KL, nats", { class: "front-axis", "text-anchor": "end" }));
  parts.push(svg("path", { class: "beta-trail", d: known.map(({ values }, i) => `${i ? "L" : "M"}${x(values.kl)} ${y(values.mse)}`).join("") }));
  for (const one of known) {
    const at = [x(one.values.kl), y(one.values.mse)];
    const reach = svg("circle", { class: "beta-reach", cx: at[0], cy: at[1], r: 16, "data-beta": one.beta });
    reach.addEventListener("click", () => choose({ of: one.name }));
    parts.push(svg("circle", { class: one === run ? "beta-dot beta-own" : "beta-dot", cx: at[0], cy: at[1], r: one === run ? 8 : 6 }), reach, text([at[0] + 12, at[1] - 8], `β ${show(one.beta)}`, { class: "front-label" }));
  }
  const said = known.map(({ beta, values }) => `β ${show(beta)}: MSE ${show(values.mse)}, KL ${show(values.kl)} nats`).join("; ");
  plot.replaceChildren(svg("svg", { class: "front-plot beta-svg", width: wide, height: HIGH, role: "img", "aria-label": said }, ...parts),
    el("p", { class: "beta-note", text: `Measured on the ${run.split} split, n ${count(run.n)}. Click a mark, or choose above.` }));
}

/** A bar for each unit; the scale is the same for every β, so that they can be compared. */
function drawBars(run) {
  const top = Math.max(...runs.flatMap((one) => one.kl ?? []), 0.1);
  if (!run.kl) {
    bars.replaceChildren();
    return (barsNote.textContent = run.problem);
  }
  const units = run.kl.map((kl, unit) => ({ kl, unit, active: run.active[unit] })).sort((a, b) => b.kl - a.kl);
  bars.style.setProperty("--n", units.length);
  bars.setAttribute("aria-label", units.map(({ unit, kl }) => `unit ${unit}: ${show(kl)} nats`).join("; "));
  bars.replaceChildren(...units.map(({ unit, kl, active }) => el("span", { class: active ? "beta-bar" : "beta-bar beta-dead", title: `unit ${unit}: ${show(kl)} nats, ${active ? "active" : "not active"}` },
    el("i", { style: `height: ${Math.max(0, (100 * kl) / top)}%` }), el("small", { text: unit }))));
  const sum = run.kl.reduce((a, b) => a + b, 0);
  barsNote.textContent = `Highest bar of all β: ${show(top)} nats. Here together ${show(sum)} nats over ${units.length} units; hollow bars are units that are not active.`;
}

function drawCollapse(run) {
  const heads = ["β", "MSE", "KL, nats", "active units", "posterior = prior"];
  collapse.replaceChildren(
    el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })))),
    el("tbody", {}, ...runs.map((one) => {
      const active = one.active?.filter(Boolean).length;
      const whole = active === 0;
      return el("tr", { class: one === run ? "beta-own" : null, "aria-current": one === run ? "true" : null },
        el("th", { scope: "row", text: show(one.beta) }), el("td", { text: show(one.values.mse) }), el("td", { text: show(one.values.kl) }),
        el("td", { text: active == null ? "–" : `${active} of ${one.latent_dim}${whole ? ", collapsed" : ""}` }), el("td", { text: one.silent == null ? "–" : `${one.silent} of ${one.latent_dim}` }));
    })));
}

async function drawWalks(run) {
  const mine = ++turn;
  walksTitle.textContent = `What each unit does at β ${show(run.beta)}`;
  if (!walks.childElementCount) walks.replaceChildren(...Array.from({ length: 8 }, () => el("div", { class: "beta-walk" }, el("span"), el("div", { class: "beta-wait" }))));
  const answer = await ask("walks", { checkpoint: run.name, first: Number(look.first) });
  if (mine !== turn) return;
  if (answer.error) {
    walksNote.textContent = answer.error;
    return walks.replaceChildren();
  }
  const all = bytes(answer.pictures);
  const across = answer.values.length;
  const size = all.length / (answer.units.length * across);
  walks.replaceChildren(...answer.units.map((unit, row) => el("div", { class: "beta-walk" },
    el("span", { text: `unit ${unit}`, title: `KL ${show(run.kl[unit])} nats; of this picture it is ${show(answer.at[row])}` }),
    el("div", { class: "trip-strip", style: `--n: ${across}` }, ...answer.values.map((value, i) =>
      latent.picture(all.subarray((row * across + i) * size, (row * across + i + 1) * size), `unit ${unit} at ${show(value)}`))))));
  walksNote.textContent = `One picture's code, with one unit set to ${show(answer.values[0])} \u2026 ${show(answer.values.at(-1))}; the units with the largest KL come first. A row in which nothing changes is a unit that says nothing. ${answer.note}`;
  element.dataset.walks = run.name; // how tests know
}

new ResizeObserver(() => runs.length && plot.clientWidth && drawPlot(chosen())).observe(plot);

// ---- life ---------------------------------------------------------------------------------

let begun = false;
/** After the frontier, which is what the view opens with. */
function begin() {
  if (!begun) life.view.run({});
  begun = true;
}
window.addEventListener("latent-bench", begin);
new MutationObserver(keep).observe(panel, { attributeFilter: ["data-mode"] });
setTimeout(() => window.dispatchEvent(new CustomEvent("latent-bench-wanted"))); // it may have come before
