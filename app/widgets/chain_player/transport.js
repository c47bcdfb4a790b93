// Play, step, jump; the shortcuts; branch and overrule; which chains are shown.

import { activeTab } from "../../page/address.js";
import { offer, select } from "../../page/choice.js";
import { el, panelOf, say, svg } from "../../page/dom.js";
import { taken } from "../../page/keys.js";
import { count } from "../../page/numbers.js";
import { COLOURS } from "../../page/palette.js";
import { fork, prune } from "./branches.js";
import {
  calm,
  id,
  jump,
  longest,
  remember,
  showAt,
  showMore,
  shownChains,
} from "./chain_player.js";
import { nameOf, pathOf } from "./paths.js";
import { saidOf } from "./step.js";

/** @typedef {import("./types.js").Ui} Ui */

const SPEEDS = [0.5, 1, 2, 5, 10, 20, 60]; // steps/s
const SLOW = 2; // steps/s up to which a proposal is shown for a while before its verdict
const PAUSE = 700; // ms between a proposal and its verdict when stepping by hand
/** @type {Record<string, string>} */
const GLYPHS = {
  first: "M6 5v14 M19 5L9 12l10 7z",
  back: "M17 5L7 12l10 7z",
  play: "M7 4l12 8-12 8z",
  pause: "M8 5v14 M16 5v14",
  next: "M7 5l10 7-10 7z",
  last: "M18 5v14 M5 5l10 7-10 7z",
  fork: "M6 4v16 M6 14c0-5 12-3 12-10",
  flip: "M4 9h13l-4-4 M20 15H7l4 4",
};

/** @param {string} name one of GLYPHS */
function glyph(name) {
  return svg(
    "svg",
    { class: "lp-icon", viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { d: GLYPHS[name] }),
  );
}
/**
 * @param {Ui} ui @param {string} name one of GLYPHS @param {string} label @param {string} key
 * @param {() => void} click @param {{shown?: boolean}} [options] whether the label is
 */
function control(ui, name, label, key, click, { shown = false } = {}) {
  const node = el(
    "button",
    {
      type: "button",
      class: "lp-button",
      id: id(ui, name),
      title: `${label} (${key})`,
      "aria-label": shown ? null : label,
      on: { click },
    },
    glyph(name),
  );
  if (shown) node.append(el("span", { text: label }));
  return node;
}

/** @param {Ui} ui */
export function fitTransport(ui) {
  const end = longest(ui);
  const at = String(ui.view.at);
  ui.scrub.max = ui.stepBox.max = String(end);
  ui.scrub.value = at;
  if (document.activeElement !== ui.stepBox || !ui.timer) ui.stepBox.value = at;
  ui.ofSteps.textContent = `of ${count(end)}`;
  ui.firstButton.disabled = ui.backButton.disabled = ui.view.at === 0;
  ui.nextButton.disabled = ui.lastButton.disabled = ui.view.at >= end && ui.phaseNow === "verdict";
  const path = pathOf(ui, ui.view.show);
  const step = path.steps[ui.view.at - 1];
  const changes = step && step.action !== "none" && ui.view.at <= path.steps.length;
  ui.overruleButton.disabled = !changes || Boolean(ui.job);
  ui.branchButton.disabled = ui.view.at < 1 || ui.view.at > path.steps.length || Boolean(ui.job);
}

/** @param {Ui} ui */
function setUpButtons(ui) {
  const goer = (
    /** @type {string} */ name,
    /** @type {string} */ label,
    /** @type {string} */ key,
    /** @type {() => number} */ to,
  ) => control(ui, name, label, key, () => (halt(ui), jump(ui, to())));
  ui.firstButton = goer("first", "To the start", "Home", () => 0);
  ui.backButton = goer("back", "Step back", "←", () => ui.view.at - 1);
  ui.playButton = control(ui, "play", "Play", "Space", () => toggle(ui));
  ui.nextButton = control(ui, "next", "Step on", "→", () => stepOn(ui));
  ui.lastButton = goer("last", "To the end", "End", () => longest(ui));
  ui.branchButton = control(ui, "fork", "Branch here", "b", () => branch(ui), { shown: true });
  ui.overruleButton = control(ui, "flip", "Overrule", "o", () => overrule(ui), { shown: true });
}

/** Where one is, as a slider and as a number. @param {Ui} ui */
function setUpPlace(ui) {
  const shared = { min: 0, step: 1 };
  ui.scrub = el("input", {
    type: "range",
    class: "chain-scrub",
    id: id(ui, "scrub"),
    ...shared,
    max: 0,
    "aria-label": "Step",
  });
  ui.stepBox = el("input", {
    type: "number",
    class: "lp-input",
    id: id(ui, "at"),
    ...shared,
    "aria-label": "Step that is shown",
  });
  ui.ofSteps = el("span", { class: "chain-of" });
  const go = (/** @type {string} */ to) => (halt(ui), jump(ui, Math.round(Number(to))));
  ui.scrub.addEventListener("input", () => go(ui.scrub.value));
  ui.stepBox.addEventListener("change", () => go(ui.stepBox.value || String(ui.view.at)));
}

