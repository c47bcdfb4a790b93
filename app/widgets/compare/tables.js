// Item by item: what both give back, and how far apart both put it. Every column sorts.

import { chart, line, points } from "../../page/charts.js";
import { el, say } from "../../page/dom.js";
import { count, fixed } from "../../page/numbers.js";
import { nameOf, reasonOf, sortBy, thing } from "./compare.js";
import { spread, spreadHeads } from "./sheet.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Column} Column
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {Record<string, any>} Row numbers by column, `cells` to show beside them, and its `head`
 */

const HEIGHT = 440;
/** @type {Column} */
const INDEX = { key: "index", title: "Item" };

/** @param {Ui} ui */
export function setUpMap(ui) {
  ui.picked = el("div", { class: "compare-picked", role: "status" });
  ui.chart = chart({
    label: "Codes of the same items by both models",
    id: "compare-map",
    height: HEIGHT,
    click: ({ index }) => ui.last && pick(ui, ui.last.data, Number(index)),
  });
}

/**
 * Rows in the order of a column: numbers from the largest, the index from the first.
 * @param {Row[]} rows
 * @param {string} key
 */
export function sorted(rows, key) {
  const sign = key === "index" ? 1 : -1;
  return [...rows].sort((a, b) => sign * (a[key] - b[key]) || a.index - b.index);
}

/**
 * @param {Ui} ui
 * @param {Column[]} numbers that sort
 * @param {string[]} things titles of the columns of items
 * @param {Row[]} rows
 * @param {string} by
 * @param {string} name
 */
function table(ui, numbers, things, rows, by, name) {
  const head = (/** @type {Column} */ { key, title, about }) => {
    const on = { click: () => again(ui, key) };
    const press = el("button", {
      type: "button",
      "data-sort": key,
      title: about,
      text: title,
      on,
    });
    const order = key === "index" ? "ascending" : "descending";
    return el("th", { scope: "col", "aria-sort": key === by ? order : "none" }, press);
  };
  const heads = [INDEX, ...numbers];
  const titles = things.map((text) => el("th", { scope: "col", text }));
  const body = sorted(rows, by).map((row) =>
    el(
      "tr",
      { "data-item": row.index },
      el("th", { scope: "row" }, row.head ?? count(row.index)),
      ...row.cells.map((/** @type {Node} */ cell) => el("td", {}, cell)),
      ...numbers.map(({ key }) => el("td", { class: "compare-number", text: fixed(row[key], 3) })),
    ),
  );
  const top = el("tr", {}, head(INDEX), ...titles, ...heads.slice(1).map(head));
  const region = { class: "compare-scroll", tabindex: "0", role: "region", "aria-label": name };
  return el("div", region, el("table", {}, el("thead", {}, top), el("tbody", {}, ...body)));
}

/** @param {Ui} ui @param {string} key */
function again(ui, key) {
  sortBy(ui, key);
  const button = ui.stage.querySelector(`[data-sort="${key}"]`);
  /** @type {HTMLElement | null} */ (button)?.focus();
  say(`Sorted by ${button?.textContent}.`);
}

/** @param {Ui} ui @param {Answer} data @param {string} sort */
export function drawRebuilt(ui, { sides, given, first, between, modality, note }, sort) {
  const able = sides.map((side, i) => ({ side, i })).filter(({ side }) => !side.cannot);
  /** @type {Column[]} */
  const numbers = able.map(({ i }) => ({
    key: ["first", "second"][i],
    title: `Difference of ${"AB"[i]}`,
    about: "Between the item and what this model gives back, from 0 to 1",
  }));
  if (between) numbers.push({ key: "between", title: "A from B", about: "Between the two" });
  const rows = given.map((item, k) => ({
    index: first + k,
    first: sides[0].difference?.[k],
    second: sides[1].difference?.[k],
    between: between?.[k],
    cells: [
      thing(modality, item, `item ${first + k}`),
      ...able.map(({ side, i }) => thing(modality, side.items?.[k] ?? "", `by ${"AB"[i]}`)),
    ],
  }));
  const by = [INDEX, ...numbers].some(({ key }) => key === sort) ? sort : "index";
  const titles = ["Given", ...able.map(({ i }) => `By ${"AB"[i]}`)];
  const heads = sides.map((side, i) => el("li", {}, el("span", { text: nameOf(side, i) })));
  sides.forEach(({ cannot, difference }, i) =>
    heads[i].append(cannot ? reasonOf(cannot) : ` mean difference ${fixed(mean(difference), 3)}`),
  );
  ui.stage.replaceChildren(
    el("ul", { class: "compare-legend" }, ...heads),
    table(ui, numbers, titles, rows, by, "Held-out items given back"),
    el("p", { class: "lp-remark", text: note }),
  );
  const sets = [given, ...able.map(({ side }) => side.items ?? [])];
  ui.sheet = () => [
    [
      "item",
      ...numbers.map(({ title }) => title),
      ...sets.flatMap((items, i) => spreadHeads(modality, items[0], titles[i])),
    ],
    ...sorted(rows, by).map((row) => [
      row.index,
      ...numbers.map(({ key }) => row[key]),
      ...sets.flatMap((items) => spread(modality, items[row.index - first])),
    ]),
  ];
}

