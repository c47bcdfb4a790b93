// Objective cards: what every model can do, what it minimises, and which networks each term of
// it moves. All comes once, when the cards are first seen; choosing asks no server.

import { keep } from "../../page/address.js";
import { button, el, panelOf, tableTwin, typeset } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";

/**
 * @typedef {import("./types.js").Card} Card
 * @typedef {import("./types.js").Family} Family
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Reach} Reach
 * @typedef {import("./types.js").Ui} Ui
 */

const MODE = "theory";
const LOST = "The server does not answer. Is it still running? Then open this view again.";

/** @param {Ui} ui @param {string} name */
const id = (ui, name) => `${ui.props.prefix}-${name}`;

/** @param {Ui} ui */
const here = (ui) => ui.panel.dataset.mode === MODE;
/** @type {[role: string, networks: string[]][]} */
const ROLES = [
  ["encoder", ["encoder", "posterior"]],
  ["decoder", ["decoder", "generator"]],
  ["critic of x", ["critic"]],
  ["critic of codes", ["code_critic"]],
  ["prior", ["prior"]],
];
const COLUMNS = ["model", "infer", "score", "sample", ...ROLES.map(([role]) => role)];
const INFERS = { distribution: "q(z|x)", point: "a point e(x)", "": "no" };
const SCORES = { exact: "exactly", bound: "a bound", "": "no" };

/** @param {Ui} ui */
function setUp1(ui) {
  ui.TAB = ui.props.tab;
  ui.panel = panelOf(ui.element);
  ui.ask = asker(ui.server, 60_000, LOST);
  ui.asked = false;
  ui.chosen = ui.props.first;
  ui.written = ui.props.value;
  ui.life = result(`${ui.TAB}-objectives`, {
    element: ui.element,
    ready: () => {},
    draw: (given) => draw(ui, given),
    server: { run: () => ui.ask("run", {}) },
  });
}

/** @param {string} name */
const words = (name) => name.replaceAll("_", " ");

/** @param {unknown} yes @param {string} text */
const able = (yes, text) =>
  el(
    "td",
    { class: yes ? "objective-yes" : "objective-no" },
    el("span", { "aria-hidden": "true", text: yes ? "✔ " : "✕ " }),
    text,
  );

/** @param {Ui} ui @param {{families: Family[]}} answer */
function draw(ui, { families }) {
  ui.cards = Object.fromEntries(
    families.flatMap((family) => family.cards.map((one) => [one.name, one])),
  );
  const head = ["Model", "Infer", "Score", "Sample"].map((text) =>
    el("th", { scope: "col", text }),
  );
  const bodies = families.map(({ title, cards: members }) =>
    el(
      "tbody",
      {},
      el(
        "tr",
        {},
        el("th", { colspan: 4, scope: "rowgroup", class: "objective-family", text: title }),
      ),
      ...members.map((one) =>
        el(
          "tr",
          { "data-name": one.name },
          el(
            "th",
            { scope: "row" },
            el("button", {
              type: "button",
              text: one.title,
              on: { click: () => choose(ui, one.name) },
            }),
          ),
          able(one.infers, INFERS[one.infers]),
          able(one.scores, SCORES[one.scores]),
          able(one.samples, one.samples ? "yes" : "no prior"),
        ),
      ),
    ),
  );
  ui.list.replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, ...head)), ...bodies));
  ui.twin.set(COLUMNS, rows(ui));
  restore(ui);
}

/**
 * Rows of models, columns of networks, terms in the cells.
 * @param {Ui} ui
 */
function rows(ui) {
  return Object.values(ui.cards).map(({ title, infers, scores, samples, reach }) => [
    title,
    INFERS[infers],
    SCORES[scores],
    samples ? "yes" : "no prior",
    ...ROLES.map(
      ([, names]) =>
        [
          ...new Set(
            reach
              .filter(({ moved }) => moved.some((network) => names.includes(network)))
              .map(({ term }) => words(term)),
          ),
        ].join(", ") || "–",
    ),
  ]);
}

