// Objective cards: what every model can do, what it minimises, and which networks each term of
// it moves. All comes once, when the cards are first seen; choosing asks no server.
const { el, button, typeset, tableTwin } = latent;
const TAB = props.tab;
const MODE = "theory";
const LOST = "The server does not answer. Is it still running? Then open this view again.";
const id = (name) => `${props.prefix}-${name}`;
const panel = element.closest('[role="tabpanel"]');
const here = () => panel.dataset.mode === MODE;
const ask = latent.asker(server, 60_000, LOST);
const ROLES = [["encoder", ["encoder", "posterior"]], ["decoder", ["decoder", "generator"]], ["critic of x", ["critic"]], ["critic of codes", ["code_critic"]], ["prior", ["prior"]]];
const INFERS = { distribution: "q(z|x)", point: "a point e(x)", "": "no" };
const SCORES = { exact: "exactly", bound: "a bound", "": "no" };

let cards = null; // by name
let asked = false;
let chosen = props.first;
let written = props.value;

const life = latent.result(`${TAB}-objectives`, { element, ready: () => {}, draw, server: { run: () => ask("run", {}) } });

// ---- what is on the page --------------------------------------------------------------------

const list = el("div", { class: "objective-list", tabindex: "0", role: "region", "aria-label": "What each model can do" });
const card = el("section", { class: "objective-card", id: id("card"), "aria-live": "polite" });
const twin = tableTwin("Which terms move which network, all models");
life.body.append(
  el("h3", { text: "What each model minimises" }),
  el("p", { class: "objective-about", text: "Infer: a code z for a given x. Score: what is known of log p(x). Sample: new x from the prior. Read off the models themselves; the gradients were taken on tiny ones just now." }),
  el("div", { class: "objective-sheet" }, list, card), twin.details);
life.tools.prepend(button("save", "CSV", () => latent.download("objectives.csv", "text/csv", latent.csv(sheet())), { id: id("csv") }));

const words = (name) => name.replaceAll("_", " ");
const able = (yes, text) => el("td", { class: yes ? "objective-yes" : "objective-no" }, el("span", { "aria-hidden": "true", text: yes ? "✔ " : "✕ " }), text);

function draw({ families }) {
  cards = Object.fromEntries(families.flatMap((family) => family.cards.map((one) => [one.name, one])));
  const head = ["Model", "Infer", "Score", "Sample"].map((text) => el("th", { scope: "col", text }));
  const bodies = families.map(({ title, cards: members }) => el("tbody", {},
    el("tr", {}, el("th", { colspan: 4, scope: "rowgroup", class: "objective-family", text: title })),
    ...members.map((one) => el("tr", { "data-name": one.name },
      el("th", { scope: "row" }, el("button", { type: "button", text: one.title, on: { click: () => choose(one.name) } })),
      able(one.infers, INFERS[one.infers]), able(one.scores, SCORES[one.scores]), able(one.samples, one.samples ? "yes" : "no prior")))));
  list.replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, ...head)), ...bodies));
  const [columns, ...rows] = sheet();
  twin.set(columns, rows);
  restore();
}

/** Rows of models, columns of networks, terms in the cells. */
function sheet() {
  const rows = Object.values(cards).map(({ title, infers, scores, samples, reach }) => [
    title, INFERS[infers], SCORES[scores], samples ? "yes" : "no prior",
    ...ROLES.map(([, names]) => [...new Set(reach.filter(({ moved }) => moved.some((network) => names.includes(network))).map(({ term }) => words(term)))].join(", ") || "–")]);
  return [["model", "infer", "score", "sample", ...ROLES.map(([role]) => role)], ...rows];
}

function showCard() {
  const one = cards[chosen];
  for (const row of list.querySelectorAll("tr[data-name]")) {
    if (row.dataset.name === chosen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  const game = Object.keys(one.formulas).length > 1;
  card.dataset.name = chosen;
  card.replaceChildren(
    el("h4", {}, one.title, el("small", { text: chosen })),
    el("p", { text: one.note }),
    el("dl", {}, ...Object.entries(one.formulas).map(([player, formula]) => el("div", {},
      el("dt", { text: game ? `${words(player)} minimises` : "all networks minimise" }), el("dd", {}, ...typeset(formula))))),
    matrix(one, game), ...parts(one));
}

function matrix({ reach, networks, title }, game) {
  const cell = ({ moved, passed, player, symbol }, network) => {
    const [sign, text] = moved.includes(network) ? ["●", "moved"] : passed.includes(network) ? ["○", "passed"] : ["·", "not reached"];
    return el("td", { title: `${words(network)}: ${text}` }, el("span", { "aria-hidden": "true", text: sign }), el("span", { class: "lp-offscreen", text }));
  };
  const rows = reach.map((one) => el("tr", {},
    el("th", { scope: "row" }, ...typeset(one.symbol), el("small", { text: game ? `${words(one.term)}, of the ${words(one.player)}` : words(one.term) })),
    ...networks.map((network) => cell(one, network))));
  return el("div", {}, scrolled(`Terms and networks of ${title}`, ["term of the loss", ...networks.map(words)], rows),
    el("p", { class: "objective-key", text: "● its gradient moves the network   ○ it passes through and moves nothing   · it does not reach it" }));
}

/** What a part of the objective that can be dropped concerns. */
function parts({ switched, networks, title }) {
  const names = Object.keys(switched);
  if (!names.length) return [];
  const rows = names.map((name) => el("tr", {}, el("th", { scope: "row", text: `without ${name}` }),
    ...networks.map((network) => el("td", { text: switched[name].includes(network) ? "changes" : "–" }))));
  return [scrolled(`Parts of ${title} that can be dropped`, ["part", ...networks.map(words)], rows),
    el("p", { class: "objective-key", text: "“changes”: the network’s own gradient is another one, or nobody trains it any more." })];
}

function scrolled(label, columns, rows) {
  return el("div", { class: "objective-scroll", tabindex: "0", role: "region", "aria-label": label },
    el("table", {}, el("thead", {}, el("tr", {}, ...columns.map((text) => el("th", { scope: "col", text })))), el("tbody", {}, ...rows)));
}

// ---- state ----------------------------------------------------------------------------------

function choose(name) {
  chosen = name;
  remember();
  showCard();
}
function remember() {
  written = props.value = chosen === props.first ? "" : `of:${chosen}`;
  latent.keep(TAB, { objectives: written });
}
function restore() {
  const name = props.value.replace("of:", "");
  chosen = name in cards ? name : props.first;
  if (here()) remember();
  showCard();
}
watch("value", () => {
  if (props.value === written) return;
  written = props.value;
  if (cards) restore();
});

function load() {
  if (asked || !here()) return;
  asked = true;
  life.view.run({}).then(() => (asked = !!cards)); // after a failure, ask again when it is seen anew
}
new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && load(), { rootMargin: "200px" }).observe(element);
new MutationObserver(() => cards && (here() ? remember() : latent.keep(TAB, { objectives: "" }))).observe(panel, { attributeFilter: ["data-mode"] });
