// A seed: number box, dice, copy. Emits "input" when a person changes it.
import { dice, seedBox } from "../../page/choice.js";
import { button, el } from "../../page/dom.js";
import { copy } from "../../page/files.js";

/** @typedef {import("../../page/widget.js").Given & {box: HTMLInputElement}} Ui */

/** @param {Ui} ui @param {number} value */
function set(ui, value) {
  ui.props.value = value;
  ui.trigger("input");
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.box = seedBox(`${ui.element.id}-box`, (seed) => set(ui, seed), { value: ui.props.value });
  const roll = (/** @type {number} */ seed) => {
    ui.box.value = String(seed);
    set(ui, seed);
  };
  const copying = (/** @type {any} */ event) => copy(ui.box.value, event.currentTarget);
  ui.element.append(
    el("label", { for: ui.box.id, text: "Seed" }),
    el(
      "div",
      { class: "lp-field" },
      ui.box,
      dice("Roll the seed", roll, { "data-key": "r" }),
      button("copy", "Copy the seed", copying, { quiet: true }),
    ),
  );
  ui.watch("value", () => (ui.box.value = ui.props.value));
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
}
