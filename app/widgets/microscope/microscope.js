// The mode microscope: chips for all modes, a card of the chosen one, samples from it or from its
// variable with other weights, and a sentence with one variable flipped.
//
// It hears "latent-mode" and "latent-code" on the window (the map says them) and says the former.
const { el, mark, button, bytes } = latent;
const LOST = "The server did not answer. Is it still running? Then try again.";
const life = latent.result(`${props.tab}-microscope`, { element, ready: () => {}, server, draw });
const id = (name) => `${props.tab}-microscope-${name}`;

// ---- what is on the page --------------------------------------------------------------------

const heading = el("p", { class: "lens-note" });
const chips = el("div", { class: "lens-modes", role: "radiogroup", "aria-label": "Modes" });
const lacking = el("div", { class: "lens-lacking", role: "status", hidden: true });
const title = el("h4");
const facts = el("p", { class: "lens-facts" });
const flags = el("ul", { class: "lens-flags" });
const tags = el("div", { class: "lens-tags" });
const typicalHead = el("h5");
const typical = el("ol", { class: "lens-items lens-typical", tabindex: "0", "aria-label": "Typical items" });

const which = el("div", { class: "panel-choice lens-which", role: "radiogroup", "aria-label": "Sample from" });
const seedBox = el("input", { type: "number", class: "lp-input lens-seed", id: id("seed"), min: 0, max: 2147483647, step: 1 });
const heat = el("input", { type: "range", id: id("temperature"), min: 0, max: 2, step: 0.05 });
const heatValue = el("output", { for: heat.id });
const weightBox = el("div", { class: "lens-weights" });
const resetWeights = button("", "Prior's weights", () => choose({ weights: prior() }), { id: id("reset"), title: "Back to the weights of the prior" });
const drawn = el("ol", { class: "lens-items lens-drawn", tabindex: "0", "aria-label": "Samples" });
const sampleNote = el("p", { class: "lens-note" });

const flipBox = el("input", { type: "text", class: "lp-input", id: id("text"), maxlength: 400, placeholder: "Type a sentence, or choose one on the map", autocomplete: "off" });
const flipVariable = el("div", { class: "panel-choice", role: "radiogroup", "aria-label": "Variable to flip" });
const flipBase = el("p", { class: "lens-base" });
const flipUnknown = el("p", { class: "lens-unknown", role: "status" });
const flipped = el("ol", { class: "lens-items lens-flipped", "aria-label": "With the variable at each mode" });

life.body.append(
  el("div", { class: "lens-head" }, el("h3", { text: "Mode microscope" }), heading),
  chips, lacking,
  el("div", { class: "lens-sheet" },
    el("section", { class: "lens-card" }, title, facts, flags, tags, typicalHead, typical),
    el("section", { class: "lens-card" },
      el("div", { class: "lens-controls" }, el("h4", { text: "Samples" }),
        el("div", { class: "lens-control lens-right" }, el("label", { for: seedBox.id, text: "Seed" }), seedBox,
          button("dice", "Roll the seed of the samples", () => choose({ seed: Math.floor(Math.random() * 1e6) }), { quiet: true, id: id("dice") }))),
      el("div", { class: "lens-controls" }, which,
        el("div", { class: "lens-control lens-right" }, el("label", { for: heat.id, text: "Temperature" }), heat, heatValue)),
      weightBox, el("div", { class: "lens-controls" }, sampleNote, resetWeights), drawn)),
  el("section", { class: "lens-card lens-flip" },
    el("div", { class: "lens-flip-head" }, el("h4", { text: "Flip one variable" }), flipVariable,
      el("form", { class: "lens-form lp-only-text", on: { submit: typed } }, flipBox, el("button", { type: "submit", class: "lp-button", text: "Flip" }))),
    flipBase, flipUnknown, flipped),
);

function options(box, name, entries, chosen, pick) {
  box.replaceChildren(...entries.map(([value, text]) => {
    const input = el("input", { type: "radio", name: id(name), value, on: { change: () => pick(value) } });
    input.checked = value === chosen;
    return el("label", {}, input, el("span", { text }));
  }));
}

// ---- state ----------------------------------------------------------------------------------

let scene = null; // what the server said of the checkpoint
let asked = ""; // the checkpoint that was asked for last
let view = null; // what is chosen: see fresh()
let base = null; // { code, text } from the map, or null
let pending = 0;

