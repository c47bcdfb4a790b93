// The decks' theory, live: five panels, one shown. The parts, joined by widget.py, share names:
//   theory.js    what is on the page, the questions to the server, the link
//   controls.js  sliders and choices of the panel
//   plot.js      curves, points and areas, with axes
//
// It is one view of its tab, shown while the tab's mode is "theory". A panel that trains sends
// one figure after another and the page asks for the next: to cancel is to ask no more.
const { el, svg, button, tableTwin, typeset, say } = latent;
const TAB = props.tab;
const MODE = "theory";
const LOST = "The server does not answer. Is it still running? Then try again.";
const id = (name) => `${props.prefix}-${name}`;
const tabPanel = element.closest('[role="tabpanel"]');
const here = () => tabPanel.dataset.mode === MODE;
const ask = latent.asker(server, 120_000, LOST);

let panel = props.panels[0];
let chosen = Object.fromEntries(props.panels.map(({ name, controls }) => [name, starts(controls)]));
let figure = null;
let running = null; // the job that is asked for figures
let shown = ""; // the view that is drawn, as it stands in the link
let written = props.value; // what this script itself made the value
let outside = ""; // what is wrong with the link, until a person changes something

function starts(controls) {
  return Object.fromEntries(controls.map(({ name, start }) => [name, start]));
}

const life = latent.result(`${TAB}-theory`, {
  element, ready: () => {}, draw, server: { run: (question) => ask("run", question) },
});

// ---- what is on the page --------------------------------------------------------------------

const chooser = el("div", { class: "theory-chooser", role: "radiogroup", "aria-label": "Panel" },
  ...props.panels.map(({ name, title }) => {
    const input = el("input", { type: "radio", name: id("panel"), value: name, on: { change: () => open(name) } });
    return el("label", {}, input, el("span", { text: title }));
  }));
const claim = el("p", { class: "theory-claim" });
const formula = el("p", { class: "theory-formula" });
const form = el("form", { class: "theory-form", "aria-label": "Settings of the panel", on: { submit: (event) => event.preventDefault() } });
const status = el("span", { class: "theory-status", role: "status", id: id("status") });
const bar = el("progress", { class: "lp-progress", max: 1, value: 0, "aria-label": "Progress of the training" });
const again = button("", "Train again", changed, { id: id("again") });
const stopper = button("close", "Cancel", () => cancel(), { id: id("cancel"), "data-key": "escape" });
const training = el("div", { class: "theory-training" }, bar, status, again, stopper);
const reset = button("back", "Reset", () => ((chosen[panel.name] = starts(panel.controls)), fillForm(), changed()), { id: id("reset") });
const plots = el("div", { class: "theory-plots" });
const facts = el("dl", { class: "theory-facts" });
const twin = tableTwin("Numbers as a table");
const notes = el("details", { class: "theory-notes" });
life.body.append(chooser, claim, formula,
  el("div", { class: "theory-sheet" },
    el("div", { class: "theory-side" }, form, training, reset),
    el("div", { class: "theory-main" }, facts, plots)),
  notes, twin.details);
life.tools.prepend(button("save", "CSV", () =>
  latent.download(`${panel.name}.csv`, "text/csv", latent.csv([twin.details.columns, ...twin.rows()])), { id: id("csv") }));

/** Everything of a panel that does not have to be computed. */
function fill() {
  for (const input of chooser.querySelectorAll("input")) input.checked = input.value === panel.name;
  claim.textContent = panel.claim;
  formula.replaceChildren(...typeset(panel.formula));
  const sources = panel.sources.flatMap(([text, href], i) => [i ? "; " : "", el("a", { href, target: "_blank", rel: "noopener", text })]);
  notes.replaceChildren(el("summary", { text: "How it is computed, and the source" }),
    el("p", {}, ...typeset(panel.notes)), el("p", {}, panel.sources.length > 1 ? "Sources: " : "Source: ", ...sources, "."));
  fillForm();
}

