// The mode microscope: chips for all modes, a card of the chosen one, samples from it or from its
// variable with other weights, and a sentence with one variable flipped.
//
// It hears "latent-mode" and "latent-code" on the window (the map says them) and says the former.

import { keep, restoring } from "../../page/address.js";
import { choice, dice, seedBox } from "../../page/choice.js";
import { button, el, rendered } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { count, fixed, percent } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import { bytes, picture } from "../../page/pictures.js";
import { result } from "../../page/result.js";
import * as link from "../../page/state.js";

const LOST = "The server did not answer. Is it still running? Then try again.";
const id = (ui, name) => `${ui.props.tab}-microscope-${name}`;

function setUp1(ui) {
  ui.life = result(`${ui.props.tab}-microscope`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data) => draw(ui, data),
  });
}

// ---- what is on the page --------------------------------------------------------------------

function setUp2(ui) {
  ui.heading = el("p", { class: "lens-note" });
  ui.chips = el("div", { class: "lens-modes", role: "radiogroup", "aria-label": "Modes" });
  ui.lacking = el("div", { class: "lens-lacking", role: "status", hidden: true });
  ui.title = el("h4");
  ui.facts = el("p", { class: "lens-facts" });
  ui.flags = el("ul", { class: "lens-flags" });
  ui.tags = el("div", { class: "lens-tags" });
  ui.typicalHead = el("h5");
  ui.typical = el("ol", {
    class: "lens-items lens-typical",
    tabindex: "0",
    "aria-label": "Typical items",
  });
  ui.which = choice(
    id(ui, "which"),
    { class: "lp-choice-small lens-which", "aria-label": "Sample from" },
    (which) => choose(ui, { weights: which === "all" ? prior(ui) : null }),
  );
  ui.seedBox = seedBox(id(ui, "seed"), (seed) => reseed(ui, seed), {
    class: "lp-input lens-seed",
  });
  ui.heat = el("input", { type: "range", id: id(ui, "temperature"), min: 0, max: 2, step: 0.05 });
  ui.heatValue = el("output", { for: ui.heat.id });
  ui.weightBox = el("div", { class: "lens-weights" });
  ui.resetWeights = button("", "Prior's weights", () => choose(ui, { weights: prior(ui) }), {
    id: id(ui, "reset"),
    title: "Back to the weights of the prior",
  });
  ui.drawn = el("ol", { class: "lens-items lens-drawn", tabindex: "0", "aria-label": "Samples" });
  ui.sampleNote = el("p", { class: "lens-note" });
  ui.flipBox = el("input", {
    type: "text",
    class: "lp-input",
    id: id(ui, "text"),
    maxlength: 400,
    placeholder: "Type a sentence, or choose one on the map",
    autocomplete: "off",
  });
  ui.flipVariable = choice(
    id(ui, "flip"),
    { class: "lp-choice-small", "aria-label": "Variable to flip" },
    (flip) => choose(ui, { flip }),
  );
  ui.flipBase = el("p", { class: "lens-base" });
  ui.flipUnknown = el("p", { class: "lens-unknown", role: "status" });
  ui.flipped = el("ol", {
    class: "lens-items lens-flipped",
    "aria-label": "With the variable at each mode",
  });
  ui.life.body.append(
    el("div", { class: "lens-head" }, el("h3", { text: "Mode microscope" }), ui.heading),
    ui.chips,
    ui.lacking,
    el(
      "div",
      { class: "lens-sheet" },
      el(
        "section",
        { class: "lens-card" },
        ui.title,
        ui.facts,
        ui.flags,
        ui.tags,
        ui.typicalHead,
        ui.typical,
      ),
      el(
        "section",
        { class: "lens-card" },
        el(
          "div",
          { class: "lens-controls" },
          el("h4", { text: "Samples" }),
          el(
            "div",
            { class: "lens-control lens-right" },
            el("label", { for: ui.seedBox.id, text: "Seed" }),
            ui.seedBox,
            dice("Roll the seed of the samples", (seed) => choose(ui, { seed }), {
              id: id(ui, "dice"),
            }),
          ),
        ),
        el(
          "div",
          { class: "lens-controls" },
          ui.which.group,
          el(
            "div",
            { class: "lens-control lens-right" },
            el("label", { for: ui.heat.id, text: "Temperature" }),
            ui.heat,
            ui.heatValue,
          ),
        ),
        ui.weightBox,
        el("div", { class: "lens-controls" }, ui.sampleNote, ui.resetWeights),
        ui.drawn,
      ),
    ),
    el(
      "section",
      { class: "lens-card lens-flip" },
      el(
        "div",
        { class: "lens-flip-head" },
        el("h4", { text: "Flip one variable" }),
        ui.flipVariable.group,
        el(
          "form",
          { class: "lens-form lp-only-text", on: { submit: (event) => typed(ui, event) } },
          ui.flipBox,
          el("button", { type: "submit", class: "lp-button", text: "Flip" }),
        ),
      ),
      ui.flipBase,
      ui.flipUnknown,
      ui.flipped,
    ),
  );
}