/** What is shown before anything was chosen: the first mode that holds something. */
function fresh() {
  const row = [...scene.rows].sort((a, b) => b.share - a.share).find((r) => r.variable === 0) ?? scene.rows[0];
  return { variable: row.variable, component: row.component, seed: 0, t: 1, weights: null, flip: row.variable, text: "" };
}

const isText = () => scene.modality === "text";
const row = () => scene.rows.find((r) => r.variable === view.variable && r.component === view.component);
const percent = (x) => (x == null ? "–" : `${x > 0 && x < 0.1 ? (100 * x).toFixed(1) : Math.round(100 * x)} %`);
const count = (n) => n.toLocaleString("en");

function state() {
  const first = fresh();
  const said = [];
  if (view.variable !== first.variable || view.component !== first.component) said.push(`mode:${view.variable + 1}.${view.component + 1}`);
  if (view.seed) said.push(`seed:${view.seed}`);
  if (view.t !== 1) said.push(`t:${view.t}`);
  if (view.weights) said.push(`weights:${view.weights.join(".")}`);
  if (view.flip !== view.variable) said.push(`flip:${view.flip + 1}`);
  if (view.text) said.push(`text:${view.text}`);
  return said.join(" ");
}

function read(text) {
  const [, before, , free] = ` ${text}`.match(/^(.*?)( text:([\s\S]*))?$/s);
  const given = Object.fromEntries(before.split(" ").filter(Boolean).map((part) => part.split(":")));
  const now = fresh();
  const within = (value, n) => Math.min(n, Math.max(1, Number(value) || 1)) - 1;
  if (given.mode) {
    const [j, k] = given.mode.split(".");
    [now.variable, now.component] = [within(j, scene.variables), within(k, scene.components)];
    now.flip = now.variable;
  }
  if (given.seed) now.seed = Number(given.seed);
  if (given.t) now.t = Math.min(2, Number(given.t));
  const weights = given.weights?.split(".").map((w) => Math.min(100, Number(w)));
  if (weights?.length === scene.components) now.weights = weights;
  if (given.flip) now.flip = within(given.flip, scene.variables);
  if (free && isText()) now.text = free;
  return now;
}

let written = ""; // what this script itself made the value
function remember() {
  props.value = written = state();
  latent.keep(props.tab, { microscope: props.value });
}

watch("checkpoint", () => props.checkpoint !== asked && load());
watch("value", () => {
  if (!scene || scene.checkpoint !== asked || props.value === written) return;
  view = read(props.value);
  base = null;
  drawAll();
});

function load() {
  if (latent.restoring()) return setTimeout(load, 50); // a link may name another checkpoint
  if (!props.checkpoint || props.checkpoint === asked) return;
  const mine = (asked = props.checkpoint);
  delete element.dataset.settled;
  life.view.run({ checkpoint: mine }).then(() => {
    if (asked === mine && scene?.checkpoint !== mine) asked = ""; // it failed and may be tried again
  });
}

/** Called with the server's answer about a checkpoint. */
function draw(data) {
  scene = data;
  base = null;
  acted = false;
  view = read(props.value); // what was chosen for another checkpoint is kept as far as it fits
  element.dataset.modality = data.modality;
  element.dataset.checkpoint = data.checkpoint;
  heading.textContent = `${data.title}. ${data.variables} ${data.variables === 1 ? "variable" : "variables"} of ${data.components} modes${data.n ? `; share: of ${count(data.n)} held-out ${isText() ? "sentences" : "pictures"}` : ""}.`;
  lacking.replaceChildren(...latent.markdown(data.missing));
  lacking.hidden = !data.missing;
  drawAll();
}

function drawAll() {
  drawChips();
  drawCard();
  drawWeights();
  drawControls();
  flipBox.value = base?.text ?? view.text;
  sampleAgain();
  flipAgain();
  latent.keep(props.tab, { microscope: (written = props.value) });
}

function choose(change, { say = true } = {}) {
  const before = view;
  view = { ...view, ...change };
  const moved = before.variable !== view.variable || before.component !== view.component;
  if (before.variable !== view.variable) {
    view.weights = null;
    if (before.flip === before.variable) view.flip = view.variable;
  }
  if (moved) {
    markChosen();
    drawCard();
    drawWeights();
    if (say) window.dispatchEvent(new CustomEvent("latent-mode", { detail: { checkpoint: scene.checkpoint, variable: view.variable, component: view.component } }));
  }
  drawControls();
  if (moved || ["seed", "t", "weights"].some((key) => key in change)) sampleAgain();
  if (view.flip !== before.flip || view.text !== before.text || (moved && !base && !view.text)) flipAgain();
  remember();
}

