// Sliders and choices of the panel. Joined to theory.js by widget.py; shares its names.

const PAUSE = 140; // ms after a movement before the server is asked
let waiting = 0;

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(changed, PAUSE);
}

function fillForm() {
  form.replaceChildren(...panel.controls.map((control) => (control.kind === "choice" ? choice(control) : slider(control))));
}

function slider({ name, label, low, high, step }) {
  const values = chosen[panel.name];
  const shape = { min: low, max: high, step, value: values[name] };
  const range = el("input", { type: "range", id: id(name), ...shape });
  const box = el("input", { type: "number", class: "lp-input", id: id(`${name}-number`), "aria-label": `${label}, as a number`, ...shape });
  const take = (text) => {
    const value = Number(text);
    if (text === "" || !(value >= low && value <= high)) return false;
    values[name] = Number(value.toFixed(4));
    return true;
  };
  range.addEventListener("input", () => {
    take(range.value);
    box.value = values[name];
    soon();
  });
  box.addEventListener("change", () => {
    if (take(box.value)) soon();
    box.value = range.value = values[name];
  });
  return el("div", { class: "theory-control" }, el("label", { for: range.id, text: label }), box, range);
}

function choice({ name, label, options }) {
  const values = chosen[panel.name];
  const radios = options.map(([value, text]) => {
    const input = el("input", { type: "radio", name: id(name), value, on: { change: () => ((values[name] = value), changed()) } });
    input.checked = values[name] === value;
    return el("label", {}, input, el("span", { text }));
  });
  return el("div", { class: "theory-control" }, el("span", { class: "theory-label", text: label, id: id(`${name}-label`) }),
    el("div", { class: "theory-chooser theory-small", role: "radiogroup", "aria-labelledby": id(`${name}-label`) }, ...radios));
}