function open(name) {
  panel = props.panels.find((one) => one.name === name);
  fill();
  twin.details.open = false;
  changed();
}

// ---- the link -------------------------------------------------------------------------------

function state() {
  const values = chosen[panel.name];
  const parts = panel.controls.filter(({ name, start }) => values[name] !== start).map(({ name }) => `${name}:${values[name]}`);
  return [...(panel === props.panels[0] ? [] : [`panel:${panel.name}`]), ...parts].join(" ");
}

function remember() {
  written = props.value = state();
  latent.keep(TAB, { theory: written });
}

function restore() {
  const given = Object.fromEntries(props.value.split(" ").filter(Boolean).map((part) => part.split(":")));
  panel = props.panels.find(({ name }) => name === given.panel) ?? props.panels[0];
  chosen[panel.name] = starts(panel.controls);
  const wrong = [];
  for (const { name, kind, label, low, high } of panel.controls) {
    if (!(name in given)) continue;
    const value = kind === "choice" ? given[name] : Number(given[name]);
    if (value < low || value > high) wrong.push(`${label} lies from ${low} to ${high}; the link says ${given[name]}.`);
    else chosen[panel.name][name] = value;
  }
  outside = wrong.length ? [...wrong, wrong.length > 1 ? "The defaults are shown instead." : "The default is shown instead."].join(" ") : "";
  fill();
}

watch("value", () => {
  if (props.value === written) return;
  written = props.value;
  restore();
  if (here()) run();
});
new MutationObserver(shownOrHidden).observe(tabPanel, { attributeFilter: ["data-mode"] });
function shownOrHidden() {
  if (!here()) {
    cancel({ quietly: true });
    return latent.keep(TAB, { theory: "" });
  }
  remember();
  if (figure && shown === state()) return;
  run();
}

// ---- computing ------------------------------------------------------------------------------

async function run() {
  cancel({ quietly: true });
  remember();
  training.hidden = !panel.controls.some(({ name }) => name === "steps");
  busy("Loading");
  await life.view.run({ panel: panel.name, values: { ...chosen[panel.name] } });
  if (running === null && status.textContent === "Loading") busy("", 0);
}

/** By a person, and no longer what the link says. */
function changed() {
  outside = "";
  return run();
}

/** Called with the first figure; asks for the others until there are no more. */
async function draw(data, asked, alive) {
  shown = state();
  show(data);
  if (outside) life.fail(outside);
  element.classList.remove("lp-stale");
  if (data.done) return busy("", 1);
  const mine = (running = data.job);
  const going = () => alive() && running === mine;
  while (going()) {
    busy("Training", figure.share);
    const next = await ask("more", { job: mine });
    if (!going()) return;
    if (next.error) {
      running = null;
      busy("", 0);
      return life.fail(next.error);
    }
    if (next.plots) show(next);
    if (next.done) running = null;
  }
  if (!alive()) return;
  busy("Trained", 1);
  say(facts.textContent);
}

function show(data) {
  figure = data;
  drawPlots();
  drawFacts();
  twin.set(data.columns, data.rows);
  if (data.open) twin.details.open = true;
}

function drawFacts() {
  const same = facts.children.length === figure.facts.length;
  if (!same) facts.replaceChildren(...figure.facts.map(() => el("div", {}, el("dt"), el("dd", {}, el("b"), el("span"), el("small")))));
  figure.facts.forEach(({ label, value, unit, note }, i) => {
    const [name, said] = facts.children[i].children;
    const [number, measure, more] = said.children;
    name.textContent = label;
    number.textContent = value;
    measure.textContent = unit;
    more.textContent = note;
    facts.children[i].dataset.fact = label;
  });
}

function busy(text, share = 0) {
  status.textContent = text;
  bar.value = share;
  stopper.disabled = !running;
  again.disabled = !!running;
}

function cancel({ quietly = false } = {}) {
  if (!running) return;
  ask("stop", { job: running });
  running = null;
  life.view.cancel();
  element.removeAttribute("aria-busy");
  if (!quietly) busy("Cancelled", figure.share);
}
