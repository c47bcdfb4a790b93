// What a person chooses with: a control under its name, one of a few, one of many, a number, a seed
// with its dice, and what says that a run is under way.
// @ts-check
import { button, el, say } from "./dom.js";
import { count } from "./numbers.js";

/**
 * @typedef {import("./dom.js").Props} Props
 * @typedef {readonly any[]} Option value, text, and what is shown under the pointer, if anything
 * @typedef {ReturnType<typeof choice>} Choice
 * @typedef {ReturnType<typeof running>} Running
 */

const LAST_SEED = 2 ** 31 - 1;
const ROLLED = 1e6; // dice give a seed below: short enough to say
const HELD_OUT = 10000; // pictures of a test split

/**
 * A control under its name; what stands `beside` it shares its row.
 * @param {string} title
 * @param {HTMLElement} node has an id
 * @param {Props} [props]
 * @param {...HTMLElement} beside
 */
export function field(title, node, props = {}, ...beside) {
  const row = beside.length ? el("div", { class: "lp-field" }, node, ...beside) : node;
  const name = el("label", { for: node.id, text: title });
  return el("div", { class: "lp-form-field", ...props }, name, row);
}

/**
 * The same in a bar above what it changes.
 * @param {string} title
 * @param {HTMLElement} node has an id
 * @param {...HTMLElement} beside
 */
export function labelled(title, node, ...beside) {
  return field(
    title,
    node,
    { class: `lp-labelled${beside.length ? " lp-short" : ""}` },
    ...beside,
  );
}

/**
 * One of a few, in one frame: arrow keys move along it.
 * @param {string} name of its inputs, one of a kind on the page
 * @param {Props} frame its name and whatever else
 * @param {(value: any) => void} [pick] told the value as it was given
 */
export function choice(name, frame, pick = () => {}) {
  const group = el("div", { class: "lp-choice", role: "radiogroup", ...frame });
  /** @type {HTMLInputElement[]} */
  let inputs = [];
  const set = (/** @type {any} */ value) => {
    for (const input of inputs) input.checked = input.value === String(value);
  };
  return {
    group,
    set,
    get: () => inputs.find(({ checked }) => checked)?.value,
    /**
     * @param {Option[]} options
     * @param {any} [chosen] value
     */
    fill(options, chosen) {
      const all = options.map(([value, text, title]) => {
        const input = el("input", {
          type: "radio",
          name,
          value,
          on: { change: () => pick(value) },
        });
        return { input, node: el("label", { title }, input, el("span", { text })) };
      });
      inputs = all.map(({ input }) => input);
      set(chosen);
      const held = group.contains(document.activeElement);
      group.replaceChildren(...all.map(({ node }) => node));
      if (held) inputs.find(({ checked }) => checked)?.focus();
    },
  };
}

/**
 * One of many, in a list.
 * @param {string} id
 * @param {Option[]} options
 * @param {(value: string) => void} [pick]
 */
export function select(id, options, pick = () => {}) {
  const list = el("select", { class: "lp-input", id, on: { change: () => pick(list.value) } });
  offer(list, options);
  return list;
}

/**
 * @param {HTMLSelectElement} list whose options these become
 * @param {Option[]} options
 */
export function offer(list, options) {
  list.replaceChildren(...options.map(([value, text]) => el("option", { value, text })));
}

/**
 * A box to tick, before its name.
 * @param {string} title
 * @param {HTMLInputElement} box
 * @param {string} [about] shown under the pointer
 */
export function tick(title, box, about) {
  return el("label", { class: "lp-tick", title: about }, box, el("span", { text: title }));
}

/**
 * A box for a number.
 * @param {string} id
 * @param {number} min
 * @param {number} max
 * @param {Props} [props]
 */
export function numberBox(id, min, max, props = {}) {
  return el("input", {
    type: "number",
    class: "lp-input",
    id,
    min,
    max,
    step: 1,
    required: true,
    ...props,
  });
}

/**
 * @param {string} label
 * @param {(seed: number) => void} rolled
 * @param {Props} [props]
 */
export function dice(label, rolled, props = {}) {
  const roll = () => rolled(Math.floor(Math.random() * ROLLED));
  return button("dice", label, roll, { quiet: true, ...props });
}

/**
 * A box for a seed, which says so where it holds none.
 * @param {string} id
 * @param {(seed: number) => void} [typed] not called then
 * @param {Props} [props]
 */
export function seedBox(id, typed, props = {}) {
  const change = () => {
    box.setCustomValidity("");
    if (box.value !== "" && box.checkValidity()) return typed?.(Number(box.value));
    const said = `A seed is a whole number from 0 to ${count(LAST_SEED)}. Write one.`;
    box.setCustomValidity(said);
    box.reportValidity();
    say(said);
  };
  const blur = () => box.setCustomValidity(""); // whoever leaves it has been told
  const box = numberBox(id, 0, LAST_SEED, { on: { change, blur }, ...props });
  return box;
}

/**
 * A button for the next of the held-out pictures.
 * @param {string} label
 * @param {Props} props
 * @param {() => number | string} first the first of those that are shown
 * @param {number} shown how many
 * @param {(first: string) => void} pick
 */
export function nextPictures(label, props, first, shown, pick) {
  const next = () => pick(String((Number(first()) + shown) % HELD_OUT));
  return button(null, label, next, props);
}

/**
 * A seed with its dice, and the next of the held-out pictures, eight at a time: what a widget that
 * shows both begins with.
 * @param {(name: string) => string} id
 * @param {() => string} first of the pictures that are shown
 * @param {(change: {seed?: string, first?: string}) => void} choose
 */
export function seedAndPictures(id, first, choose) {
  const reseed = (/** @type {number} */ seed) => choose({ seed: String(seed) });
  const others = (/** @type {string} */ next) => choose({ first: next });
  return {
    seed: seedBox(id("seed"), reseed, { class: "lp-input lp-seed-box" }),
    dice: dice("Roll the seed", reseed, { id: id("dice") }),
    others: nextPictures("Other pictures", { id: id("others") }, first, 8, others),
  };
}

/**
 * What says that a run is under way: a sentence, how far it is, and Cancel.
 * @param {{status: string, cancel: string}} ids
 * @param {() => void} stop
 */
export function running(ids, stop) {
  const status = el("span", { class: "lp-status", role: "status", id: ids.status });
  const shape = { class: "lp-progress", max: 1, value: 0, "aria-label": "Progress" };
  const bar = el("progress", { ...shape, hidden: true });
  const keys = { "data-key": "escape", id: ids.cancel, hidden: true };
  const cancel = button("close", "Cancel", stop, keys);
  return { status, bar, cancel, node: el("div", { class: "lp-running" }, status, bar, cancel) };
}
