// One model's answer: its moves, drawn before there are words, then the replies.
import { chart, line } from "../../page/charts.js";
import { button, el, tableTwin } from "../../page/dom.js";
import { fixed, percent } from "../../page/numbers.js";
import { cases } from "./cases.js";
import { clouds } from "./clouds.js";
import { glyph, hue, legend, picture } from "./picture.js";
import { choose, next, same, say } from "./replies.js";

/**
 * @typedef {import("./types.js").Alive} Alive
 * @typedef {import("./types.js").Found} Found
 * @typedef {import("./types.js").Own} Own
 * @typedef {import("./types.js").Place} Place
 * @typedef {import("./types.js").Reply} Reply
 * @typedef {import("./types.js").Side} Side
 * @typedef {import("./types.js").Training} Training
 * @typedef {import("./types.js").Turn} Turn
 * @typedef {import("./types.js").Ui} Ui
 */

const STEPS = 7; // replies on the way from one to another, both included
const COLLAPSED =
  "The posterior collapsed: its KL ended near 0, so the code adds next to nothing to the context, and places and draws say the same. With a bag of words or a slower annealing of the KL it is kept.";
const TABLE = ["reply", "mode", "action", "log p, nats", "x", "y", "among the commonest"];

/**
 * What unfolds: its name in the link, its heading, and what draws it.
 * @type {[string, string, (own: Own) => void][]}
 */
const SECTIONS = [
  ["cases", "Cases", (own) => drawCases(own)],
  ["training", "Its training", (own) => drawTraining(own)],
];

/**
 * One side of the page; the second one's choices have names of their own in the link.
 * @param {Ui} ui
 * @param {number} place
 * @returns {Side}
 */
export function side(ui, place) {
  const prefix = place ? "other_" : "";
  const own = /** @type {Own} */ ({ ui, place, prefix, replies: /** @type {Reply[]} */ ([]) });
  Object.assign(own, parts(own));
  own.picture = picture({
    label: "Moves: places of replies. Arrow keys move a ring; below is what it says",
    id: `replies-picture-${place}`,
    ask: (at) => askPlace(own, at),
    pick: (i) => pick(own, i),
    way: (from, to) => showWay(own, from, to),
  });
  own.board.append(own.picture.node);
  return {
    node: own.node,
    hide: () => {
      Object.assign(own, { found: null, replies: [] });
      own.node.hidden = true;
    },
    moves: (found) => drawMoves(own, found),
    replies: (alive) => askReplies(own, alive),
    own: (alive) => askOwn(own, alive),
    unfold: () => unfold(own),
    rows: () => (own.found ? rowsOf(own, own.found) : []),
    data: () => own.found && { ...own.found, replies: own.replies, own: own.mine ?? null },
  };
}

/** @param {Own} own @param {Found} found */
const rowsOf = (own, found) => table(own, found).map((row) => [found.title ?? "", ...row]);

/** @param {Own} own @returns {import("./types.js").Parts} */
function parts(own) {
  const title = el("h3");
  const error = el("p", { class: "lp-error", role: "alert", hidden: true });
  const choices = el("div", { class: "replies-choices", role: "group", "aria-label": "Moves" });
  const board = el("div", { class: "replies-board" });
  const spoken = el("p", { class: "replies-said", role: "status" });
  const mine = el("p", { class: "replies-note replies-mine", role: "status" });
  const list = el("ol", { class: "replies-list" });
  const way = el("div", { class: "replies-way", hidden: true });
  const meter = el("p", { class: "replies-note replies-meter" });
  const twin = tableTwin("Replies as a table");
  const id = `replies-side-${own.place}`;
  const [shown, curves] = SECTIONS.map(([, text, draw]) => {
    const node = el("details", { class: "lp-twin" }, el("summary", { text }));
    node.addEventListener("toggle", () => {
      if (node.open) draw(own);
      keepOpen(own);
    });
    return node;
  });
  const above = [title, error, choices, board, spoken, mine, way, list, meter];
  const all = [...above, twin.details, shown, curves];
  const node = el("section", { class: "replies-side", id, hidden: own.place > 0 }, ...all);
  return {
    title,
    error,
    choices,
    board,
    spoken,
    ownNote: mine,
    list,
    way,
    meter,
    twin,
    curves,
    shown,
    node,
  };
}

