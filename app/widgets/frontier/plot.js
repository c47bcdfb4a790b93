// Axes, trails and dots of the frontier, drawn in the page's own pixels.

import { el, svg } from "../../page/dom.js";
import { count, logTicks, significant, ticks } from "../../page/numbers.js";
import { COLOURS, SYMBOLS } from "../../page/palette.js";
import { choose, dotOf, here, kindIndex, shown, visible, withUnit } from "./frontier.js";

const NEAR = 28; // px within which a dot is pointed at

/** A category's symbol as the path of a drawing. */
function outline(k, x, y, r) {
  const d = [];
  SYMBOLS[k % SYMBOLS.length](
    {
      arc: (cx, cy, s) =>
        d.push(`M${cx - s} ${cy}a${s} ${s} 0 1 0 ${2 * s} 0a${s} ${s} 0 1 0 ${-2 * s} 0z`),
      rect: (left, top, w, h) => d.push(`M${left} ${top}h${w}v${h}h${-w}z`),
      moveTo: (a, b) => d.push(`M${a} ${b}`),
      lineTo: (a, b) => d.push(`L${a} ${b}`),
      closePath: () => d.push("z"),
    },
    x,
    y,
    r,
  );
  return d.join("");
}

/** A scale of one quantity over [from, to] px: logarithmic where values span more than 20 times. */
function scaleOf(values, from, to) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const log = low > 0 && high / low > 20;
  const [f, inverse] = log ? [Math.log10, (v) => 10 ** v] : [(v) => v, (v) => v];
  [low, high] = [f(low), f(high)];
  const gap = high - low || Math.abs(high) || 1;
  [low, high] = [low - 0.06 * gap, high + 0.06 * gap];
  const at = (value) => from + ((f(value) - low) / (high - low)) * (to - from);
  return { at, log, ticks: log ? logTicks(inverse(low), inverse(high)) : ticks(low, high) };
}

/** The number of real test pictures: of all runs that have it, the middle one. */
function referenceOf(ui, quantity) {
  const all = here(ui)
    .map((run) => run.reference[quantity])
    .filter((x) => x != null)
    .sort((a, b) => a - b);
  return all.length ? all[Math.floor(all.length / 2)] : null;
}

const axisTitle = (quantity, log) =>
  `${quantity.title}${quantity.unit ? `, ${quantity.unit}` : ""}${log ? ", log scale" : ""}`;

/** Which way is better; some are best where real pictures are. */
function better(quantity, rising, falling) {
  if (quantity.direction)
    return quantity.direction === "higher" ? `better ${rising}` : `${falling} better`;
  return ["sharpness", "ms_ssim"].includes(quantity.id)
    ? "best at real pictures"
    : "neither way is better";
}

export function drawPlot(ui) {
  const [width, height] = [ui.stage.clientWidth, ui.stage.clientHeight];
  if (!width) return;
  const box = { left: 60, right: width - 16, top: 36, bottom: height - 48 };
  const [qx, qy] = [ui.scene.byId[ui.look.x], ui.scene.byId[ui.look.y]];
  const dots = visible(ui)
    .flatMap((run) =>
      run.moments.map((moment, at) => ({
        run,
        at,
        vx: moment.values[qx.id],
        vy: moment.values[qy.id],
      })),
    )
    .filter(({ vx, vy }) => vx != null && vy != null);
  const parts = [];
  ui.marks = [];
  if (dots.length) {
    const [rx, ry] = [referenceOf(ui, qx.id), referenceOf(ui, qy.id)];
    const sx = scaleOf(
      [...dots.map((dot) => dot.vx), ...(rx == null ? [] : [rx])],
      box.left,
      box.right,
    );
    const sy = scaleOf(
      [...dots.map((dot) => dot.vy), ...(ry == null ? [] : [ry])],
      box.bottom,
      box.top,
    );
    parts.push(...axes(box, sx, sy, qx, qy), ...references(box, sx, sy, rx, ry));
    ui.marks = dots.map((dot) => ({
      ...dot,
      x: sx.at(dot.vx),
      y: sy.at(dot.vy),
      last: dot.at === dot.run.moments.length - 1,
    }));
    ui.marks.sort((a, b) => a.last - b.last);
    parts.push(...trails(ui), ...ui.marks.map((mark) => symbol(ui, mark)), ...labels(ui, box));
  }
  const ring = svg("g", { class: "front-ring" });
  ui.stage.replaceChildren(
    svg(
      "svg",
      {
        class: "lp-plot",
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        "aria-hidden": "true",
      },
      ...parts,
      ring,
    ),
  );
  if (!dots.length)
    ui.stage.append(
      el("p", {
        class: "front-none",
        text: "No checkpoint that is shown has both numbers. Choose other axes, or significant more families.",
      }),
    );
  point(
    ui,
    ui.pointed &&
      ui.marks.find((mark) => mark.run === ui.pointed.run && mark.at === ui.pointed.at),
  );
  ui.element.dataset.dots = ui.marks.length; // how tests know
}