/** @param {Ui} ui */
function setUpTransport(ui) {
  const speeds = SPEEDS.map((speed) => [speed, `${speed} steps/s`]);
  ui.speedList = select(id(ui, "speed"), speeds);
  ui.speedList.setAttribute("aria-label", "Speed");
  ui.speedList.value = "2";
  const row = (/** @type {HTMLElement[]} */ ...buttons) =>
    el("div", { class: "chain-buttons" }, ...buttons);
  ui.transport = el(
    "div",
    { class: "chain-transport", role: "group", "aria-label": "Player" },
    row(ui.firstButton, ui.backButton, ui.playButton, ui.nextButton, ui.lastButton),
    ui.scrub,
    el("label", { class: "chain-at" }, ui.stepBox, ui.ofSteps),
    ui.speedList,
    row(ui.overruleButton, ui.branchButton),
  );
}

/** @param {Ui} ui */
export function play(ui) {
  if (ui.view.at >= longest(ui) && !ui.job) ui.view.at = 0;
  clearTimeout(ui.pending);
  ui.clock = 0;
  ui.before = performance.now();
  ui.timer = requestAnimationFrame((now) => tick(ui, now));
  showPlaying(ui);
}

/** @param {Ui} ui */
export function halt(ui) {
  cancelAnimationFrame(ui.timer);
  clearTimeout(ui.pending);
  if (ui.phaseNow === "proposal") settle(ui);
  if (!ui.timer) return;
  ui.timer = 0;
  showPlaying(ui);
  if (ui.scene) remember(ui);
}

/** @param {Ui} ui */
export function showPlaying(ui) {
  ui.playButton.replaceChildren(glyph(ui.timer ? "pause" : "play"));
  ui.playButton.setAttribute("aria-label", ui.timer ? "Pause" : "Play");
  ui.playButton.title = `${ui.timer ? "Pause" : "Play"} (Space)`;
  ui.element.toggleAttribute("data-playing", Boolean(ui.timer));
}

/** @param {Ui} ui */
function toggle(ui) {
  if (ui.timer) halt(ui);
  else play(ui);
}

/**
 * One frame: as many steps as the speed asks for; slow ones halt between proposal and verdict.
 * @param {Ui} ui @param {number} now ms
 */
function tick(ui, now) {
  if (!ui.element.isConnected || panelOf(ui.element)?.style.display === "none") return halt(ui);
  const speed = Number(ui.speedList.value);
  ui.clock += now - ui.before;
  ui.before = now;
  const due = 1000 / speed;
  const end = longest(ui);
  if (ui.phaseNow === "proposal" && ui.clock >= 0.55 * due) settle(ui);
  if (ui.clock >= due && ui.phaseNow === "verdict") {
    const steps = Math.floor(ui.clock / due);
    ui.clock -= steps * due;
    if (ui.view.at >= end && !ui.job) return halt(ui);
    ui.view.at = Math.min(end, ui.view.at + steps);
    ui.phaseNow = speed <= SLOW && !calm.matches ? "proposal" : "verdict";
    showAt(ui);
  }
  if (ui.view.at >= end && !ui.job && ui.phaseNow === "verdict") return halt(ui);
  ui.timer = requestAnimationFrame((now) => tick(ui, now));
}

/** @param {Ui} ui */
function settle(ui) {
  ui.phaseNow = "verdict";
  showAt(ui);
}

/** By hand: the proposal, and a moment later, or at the next press, its verdict. @param {Ui} ui */
function stepOn(ui) {
  const waiting = ui.phaseNow === "proposal";
  halt(ui);
  ui.pending = 0;
  if (waiting) return tell(ui);
  if (ui.view.at >= longest(ui)) return;
  jump(ui, ui.view.at + 1, "proposal");
  ui.pending = setTimeout(() => {
    ui.pending = 0;
    if (ui.phaseNow !== "proposal") return;
    settle(ui);
    tell(ui);
  }, PAUSE);
}

/** @param {Ui} ui */
function tell(ui) {
  const path = pathOf(ui, ui.view.show);
  const step = path.steps[ui.view.at - 1];
  if (step)
    say(
      `Step ${ui.view.at}: ${saidOf(step)}. ${path.accepted[ui.view.at - 1] ? "Accepted" : "Rejected"}.`,
    );
}

/** @param {Ui} ui */
function branch(ui) {
  if (!ui.branchButton.disabled)
    fork(ui, ui.view.show, ui.view.at, "branch", Math.floor(Math.random() * 1e6));
}
/** @param {Ui} ui */
function overrule(ui) {
  if (!ui.overruleButton.disabled) fork(ui, ui.view.show, ui.view.at, "overrule", 0);
}

