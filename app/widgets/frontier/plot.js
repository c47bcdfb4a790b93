// Trails and dots of the frontier, and pointing at them with a pointer or with keys.

import { chart, hue, line, points, rule } from "../../page/charts.js";
import { el } from "../../page/dom.js";
import { count, significant } from "../../page/numbers.js";
import { choose, dotOf, here, kindIndex, shown, visible, withUnit } from "./frontier.js";

/**
 * @typedef {import("./types.js").Ends} Ends
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Mark} Mark
 * @typedef {import("./types.js").Picked} Picked
 * @typedef {import("./types.js").Quantity} Quantity
 * @typedef {import("./types.js").Real} Real
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

const HIGH = 480; // px
const MARGIN = { l: 60, r: 16, t: 16, b: 48 };
/** @type {[string, number, number, number][]} */
const PLACES = [
  ["middle right", 0, 16, -8],
  ["middle left", -1, -16, -8],
  ["top center", -0.5, 0, -26],
  ["bottom center", -0.5, 0, 10],
]; // of a name beside its dot: by how much of its width and how many px it is moved, and how high

/** @type {Ends} of an axis without dots */
const NOWHERE = { log: false, low: 0, high: 1, share: (v) => v };

/**
 * Where an axis ends; it is logarithmic where values span more than 20 times.
 * @param {number[]} values
 */
function ends(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const log = least > 0 && most / least > 20;
  const [to, from] = log ? [Math.log10, (/** @type {number} */ v) => 10 ** v] : [Number, Number];
  const spare = 0.06 * (to(most) - to(least) || Math.abs(to(most)) || 1);
  const [low, high] = [to(least) - spare, to(most) + spare];
  return {
    log,
    low: from(low),
    high: from(high),
    share: (/** @type {number} */ v) => (to(v) - low) / (high - low),
  };
}

/**
 * The number of real test pictures: of all runs that have it, the middle one.
 * @param {Ui} ui
 * @param {string} quantity
 */
function referenceOf(ui, quantity) {
  const all = here(ui)
    .map((run) => run.reference[quantity])
    .filter((x) => x != null)
    .sort((a, b) => a - b);
  return all.length ? all[Math.floor(all.length / 2)] : null;
}

/**
 * With which way is better, as an arrow along the axis; some are best where real pictures are.
 * @param {Quantity} quantity
 * @param {boolean} log
 */
function axisTitle(quantity, log) {
  const better = quantity.direction
    ? quantity.direction === "higher"
      ? "better →"
      : "← better"
    : ["sharpness", "ms_ssim"].includes(quantity.id)
      ? "best at real pictures"
      : "neither way is better";
  const unit = quantity.unit ? `, ${quantity.unit}` : "";
  return `${quantity.title}${unit}${log ? ", log scale" : ""} · ${better}`;
}

/** @param {Ui} ui */
export function drawPlot(ui) {
  const [qx, qy] = axes(ui);
  /** @type {(Omit<Mark, "x" | "y"> & Real)[]} */
  const spots = visible(ui).flatMap((run) =>
    run.moments.map(({ values }, at) => ({
      ...{ run, at, id: dotOf(run, at), x: values[qx.id], y: values[qy.id] },
      last: at === run.moments.length - 1,
    })),
  );
  ui.marks = spots.filter(isMark);
  ui.element.dataset.dots = String(ui.marks.length); // how tests know
  ui.none.hidden = ui.marks.length > 0;
  point(ui, ui.marks.find(({ id }) => id === ui.pointed?.id) ?? null);
}

/**
 * @param {Omit<Mark, "x" | "y"> & Real} spot
 * @returns {spot is Mark} whether both of its numbers are known
 */
const isMark = (spot) => spot.x != null && spot.y != null;

/** @param {Ui} ui @param {Run} run */
export const colourOf = (ui, run) => hue(kindIndex(ui, run.kind));

/** @param {Ui} ui */
const axes = (ui) => [ui.scene.byId[ui.look.x], ui.scene.byId[ui.look.y]];

/**
 * Everything that is drawn, with rings around what is chosen and pointed at.
 * @param {Ui} ui
 */
function paint(ui) {
  const [qx, qy] = axes(ui);
  const real = { x: referenceOf(ui, qx.id), y: referenceOf(ui, qy.id) };
  const given = (/** @type {"x" | "y"} */ key) =>
    [...ui.marks.map((mark) => mark[key]), real[key]].filter((v) => v !== null);
  const [x, y] = ui.marks.length ? [ends(given("x")), ends(given("y"))] : [NOWHERE, NOWHERE];
  const layout = {
    x: { ...x, label: axisTitle(qx, x.log) },
    y: { ...y, label: axisTitle(qy, y.log) },
    ...{ legend: false, scene: `${ui.look.data} ${qx.id} ${qy.id}` },
    shapes: ui.marks.length ? references(real, x, y) : [],
  };
  ui.plot.draw([...rings(ui), ...trails(ui), ...dots(ui, x, y)], layout);
}