/** What is no seed is set back. */
function reseed(ui, seed) {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31) choose(ui, { seed });
  else ui.seedBox.value = ui.view.seed;
}

/** What is shown before anything was chosen: the first mode that holds something. */
function fresh(ui) {
  const row =
    [...ui.scene.rows].sort((a, b) => b.share - a.share).find((r) => r.variable === 0) ??
    ui.scene.rows[0];
  return {
    variable: row.variable,
    component: row.component,
    seed: 0,
    t: 1,
    weights: null,
    flip: row.variable,
    text: "",
  };
}

const isText = (ui) => ui.scene.modality === "text";
const row = (ui) =>
  ui.scene.rows.find((r) => r.variable === ui.view.variable && r.component === ui.view.component);

function state(ui) {
  const first = fresh(ui);
  const { variable, component, seed, t, weights, flip, text } = ui.view;
  return link.write(
    {
      mode: `${variable + 1}.${component + 1}`,
      seed,
      t,
      weights: weights?.join("."),
      flip: flip + 1,
      text,
    },
    {
      mode: `${first.variable + 1}.${first.component + 1}`,
      seed: 0,
      t: 1,
      flip: variable + 1,
    },
  );
}

function read(ui, text) {
  const given = link.read(text);
  const now = fresh(ui);
  const within = (value, n) => Math.min(n, Math.max(1, Number(value) || 1)) - 1;
  if (given.mode) {
    const [j, k] = given.mode.split(".");
    [now.variable, now.component] = [
      within(j, ui.scene.variables),
      within(k, ui.scene.components),
    ];
    now.flip = now.variable;
  }
  if (given.seed) now.seed = Number(given.seed);
  if (given.t) now.t = Math.min(2, Number(given.t));
  const weights = given.weights?.split(".").map((w) => Math.min(100, Number(w)));
  if (weights?.length === ui.scene.components) now.weights = weights;
  if (given.flip) now.flip = within(given.flip, ui.scene.variables);
  if (given.text && isText(ui)) now.text = given.text;
  return now;
}
function remember(ui) {
  ui.props.value = ui.written = state(ui);
  keep(ui.props.tab, { microscope: ui.props.value });
}

function load(ui) {
  if (restoring()) return setTimeout(() => load(ui), 50); // a link may name another checkpoint
  if (!ui.props.checkpoint || ui.props.checkpoint === ui.asked) return;
  const mine = (ui.asked = ui.props.checkpoint);
  delete ui.element.dataset.settled;
  ui.life.view.run({ checkpoint: mine }).then(() => {
    if (ui.asked === mine && ui.scene?.checkpoint !== mine) ui.asked = ""; // it failed and may be tried again
  });
}

/** Called with the server's answer about a checkpoint. */
function draw(ui, data) {
  ui.scene = data;
  ui.base = null;
  ui.acted = false;
  ui.view = read(ui, ui.props.value); // what was chosen for another checkpoint is kept as far as it fits
  ui.element.dataset.modality = data.modality;
  ui.element.dataset.checkpoint = data.checkpoint;
  ui.heading.textContent = `${data.title}. ${data.variables} ${data.variables === 1 ? "variable" : "variables"} of ${data.components} modes${data.n ? `; share: of ${count(data.n)} held-out ${isText(ui) ? "sentences" : "pictures"}` : ""}.`;
  ui.lacking.replaceChildren(rendered(data.missing));
  ui.lacking.hidden = !data.missing;
  drawAll(ui);
}