window.addEventListener("latent-mode", ({ detail }) => {
  if (!heard(detail)) return;
  const there = scene.rows.some((r) => r.variable === detail.variable && r.component === detail.component);
  if (there) choose({ variable: detail.variable, component: detail.component }, { say: false });
});
window.addEventListener("latent-code", ({ detail }) => {
  if (!heard(detail) || !Array.isArray(detail.code)) return;
  if (view.text && !acted) return; // the map opens with a point of its own; a sentence goes first
  base = { code: detail.code, text: typeof detail.text === "string" ? detail.text : "" };
  view.text = "";
  flipBox.value = base.text;
  flipAgain();
  remember();
});

let acted = false; // a person did something since this checkpoint was shown
for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, () => (acted = true), true);

/** Whether news is about what is shown. If that failed or lacked a map, by now there may be one. */
function heard(detail) {
  if (!element.isConnected || !detail || detail.checkpoint !== props.checkpoint) return false;
  if (scene?.checkpoint === detail.checkpoint && scene.missing) asked = "";
  if (!asked) load();
  return scene?.checkpoint === detail.checkpoint;
}

// ---- asking ---------------------------------------------------------------------------------

/** One question of a kind is on its way at a time; when it is back the newest is asked. */
function channel(name, answered) {
  let wanted = null;
  let busy = false;
  return async (question) => {
    wanted = question;
    delete element.dataset.settled;
    if (busy) return;
    busy = true;
    pending++;
    while (wanted) {
      const mine = wanted;
      wanted = null;
      let answer;
      try {
        answer = (await server[name](mine)) || { error: LOST };
      } catch {
        answer = { error: LOST };
      }
      if (mine.checkpoint === asked && scene?.checkpoint === asked) answered(answer, mine);
    }
    busy = false;
    if (!--pending) element.dataset.settled = state(); // how tests know
  };
}

let failing = "";
function told(kind, answer) {
  if (answer.error) {
    failing = kind;
    life.fail(answer.error);
    return false;
  }
  if (failing === kind) {
    failing = "";
    element.querySelector(".lp-error").hidden = true;
    element.classList.remove("lp-stale");
  }
  element.querySelector(".lp-code pre").textContent = answer.code;
  return true;
}

const askSamples = channel("samples", (answer, question) => told("samples", answer) && drawSamples(answer, question));
const askFlip = channel("flip", (answer, question) => told("flip", answer) && drawFlip(answer, question));

function sampleAgain() {
  const { variable, component, seed, t, weights } = view;
  askSamples({ checkpoint: scene.checkpoint, variable, component: weights ? null : component, seed, temperature: t, weights });
}

function flipAgain() {
  const question = { checkpoint: scene.checkpoint, variable: view.flip };
  if (base) question.code = base.code;
  else if (view.text) question.text = view.text;
  else if (row().typical.length) question.row = row().typical[0].row;
  askFlip(question);
}

function typed(event) {
  event.preventDefault();
  base = null;
  view.text = flipBox.value.trim();
  flipAgain();
  remember();
}

// ---- the modes ------------------------------------------------------------------------------

function drawChips() {
  const faces = scene.faces ? bytes(scene.faces) : null;
  const size = faces ? faces.length / scene.rows.length : 0;
  chips.style.setProperty("--components", Math.ceil(scene.components / Math.ceil(scene.components / 10)));
  chips.replaceChildren(...Array.from({ length: scene.variables }, (_, j) => el("div", { class: "lens-row", role: "presentation" },
    el("span", { class: "lens-variable", text: `c${j + 1}` }),
    el("div", { class: "lens-chips", role: "presentation" }, ...scene.rows.filter((r) => r.variable === j).map((r) => chip(r, faces?.subarray((j * scene.components + r.component) * size, (j * scene.components + r.component + 1) * size)))))));
  markChosen();
}

