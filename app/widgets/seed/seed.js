// A seed: number box, dice, copy. Emits "input" when a person changes it.
import { button, el } from "../../page/dom.js";
import { copy } from "../../page/files.js";

function set(ui, value) {
  ui.props.value = value;
  ui.trigger("input");
}

function setUp(ui) {
  ui.box = el("input", {
    type: "number",
    min: 0,
    max: 2147483647,
    step: 1,
    class: "lp-input",
    id: `${ui.element.id}-box`,
    value: ui.props.value,
  });
  ui.box.addEventListener("change", () => ui.box.value !== "" && set(ui, Number(ui.box.value)));
  ui.element.append(
    el("label", { for: ui.box.id, text: "Seed" }),
    el(
      "div",
      { class: "lp-field" },
      ui.box,
      button(
        "dice",
        "Roll the seed",
        () => set(ui, (ui.box.value = Math.floor(Math.random() * 1e6))),
        { quiet: true, "data-key": "r" },
      ),
      button("copy", "Copy the seed", (event) => copy(ui.box.value, event.currentTarget), {
        quiet: true,
      }),
    ),
  );
  ui.watch("value", () => (ui.box.value = ui.props.value));
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = { ...given };
  setUp(ui);
}