function drawAll(ui) {
  drawChips(ui);
  drawCard(ui);
  drawWeights(ui);
  drawControls(ui);
  ui.flipBox.value = ui.base?.text ?? ui.view.text;
  sampleAgain(ui);
  flipAgain(ui);
  keep(ui.props.tab, { microscope: (ui.written = ui.props.value) });
}

function choose(ui, change, { say = true } = {}) {
  const before = ui.view;
  ui.view = { ...ui.view, ...change };
  const moved = before.variable !== ui.view.variable || before.component !== ui.view.component;
  if (before.variable !== ui.view.variable) {
    ui.view.weights = null;
    if (before.flip === before.variable) ui.view.flip = ui.view.variable;
  }
  if (moved) {
    markChosen(ui);
    drawCard(ui);
    drawWeights(ui);
    if (say)
      tell("latent-mode", {
        checkpoint: ui.scene.checkpoint,
        variable: ui.view.variable,
        component: ui.view.component,
      });
  }
  drawControls(ui);
  if (moved || ["seed", "t", "weights"].some((key) => key in change)) sampleAgain(ui);
  if (
    ui.view.flip !== before.flip ||
    ui.view.text !== before.text ||
    (moved && !ui.base && !ui.view.text)
  )
    flipAgain(ui);
  remember(ui);
}

// ---- state ----------------------------------------------------------------------------------

function setUp3(ui) {
  ui.scene = null; // what the server said of the checkpoint
  ui.asked = ""; // the checkpoint that was asked for last
  ui.view = null; // what is chosen: see fresh()
  ui.base = null; // { code, text } from the map, or null
  ui.pending = 0;
  ui.written = ""; // what this script itself made the value
  ui.watch("checkpoint", () => ui.props.checkpoint !== ui.asked && load(ui));
  ui.watch("value", () => {
    if (!ui.scene || ui.scene.checkpoint !== ui.asked || ui.props.value === ui.written) return;
    ui.view = read(ui, ui.props.value);
    ui.base = null;
    drawAll(ui);
  });
  hear("latent-mode", (detail) => {
    if (!heard(ui, detail)) return;
    const there = ui.scene.rows.some(
      (r) => r.variable === detail.variable && r.component === detail.component,
    );
    if (there)
      choose(ui, { variable: detail.variable, component: detail.component }, { say: false });
  });
  hear("latent-code", (detail) => {
    if (!heard(ui, detail) || !Array.isArray(detail.code)) return;
    if (ui.view.text && !ui.acted) return; // the map opens with a point of its own; a sentence goes first
    ui.base = { code: detail.code, text: typeof detail.text === "string" ? detail.text : "" };
    ui.view.text = "";
    ui.flipBox.value = ui.base.text;
    flipAgain(ui);
    remember(ui);
  });
}

/** Whether news is about what is shown. If that failed or lacked a map, by now there may be one. */
function heard(ui, detail) {
  if (!ui.element.isConnected || !detail || detail.checkpoint !== ui.props.checkpoint)
    return false;
  if (ui.scene?.checkpoint === detail.checkpoint && ui.scene.missing) ui.asked = "";
  if (!ui.asked) load(ui);
  return ui.scene?.checkpoint === detail.checkpoint;
}

// ---- asking ---------------------------------------------------------------------------------

/** One question of a kind is on its way at a time; when it is back the newest is asked. */
function channel(ui, name, answered) {
  let wanted = null;
  let busy = false;
  return async (question) => {
    wanted = question;
    delete ui.element.dataset.settled;
    if (busy) return;
    busy = true;
    ui.pending++;
    while (wanted) {
      const mine = wanted;
      wanted = null;
      let answer;
      try {
        answer = (await ui.server[name](mine)) || { error: LOST };
      } catch {
        answer = { error: LOST };
      }
      if (mine.checkpoint === ui.asked && ui.scene?.checkpoint === ui.asked)
        answered(answer, mine);
    }
    busy = false;
    if (!--ui.pending) ui.element.dataset.settled = state(ui); // how tests know
  };
}
function told(ui, kind, answer) {
  if (answer.error) {
    ui.failing = kind;
    ui.life.fail(answer.error);
    return false;
  }
  if (ui.failing === kind) {
    ui.failing = "";
    ui.element.querySelector(".lp-error").hidden = true;
    ui.element.classList.remove("lp-stale");
  }
  ui.element.querySelector(".lp-code pre").textContent = answer.code;
  return true;
}

