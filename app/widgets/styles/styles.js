// Class and style: a column for each class, a row for each style. The parts, joined by widget.py,
// share their names:
//   styles.js   which model, where the styles come from
//   grid.js     the pictures, and what each class is
//   numbers.js  what a classifier sees, how strokes agree, KLs along training
const { el, svg, button, bytes, tableTwin } = latent;
const VIEW = "pictures";
const panel = element.closest('[role="tabpanel"]');
const life = latent.result(`${props.tab}-styles`, { element, ready: () => {}, server, draw });
const ask = latent.asker(server, 60000, "The server does not answer. Is it still running? Then try again.");
const FIRST = { of: props.models[0]?.name ?? "", source: "noise", seed: "0", first: "0", unit: "" };
const SOURCES = [["noise", "the noise"], ["pictures", "held-out pictures"], ["unit", "one unit, \u22122 to 2"]];

let look = { ...FIRST };
let begun = false;

const id = (name) => `${props.tab}-styles-${name}`;
const count = (n) => n.toLocaleString("en");
const show = (x, digits = 2) => (x == null ? "–" : x.toFixed(digits).replace("-", "\u2212"));
const percent = (x, digits = 0) => (x == null ? "–" : `${(100 * x).toFixed(digits)} %`);
const modelOf = (name) => props.models.find((model) => model.name === name);

// ---- what is on the page ------------------------------------------------------------------

const select = (name, options, change) => el("select", { class: "lp-input", id: id(name), on: { change } }, ...options.map(([value, text]) => el("option", { value, text })));
const field = (title, node, ...more) => el("div", { class: more.length ? "trip-field trip-short" : "trip-field" }, el("label", { for: node.id, text: title }), more.length ? el("div", { class: "lp-field" }, node, ...more) : node);
const models = select("model", props.models.map(({ name, title }) => [name, title]), () => choose({ of: models.value, unit: "" }));
const sources = select("source", SOURCES, () => choose({ source: sources.value, unit: "" }));
const units = select("unit", [], () => choose({ unit: units.value }));
const seed = el("input", { type: "number", class: "lp-input trip-seed", id: id("seed"), min: 0, max: 2147483647, step: 1, on: { change: () => seed.value !== "" && choose({ seed: String(Number(seed.value)) }) } });
const dice = button("dice", "Roll the seed", () => choose({ seed: String(Math.floor(Math.random() * 1e6)) }), { quiet: true, id: id("dice") });
const others = button(null, "Other pictures", () => choose({ first: String((Number(look.first) + 8) % 10000) }), { id: id("others") });
const meaning = el("p", { class: "trip-note styles-meaning" });
const table = el("table", { class: "styles-grid" });
const gridNote = el("p", { class: "trip-note styles-under" });
const facts = el("dl", { class: "styles-facts" });
const plots = el("div", { class: "styles-plots" });
const classTable = tableTwin("Classes as a table");
const curveTable = tableTwin("KLs and capacities as a table");
const sheet = el("div", { class: "styles-sheet" },
  el("section", { class: "trip-section" }, table, gridNote),
  el("section", { class: "trip-section" }, facts, plots));
const bar = el("div", { class: "trip-bar" }, field("Model", models), field("Styles from", sources), field("Unit", units), field("Seed", seed, dice), others);
life.body.append(
  el("header", { class: "trip-head" }, el("h3", { text: "Class and style" }),
    el("p", { text: "Two ways to keep what is drawn apart from how: a model that is told the class, so that its code is left with the style, and one that finds classes of its own beside it. A row is one style, a column one class." })),
  bar, meaning, sheet, classTable.details, curveTable.details);
life.tools.prepend(button("save", "CSV", () => latent.download("classes.csv", "text/csv", latent.csv([classTable.details.columns, ...classTable.rows()])), { id: id("csv") }));

// ---- state --------------------------------------------------------------------------------

const shown = () => panel.dataset.mode === VIEW;
/** The model is always named: which one comes first depends on the machine. */
const state = () => Object.keys(FIRST).filter((key) => key === "of" || look[key] !== FIRST[key]).map((key) => `${key}:${look[key]}`).join(" ");
const keep = () => latent.keep(props.tab, { styles: shown() && props.models.length ? state() : "" });

function restore() {
  const given = Object.fromEntries(props.value.split(" ").filter(Boolean).map((part) => {
    const at = part.indexOf(":");
    return [part.slice(0, at), part.slice(at + 1)];
  }));
  look = { ...FIRST, ...given };
  const lost = modelOf(look.of) ? "" : look.of;
  if (lost) Object.assign(look, { of: FIRST.of, unit: "" });
  keep();
  if (begun) again().then(() => lost && life.fail(`${lost} is not here, or has no classes. Another is shown instead.`));
}
watch("value", () => props.models.length && props.value !== state() && restore());

function choose(change) {
  Object.assign(look, change);
  props.value = state();
  keep();
  again();
}

// ---- life ---------------------------------------------------------------------------------

function again() {
  const { of, source, seed, first, unit } = look;
  fillFields();
  return life.view.run({ checkpoint: of, source, seed: Number(seed), first: Number(first), unit: unit === "" ? null : Number(unit) });
}

function fillFields() {
  models.value = look.of;
  sources.value = look.source;
  seed.value = look.seed;
  units.disabled = look.source !== "unit";
  others.disabled = look.source !== "pictures";
}

/** Seen for the first time: ask. Until then nothing is computed. */
function begin([entry], observer) {
  if (!entry.isIntersecting) return;
  observer.disconnect();
  begun = true;
  restore();
}
if (props.models.length) new IntersectionObserver(begin, { rootMargin: "200px" }).observe(element);
else {
  element.classList.remove("lp-fresh");
  life.body.replaceChildren(life.body.firstChild, el("p", { class: "trip-note", text: "No such model is on this machine. Train them: python scripts/train.py vae/cvae--mnist vae/joint_vae--mnist" }));
  life.tools.hidden = true;
}
new MutationObserver(keep).observe(panel, { attributeFilter: ["data-mode"] });
