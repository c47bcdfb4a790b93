// P(label wanted) along each chain, over forward passes or trials, and the cursor on it.
// Joined to attack.js by widget.py; shares its names.

const [HIGH, LEFT, RIGHT, TOP, BOTTOM] = [200, 40, 16, 12, 24]; // pixels
const DASHES = ["", "7 3", "2 3"];
const AXES = { passes: "forward passes", trials: "trials" };

const axisChoice = el("div", { class: "chain-choice", role: "radiogroup", "aria-label": "Horizontal axis" },
  ...Object.entries(AXES).map(([key, text]) => {
    const input = el("input", { type: "radio", name: id("axis"), value: key, on: { change: () => ((axis = key), (place = Infinity), drawScene()) } });
    input.checked = key === axis;
    return el("label", {}, input, el("span", { text }));
  }));
const plot = svg("svg", { class: "attack-plot", height: HIGH, role: "img" });
const slider = el("input", { type: "range", id: id("place"), min: 0, step: 1, class: "attack-slider" });
const where = el("output", { class: "chain-note", for: slider.id });
const curveTitle = el("h3");
curveBox.append(el("div", { class: "attack-bar" }, curveTitle, axisChoice), plot,
  el("div", { class: "attack-cursor" }, el("label", { class: "lp-offscreen", for: slider.id, text: "Look at" }), slider, where));
slider.addEventListener("input", () => {
  place = Number(slider.value) >= reach() ? Infinity : Number(slider.value);
  drawCards();
  drawCurve();
});
plot.addEventListener("click", (event) => {
  const box = plot.getBoundingClientRect();
  const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
  slider.value = Math.round(Math.min(1, Math.max(0, share)) * reach());
  slider.dispatchEvent(new Event("input"));
});
new ResizeObserver(() => scene && drawCurve()).observe(plot);

const reach = () => Math.max(1, ...Object.values(scene.rows).map((rows) => rows.at(-1)?.[axis] ?? 0));

function drawCurve() {
  const wide = plot.clientWidth;
  curveTitle.textContent = `P(${labelWanted()}) along each chain`;
  slider.max = reach();
  slider.value = Math.min(place, reach());
  where.textContent = place === Infinity ? `at the end, ${count(reach())} ${AXES[axis]}` : `after ${count(place)} ${AXES[axis]}`;
  slider.setAttribute("aria-valuetext", where.textContent);
  if (!wide) return;
  const x = (value) => LEFT + (value / reach()) * (wide - LEFT - RIGHT);
  const y = (p) => TOP + (1 - p) * (HIGH - TOP - BOTTOM);
  const text = (content, at, props = {}) => svg("text", { x: at[0], y: at[1], ...props }, content);
  const nodes = [0, 0.5, 1].flatMap((p) => [
    svg("path", { class: p === 0.5 && scene.labels.length === 2 ? "attack-flip" : "attack-line", d: `M${LEFT} ${y(p)}H${wide - RIGHT}` }),
    text(String(p), [LEFT - 8, y(p) + 4], { "text-anchor": "end" })]);
  nodes.push(text("0", [LEFT, HIGH - 6], { "text-anchor": "middle" }), text(count(reach()), [wide - RIGHT, HIGH - 6], { "text-anchor": "end" }));
  METHODS.forEach(({ key }, k) => {
    const rows = scene.rows[key];
    if (!rows?.length) return;
    let d = `M${x(0)} ${y(scene.p[scene.wanted])}`;
    for (const row of rows) d += `H${x(row[axis]).toFixed(1)}V${y(row.p).toFixed(1)}`;
    nodes.push(svg("path", { class: "attack-chain", d, style: `stroke:${COLOURS[k]}`, "stroke-dasharray": DASHES[k] }));
    const last = rows.at(-1);
    nodes.push(svg("text", { class: "attack-glyph", x: x(last[axis]), y: y(last.p) + 4, "text-anchor": "middle", style: `fill:${COLOURS[k]}` }, latent.GLYPHS[k]));
  });
  if (place !== Infinity) nodes.push(svg("path", { class: "attack-here", d: `M${x(place)} ${TOP}V${HIGH - BOTTOM}` }));
  plot.replaceChildren(...nodes);
  plot.setAttribute("aria-label", `${curveTitle.textContent}, over ${AXES[axis]}; every step is in the table below`);
}

if (here()) shownOrHidden();