function sampleAgain(ui) {
  const { variable, component, seed, t, weights } = ui.view;
  ui.askSamples({
    checkpoint: ui.scene.checkpoint,
    variable,
    component: weights ? null : component,
    seed,
    temperature: t,
    weights,
  });
}

function flipAgain(ui) {
  const question = { checkpoint: ui.scene.checkpoint, variable: ui.view.flip };
  if (ui.base) question.code = ui.base.code;
  else if (ui.view.text) question.text = ui.view.text;
  else if (row(ui).typical.length) question.row = row(ui).typical[0].row;
  ui.askFlip(question);
}

function typed(ui, event) {
  event.preventDefault();
  ui.base = null;
  ui.view.text = ui.flipBox.value.trim();
  flipAgain(ui);
  remember(ui);
}

// ---- the modes ------------------------------------------------------------------------------

function drawChips(ui) {
  const faces = ui.scene.faces ? bytes(ui.scene.faces) : null;
  const size = faces ? faces.length / ui.scene.rows.length : 0;
  ui.chips.style.setProperty(
    "--components",
    Math.ceil(ui.scene.components / Math.ceil(ui.scene.components / 10)),
  );
  ui.chips.replaceChildren(
    ...Array.from({ length: ui.scene.variables }, (_, j) =>
      el(
        "div",
        { class: "lens-row", role: "presentation" },
        el("span", { class: "lens-variable", text: `c${j + 1}` }),
        el(
          "div",
          { class: "lens-chips", role: "presentation" },
          ...ui.scene.rows
            .filter((r) => r.variable === j)
            .map((r) =>
              chip(
                ui,
                r,
                faces?.subarray(
                  (j * ui.scene.components + r.component) * size,
                  (j * ui.scene.components + r.component + 1) * size,
                ),
              ),
            ),
        ),
      ),
    ),
  );
  markChosen(ui);
}

function chip(ui, r, face) {
  const words = r.flags.map(([word]) => word);
  const name = `c${r.variable + 1} mode ${r.component + 1}: weight ${percent(r.weight)}${r.share == null ? "" : `, share ${percent(r.share)}`}${words.length ? `, ${words.join(", ")}` : ""}`;
  const sentence = r.flags.map(([, text]) => text).join(" ");
  return el(
    "button",
    {
      type: "button",
      class: `lens-chip ${words.length ? "lens-flagged" : ""}`,
      role: "radio",
      "aria-label": name,
      title: sentence || name,
      "data-mode": `${r.variable}.${r.component}`,
      on: {
        click: () => choose(ui, { variable: r.variable, component: r.component, weights: null }),
      },
    },
    face ? picture(face, "", { "aria-hidden": "true" }) : null,
    el(
      "span",
      { class: "lens-chip-name" },
      mark(r.component),
      el("span", { text: r.component + 1 }),
    ),
    el("span", { class: "lens-share", text: r.share == null ? "" : percent(r.share) }),
    el("span", { class: "lens-bar" }, el("i", { style: `width:${100 * (r.share ?? r.weight)}%` })),
    el("span", { class: "lens-words", text: words.join(", ") }),
  );
}

function markChosen(ui) {
  for (const node of ui.chips.querySelectorAll(".lens-chip")) {
    const chosen = node.dataset.mode === `${ui.view.variable}.${ui.view.component}`;
    node.setAttribute("aria-checked", String(chosen));
    node.tabIndex = chosen ? 0 : -1;
  }
}