function chip(r, face) {
  const words = r.flags.map(([word]) => word);
  const name = `c${r.variable + 1} mode ${r.component + 1}: weight ${percent(r.weight)}${r.share == null ? "" : `, share ${percent(r.share)}`}${words.length ? `, ${words.join(", ")}` : ""}`;
  const sentence = r.flags.map(([, text]) => text).join(" ");
  return el("button", {
    type: "button", class: `lens-chip ${words.length ? "lens-flagged" : ""}`, role: "radio", "aria-label": name, title: sentence || name, "data-mode": `${r.variable}.${r.component}`,
    on: { click: () => choose({ variable: r.variable, component: r.component, weights: null }) },
  },
  face ? latent.picture(face, "", { "aria-hidden": "true" }) : null,
  el("span", { class: "lens-chip-name" }, mark(r.component), el("span", { text: r.component + 1 })),
  el("span", { class: "lens-share", text: r.share == null ? "" : percent(r.share) }),
  el("span", { class: "lens-bar" }, el("i", { style: `width:${100 * (r.share ?? r.weight)}%` })),
  el("span", { class: "lens-words", text: words.join(", ") }));
}

function markChosen() {
  for (const node of chips.querySelectorAll(".lens-chip")) {
    const chosen = node.dataset.mode === `${view.variable}.${view.component}`;
    node.setAttribute("aria-checked", String(chosen));
    node.tabIndex = chosen ? 0 : -1;
  }
}

chips.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  const turn = (value, n) => (value + n) % n;
  choose({ variable: turn(view.variable + step[0], scene.variables), component: turn(view.component + step[1], scene.components), weights: null });
  chips.querySelector('[aria-checked="true"]').focus();
});

function drawCard() {
  const r = row();
  title.replaceChildren(mark(r.component), `c${r.variable + 1}, mode ${r.component + 1}`);
  facts.textContent = [`weight ${percent(r.weight)}`, r.share == null ? "" : `share ${percent(r.share)}`,
    !scene.discrete && r.mean?.length <= 4 ? `μ ${r.mean.map((x) => x.toFixed(2)).join(", ")}` : "",
    !scene.discrete && r.scale?.length <= 4 ? `σ ${r.scale.map((x) => x.toFixed(2)).join(", ")}` : ""].filter(Boolean).join("   ").replaceAll("-", "\u2212");
  flags.replaceChildren(...r.flags.map(([word, sentence]) => el("li", {}, el("b", { text: word }), ` ${sentence}`)));
  tags.replaceChildren(...r.tags.map(({ tag, name, purity, overall }) => el("div", { class: "lens-tag", title: `${percent(purity)} of the items of this mode are ${name}; of all items ${percent(overall)}` },
    el("span", { text: tag }), el("b", { text: name }),
    el("span", { class: "lens-bar" }, el("i", { style: `width:${100 * purity}%` }), el("u", { style: `left:${100 * overall}%` })),
    el("span", { class: "lens-number", text: `${percent(purity)} (all: ${percent(overall)})` }))));
  tags.hidden = !r.tags.length;
  const what = isText() ? "sentences" : "pictures";
  typicalHead.textContent = r.typical.length ? `Typical ${what}${scene.original ? "" : ", as the model reconstructs them"}` : "No typical items";
  typical.replaceChildren(...r.typical.map(({ item }, i) => el("li", {}, thing(item, `typical picture ${i + 1}`))));
}

function thing(item, label) {
  return isText() ? el("span", { class: "lens-text", text: item || "(nothing)" }) : latent.picture(bytes(item), label);
}

// ---- samples --------------------------------------------------------------------------------

function drawControls() {
  options(which, "which", [["mode", "this mode alone"], ["all", `all modes of c${view.variable + 1}`]], view.weights ? "all" : "mode",
    (value) => choose({ weights: value === "all" ? prior() : null }));
  seedBox.value = view.seed;
  heat.value = view.t;
  heat.disabled = scene.discrete && !scene.extra;
  heat.title = heat.disabled ? "This model draws classes only; there is no Gaussian to warm or cool." : "Standard deviation of the draws, times this";
  heatValue.textContent = view.t.toFixed(2);
  const now = view.weights ?? prior();
  const total = now.reduce((a, b) => a + b, 0);
  weightBox.querySelectorAll("input").forEach((slider, k) => (slider.value = now[k]));
  weightBox.querySelectorAll("output").forEach((output, k) => (output.textContent = percent(total ? now[k] / total : 0)));
  weightBox.classList.toggle("lens-idle", !view.weights);
  resetWeights.disabled = !view.weights || String(view.weights) === String(prior());
  sampleNote.textContent = view.weights
    ? `c${view.variable + 1} drawn with the weights above${scene.variables > 1 ? ", the other variables from the prior" : ""}. The symbol is the likeliest mode of each.`
    : `${scene.discrete ? `c${view.variable + 1} is ${view.component + 1}` : `z of c${view.variable + 1} drawn from N(μ, ${view.t === 1 ? "" : `${view.t}² `}σ²) of mode ${view.component + 1}`}${scene.variables > 1 ? ", the other variables from the prior" : ""}. The symbol is the likeliest mode of each.`;
}