/** @param {number[]} [values] */
const mean = (values = []) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** @param {Ui} ui @param {Answer} data @param {string} sort */
export function drawMap(ui, data, sort) {
  const { sides, given, first, map, modality, note } = data;
  if (!map) {
    const reasons = sides.map((side, i) =>
      el("li", {}, nameOf(side, i), side.cannot ? reasonOf(side.cannot) : ""),
    );
    ui.stage.replaceChildren(el("ul", { class: "compare-legend" }, ...reasons));
    ui.sheet = () => [];
    return;
  }
  const { drift, places, sizes, whole } = map;
  const numbers = [
    { key: "drift", title: "Drift", about: "Distance between both codes of the item, aligned" },
  ];
  const by = sort === "index" ? sort : "drift";
  const rows = drift.map((value, k) => ({
    index: first + k,
    drift: value,
    cells: [thing(modality, given[k], `item ${first + k}`)],
    head: el("button", {
      type: "button",
      "data-pick": k,
      title: "Show on the map; arrow keys go on to the next",
      text: count(first + k),
      on: { click: () => pick(ui, data, k), keydown: step },
    }),
  }));
  const padded =
    sizes[0] === sizes[1]
      ? ""
      : ` Codes have ${sizes[0]} and ${sizes[1]} numbers: the shorter ones were padded with zeros.`;
  ui.stage.replaceChildren(
    el("p", {
      class: "lp-remark compare-whole",
      text: `Drift of ${count(drift.length)} items, root mean square: ${fixed(whole, 3)} (0: the same space turned; √2: unrelated).${padded}`,
    }),
    el(
      "div",
      { class: "compare-two" },
      el("div", {}, ui.chart.node, ui.picked),
      table(ui, numbers, ["Given"], rows, by, "Drift of each item"),
    ),
    el("p", { class: "lp-remark", text: note }),
  );
  pick(ui, data, drift.indexOf(Math.max(...drift)));
  const [a, b] = places;
  ui.sheet = () => [
    ["item", "drift", "A x", "A y", "B x", "B y", ...spreadHeads(modality, given[0], "given")],
    ...sorted(rows, by).map(({ index, drift: value }) => {
      const k = index - first;
      return [index, value, ...a[k], ...b[k], ...spread(modality, given[k])];
    }),
  ];
}

/** Arrow keys in the table: the row above or below is shown on the map. @param {any} event */
function step(event) {
  const way = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[
    /** @type {string} */ (event.key)
  ];
  const button = way && event.target.closest("tr")[way]?.querySelector("[data-pick]");
  if (!button) return;
  event.preventDefault();
  button.click();
  button.focus();
}

/**
 * Both codes of an item, joined, and the item itself. Of the table's buttons the one of that item
 * takes Tab.
 * @param {Ui} ui
 * @param {Answer} data
 * @param {number} chosen
 */
function pick(ui, { map, sides, given, first, modality }, chosen) {
  if (!map) return;
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (
    ui.stage.querySelectorAll("[data-pick]")
  )) {
    const mine = node.dataset.pick === String(chosen);
    node.tabIndex = mine ? 0 : -1;
    node.setAttribute("aria-pressed", String(mine));
    node.closest("tr")?.classList.toggle("compare-chosen", mine);
  }
  const { drift, places } = map;
  const column = (/** @type {number[][]} */ side, /** @type {number} */ axis) =>
    side.map((place) => place[axis]);
  const joined = (/** @type {number} */ axis) =>
    drift.flatMap((_, k) => [places[0][k][axis], places[1][k][axis], null]);
  const pair = (/** @type {number} */ axis) => places.map((side) => side[chosen][axis]);
  const said = drift.map((value, k) => `item ${first + k}, drift ${fixed(value, 3)}`);
  const ids = drift.map((_, k) => k);
  const sets = places.map((side, k) =>
    points(nameOf(sides[k], k), column(side, 0), column(side, 1), { k, size: 7, said, ids }),
  );
  ui.chart.draw(
    [
      line("the same item", /** @type {any} */ (joined(0)), /** @type {any} */ (joined(1)), {
        colour: "--hairline",
        ...{ dash: 0, width: 1, hover: false, silent: true },
      }),
      ...sets,
      line("chosen", pair(0), pair(1), { colour: "--ink", dash: 0, hover: false, silent: true }),
    ],
    { x: "first principal axis of A", y: "second", legend: true, square: true },
  );
  ui.picked.replaceChildren(
    thing(modality, given[chosen], `item ${first + chosen}`),
    el("span", { text: said[chosen] }),
  );
}
