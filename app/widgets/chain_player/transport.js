// Play, step, jump; the shortcuts; branch and overrule; which chains are shown.

const SPEEDS = [0.5, 1, 2, 5, 10, 20, 60]; // steps/s
const SLOW = 2; // steps/s up to which a proposal is shown for a while before its verdict
const PAUSE = 700; // ms between a proposal and its verdict when stepping by hand
const GLYPHS = {
  first: "M6 5v14 M19 5L9 12l10 7z", back: "M17 5L7 12l10 7z", play: "M7 4l12 8-12 8z", pause: "M8 5v14 M16 5v14",
  next: "M7 5l10 7-10 7z", last: "M18 5v14 M5 5l10 7-10 7z", fork: "M6 4v16 M6 14c0-5 12-3 12-10", flip: "M4 9h13l-4-4 M20 15H7l4 4",
};

function glyph(name) {
  return svg("svg", { class: "lp-icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: GLYPHS[name] }));
}
function control(name, label, key, click, { shown = false } = {}) {
  const node = el("button", { type: "button", class: "lp-button", id: id(name), title: `${label} (${key})`, "aria-label": shown ? null : label, on: { click } }, glyph(name));
  if (shown) node.append(el("span", { text: label }));
  return node;
}

const firstButton = control("first", "To the start", "Home", () => (halt(), jump(0)));
const backButton = control("back", "Step back", "←", () => (halt(), jump(view.at - 1)));
const playButton = control("play", "Play", "Space", toggle);
const nextButton = control("next", "Step on", "→", stepOn);
const lastButton = control("last", "To the end", "End", () => (halt(), jump(longest())));
const scrub = el("input", { type: "range", class: "chain-scrub", id: id("scrub"), min: 0, max: 0, step: 1, "aria-label": "Step" });
const stepBox = el("input", { type: "number", class: "lp-input", id: id("at"), min: 0, "aria-label": "Step that is shown" });
const ofSteps = el("span", { class: "chain-of" });
const speedList = el("select", { class: "lp-input", id: id("speed"), "aria-label": "Speed" },
  ...SPEEDS.map((speed) => el("option", { value: speed, text: `${speed} steps/s` })));
speedList.value = "2";
const branchButton = control("fork", "Branch here", "b", () => branch(), { shown: true });
const overruleButton = control("flip", "Overrule", "o", () => overrule(), { shown: true });
const transport = el("div", { class: "chain-transport", role: "group", "aria-label": "Player" },
  el("div", { class: "chain-buttons" }, firstButton, backButton, playButton, nextButton, lastButton),
  scrub, el("label", { class: "chain-at" }, stepBox, ofSteps), speedList,
  el("div", { class: "chain-buttons" }, overruleButton, branchButton));
scrub.addEventListener("input", () => (halt(), jump(Number(scrub.value))));
stepBox.addEventListener("change", () => (halt(), stepBox.value === "" ? fitTransport() : jump(Math.round(Number(stepBox.value)))));

function fitTransport() {
  const end = longest();
  scrub.max = stepBox.max = end;
  scrub.value = view.at;
  if (document.activeElement !== stepBox || !timer) stepBox.value = view.at;
  ofSteps.textContent = `of ${count(end)}`;
  firstButton.disabled = backButton.disabled = view.at === 0;
  nextButton.disabled = lastButton.disabled = view.at >= end && phaseNow === "verdict";
  const path = pathOf(view.show);
  const step = path.steps[view.at - 1];
  const changes = step && step.action !== "none" && view.at <= path.steps.length;
  overruleButton.disabled = !changes || Boolean(job);
  branchButton.disabled = view.at < 1 || view.at > path.steps.length || Boolean(job);
}

// ---- playing --------------------------------------------------------------------------------

let timer = 0; // of the frame that comes next, while playing
let pending = 0; // of the verdict that follows a proposal
let clock = 0; // ms of playing not yet used up
let before = 0;

function play() {
  if (view.at >= longest() && !job) view.at = 0;
  clearTimeout(pending);
  clock = 0;
  before = performance.now();
  timer = requestAnimationFrame(tick);
  showPlaying();
}

function halt() {
  cancelAnimationFrame(timer);
  clearTimeout(pending);
  if (phaseNow === "proposal") settle();
  if (!timer) return;
  timer = 0;
  showPlaying();
  if (scene) remember();
}

function showPlaying() {
  playButton.replaceChildren(glyph(timer ? "pause" : "play"));
  playButton.setAttribute("aria-label", timer ? "Pause" : "Play");
  playButton.title = `${timer ? "Pause" : "Play"} (Space)`;
  element.toggleAttribute("data-playing", Boolean(timer));
}

function toggle() {
  if (timer) halt();
  else play();
}

/** One frame: as many steps as the speed asks for; slow ones halt between proposal and verdict. */
function tick(now) {
  if (!element.isConnected || element.closest('[role="tabpanel"]')?.style.display === "none") return halt();
  const speed = Number(speedList.value);
  clock += now - before;
  before = now;
  const due = 1000 / speed;
  const end = longest();
  if (phaseNow === "proposal" && clock >= 0.55 * due) settle();
  if (clock >= due && phaseNow === "verdict") {
    const steps = Math.floor(clock / due);
    clock -= steps * due;
    if (view.at >= end && !job) return halt();
    view.at = Math.min(end, view.at + steps);
    phaseNow = speed <= SLOW && !calm.matches ? "proposal" : "verdict";
    showAt();
    element.dataset.at = view.at;
  }
  if (view.at >= end && !job && phaseNow === "verdict") return halt();
  timer = requestAnimationFrame(tick);
}

function settle() {
  phaseNow = "verdict";
  showAt();
}

/** By hand: the proposal, and a moment later, or at the next press, its verdict. */
function stepOn() {
  const waiting = phaseNow === "proposal";
  halt();
  pending = 0;
  if (waiting) return tell();
  if (view.at >= longest()) return;
  jump(view.at + 1, { phase: "proposal" });
  pending = setTimeout(() => {
    pending = 0;
    if (phaseNow !== "proposal") return;
    settle();
    tell();
  }, PAUSE);
}

function tell() {
  const path = pathOf(view.show);
  const step = path.steps[view.at - 1];
  if (step) say(`Step ${view.at}: ${saidOf(step)}. ${path.accepted[view.at - 1] ? "Accepted" : "Rejected"}.`);
}

function branch() {
  if (!branchButton.disabled) fork(view.show, view.at, "branch", Math.floor(Math.random() * 1e6));
}
function overrule() {
  if (!overruleButton.disabled) fork(view.show, view.at, "overrule", 0);
}

const KEYS = {
  ArrowRight: stepOn, ArrowLeft: () => backButton.click(), Home: () => firstButton.click(), End: () => lastButton.click(),
  " ": toggle, b: branch, o: overrule,
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !scene || !element.isConnected) return;
  if (latent.activeTab() !== TAB || element.offsetParent === null || !KEYS[event.key]) return;
  const { target } = event;
  if (target.closest?.("input, textarea, select, [contenteditable], dialog, [role=tab], [role=radio]")) return;
  if (event.key === " " && target.closest?.("button, summary, a")) return;
  event.preventDefault();
  KEYS[event.key]();
});

