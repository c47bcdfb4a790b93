// P(label wanted) along each chain, over forward passes or trials, and the cursor on it.

import { el, svg } from "../../page/dom.js";
import { count } from "../../page/numbers.js";
import { COLOURS, GLYPHS } from "../../page/palette.js";
import { here, id, METHODS, shownOrHidden } from "./attack.js";
import { drawCards, drawScene, labelWanted } from "./cards.js";

const [HIGH, LEFT, RIGHT, TOP, BOTTOM] = [200, 40, 16, 12, 24]; // pixels
const DASHES = ["", "7 3", "2 3"];
const AXES = { passes: "forward passes", trials: "trials" };

export const reach = (ui) =>
  Math.max(1, ...Object.values(ui.scene.rows).map((rows) => rows.at(-1)?.[ui.axis] ?? 0));

export function drawCurve(ui) {
  const wide = ui.plot.clientWidth;
  ui.curveTitle.textContent = `P(${labelWanted(ui)}) along each chain`;
  ui.slider.max = reach(ui);
  ui.slider.value = Math.min(ui.place, reach(ui));
  ui.where.textContent =
    ui.place === Infinity
      ? `at the end, ${count(reach(ui))} ${AXES[ui.axis]}`
      : `after ${count(ui.place)} ${AXES[ui.axis]}`;
  ui.slider.setAttribute("aria-valuetext", ui.where.textContent);
  if (!wide) return;
  const x = (value) => LEFT + (value / reach(ui)) * (wide - LEFT - RIGHT);
  const y = (p) => TOP + (1 - p) * (HIGH - TOP - BOTTOM);
  const text = (content, at, props = {}) => svg("text", { x: at[0], y: at[1], ...props }, content);
  const nodes = [0, 0.5, 1].flatMap((p) => [
    svg("path", {
      class: p === 0.5 && ui.scene.labels.length === 2 ? "attack-flip" : "attack-line",
      d: `M${LEFT} ${y(p)}H${wide - RIGHT}`,
    }),
    text(String(p), [LEFT - 8, y(p) + 4], { "text-anchor": "end" }),
  ]);
  nodes.push(
    text("0", [LEFT, HIGH - 6], { "text-anchor": "middle" }),
    text(count(reach(ui)), [wide - RIGHT, HIGH - 6], { "text-anchor": "end" }),
  );
  METHODS.forEach(({ key }, k) => {
    const rows = ui.scene.rows[key];
    if (!rows?.length) return;
    let d = `M${x(0)} ${y(ui.scene.p[ui.scene.wanted])}`;
    for (const row of rows) d += `H${x(row[ui.axis]).toFixed(1)}V${y(row.p).toFixed(1)}`;
    nodes.push(
      svg("path", {
        class: "attack-chain",
        d,
        style: `stroke:${COLOURS[k]}`,
        "stroke-dasharray": DASHES[k],
      }),
    );
    const last = rows.at(-1);
    nodes.push(
      svg(
        "text",
        {
          class: "attack-glyph",
          x: x(last[ui.axis]),
          y: y(last.p) + 4,
          "text-anchor": "middle",
          style: `fill:${COLOURS[k]}`,
        },
        GLYPHS[k],
      ),
    );
  });
  if (ui.place !== Infinity)
    nodes.push(
      svg("path", { class: "attack-here", d: `M${x(ui.place)} ${TOP}V${HIGH - BOTTOM}` }),
    );
  ui.plot.replaceChildren(...nodes);
  ui.plot.setAttribute(
    "aria-label",
    `${ui.curveTitle.textContent}, over ${AXES[ui.axis]}; every step is in the table below`,
  );
}

export function setUp(ui) {
  ui.axisChoice = el(
    "div",
    { class: "lp-choice", role: "radiogroup", "aria-label": "Horizontal axis" },
    ...Object.entries(AXES).map(([key, text]) => {
      const input = el("input", {
        type: "radio",
        name: id(ui, "axis"),
        value: key,
        on: { change: () => ((ui.axis = key), (ui.place = Infinity), drawScene(ui)) },
      });
      input.checked = key === ui.axis;
      return el("label", {}, input, el("span", { text }));
    }),
  );
  ui.plot = svg("svg", { class: "attack-plot", height: HIGH, role: "img" });
  ui.slider = el("input", {
    type: "range",
    id: id(ui, "place"),
    min: 0,
    step: 1,
    class: "attack-slider",
  });
  ui.where = el("output", { class: "lp-aside", for: ui.slider.id });
  ui.curveTitle = el("h3");
  ui.curveBox.append(
    el("div", { class: "attack-bar" }, ui.curveTitle, ui.axisChoice),
    ui.plot,
    el(
      "div",
      { class: "attack-cursor" },
      el("label", { class: "lp-offscreen", for: ui.slider.id, text: "Look at" }),
      ui.slider,
      ui.where,
    ),
  );
  ui.slider.addEventListener("input", () => {
    ui.place = Number(ui.slider.value) >= reach(ui) ? Infinity : Number(ui.slider.value);
    drawCards(ui);
    drawCurve(ui);
  });
  ui.plot.addEventListener("click", (event) => {
    const box = ui.plot.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    ui.slider.value = Math.round(Math.min(1, Math.max(0, share)) * reach(ui));
    ui.slider.dispatchEvent(new Event("input"));
  });
  new ResizeObserver(() => ui.scene && drawCurve(ui)).observe(ui.plot);
  if (here(ui)) shownOrHidden(ui);
}
