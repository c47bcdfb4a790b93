// The triptych: the same noise and the same pictures through up to three models. The parts,
// joined by widget.py, share their names:
//   triptych.js  which models, which noise, which pictures
//   sections.js  samples, reconstructions, paths, and a step along an attribute
//
// The frontier tells which checkpoints there are ("latent-bench") and which one a person puts
// beside the others ("latent-compare"); it hears which ones are shown ("latent-compared").
const { el, button, bytes, COLOURS, GLYPHS } = latent;
const VIEW = "pictures";
const panel = element.closest('[role="tabpanel"]');
const life = latent.result(`${props.tab}-triptych`, { element, ready: () => {}, server, draw });
const ask = latent.asker(server, 60000, "The server does not answer. Is it still running? Then try again.");
const FIRST = { seed: "0", first: "0", attribute: "thickness", by: "1" };
const SLOTS = ["Left", "Middle", "Right"];

let bench = null;
let look = { ...FIRST, models: [] };

const id = (name) => `${props.tab}-triptych-${name}`;
const show = (x, digits = 2) => (x == null ? "–" : x.toFixed(digits).replace("-", "\u2212"));

// ---- what is on the page ------------------------------------------------------------------

const lists = SLOTS.map((name, slot) => {
  const list = el("select", { class: "lp-input", id: id(`model-${slot}`), on: { change: () => put(slot, list.value) } });
  return { list, field: el("div", { class: "trip-field" }, el("label", { for: list.id, text: name }), list) };
});
const seed = el("input", { type: "number", class: "lp-input trip-seed", id: id("seed"), min: 0, max: 2147483647, step: 1, on: { change: () => seed.value !== "" && choose({ seed: String(Number(seed.value)) }) } });
const dice = button("dice", "Roll the seed", () => choose({ seed: String(Math.floor(Math.random() * 1e6)) }), { quiet: true, id: id("dice") });
const others = button(null, "Other pictures", () => choose({ first: String((Number(look.first) + 8) % 10000) }), { id: id("others") });
const sheet = el("div", { class: "trip-sheet" });
life.body.append(
  el("header", { class: "trip-head" }, el("h3", { text: "The same noise, the same pictures" }),
    el("p", { text: "Up to three checkpoints side by side: what they make of one seed, of the same held-out pictures, of the way between two of them, and of a step along an attribute." })),
  el("div", { class: "trip-bar" }, ...lists.map(({ field }) => field),
    el("div", { class: "trip-field trip-short" }, el("label", { for: seed.id, text: "Seed" }), el("div", { class: "lp-field" }, seed, dice)), others),
  sheet);

// ---- state --------------------------------------------------------------------------------

const shown = () => panel.dataset.mode === VIEW;
const runOf = (name) => bench.runs.find((run) => run.name === name);
const sameData = () => bench.runs.filter((run) => run.dataset === runOf(look.models[0])?.dataset);
const kindIndex = (kind) => Object.keys(bench.kinds).indexOf(kind);

/** The default models that are here; in place of one that is not, another of its kind. */
function defaults() {
  const mnist = bench.runs.filter((run) => run.dataset === "mnist");
  const pool = mnist.length ? mnist : bench.runs.filter((run) => run.dataset === bench.runs[0]?.dataset);
  const kinds = ["vae", "gan", "fusion"];
  const found = props.first.map((name, i) => pool.find((run) => run.name === name) ?? pool.find((run) => run.kind === kinds[i])).filter(Boolean);
  const names = [...new Set(found.map((run) => run.name))];
  return names.length ? names : pool.slice(0, 3).map((run) => run.name);
}

/** The models are always named: which ones come first depends on the machine. */
function state() {
  const changed = Object.keys(FIRST).filter((key) => look[key] !== FIRST[key]).map((key) => `${key}:${look[key]}`);
  return [`models:${look.models.join()}`, ...changed].join(" ");
}
function remember() {
  props.value = state();
  latent.keep(props.tab, { triptych: shown() ? props.value : "" });
}

function restore() {
  const given = Object.fromEntries(props.value.split(" ").filter(Boolean).map((part) => {
    const at = part.indexOf(":");
    return [part.slice(0, at), part.slice(at + 1)];
  }));
  const wanted = given.models?.split(",") ?? [];
  const known = wanted.filter((name) => runOf(name));
  const fitting = known.filter((name) => runOf(name).dataset === runOf(known[0]).dataset);
  look = { ...FIRST, ...given, models: fitting.length ? fitting : defaults() };
  if (!props.attributes.some(([one]) => one === look.attribute) && !/^class-\d$/.test(look.attribute)) look.attribute = FIRST.attribute;
  const lost = wanted.filter((name) => !fitting.includes(name));
  again().then(() => lost.length && life.fail(`Not in the triptych, since not here or of other pictures: ${lost.join(", ")}.`));
  latent.keep(props.tab, { triptych: shown() ? state() : "" });
}
watch("value", () => bench && props.value !== state() && restore());

function choose(change) {
  Object.assign(look, change);
  remember();
  again();
}

/** Put a checkpoint in a slot; "" empties it, but one always stays. */
function put(slot, name) {
  const models = SLOTS.map((_, i) => (i === slot ? name : look.models[i] ?? "")).filter(Boolean);
  choose({ models: [...new Set(models.length ? models : look.models)] });
}

window.addEventListener("latent-compare", ({ detail: name }) => {
  if (!bench || !runOf(name) || look.models.includes(name)) return element.scrollIntoView({ block: "start" });
  const beside = look.models.filter((one) => runOf(one).dataset === runOf(name).dataset);
  choose({ models: [...beside, name].slice(-3) });
  element.scrollIntoView({ block: "start" });
});

// ---- life ---------------------------------------------------------------------------------

function again() {
  fillLists();
  window.dispatchEvent(new CustomEvent("latent-compared", { detail: look.models }));
  const { models, attribute } = look;
  return life.view.run({ models, seed: Number(look.seed), first: Number(look.first), attribute, amount: Number(look.by) });
}

function fillLists() {
  lists.forEach(({ list }, slot) => {
    const options = [...(slot ? [["", "none"]] : []), ...sameData().map((run) => [run.name, run.label])];
    const all = slot ? options : [...options, ...bench.runs.filter((run) => !sameData().includes(run)).map((run) => [run.name, `${run.label}, ${bench.datasets[run.dataset] ?? run.dataset}`])];
    list.replaceChildren(...all.map(([value, text]) => el("option", { value, text })));
    list.value = look.models[slot] ?? "";
  });
  seed.value = look.seed;
}

function heard({ detail }) {
  if (bench) return;
  bench = detail;
  element.hidden = !bench.runs.length;
  if (bench.runs.length) restore();
}
window.addEventListener("latent-bench", heard);
new MutationObserver(() => latent.keep(props.tab, { triptych: shown() && bench?.runs.length ? state() : "" })).observe(panel, { attributeFilter: ["data-mode"] });
setTimeout(() => window.dispatchEvent(new CustomEvent("latent-bench-wanted"))); // the frontier may have been faster