function drawCard(ui) {
  const r = row(ui);
  ui.title.replaceChildren(mark(r.component), `c${r.variable + 1}, mode ${r.component + 1}`);
  ui.facts.textContent = [
    `weight ${percent(r.weight)}`,
    r.share == null ? "" : `share ${percent(r.share)}`,
    !ui.scene.discrete && r.mean?.length <= 4 ? `μ ${r.mean.map((x) => fixed(x)).join(", ")}` : "",
    !ui.scene.discrete && r.scale?.length <= 4
      ? `σ ${r.scale.map((x) => fixed(x)).join(", ")}`
      : "",
  ]
    .filter(Boolean)
    .join("   ");
  ui.flags.replaceChildren(
    ...r.flags.map(([word, sentence]) => el("li", {}, el("b", { text: word }), ` ${sentence}`)),
  );
  ui.tags.replaceChildren(
    ...r.tags.map(({ tag, name, purity, overall }) =>
      el(
        "div",
        {
          class: "lens-tag",
          title: `${percent(purity)} of the items of this mode are ${name}; of all items ${percent(overall)}`,
        },
        el("span", { text: tag }),
        el("b", { text: name }),
        el(
          "span",
          { class: "lens-bar" },
          el("i", { style: `width:${100 * purity}%` }),
          el("u", { style: `left:${100 * overall}%` }),
        ),
        el("span", {
          class: "lens-number",
          text: `${percent(purity)} (all: ${percent(overall)})`,
        }),
      ),
    ),
  );
  ui.tags.hidden = !r.tags.length;
  const what = isText(ui) ? "sentences" : "pictures";
  ui.typicalHead.textContent = r.typical.length
    ? `Typical ${what}${ui.scene.original ? "" : ", as the model reconstructs them"}`
    : "No typical items";
  ui.typical.replaceChildren(
    ...r.typical.map(({ item }, i) => el("li", {}, thing(ui, item, `typical picture ${i + 1}`))),
  );
}

function thing(ui, item, label) {
  return isText(ui)
    ? el("span", { class: "lens-text", text: item || "(nothing)" })
    : picture(bytes(item), label);
}

// ---- samples --------------------------------------------------------------------------------

function drawControls(ui) {
  ui.which.fill(
    [
      ["mode", "this mode alone"],
      ["all", `all modes of c${ui.view.variable + 1}`],
    ],
    ui.view.weights ? "all" : "mode",
  );
  ui.seedBox.value = ui.view.seed;
  ui.heat.value = ui.view.t;
  ui.heat.disabled = ui.scene.discrete && !ui.scene.extra;
  ui.heat.title = ui.heat.disabled
    ? "This model draws classes only; there is no Gaussian to warm or cool."
    : "Standard deviation of the draws, times this";
  ui.heatValue.textContent = fixed(ui.view.t);
  const now = ui.view.weights ?? prior(ui);
  const total = now.reduce((a, b) => a + b, 0);
  ui.weightBox.querySelectorAll("input").forEach((slider, k) => (slider.value = now[k]));
  ui.weightBox
    .querySelectorAll("output")
    .forEach((output, k) => (output.textContent = percent(total ? now[k] / total : 0)));
  ui.weightBox.classList.toggle("lens-idle", !ui.view.weights);
  ui.resetWeights.disabled = !ui.view.weights || String(ui.view.weights) === String(prior(ui));
  ui.sampleNote.textContent = ui.view.weights
    ? `c${ui.view.variable + 1} drawn with the weights above${ui.scene.variables > 1 ? ", the other variables from the prior" : ""}. The symbol is the likeliest mode of each.`
    : `${ui.scene.discrete ? `c${ui.view.variable + 1} is ${ui.view.component + 1}` : `z of c${ui.view.variable + 1} drawn from N(μ, ${ui.view.t === 1 ? "" : `${ui.view.t}² `}σ²) of mode ${ui.view.component + 1}`}${ui.scene.variables > 1 ? ", the other variables from the prior" : ""}. The symbol is the likeliest mode of each.`;
}

const prior = (ui) => ui.scene.weights[ui.view.variable].map((w) => Math.round(100 * w));

function drawWeights(ui) {
  const now = ui.view.weights ?? prior(ui);
  ui.weightBox.replaceChildren(
    ...now.map((value, k) => {
      const slider = el("input", {
        type: "range",
        min: 0,
        max: 100,
        step: 1,
        id: id(ui, `weight-${k + 1}`),
        "aria-label": `Weight of mode ${k + 1}`,
        on: { input: () => weigh(ui, k, Number(slider.value)) },
      });
      slider.value = value;
      return el(
        "div",
        { class: "lens-weight" },
        mark(k),
        el("span", { text: k + 1 }),
        slider,
        el("output", { for: slider.id }),
      );
    }),
  );
}