function axes(box, sx, sy, qx, qy) {
  const parts = [];
  const text = (x, y, words, more = {}) =>
    Object.assign(svg("text", { x, y, ...more }), { textContent: words });
  let free = -Infinity;
  for (const { value, label } of sx.ticks) {
    const x = sx.at(value);
    parts.push(svg("path", { class: "lp-gridline", d: `M${x} ${box.top}V${box.bottom}` }));
    const half = 4 * label.length;
    if (x - half < free) continue;
    parts.push(text(x, box.bottom + 16, label, { "text-anchor": "middle" }));
    free = x + half + 6;
  }
  for (const { value, label } of sy.ticks) {
    const y = sy.at(value);
    parts.push(svg("path", { class: "lp-gridline", d: `M${box.left} ${y}H${box.right}` }));
    parts.push(text(box.left - 8, y + 4, label, { "text-anchor": "end" }));
  }
  const narrow = box.right - box.left < 420;
  const title = { class: "lp-axis" };
  parts.push(text(16, 22, `${axisTitle(qy, sy.log)}`, title));
  parts.push(
    text(
      narrow ? box.left : box.right,
      box.bottom + 38,
      `${axisTitle(qx, sx.log)} \u00b7 ${better(qx, "\u2192", "\u2190")}`,
      { ...title, "text-anchor": narrow ? "start" : "end" },
    ),
  );
  parts.push(
    text(box.right, 22, better(qy, "\u2191", "\u2193"), {
      class: "lp-axis",
      "text-anchor": "end",
    }),
  );
  return parts;
}

function references(box, sx, sy, rx, ry) {
  const parts = [];
  const label = (x, y, words, more) =>
    Object.assign(svg("text", { x, y, class: "front-real", ...more }), { textContent: words });
  if (rx != null) {
    const x = sx.at(rx);
    const right = x > (box.left + box.right) / 2;
    parts.push(svg("path", { class: "front-reference", d: `M${x} ${box.top}V${box.bottom}` }));
    parts.push(
      label(x + (right ? -6 : 6), box.bottom - 8, `real ${significant(rx)}`, {
        "text-anchor": right ? "end" : "start",
      }),
    );
  }
  if (ry != null) {
    const y = sy.at(ry);
    parts.push(svg("path", { class: "front-reference", d: `M${box.left} ${y}H${box.right}` }));
    parts.push(
      label(box.left + 8, y + (y < box.top + 24 ? 16 : -6), `real ${significant(ry)}`, {
        "text-anchor": "start",
      }),
    );
  }
  return parts;
}

export const colourOf = (ui, run) => COLOURS[kindIndex(ui, run.kind)];

function trails(ui) {
  const runs = [...new Set(ui.marks.map((mark) => mark.run))];
  return runs.map((run) => {
    const own = ui.marks.filter((mark) => mark.run === run).sort((a, b) => a.at - b.at);
    const kind = ui.look.dot.startsWith(`${run.name}@`) ? "front-trail front-own" : "front-trail";
    return svg("path", {
      class: kind,
      d: own.map(({ x, y }, i) => `${i ? "L" : "M"}${x} ${y}`).join(""),
      stroke: colourOf(ui, run),
    });
  });
}

function symbol(ui, mark) {
  const { run, x, y, at, last } = mark;
  const beside = ui.compared.includes(run.name) && last;
  const made = svg("path", {
    class: last ? "front-dot front-last" : "front-dot",
    d: outline(kindIndex(ui, run.kind), x, y, last ? 7 : 3.5),
    fill: colourOf(ui, run),
    "data-dot": dotOf(run, at),
  });
  const group = svg("g", {}, made);
  if (beside) group.prepend(svg("circle", { class: "front-beside", cx: x, cy: y, r: 12 }));
  if (ui.look.dot === dotOf(run, at))
    group.prepend(svg("circle", { class: "front-chosen", cx: x, cy: y, r: last ? 15 : 9 }));
  return group;
}