/**
 * Dashed lines where real test pictures are, with their numbers.
 * @param {Real} real
 * @param {Ends} x
 * @param {Ends} y
 */
function references(real, x, y) {
  const line = (
    /** @type {{x: number} | {y: number}} */ at,
    /** @type {number} */ value,
    /** @type {{xanchor: "left" | "right"} | {yanchor: "top" | "bottom"}} */ side,
  ) => rule(at, { dash: 1, name: `real ${significant(value)}`, side });
  const far = (/** @type {number} */ at) => (x.share(at) > 0.5 ? "right" : "left");
  const high = (/** @type {number} */ at) => (y.share(at) > 0.9 ? "top" : "bottom");
  return [
    ...(real.x == null ? [] : [line({ x: real.x }, real.x, { xanchor: far(real.x) })]),
    ...(real.y == null ? [] : [line({ y: real.y }, real.y, { yanchor: high(real.y) })]),
  ];
}

/**
 * Rings under the dots: of what is compared below, chosen, and pointed at.
 * @param {Ui} ui
 */
function rings(ui) {
  const ring = (
    /** @type {Mark[]} */ marks,
    /** @type {string} */ colour,
    /** @type {number} */ size,
  ) =>
    points(
      "",
      marks.map(({ x }) => x),
      marks.map(({ y }) => y),
      { colour, size, open: true, hover: false },
    );
  const compared = ui.marks.filter(({ run, last }) => last && ui.compared.includes(run.name));
  const chosen = ui.marks.filter(({ id }) => id === ui.look.dot);
  const pointed = ui.marks.filter(({ id }) => id === ui.pointed?.id);
  return [
    { ...ring(compared, "--ink-2", 24), name: "compared" },
    { ...ring(chosen, "--accent", 30), name: "chosen" },
    { ...ring(pointed, "--ink", 22), name: "pointed" },
  ];
}

/**
 * A line along the training of each checkpoint.
 * @param {Ui} ui
 */
function trails(ui) {
  return [...new Set(ui.marks.map(({ run }) => run))].map((run) => {
    const own = ui.marks.filter((mark) => mark.run === run);
    const chosen = ui.look.dot.startsWith(`${run.name}@`);
    return line(
      run.label,
      own.map(({ x }) => x),
      own.map(({ y }) => y),
      {
        ...{ k: kindIndex(ui, run.kind), dash: 0, hover: false },
        ...{ width: chosen ? 2.5 : 1.5, faint: !chosen },
      },
    );
  });
}

/**
 * A series for each family and for its last moments, which are larger and have names.
 * @param {Ui} ui
 * @param {Ends} x
 * @param {Ends} y
 */
function dots(ui, x, y) {
  const names = labels(ui, x, y);
  const [qx, qy] = axes(ui);
  const told = (/** @type {Mark} */ { run, at, x, y }) =>
    `${run.label} at step ${count(run.moments[at].step)}: ${qy.title} ${withUnit(y, qy)}, ${qx.title} ${withUnit(x, qx)}`;
  return [false, true].flatMap((last) =>
    Object.keys(ui.scene.kinds).map((kind, k) => {
      const own = ui.marks.filter((mark) => mark.run.kind === kind && mark.last === last);
      const look = last
        ? { size: 14, outline: "--ink", text: own.map(({ run, id }) => worded(run, names[id])) }
        : { size: 7 };
      return points(
        ui.scene.kinds[kind],
        own.map((mark) => mark.x),
        own.map((mark) => mark.y),
        {
          ...{ ...look, k, ids: own.map(({ id }) => id), said: own.map(told) },
          places: last ? own.map(({ id }) => names[id] ?? "middle right") : undefined,
        },
      );
    }),
  );
}

/**
 * A name with room for a ring between it and its dot, where there is a place for it.
 * @param {Run} run
 * @param {string | undefined} place
 */
function worded(run, place) {
  if (!place?.startsWith("middle")) return place ? run.label : "";
  return place === "middle right" ? `\u2002${run.label}` : `${run.label}\u2002`;
}

/**
 * Of the last dots' names those for which one of four places is free, with the place.
 * @param {Ui} ui
 * @param {Ends} x
 * @param {Ends} y
 */