function weigh(ui, k, value) {
  const weights = [...(ui.view.weights ?? prior(ui))];
  weights[k] = value;
  choose(ui, { weights });
}

function drawSamples(ui, { items, origin }) {
  const packed = isText(ui) ? items : pictures(items, origin.length);
  ui.drawn.replaceChildren(
    ...packed.map((item, i) =>
      el(
        "li",
        {},
        el(
          "span",
          {
            class: "lens-origin",
            title: `likeliest mode of c${ui.view.variable + 1}: ${origin[i] + 1}`,
          },
          mark(origin[i]),
          el("span", { class: "lp-offscreen", text: `mode ${origin[i] + 1}: ` }),
        ),
        isText(ui) ? thing(ui, item) : picture(item, `sample ${i + 1}`),
      ),
    ),
  );
  ui.drawn.dataset.seed = ui.view.seed;
}

// ---- flip -----------------------------------------------------------------------------------

function drawFlip(ui, { base: item, items, parts, unknown, responsibilities }, question) {
  ui.flipVariable.fill(
    Array.from({ length: ui.scene.variables }, (_, j) => [j, `c${j + 1}`]),
    ui.view.flip,
  );
  ui.flipBase.replaceChildren(
    el("span", { text: `${source(ui, question)} decodes to` }),
    isText(ui) ? el("b", { text: item || "(nothing)" }) : picture(bytes(item), "decoded picture"),
  );
  ui.flipUnknown.textContent = unknown.length
    ? `The model does not know: ${unknown.slice(0, 8).join(", ")}${unknown.length > 8 ? " and more" : ""}`
    : "";
  const now = responsibilities.indexOf(Math.max(...responsibilities));
  const others = isText(ui) ? items : pictures(items, responsibilities.length);
  ui.flipped.replaceChildren(
    ...others.map((other, k) =>
      el(
        "li",
        { class: k === now ? "lens-now" : "", "data-mode": k },
        el("span", { class: "lens-origin" }, mark(k), el("span", { text: k + 1 })),
        isText(ui)
          ? words(parts[k], other === item)
          : picture(other, `c${ui.view.flip + 1} at mode ${k + 1}`),
        el("span", {
          class: "lens-number",
          title: "Responsibility of this mode at the code as it is",
          text: percent(responsibilities[k]),
        }),
      ),
    ),
  );
}

function source(ui, { code, text, row: typicalRow }) {
  const said = code ? ui.base?.text : text;
  if (said) return `“${said}”`;
  if (code) return "What is chosen on the map";
  if (typicalRow === undefined) return "A draw from the prior";
  return `The most typical ${isText(ui) ? "sentence" : "picture"} of c${ui.view.variable + 1}, mode ${ui.view.component + 1}`;
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
    const node = el(tag, {
      text,
      title:
        kind === "replace"
          ? `was: ${old}`
          : kind === "insert"
            ? "new here"
            : kind === "delete"
              ? "gone here"
              : null,
    });
    sentence.append(node);
    last = { kind, old, node };
  });
  if (same) sentence.append(" ", el("em", { class: "lens-same", text: "unchanged" }));
  return sentence;
}

function setUp4(ui) {
  ui.acted = false; // a person did something since this checkpoint was shown
  for (const type of ["pointerdown", "keydown"])
    document.addEventListener(type, () => (ui.acted = true), true);
  ui.failing = "";
  ui.askSamples = channel(
    ui,
    "samples",
    (answer) => told(ui, "samples", answer) && drawSamples(ui, answer),
  );
  ui.askFlip = channel(
    ui,
    "flip",
    (answer, question) => told(ui, "flip", answer) && drawFlip(ui, answer, question),
  );
  ui.chips.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[
      event.key
    ];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const turn = (value, n) => (value + n) % n;
    choose(ui, {
      variable: turn(ui.view.variable + step[0], ui.scene.variables),
      component: turn(ui.view.component + step[1], ui.scene.components),
      weights: null,
    });
    ui.chips.querySelector('[aria-checked="true"]').focus();
  });
  ui.heat.addEventListener("input", () => choose(ui, { t: Number(ui.heat.value) }));
  load(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = { ...given };
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
  setUp4(ui);
}