// ---- what is unfolded ------------------------------------------------------------------------

/** @param {Own} own */
const folds = (own) => [own.shown, own.curves];

/** @param {Own} own the link says what is open; a section that a model does not have is neither */
function keepOpen(own) {
  const open = SECTIONS.filter((_, i) => folds(own)[i].open && !folds(own)[i].hidden);
  const names = open.map(([name]) => name).join(",") || null;
  if (own.found && names !== (chosen(own, "open") ?? null))
    choose(own.ui, {
      [`${own.prefix}open`]: names,
      ...(own.curves.open ? {} : { [`${own.prefix}moment`]: null }),
    });
}

/** @param {Own} own as the link says */
function unfold(own) {
  const names = (chosen(own, "open") ?? "").split(",");
  for (const [i, [name]] of SECTIONS.entries()) folds(own)[i].open = names.includes(name);
  if (own.clouds && (chosen(own, "moment") ?? null) !== own.moment && own.curves.open)
    drawTraining(own);
}

// ---- the moves ------------------------------------------------------------------------------

/** @param {Own} own @param {Found} found */
function drawMoves(own, found) {
  Object.assign(own, { found, turns: own.ui.turns, replies: [], mine: null, picked: 0 });
  own.node.hidden = false;
  own.title.textContent = found.title ?? found.checkpoint;
  own.error.hidden = !found.error;
  own.error.textContent = found.error ?? "";
  for (const part of [own.choices, own.list, own.way]) part.replaceChildren();
  own.way.hidden = true;
  for (const part of [own.spoken, own.ownNote, own.meter]) part.textContent = "";
  own.node.dataset.moves = String(Number(own.node.dataset.moves ?? 0) + 1); // how tests know
  delete own.node.dataset.replies;
  const places = !found.error && found.weights.length > 0;
  own.board.hidden = !places;
  own.board.querySelector(".replies-note")?.remove();
  own.shown.hidden = true;
  if (found.error) return;
  if (places) {
    own.picture.moves(found);
    own.board.append(legend(found));
  } else if (!found.actions.length)
    own.spoken.textContent =
      "This model has no code: all that differs between its replies is the draw of each word.";
  if (own.curves.open) drawTraining(own);
  own.shown.hidden = !found.cases;
  if (own.shown.open && found.cases) drawCases(own);
  unfold(own);
  own.choices.append(...modeButtons(own, found), ...actionBars(own, found), ...release(own));
}

/** @param {Own} own the way back from a choice, also from one that this model does not have */
function release(own) {
  const given = chosen(own, "mode") ?? chosen(own, "action");
  if (given === undefined) return [];
  const back = { [`${own.prefix}mode`]: null, [`${own.prefix}action`]: null };
  return [button("close", "All of them", () => choose(own.ui, back))];
}

/** @param {Own} own @param {string} what */
const chosen = (own, what) => own.ui.chosen[own.prefix + what];

/**
 * A choice that is taken again is taken back.
 * @param {Own} own
 * @param {"mode" | "action"} what
 * @param {string} value
 */
function toggle(own, what, value) {
  const others = { mode: null, action: null, [what]: chosen(own, what) === value ? null : value };
  const named = Object.entries(others).map(([key, each]) => [own.prefix + key, each]);
  choose(own.ui, Object.fromEntries(named));
}

/** @param {Own} own @param {Found} found */
function modeButtons(own, { weights }) {
  if (weights.length < 2) return [];
  return weights.map((weight, k) => {
    const pressed = chosen(own, "mode") === String(k);
    const symbol = el("i", { class: "replies-glyph", style: `color: ${hue(k)}`, text: glyph(k) });
    const share = el("span", { text: percent(weight) });
    return el(
      "button",
      {
        ...{ type: "button", class: "lp-button replies-mode", "data-mode": k },
        ...{ "aria-pressed": String(pressed), "aria-label": `Only mode ${k + 1}` },
        on: { click: () => toggle(own, "mode", String(k)) },
      },
      ...[symbol, `mode ${k + 1}`, share],
    );
  });
}

