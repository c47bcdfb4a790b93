// The checkpoints as a native list, and beside it the chosen one's numbers and card.

import { checkpoints } from "../../page/checkpoints.js";
import { button, el, panelOf, rendered } from "../../page/dom.js";
import { count, significant } from "../../page/numbers.js";

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
async function refresh(ui) {
  const name = (ui.asked = ui.props.value);
  ui.list.value = name;
  const info = checkpoints[name];
  const tab = panelOf(ui.element);
  if (tab && info)
    Object.assign(tab.dataset, { modality: info.modality, told: Boolean(info.classes) });
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
  ui.text.replaceChildren(rendered(facts.card));
  ui.opener.hidden = !facts.card;
  document.getElementById("lp-device").textContent = facts.device;
}

function setUp(ui) {
  ui.list = el("select", { class: "lp-input", id: `${ui.element.id}-list` });
  for (const { label, options } of ui.props.groups) {
    if (!options.length) continue;
    ui.list.append(
      el(
        "optgroup",
        { label },
        ...options.map(({ name, title, disabled }) =>
          el("option", { value: name, text: title, disabled: Boolean(disabled) }),
        ),
      ),
    );
  }
  if (!ui.props.value)
    ui.list.prepend(el("option", { value: "", text: "No checkpoint here yet" }));
  ui.list.value = ui.props.value;
  ui.gauges = el("div", { class: "lp-gauges" });
  ui.card = el("dialog", { class: "lp-dialog lp-card-dialog", "aria-label": "Model card" });
  ui.text = el("div", { class: "lp-text", tabindex: "0" });
  ui.card.append(
    ui.text,
    button("close", "Close", () => ui.card.close()),
  );
  ui.opener = button("card", "Card", () => ui.card.showModal(), { hidden: true });
  ui.asked = "";
  ui.list.addEventListener("change", () => {
    ui.props.value = ui.list.value;
    refresh(ui);
    ui.trigger("input");
  });
  ui.element.append(
    el("label", { class: "lp-offscreen", for: ui.list.id, text: "Checkpoint" }),
    ui.list,
    ui.gauges,
    ui.opener,
    ui.card,
  );
  ui.watch("value", () => ui.asked !== ui.props.value && refresh(ui));
  refresh(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = { ...given };
  setUp(ui);
}