// ---- which chains ---------------------------------------------------------------------------

/** Each turn through the palette has its own dashes: none, long, short. @param {number} index */
export const turnOf = (index) => Math.floor(index / COLOURS.length) % 3;
/** @param {number} index of the chain */
export const swatch = (index) =>
  el("i", {
    class: "chain-swatch",
    style: `--hue:${COLOURS[index % COLOURS.length]}`,
    "data-dash": turnOf(index),
    "aria-hidden": "true",
  });

/** @param {Ui} ui */
export function drawStrip(ui) {
  ui.strip.hidden = ui.scene.chains.length < 2;
  if (ui.strip.hidden) return;
  const { activeElement } = document;
  const focused = activeElement ? [...ui.chainChips.children].indexOf(activeElement) : -1;
  const chips = ui.scene.chains.flatMap((_, i) => chipsOf(ui, i));
  ui.chainChips.replaceChildren(...chips);
  chips[focused]?.focus();
  const others = ui.scene.chains.map((_, i) => [i, nameOf(ui, i)]);
  offer(ui.besideList, [[-1, "nothing"], ...others.filter(([i]) => i !== ui.view.show)]);
  ui.besideList.value = String(ui.view.beside);
  drawMeeting(ui);
}

/** What shows a chain, and, of a branch, what takes it away. @param {Ui} ui @param {number} i */
function chipsOf(ui, i) {
  const look = { type: "button", class: "chain-tab", "aria-pressed": String(i === ui.view.show) };
  const chip = el(
    "button",
    { ...look, on: { click: () => showChain(ui, i) } },
    swatch(i),
    nameOf(ui, i),
  );
  if (!ui.scene.chains[i].parent) return [chip];
  const remove = el("button", {
    type: "button",
    class: "chain-remove",
    "aria-label": `Remove ${nameOf(ui, i)}`,
    title: "Remove this branch, and those that left it",
    text: "×",
    disabled: Boolean(ui.job),
    on: { click: () => prune(ui, i) },
  });
  return [chip, remove];
}

/**
 * Whether two futures of one step have come together again: the same numbers, so they then agree.
 * @param {Ui} ui
 */
function drawMeeting(ui) {
  ui.meeting.textContent = "";
  if (ui.view.beside < 0) return;
  const [one, other] = shownChains(ui).map((index) => pathOf(ui, index));
  const [from, end] = [
    Math.max(one.fork, other.fork),
    Math.min(one.steps.length, other.steps.length),
  ];
  if (!from || end <= from) return;
  let apart = 0;
  let last = from - 1;
  for (let at = from; at <= end; at++) {
    if (one.states[at].text === other.states[at].text) continue;
    apart++;
    last = at;
  }
  const since = `Since step ${from} they differ at ${count(apart)} of ${count(end - from + 1)} steps`;
  ui.meeting.textContent =
    last < end ? `${since}; the same sentence from step ${last + 1} on.` : `${since}.`;
}

/** @param {Ui} ui @param {number} index */
export function showChain(ui, index) {
  if (ui.view.beside === index) ui.view.beside = ui.view.show;
  ui.view.show = index;
  showMore(ui);
  jump(ui, ui.view.at);
}

// ---- playing --------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUpKeys(ui) {
  ui.KEYS = {
    ArrowRight: () => stepOn(ui),
    ArrowLeft: () => ui.backButton.click(),
    Home: () => ui.firstButton.click(),
    End: () => ui.lastButton.click(),
    " ": () => toggle(ui),
    b: () => branch(ui),
    o: () => overrule(ui),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !ui.scene || !ui.element.isConnected)
      return;
    if (activeTab() !== ui.TAB || ui.element.offsetParent === null || !ui.KEYS[event.key]) return;
    if (taken(event.target, event.key)) return;
    event.preventDefault();
    ui.KEYS[event.key]();
  });
}

/** @param {Ui} ui */
function setUpStrip(ui) {
  ui.strip = el("div", { class: "chain-strip" });
  ui.chainChips = el("div", {
    class: "chain-tabs",
    role: "group",
    "aria-label": "Chain that is shown",
  });
  ui.besideList = el("select", { class: "lp-input", id: id(ui, "beside") });
  ui.besideList.addEventListener("change", () => {
    ui.view.beside = Number(ui.besideList.value);
    showMore(ui);
    jump(ui, ui.view.at);
  });
  ui.meeting = el("p", { class: "lp-aside chain-meeting" });
  ui.strip.append(
    ui.chainChips,
    ui.meeting,
    el("label", { class: "chain-beside" }, el("span", { text: "beside it" }), ui.besideList),
  );
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.timer = ui.pending = ui.clock = ui.before = 0;
  setUpButtons(ui);
  setUpPlace(ui);
  setUpTransport(ui);
  setUpKeys(ui);
  setUpStrip(ui);
}