/** Names beside the last dots, where one of four places is free. */
function labels(ui, box) {
  const taken = ui.marks
    .filter((mark) => mark.last)
    .map(({ x, y }) => [x - 8, y - 8, x + 8, y + 8]);
  const made = [];
  const chosen = ui.look.dot.split("@")[0];
  const order = ui.marks
    .filter((mark) => mark.last)
    .sort((a, b) => Number(b.run.name === chosen) - Number(a.run.name === chosen));
  for (const { run, x, y } of order) {
    const wide = 7 * run.label.length;
    const places = [
      [x + 12, y + 4, "start"],
      [x - 12, y + 4, "end"],
      [x, y - 14, "middle"],
      [x, y + 22, "middle"],
    ];
    const place = places.find(([px, py, anchor]) => {
      const left = anchor === "start" ? px : anchor === "end" ? px - wide : px - wide / 2;
      const area = [left, py - 12, left + wide, py + 3];
      const inside =
        left >= box.left && left + wide <= box.right && py - 12 >= box.top - 8 && py <= box.bottom;
      const free = taken.every(
        ([a, b, c, d]) => area[2] < a || area[0] > c || area[3] < b || area[1] > d,
      );
      if (inside && free) taken.push(area);
      return inside && free;
    });
    if (place)
      made.push(
        Object.assign(
          svg("text", { class: "lp-label", x: place[0], y: place[1], "text-anchor": place[2] }),
          { textContent: run.label },
        ),
      );
  }
  return made;
}

// ---- pointing -----------------------------------------------------------------------------

function point(ui, mark) {
  ui.pointed = mark ?? null;
  const ring = ui.stage.querySelector(".front-ring");
  ring?.replaceChildren(...(mark ? [svg("circle", { cx: mark.x, cy: mark.y, r: 11 })] : []));
  const said = mark ?? chosenMark(ui);
  if (!said)
    return (ui.readout.textContent = "Point at a dot, or move between them with the arrow keys.");
  const { run, at } = said;
  const [qx, qy] = [ui.scene.byId[ui.look.x], ui.scene.byId[ui.look.y]];
  const { step, values } = run.moments[at];
  ui.readout.replaceChildren(
    el("b", { text: run.label }),
    ` at step ${count(step)} (${at + 1} of ${run.moments.length}): ${qy.title} ${withUnit(values[qy.id], qy)}, ${qx.title} ${withUnit(values[qx.id], qx)}; ${run.split}, n ${count(run.n)}`,
  );
}
const chosenMark = (ui) => ui.marks.find(({ run, at }) => dotOf(run, at) === ui.look.dot);

function nearestMark(ui, event) {
  const place = ui.stage.getBoundingClientRect();
  const [x, y] = [event.clientX - place.left, event.clientY - place.top];
  let best = null;
  for (const mark of ui.marks) {
    const away = Math.hypot(mark.x - x, mark.y - y) - (mark.last ? 5 : 0);
    if (away < (best?.away ?? NEAR)) best = { mark, away };
  }
  return best?.mark ?? null;
}

function setUp1(ui) {
  ui.marks = []; // { run, at, x, y } in px, the last moments last
  ui.pointed = null;
  ui.stage.addEventListener(
    "pointermove",
    (event) => ui.scene && point(ui, nearestMark(ui, event)),
  );
  ui.stage.addEventListener("pointerleave", () => ui.scene && point(ui, null));
  ui.stage.addEventListener("click", (event) => {
    const mark = ui.scene && nearestMark(ui, event);
    if (mark) choose(ui, { dot: dotOf(mark.run, mark.at) });
  });
  ui.stage.addEventListener("keydown", (event) => {
    if (!ui.marks.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const now = ui.pointed ?? chosenMark(ui) ?? ui.marks.at(-1);
    let next = null;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const own = ui.marks.filter((mark) => mark.run === now.run).sort((a, b) => a.at - b.at);
      next =
        own[
          Math.min(
            own.length - 1,
            Math.max(0, own.indexOf(now) + (event.key === "ArrowLeft" ? -1 : 1)),
          )
        ];
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const ends = [...new Set(ui.marks.map((mark) => mark.run))]
        .map((run) => ui.marks.filter((mark) => mark.run === run).at(-1))
        .sort((a, b) => b.y - a.y || a.x - b.x);
      const i =
        ends.findIndex((mark) => mark.run === now.run) + (event.key === "ArrowUp" ? 1 : -1);
      next = ends[(i + ends.length) % ends.length];
    } else if (event.key === "Enter" || event.key === " ")
      choose(ui, { dot: dotOf(now.run, now.at) });
    else if (event.key === "Escape") point(ui, null);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (next) point(ui, next);
  });
}

function setUp2(ui) {
  ui.stage.addEventListener("blur", () => ui.scene && point(ui, null));
  new ResizeObserver(() => ui.scene?.runs.length && shown(ui) && drawPlot(ui)).observe(ui.stage);
}

export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
}