const prior = () => scene.weights[view.variable].map((w) => Math.round(100 * w));

function drawWeights() {
  const now = view.weights ?? prior();
  weightBox.replaceChildren(...now.map((value, k) => {
    const slider = el("input", { type: "range", min: 0, max: 100, step: 1, id: id(`weight-${k + 1}`), "aria-label": `Weight of mode ${k + 1}`, on: { input: () => weigh(k, Number(slider.value)) } });
    slider.value = value;
    return el("div", { class: "lens-weight" }, mark(k), el("span", { text: k + 1 }), slider, el("output", { for: slider.id }));
  }));
}

function weigh(k, value) {
  const weights = [...(view.weights ?? prior())];
  weights[k] = value;
  choose({ weights });
}
heat.addEventListener("input", () => choose({ t: Number(heat.value) }));
seedBox.addEventListener("change", () => {
  const value = Number(seedBox.value);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 31) choose({ seed: value });
  else seedBox.value = view.seed;
});

function drawSamples({ items, origin }) {
  const packed = isText() ? items : pictures(items, origin.length);
  drawn.replaceChildren(...packed.map((item, i) => el("li", {},
    el("span", { class: "lens-origin", title: `likeliest mode of c${view.variable + 1}: ${origin[i] + 1}` }, mark(origin[i]), el("span", { class: "lp-offscreen", text: `mode ${origin[i] + 1}: ` })),
    isText() ? thing(item) : latent.picture(item, `sample ${i + 1}`))));
  drawn.dataset.seed = view.seed;
}

// ---- flip -----------------------------------------------------------------------------------

function drawFlip({ base: item, items, parts, unknown, responsibilities }, question) {
  options(flipVariable, "flip", Array.from({ length: scene.variables }, (_, j) => [j, `c${j + 1}`]), view.flip, (j) => choose({ flip: j }));
  flipBase.replaceChildren(el("span", { text: `${source(question)} decodes to` }), isText() ? el("b", { text: item || "(nothing)" }) : latent.picture(bytes(item), "decoded picture"));
  flipUnknown.textContent = unknown.length ? `The model does not know: ${unknown.slice(0, 8).join(", ")}${unknown.length > 8 ? " and more" : ""}` : "";
  const now = responsibilities.indexOf(Math.max(...responsibilities));
  const others = isText() ? items : pictures(items, responsibilities.length);
  flipped.replaceChildren(...others.map((other, k) => el("li", { class: k === now ? "lens-now" : "", "data-mode": k },
    el("span", { class: "lens-origin" }, mark(k), el("span", { text: k + 1 })),
    isText() ? words(parts[k], other === item) : latent.picture(other, `c${view.flip + 1} at mode ${k + 1}`),
    el("span", { class: "lens-number", title: "Responsibility of this mode at the code as it is", text: percent(responsibilities[k]) }))));
}

function source({ code, text, row: typicalRow }) {
  const said = code ? base?.text : text;
  if (said) return `“${said}”`;
  if (code) return "What is chosen on the map";
  if (typicalRow === undefined) return "A draw from the prior";
  return `The most typical ${isText() ? "sentence" : "picture"} of c${view.variable + 1}, mode ${view.component + 1}`;
}

function pictures(base64, n) {
  const all = bytes(base64);
  const size = all.length / n;
  return Array.from({ length: n }, (_, i) => all.subarray(i * size, (i + 1) * size));
}

function words(parts, same) {
  const sentence = el("span", { class: "lp-sentence lens-text" });
  if (!parts.length) sentence.append(el("em", { text: "(nothing)" }));
  let last = null; // neighbours that changed together share one mark
  parts.forEach(({ text, space, mark: kind, old }, i) => {
    const gap = i && space ? " " : "";
    if (last && kind && kind === last.kind && old === last.old) return last.node.append(gap, text);
    if (gap) sentence.append(gap);
    const tag = { insert: "ins", delete: "del", replace: "mark" }[kind] ?? "span";
    const node = el(tag, { text, title: kind === "replace" ? `was: ${old}` : kind === "insert" ? "new here" : kind === "delete" ? "gone here" : null });
    sentence.append(node);
    last = { kind, old, node };
  });
  if (same) sentence.append(" ", el("em", { class: "lens-same", text: "unchanged" }));
  return sentence;
}

load();
