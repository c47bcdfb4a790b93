// The checkpoints as a native list that can be searched; beside it the chosen one's numbers and
// card, below it what it is known to fail at.

import { checkpoints, haveChanged, renew } from "../../page/checkpoints.js";
import { button, el, one, panelOf, rendered } from "../../page/dom.js";
import { hear } from "../../page/events.js";
import { count, significant } from "../../page/numbers.js";
import { LOST } from "../../page/result.js";

/**
 * @typedef {import("./types.js").Gauge} Gauge
 * @typedef {import("./types.js").Option} Option
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Gauge} gauge */
function gauge({ label, value, unit, split, n, state, note }) {
  const fine = state === "ok";
  const hover = `${label}: ${significant(value)} ${unit}. Measured on ${split}, n = ${count(n)}.${note ? ` ${note}` : ""}`;
  return el(
    "span",
    { class: `lp-gauge ${fine ? "" : "lp-caution"}`, title: hover, tabindex: "0" },
    el("span", { text: label }),
    el("b", { text: `${significant(value)} ${unit}` }),
    fine || !note ? null : el("em", { text: note.split(":")[0] }),
  );
}

/** @param {Ui} ui */
async function refresh(ui) {
  const name = (ui.asked = ui.props.value);
  if (name && !isListed(ui)) await askAnew(ui); // it may have come after the page was opened
  if (ui.asked !== name) return;
  fill(ui); // what is chosen is in the list, whatever is searched
  const info = checkpoints[name];
  const tab = panelOf(ui.element);
  if (tab && info && !ui.props.label) {
    Object.assign(tab.dataset, {
      modality: info.modality,
      told: Boolean(info.classes),
      translates: Boolean(info.translates),
    });
    for (const node of tab.querySelectorAll(".lp-words-drawn"))
      node.toggleAttribute("inert", info.own);
  }
  if (!name) return;
  const facts = await ui.server.facts({ checkpoint: name });
  if (ui.asked !== name || !facts) return;
  if (facts.error)
    return ui.gauges.replaceChildren(
      el("span", { class: "lp-gauge lp-caution", text: facts.error }),
    );
  ui.gauges.replaceChildren(...facts.gauges.map(gauge));
  if (!facts.gauges.length)
    ui.gauges.append(el("span", { class: "lp-facts", text: "Not measured yet" }));
  ui.opener.hidden = !facts.card;
  ui.warning.textContent = facts.warning;
  ui.warning.hidden = !facts.warning;
  one(document, "#lp-device").textContent = facts.device;
}

/**
 * The options that have every word of a query in their name, title or group; and the chosen one,
 * since a list shows what is chosen.
 * @param {{label: string, options: {name: string, title: string, disabled?: boolean}[]}[]} groups
 * @param {string} query
 * @param {string} [chosen]
 */
export function matching(groups, query, chosen) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (/** @type {string} */ label, /** @type {Option} */ { name, title }) => {
    const said = `${label} ${title} ${name}`.toLowerCase();
    return words.every((word) => said.includes(word));
  };
  return groups
    .map(({ label, options }) => ({
      label,
      options: options.filter((one) => one.name === chosen || fits(label, one)),
    }))
    .filter(({ options }) => options.length);
}

/** @param {Ui} ui what can be chosen now */
async function askAnew(ui) {
  const answer = await ui.server.listed({});
  if (!answer || answer.error) return;
  ui.groups = answer.groups;
  renew(answer.checkpoints);
}

/**
 * Checkpoints have come or gone: where the chosen one has, the first is chosen.
 * @param {Ui} ui
 */
async function relist(ui) {
  await askAnew(ui);
  const [first] = found(ui);
  if (first && !isListed(ui)) choose(ui, first);
  else refresh(ui);
}

/** @param {Ui} ui whether what is chosen is there */
const isListed = (ui) =>
  ui.groups.some(({ options }) => options.some(({ name }) => name === ui.props.value));