// ---- which chains ---------------------------------------------------------------------------

// Each turn through the palette has its own dashes.
const DASHES = [[], [7, 4], [2, 3]];
const colourOf = (index) => COLOURS[index % COLOURS.length];
const dashOf = (index) => DASHES[Math.floor(index / COLOURS.length) % DASHES.length];
const swatch = (index) => el("i", { class: "chain-swatch", style: `--hue:${colourOf(index)}`, "data-dash": DASHES.indexOf(dashOf(index)), "aria-hidden": "true" });

const strip = el("div", { class: "chain-strip" });
const chainChips = el("div", { class: "chain-tabs", role: "group", "aria-label": "Chain that is shown" });
const besideList = el("select", { class: "lp-input", id: id("beside") });
besideList.addEventListener("change", () => {
  view.beside = Number(besideList.value);
  showMore();
  jump(view.at);
});
const meeting = el("p", { class: "chain-note chain-meeting" });
strip.append(chainChips, meeting, el("label", { class: "chain-beside" }, el("span", { text: "beside it" }), besideList));

function drawStrip() {
  strip.hidden = scene.chains.length < 2;
  if (strip.hidden) return;
  const focused = [...chainChips.children].indexOf(document.activeElement);
  chainChips.replaceChildren(...scene.chains.map((_, i) => el("button", {
    type: "button", class: "chain-tab", "aria-pressed": String(i === view.show), on: { click: () => showChain(i) },
  }, swatch(i), nameOf(i))));
  chainChips.children[focused]?.focus();
  besideList.replaceChildren(el("option", { value: -1, text: "nothing" }),
    ...scene.chains.map((_, i) => (i === view.show ? "" : el("option", { value: i, text: nameOf(i) }))));
  besideList.value = view.beside;
  drawMeeting();
}

/** Whether two futures of one step have come together again: the same numbers, so they then agree. */
function drawMeeting() {
  meeting.textContent = "";
  if (view.beside < 0) return;
  const [one, other] = shownChains().map(pathOf);
  const [from, end] = [Math.max(one.fork, other.fork), Math.min(one.steps.length, other.steps.length)];
  if (!from || end <= from) return;
  let apart = 0;
  let last = from - 1;
  for (let at = from; at <= end; at++) {
    if (one.states[at].text === other.states[at].text) continue;
    apart++;
    last = at;
  }
  const since = `Since step ${from} they differ at ${count(apart)} of ${count(end - from + 1)} steps`;
  meeting.textContent = last < end ? `${since}; the same sentence from step ${last + 1} on.` : `${since}.`;
}

function showChain(index) {
  if (view.beside === index) view.beside = view.show;
  view.show = index;
  showMore();
  jump(view.at);
}
