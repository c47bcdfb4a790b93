// One unit in the place of the square: the list of units, a slider, a strip of decoded values.
// Joined to latent_pad.js by widget.py; shares its names.

/** A unit begins where the point has it, so that nothing changes before it is moved. */
const unitHome = (unit) => [unit, Math.round(100 * scene.anchors[0][unit]) / 100];

function drawUnits() {
  const most = Math.max(...scene.units.map((unit) => unit.activity), 1e-9);
  units.replaceChildren(...scene.units.map(({ index, activity, kl }) => {
    const bar = el("i", { "aria-hidden": "true" });
    bar.style.width = `${(100 * activity) / most}%`;
    return el("button", {
      type: "button", role: "radio", "data-unit": index, tabindex: "-1", "aria-checked": "false",
      on: { click: (event) => go(unitHome(index), { time: event.timeStamp }) },
    },
    el("span", { text: `unit ${index}` }),
    el("b", {}, bar),
    el("span", { text: `activity ${show(activity)}` }),
    el("span", { text: kl == null ? "no posterior" : `KL ${show(kl)} nats` }));
  }));
}
units.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const place = scene.units.findIndex((unit) => unit.index === at[0]) + step;
  const unit = scene.units[Math.min(scene.units.length - 1, Math.max(0, place))];
  go(unitHome(unit.index), { time: event.timeStamp });
  units.querySelector(`[data-unit="${unit.index}"]`).focus();
});

function showUnit(changed) {
  const chosen = units.querySelector(`[data-unit="${at[0]}"]`);
  if (changed || chosen?.ariaChecked !== "true") {
    for (const row of units.children) {
      row.ariaChecked = String(row === chosen);
      row.tabIndex = row === chosen ? 0 : -1;
    }
    if (chosen) units.scrollTop = chosen.offsetTop - units.offsetTop - 64;
    const range = scene.ranges[scene.units.findIndex((unit) => unit.index === at[0])] || [-3, 3];
    [slider.min, slider.max] = range;
    slider.step = 0.01;
    drawBackdrop();
  }
  slider.value = at[1];
  sliderLabel.textContent = `Value of unit ${at[0]}: ${show(at[1])}`;
  for (const cell of strip.children) cell.ariaPressed = String(Math.abs(cell.dataset.value - at[1]) < 0.005);
}
slider.addEventListener("input", (event) => go([at[0], Number(slider.value)], { time: event.timeStamp }));
slider.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -0.25, ArrowRight: 0.25 }[event.key];
  if (!step || !event.shiftKey) return;
  event.preventDefault();
  const value = Math.min(slider.max, Math.max(slider.min, at[1] + step));
  go([at[0], value], { time: event.timeStamp });
});

function drawStrip({ values, items }) {
  strip.replaceChildren(...values.map((value, i) => el("button", {
    type: "button", "data-value": value, "aria-label": `value ${show(value)}`,
    on: { click: (event) => go([at[0], value], { time: event.timeStamp }) },
  }, thing(items[i]), el("span", { text: show(value) }))));
}