/** @param {Own} own @param {Found} found */
function actionBars(own, { actions }) {
  const most = Math.max(...actions.map(({ probability }) => probability), 1e-12);
  return actions.map(({ name, probability, typical }) => {
    const pressed = chosen(own, "action") === name;
    const fill = el("i", { style: `width: ${(100 * probability) / most}%` });
    return el(
      "button",
      {
        ...{ type: "button", class: "lp-odds", "data-action": name },
        ...{ "aria-pressed": String(pressed), "aria-label": `Only ${name}` },
        on: { click: () => toggle(own, "action", name) },
      },
      el("span", { text: name }),
      el("span", { class: "lp-odds-track", "aria-hidden": "true" }, fill),
      el("span", { class: "lp-odds-p", text: percent(probability) }),
      typical.length
        ? el("span", { class: "replies-typical", text: typical.map((t) => `“${t}”`).join(" ") })
        : null,
    );
  });
}

// ---- the replies ----------------------------------------------------------------------------

/** @param {Own} own @param {Alive} alive */
async function askReplies(own, alive) {
  const { found } = own;
  if (!found || found.error) return;
  const { n, temperature, seed } = own.ui.request;
  const [mode, action] = [chosen(own, "mode"), chosen(own, "action")];
  const question = {
    ...{ checkpoint: found.checkpoint, turns: own.ui.turns, n, temperature, seed },
    ...(mode === undefined ? {} : { mode: Number(mode) }),
    ...(action === undefined ? {} : { action }),
  };
  const answer = await own.ui.ask("respond", question);
  if (!alive()) return;
  if (answer.error) return fail(own, answer.error);
  own.replies = answer.replies;
  own.noise = answer.noise;
  drawReplies(own, found);
}

/** @param {Own} own @param {string} sentence */
function fail(own, sentence) {
  own.error.textContent = sentence;
  own.error.hidden = false;
}

/** @param {Own} own @param {Found} found */
function drawReplies(own, found) {
  if (found.weights.length) own.picture.set({ replies: own.replies, picked: -1 });
  own.list.replaceChildren(...own.replies.map((_, i) => item(own, found, i)));
  own.twin.set(TABLE, table(own, found));
  drawMeter(own, found);
  own.node.dataset.replies = String(own.replies.length); // how tests know
}

/** @param {Own} own @param {Found} found */
function table(own, found) {
  return own.replies.map(({ text, mode, action, log_p, place, common }) => [
    text,
    mode == null ? "" : mode + 1,
    action ?? "",
    log_p == null ? "" : Number(log_p.toFixed(2)),
    ...(found.weights.length ? place.map((x) => Number(x.toFixed(4))) : ["", ""]),
    found.common.length ? (common ? "yes" : "no") : "",
  ]);
}

/** @param {Own} own @param {Found} found @param {number} i */
function item(own, found, i) {
  const { text, mode, action, log_p } = own.replies[i];
  const coded = found.weights.length > 0;
  const facts = [
    mode == null ? "" : `mode ${mode + 1}`,
    action ?? "",
    log_p == null ? "" : `log p${own.noise ? "(ε)" : "(z)"} ${fixed(log_p, 1)}`,
  ].filter(Boolean);
  const symbol = coded
    ? el("i", {
        ...{ class: "replies-glyph", style: `color: ${hue(mode)}` },
        ...{ text: glyph(mode), "aria-hidden": "true" },
      })
    : null;
  const read = el("button", {
    ...{ type: "button", class: "replies-text", text: text || "(nothing)" },
    on: { click: () => pick(own, i) },
  });
  return el(
    "li",
    { "data-reply": i, "data-mode": mode },
    symbol,
    read,
    el("span", { class: "replies-facts", text: facts.join(" · ") }),
    coded
      ? button(null, "Way", () => showWay(own, own.picked, i), {
          class: "lp-button replies-tool",
          "aria-label": `The way from the reply that is picked to “${text}”`,
        })
      : null,
    button(null, "Say this", () => speak(own, text), {
      class: "lp-button replies-say",
      "aria-label": `Say “${text}”`,
      disabled: !text,
    }),
  );
}

