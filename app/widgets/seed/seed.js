// A seed: number box, dice, copy. Emits "input" when a person changes it.
const { el, button, copy } = latent;
const box = el("input", { type: "number", min: 0, max: 2147483647, step: 1, class: "lp-input", id: `${element.id}-box`, value: props.value });

function set(value) {
  props.value = value;
  trigger("input");
}
box.addEventListener("change", () => box.value !== "" && set(Number(box.value)));
element.append(
  el("label", { for: box.id, text: "Seed" }),
  el("div", { class: "lp-field" }, box,
    button("dice", "Roll the seed", () => set((box.value = Math.floor(Math.random() * 1e6))), { quiet: true, "data-key": "r" }),
    button("copy", "Copy the seed", (event) => copy(box.value, event.currentTarget), { quiet: true })),
);
watch("value", () => (box.value = props.value));