function labels(ui, x, y) {
  const wide = ui.stage.clientWidth - MARGIN.l - MARGIN.r;
  const high = HIGH - MARGIN.t - MARGIN.b;
  const [chosen] = ui.look.dot.split("@");
  const spots = ui.marks
    .filter(({ last }) => last)
    .sort((a, b) => Number(b.run.name === chosen) - Number(a.run.name === chosen))
    .map((mark) => ({ mark, left: x.share(mark.x) * wide, top: (1 - y.share(mark.y)) * high }));
  const taken = spots.map(({ left, top }) => [left - 8, top - 8, left + 8, top + 8]);
  /** @type {Record<string, string>} place by dot */
  const found = {};
  for (const { mark, left, top } of spots) {
    const long = 8 * mark.run.label.length;
    for (const [place, share, right, down] of PLACES) {
      const [a, b] = [left + share * long + right, top + down];
      const area = [a, b, a + long, b + 16];
      const inside = area[0] >= 0 && area[2] <= wide && area[1] >= -8 && area[3] <= high;
      const free = taken.every(
        ([a, b, c, d]) => area[2] < a || area[0] > c || area[3] < b || area[1] > d,
      );
      if (!inside || !free) continue;
      taken.push(area);
      found[mark.id] = place;
      break;
    }
  }
  return found;
}

// ---- pointing -----------------------------------------------------------------------------

/**
 * With keys: a ring and the numbers.
 * @param {Ui} ui
 * @param {Mark | null} mark
 */
function point(ui, mark) {
  ui.pointed = mark;
  paint(ui);
  say(ui, mark);
}

/**
 * The numbers of what is pointed at, or else of what is chosen.
 * @param {Ui} ui
 * @param {Mark | null} mark
 */
function say(ui, mark) {
  const said = mark ?? chosenMark(ui);
  if (!said)
    return (ui.readout.textContent = "Point at a dot, or move between them with the arrow keys.");
  const { run, at } = said;
  const [qx, qy] = axes(ui);
  const { step, values } = run.moments[at];
  ui.readout.replaceChildren(
    el("b", { text: run.label }),
    ` at step ${count(step)} (${at + 1} of ${run.moments.length}): ${qy.title} ${withUnit(values[qy.id], qy)}, ${qx.title} ${withUnit(values[qx.id], qx)}; ${run.split}, n ${count(run.n)}`,
  );
}

/** @param {Ui} ui */
const chosenMark = (ui) => ui.marks.find(({ id }) => id === ui.look.dot);

/**
 * The next dot along its training, or the last one of the checkpoint that is next in height.
 * @param {Ui} ui
 * @param {Mark} now
 * @param {string} key
 */
function beside(ui, now, key) {
  const back = key === "ArrowLeft" || key === "ArrowDown" ? -1 : 1;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const own = ui.marks.filter(({ run }) => run === now.run);
    return own[Math.min(own.length - 1, Math.max(0, own.indexOf(now) + back))];
  }
  const last = ui.marks
    .filter(({ run }, i) => ui.marks[i + 1]?.run !== run)
    .sort((a, b) => a.y - b.y || a.x - b.x);
  const i = last.findIndex(({ run }) => run === now.run) + back;
  return last[(i + last.length) % last.length];
}

/** @param {Ui} ui @param {KeyboardEvent} event */
function press(ui, event) {
  const now = ui.pointed ?? chosenMark(ui) ?? ui.marks.at(-1);
  if (!now || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) point(ui, beside(ui, now, event.key));
  else if (event.key === "Enter" || event.key === " ") choose(ui, { dot: now.id });
  else if (event.key === "Escape") point(ui, null);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.marks = []; // { run, at, id, x, y, last } in the order of training
  ui.pointed = null; // with keys
  const markOf = (/** @type {Picked | null} */ picked) =>
    ui.marks.find(({ id }) => id === picked?.index) ?? null;
  ui.plot = chart({
    label: "Every checkpoint at its moments of training. The numbers are in the table below.",
    ...{ height: HIGH, margin: MARGIN },
    click: (picked) => markOf(picked) && choose(ui, { dot: picked.index }),
    hover: (picked) => say(ui, markOf(picked) ?? ui.pointed),
  });
  ui.none = el("p", {
    ...{ class: "front-none", hidden: true },
    text: "No checkpoint that is shown has both numbers. Choose other axes, or show more families.",
  });
  ui.stage.append(ui.plot.node, ui.none);
  ui.stage.addEventListener("keydown", (event) => ui.scene && press(ui, event));
  ui.stage.addEventListener("blur", () => ui.scene && ui.pointed && point(ui, null));
  // The names beside dots are placed anew.
  new ResizeObserver(() => ui.marks.length && shown(ui) && paint(ui)).observe(ui.stage);
}
