// The checkpoints as a native list, and beside it the chosen one's numbers and card.
const { el, button } = latent;
const list = el("select", { class: "lp-input", id: `${element.id}-list` });
for (const { label, options } of props.groups) {
  if (!options.length) continue;
  list.append(el("optgroup", { label }, ...options.map(({ name, title, disabled }) =>
    el("option", { value: name, text: title, disabled: Boolean(disabled) }))));
}
if (!props.value) list.prepend(el("option", { value: "", text: "No checkpoint here yet" }));
list.value = props.value;

const gauges = el("div", { class: "lp-gauges" });
const card = el("dialog", { class: "lp-dialog lp-card-dialog", "aria-label": "Model card" });
const text = el("div", { class: "lp-text", tabindex: "0" });
card.append(text, button("close", "Close", () => card.close()));
const opener = button("card", "Card", () => card.showModal(), { hidden: true });

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
function gauge({ label, value, unit, split, n, state, note }) {
  const fine = state === "ok";
  const hover = `${label}: ${number.format(value)} ${unit}. Measured on ${split}, n = ${n.toLocaleString("en")}.${note ? ` ${note}` : ""}`;
  return el("span", { class: `lp-gauge ${fine ? "" : "lp-caution"}`, title: hover, tabindex: "0" },
    el("span", { text: label }), el("b", { text: `${number.format(value)} ${unit}` }),
    fine || !note ? null : el("em", { text: note.split(":")[0] }));
}

let asked = "";
async function refresh() {
  const name = (asked = props.value);
  list.value = name;
  const info = latent.checkpoints[name];
  const tab = element.closest('[role="tabpanel"]');
  if (tab && info) Object.assign(tab.dataset, { modality: info.modality, told: Boolean(info.classes) });
  if (!name) return;
  const facts = await server.facts({ checkpoint: name });
  if (asked !== name || !facts) return;
  if (facts.error) return gauges.replaceChildren(el("span", { class: "lp-gauge lp-caution", text: facts.error }));
  gauges.replaceChildren(...facts.gauges.map(gauge));
  if (!facts.gauges.length) gauges.append(el("span", { class: "lp-facts", text: "Not measured yet" }));
  text.replaceChildren(...latent.markdown(facts.card));
  opener.hidden = !facts.card;
  document.getElementById("lp-device").textContent = facts.device;
}

list.addEventListener("change", () => {
  props.value = list.value;
  refresh();
  trigger("input");
});
element.append(
  el("label", { class: "lp-offscreen", for: list.id, text: "Checkpoint" }),
  list, gauges, opener, card,
);
watch("value", () => asked !== props.value && refresh());
refresh();