/**
 * A reply is said once: it is one to the turns before it, not to itself.
 * @param {Own} own
 * @param {string} text
 */
function speak(own, text) {
  if (same(own.turns, own.ui.turns)) say(own.ui, [...own.ui.turns, [next(own.ui.turns), text]]);
}

/** @param {Own} own @param {Found} found */
function drawMeter(own, found) {
  const [n, dull] = [own.replies.length, own.replies.filter(({ common }) => common).length];
  const kinds = new Set(own.replies.map(({ text }) => text)).size;
  const known = found.common.length > 0;
  own.meter.replaceChildren(
    ...(known ? [el("meter", { min: 0, max: 1, value: dull / n, "aria-hidden": "true" })] : []),
    known
      ? `Dullness: ${dull} of ${n} are among the corpus’s ten commonest replies; ${kinds} differ.`
      : `${kinds} of ${n} differ. How many are among the commonest is not known: this model was not measured.`,
  );
}

/** @param {Own} own @param {number} i */
function pick(own, i) {
  own.picked = i;
  for (const node of own.list.children) node.removeAttribute("aria-current");
  own.list.children[i].setAttribute("aria-current", "true");
  if (own.found?.weights.length) own.picture.set({ picked: i, ring: own.replies[i].place });
  sayAloud(own, own.replies[i].text);
}

// ---- places, ways, and a reply of one's own ---------------------------------------------------

/** @param {Own} own @param {string} text */
function sayAloud(own, text) {
  own.spoken.replaceChildren(
    el("q", { text: text || "(nothing)" }),
    button(null, "Say this", () => speak(own, text), { class: "lp-button", disabled: !text }),
  );
}

/**
 * The code of a place: the prior's middle in all directions but the two that are drawn.
 * @param {Found} found
 * @param {Place} place
 */
function codeAt({ origin, axes }, [x, y]) {
  return origin.map((value, d) => value + x * axes[0][d] + y * axes[1][d]);
}

/** @param {Own} own @param {Found} found @param {number[][]} codes */
const decode = (own, found, codes) =>
  own.ui.ask("say", { checkpoint: found.checkpoint, turns: own.ui.turns, codes });

/**
 * Of the places that a pointer passes, the last is answered.
 * @param {Own} own
 * @param {Place} place
 */
async function askPlace(own, place) {
  own.wanted = place;
  if (own.asking) return;
  own.asking = true;
  while (own.wanted && own.found) {
    const { found, wanted } = own;
    own.wanted = null;
    const answer = await decode(own, found, [codeAt(found, wanted)]);
    if (own.found !== found) break;
    if (answer.error) fail(own, answer.error);
    else sayAloud(own, answer.texts[0]);
  }
  own.asking = false;
}

/** @param {Own} own @param {number} from @param {number} to */
async function showWay(own, from, to) {
  const { found, replies } = own;
  if (!found) return;
  const [a, b] = [replies[from].z, replies[to].z];
  const shares = Array.from({ length: STEPS }, (_, i) => i / (STEPS - 1));
  const answer = await decode(
    own,
    found,
    shares.map((t) => a.map((value, d) => (1 - t) * value + t * b[d])),
  );
  if (own.found !== found) return;
  if (answer.error) return fail(own, answer.error);
  const lines = answer.texts.map((/** @type {string} */ text, /** @type {number} */ i) =>
    el("li", {}, el("span", { class: "lp-odds-p", text: fixed(shares[i]) }), text || "(nothing)"),
  );
  own.way.hidden = false;
  own.way.replaceChildren(
    el("h4", { text: `From reply ${from + 1} to reply ${to + 1}, along a straight line` }),
    el("ol", {}, ...lines),
    button("close", "Close", () => (own.way.hidden = true), { class: "lp-button" }),
  );
}