/**
 * The names that a query finds and one can choose, in order.
 * @param {Ui} ui
 */
const found = (ui) =>
  matching(ui.groups, ui.find.value)
    .flatMap(({ options }) => options)
    .filter(({ disabled }) => !disabled)
    .map(({ name }) => name);

/** @param {Ui} ui */
function fill(ui) {
  const groups = matching(ui.groups, ui.find.value, ui.props.value);
  ui.list.replaceChildren(
    ...groups.map(({ label, options }) =>
      el(
        "optgroup",
        { label },
        ...options.map(({ name, title, disabled }) =>
          el("option", { value: name, text: title, disabled: Boolean(disabled) }),
        ),
      ),
    ),
  );
  if (!ui.props.value)
    ui.list.prepend(el("option", { value: "", text: "No checkpoint here yet" }));
  ui.list.value = ui.props.value;
  ui.said.textContent = ui.find.value.trim() ? `${count(found(ui).length)} found` : "";
}

/** @param {Ui} ui @param {string} name */
function choose(ui, name) {
  ui.props.value = name;
  refresh(ui);
  ui.trigger("input");
}

/**
 * Enter takes the first that was found, Escape ends the search.
 * @param {Ui} ui
 * @param {KeyboardEvent} event
 */
function finding(ui, event) {
  if (event.key === "Escape") ui.find.value = "";
  else if (event.key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation();
  const [first] = found(ui);
  if (event.key === "Enter" && first && first !== ui.props.value) choose(ui, first);
  fill(ui);
}

/** @param {Ui} ui */
async function openCard(ui) {
  const name = ui.props.value;
  const answer = await ui.server.card({ checkpoint: name });
  if (name !== ui.props.value) return;
  ui.text.replaceChildren(rendered(answer?.card ?? ""));
  if (!answer?.card) ui.text.textContent = answer?.error ?? LOST;
  ui.card.showModal();
}

/** @param {Ui} ui */
async function begin(ui) {
  if (haveChanged()) await askAnew(ui); // before this tab was first seen
  refresh(ui);
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.groups = ui.props.groups; // those of the page as it was opened; Gradio may give them again
  const { id } = /** @type {Element} */ (ui.element.closest(".lp-picker"));
  ui.list = el("select", { class: "lp-input", id: `${id}-list` });
  ui.find = el("input", {
    type: "search",
    class: "lp-input lp-find",
    id: `${id}-find`,
    "aria-label": `Find a ${(ui.props.label || "checkpoint").toLowerCase()}`,
    placeholder: "Find",
    title: "Shortens the list to what has all these words; Enter takes the first",
    maxlength: 80,
    autocomplete: "off",
    spellcheck: "false",
    on: { input: () => fill(ui), keydown: (/** @type {any} */ event) => finding(ui, event) },
  });
  ui.said = el("output", { class: "lp-facts", for: ui.find.id });
  ui.warning = el("p", { class: "lp-warning", role: "note", hidden: true });
  fill(ui);
  ui.gauges = el("div", { class: "lp-gauges" });
  ui.card = el("dialog", { class: "lp-dialog lp-card-dialog", "aria-label": "Model card" });
  ui.text = el("div", { class: "lp-text", tabindex: "0" });
  ui.card.append(
    ui.text,
    button("close", "Close", () => ui.card.close()),
  );
  ui.opener = button("card", "Card", () => openCard(ui), {
    hidden: true,
    class: "lp-button lp-open-card",
  });
  ui.asked = "";
  ui.list.addEventListener("change", () => choose(ui, ui.list.value));
  ui.element.append(
    el("label", { class: "lp-offscreen", for: ui.list.id, text: ui.props.label || "Checkpoint" }),
    ui.list,
    ui.find,
    ui.said,
    ui.gauges,
    ui.opener,
    ui.warning,
    ui.card,
  );
  hear("latent-checkpoints", () => relist(ui));
  ui.watch("value", () => ui.asked !== ui.props.value && refresh(ui));
  begin(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
}