/** @param {Ui} ui */
function showCard(ui) {
  const one = ui.cards[ui.chosen];
  for (const row of ui.list.querySelectorAll("tr[data-name]")) {
    if (row.getAttribute("data-name") === ui.chosen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  const game = Object.keys(one.formulas).length > 1;
  ui.card.dataset.name = ui.chosen;
  ui.card.replaceChildren(
    el("h4", {}, one.title, el("small", { text: ui.chosen })),
    el("p", { text: one.note }),
    el(
      "dl",
      {},
      ...Object.entries(one.formulas).map(([player, formula]) =>
        el(
          "div",
          {},
          el("dt", { text: game ? `${words(player)} minimises` : "all networks minimise" }),
          el("dd", {}, ...typeset(formula)),
        ),
      ),
    ),
    matrix(one, game),
    ...parts(one),
  );
}

/** @param {Card} card @param {boolean} game */
function matrix({ reach, networks, title }, game) {
  const cell = (/** @type {Reach} */ { moved, passed }, /** @type {string} */ network) => {
    const [sign, text] = moved.includes(network)
      ? ["●", "moved"]
      : passed.includes(network)
        ? ["○", "passed"]
        : ["·", "not reached"];
    return el(
      "td",
      { title: `${words(network)}: ${text}` },
      el("span", { "aria-hidden": "true", text: sign }),
      el("span", { class: "lp-offscreen", text }),
    );
  };
  const rows = reach.map((one) =>
    el(
      "tr",
      {},
      el(
        "th",
        { scope: "row" },
        ...typeset(one.symbol),
        el("small", {
          text: game ? `${words(one.term)}, of the ${words(one.player)}` : words(one.term),
        }),
      ),
      ...networks.map((network) => cell(one, network)),
    ),
  );
  return el(
    "div",
    {},
    scrolled(`Terms and networks of ${title}`, ["term of the loss", ...networks.map(words)], rows),
    el("p", {
      class: "objective-key",
      text: "● its gradient moves the network   ○ it passes through and moves nothing   · it does not reach it",
    }),
  );
}

/**
 * What a part of the objective that can be dropped concerns.
 * @param {Card} card
 */
function parts({ switched, networks, title }) {
  const names = Object.keys(switched);
  if (!names.length) return [];
  const rows = names.map((name) =>
    el(
      "tr",
      {},
      el("th", { scope: "row", text: `without ${name}` }),
      ...networks.map((network) =>
        el("td", { text: switched[name].includes(network) ? "changes" : "–" }),
      ),
    ),
  );
  return [
    scrolled(`Parts of ${title} that can be dropped`, ["part", ...networks.map(words)], rows),
    el("p", {
      class: "objective-key",
      text: "“changes”: the network’s own gradient is another one, or nobody trains it any more.",
    }),
  ];
}

/** @param {string} label @param {string[]} columns @param {HTMLElement[]} rows */
function scrolled(label, columns, rows) {
  return el(
    "div",
    { class: "objective-scroll", tabindex: "0", role: "region", "aria-label": label },
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, ...columns.map((text) => el("th", { scope: "col", text })))),
      el("tbody", {}, ...rows),
    ),
  );
}

// ---- state ----------------------------------------------------------------------------------

/** @param {Ui} ui @param {string} name */
function choose(ui, name) {
  ui.chosen = name;
  remember(ui);
  showCard(ui);
}

/** @param {Ui} ui */
function remember(ui) {
  ui.written = ui.props.value = link.write({ of: ui.chosen }, { of: ui.props.first });
  keep(ui.TAB, { objectives: ui.written });
}

/** @param {Ui} ui */
function restore(ui) {
  const name = link.read(ui.props.value).of ?? "";
  ui.chosen = name in ui.cards ? name : ui.props.first;
  if (here(ui)) remember(ui);
  showCard(ui);
}

/** @param {Ui} ui */
function load(ui) {
  if (ui.asked || !here(ui)) return;
  ui.asked = true;
  ui.life.view.run({}).then(() => (ui.asked = !!ui.cards)); // after a failure, ask again when it is seen anew
}

// ---- what is on the page --------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  ui.list = el("div", {
    class: "objective-list",
    tabindex: "0",
    role: "region",
    "aria-label": "What each model can do",
  });
  ui.card = el("section", { class: "objective-card", id: id(ui, "card"), "aria-live": "polite" });
  ui.twin = tableTwin("Which terms move which network, all models");
  ui.life.body.append(
    el("h3", { text: "What each model minimises" }),
    el("p", {
      class: "objective-about",
      text: "Infer: a code z for a given x. Score: what is known of log p(x). Sample: new x from the prior. Read off the models themselves; the gradients were taken on tiny ones just now.",
    }),
    el("div", { class: "objective-sheet" }, ui.list, ui.card),
    ui.twin.details,
  );
  ui.life.tools.prepend(
    button("save", "CSV", () => download("objectives.csv", "text/csv", csv(ui.twin.sheet())), {
      id: id(ui, "csv"),
    }),
  );
  ui.watch("value", () => {
    if (ui.props.value === ui.written) return;
    ui.written = ui.props.value;
    if (ui.cards) restore(ui);
  });
  new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && load(ui),
    { rootMargin: "200px" },
  ).observe(ui.element);
  new MutationObserver(
    () => ui.cards && (here(ui) ? remember(ui) : keep(ui.TAB, { objectives: "" })),
  ).observe(ui.panel, { attributeFilter: ["data-mode"] });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
}