/** @param {Own} own @param {Alive} alive */
async function askOwn(own, alive) {
  const { found } = own;
  const reply = own.ui.chosen.own;
  if (own.place === 0 && document.activeElement !== own.ui.ownBox)
    own.ui.ownBox.value = reply ?? "";
  if (!reply || !found || found.error) return;
  const { checkpoint } = found;
  const { seed } = own.ui.request;
  const answer = await own.ui.ask("own", { checkpoint, turns: own.ui.turns, reply, seed });
  if (!alive()) return;
  if (answer.error) return fail(own, answer.error);
  own.mine = answer;
  if (found.weights.length) own.picture.set({ own: answer });
  const kl = answer.kl == null ? "its code has no known density" : `KL ${fixed(answer.kl)} nats`;
  const action = answer.action ? ` It counts as ${answer.action}.` : "";
  const unknown = answer.unknown.length ? ` Unknown: ${answer.unknown.join(", ")}.` : "";
  own.ownNote.textContent = `★ Yours: ${kl} from the prior; it is read back as “${answer.reconstruction}”.${action}${unknown}`;
}

// ---- its training -----------------------------------------------------------------------------

/** @param {Own} own */
async function drawTraining(own) {
  const checkpoint = own.found?.checkpoint;
  if (!checkpoint) return;
  const answer = await own.ui.ask("training", { checkpoint });
  if (own.found?.checkpoint !== checkpoint) return;
  own.chart ??= chart({ label: "How far prior and posterior were apart", height: 220 });
  own.told ??= el("p", { class: "replies-note" });
  own.collapsed ??= el("p", { class: "lp-warning", text: COLLAPSED });
  own.curveTwin ??= tableTwin("The curves as a table");
  own.curves.append(own.collapsed, own.chart.node, own.told, own.curveTwin.details);
  const names = Object.keys(answer.curves ?? {});
  own.collapsed.hidden = !answer.collapsed;
  own.chart.node.hidden = own.curveTwin.details.hidden = !names.length;
  own.told.textContent = answer.error ?? trainingNote(answer, names);
  const lines = names.map((name, k) => line(name, answer.step, answer.curves[name], { k }));
  if (names.length) {
    own.chart.draw(lines, { x: "step", y: reach(answer) });
    own.curveTwin.set(
      ["step", ...names],
      answer.step.map((/** @type {number} */ step, /** @type {number} */ i) => [
        step,
        ...names.map((name) => answer.curves[name][i]),
      ]),
    );
  }
  own.clouds?.remove();
  own.moment = chosen(own, "moment") ?? null;
  const keep = (/** @type {string | null} */ moment) => {
    own.moment = moment;
    choose(own.ui, { [`${own.prefix}moment`]: moment });
  };
  const name = `replies-clouds-${own.place}`;
  own.clouds = answer.clouds ? clouds(answer.clouds, name, own.moment, keep) : null;
  if (own.clouds) own.curves.append(own.clouds);
}

/**
 * Held-out conversations, the actions that it finds likeliest, and what it says of each.
 * @param {Own} own
 */
async function drawCases(own) {
  const checkpoint = own.found?.checkpoint;
  if (!checkpoint) return;
  const answer = await own.ui.ask("cases", { checkpoint });
  if (own.found?.checkpoint !== checkpoint) return;
  own.shown.lastElementChild?.matches("summary") || own.shown.lastElementChild?.remove();
  own.shown.append(
    answer.error
      ? el("p", { class: "lp-error", text: answer.error })
      : cases(answer.cases, own.ui.turns, (turns) => say(own.ui, turns)),
  );
}

/**
 * All values but those of the first tenth of the steps: a critic's gap begins far above.
 * @param {Training} training
 */
function reach({ step, curves }) {
  const later = step.findIndex((at) => at >= step[step.length - 1] / 10);
  const values = Object.values(curves).flatMap((curve) => curve.slice(later));
  return { low: Math.min(0, ...values), high: 1.1 * Math.max(...values) };
}

/** What the last values say. @param {Training} training @param {string[]} names */
function trainingNote({ step, curves }, names) {
  if (!names.length) return "Nothing was kept of how prior and posterior came together.";
  const both = (/** @type {number[]} */ curve) =>
    `${fixed(curve[0])} at first, ${fixed(curve[curve.length - 1])} at the end`;
  const ends = names.map((name) => `${name}: ${both(curves[name])}`).join("; ");
  return `Of held-out pairs, after ${step.at(-1)} steps: ${ends}.`;
}
