// The chain player: a Markov chain over sentences, step by step. Emits "ready". The parts, joined
// by widget.py, share their names:
//   chain_player.js  state, what is on the page, the questions to the server, the link
//   form.js          what to run: keywords, start, kernel, weights
//   paths.js         a chain with its ancestors as one row of states; numbers as text
//   step.js          one step: the sentence with its edit, the candidates, the ratio, the verdict
//   transport.js     play, step, jump; shortcuts; branch and overrule
//   table.js         all steps as a table, a window of it drawn at a time
//   plots.js         trace of log π, acceptance, autocorrelation
//   files.js         export and import
//
// The server computes some steps at a time and forgets them; all of a chain is here. What is
// random at a step comes from (seed, number, n), so two futures of one step are comparable.
const { el, svg, button, csv, say, COLOURS } = latent;
const TAB = props.tab;
const PATIENCE = 60000; // ms; the first question loads two language models
const LOST = "The server did not answer. Is it still running? Try again.";
const LONGEST_WORD = 80; // letters
const MOST = 60000; // steps over all chains of a run: the page keeps every one
const id = (name) => `${props.prefix}-${name}`;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let full = {}; // the tab's request, this widget's own field aside
let scene = null; // {run, settings, fingerprints, chains, notes}: the trace that is shown
let view = { at: 0, show: 0, beside: -1 }; // position, chain, and the chain beside it
let job = null; // what is being computed: {chains, end}
const scenes = {}; // the last trace of each task, for when a person comes back to it
let given = props.value !== ""; // the state was set from outside, by a link
let kept = props.value;
watch("value", () => (given ||= props.value !== kept));

const once = { run: begin };
const life = latent.result(TAB, { element, ready: () => trigger("ready"), server: once, draw, linked: () => full });

const ask = latent.asker(server, PATIENCE, LOST);

function fail(sentence) {
  life.fail(sentence);
  element.classList.remove("lp-stale"); // the trace that is shown is still good
}
function recover() {
  element.querySelector(".lp-error").hidden = true;
}

// ---- running --------------------------------------------------------------------------------

const runResult = life.view.run;
/** Asked for by the page: a link, the switch of tasks, or the first look. */
life.view.run = async ({ mode, chain }) => {
  element.closest('[role="tabpanel"]').dataset.mode = mode;
  if (!TASKS[mode]) return halt(); // another view of this tab
  if (!offers && !(await prepare())) return;
  const linked = given ? chain : "";
  const back = given ? null : scenes[mode];
  given = false;
  if (back) return showScene(back);
  showForm(mode, readState(mode, linked));
  const before = scene;
  await runIt(readState(mode, linked));
  if (linked && scene !== before) await replayForks(readView(linked));
};

let offers = null; // {pairs, weights, most}
/** Learn once what there is to choose from. */
async function prepare() {
  const answer = await ask("options", {});
  if (answer.error) return void fail(answer.error);
  offers = answer;
  form.hidden = life.tools.hidden = false;
  lmList.replaceChildren(...offers.pairs.map(({ name, title }) => el("option", { value: name, text: title })));
  const judges = [{ name: "", title: "the forward one of the pair" }, ...offers.judges];
  judgeList.replaceChildren(...judges.map(({ name, title }) => el("option", { value: name, text: title })));
  return true;
}

/** Run what the form says. */
async function runForm() {
  const empty = emptyBox();
  if (empty) return fail(`${empty} is empty or not a number. Write one.`);
  const long = readForm().settings.keywords.find((word) => word.length > LONGEST_WORD);
  if (long) return fail(`“${long.slice(0, 20)}…” is too long for a keyword: at most ${LONGEST_WORD} letters.`);
  recover();
  await runIt(readForm(), { play: true });
}

async function runIt(run, { play: playing = false } = {}) {
  halt();
  job = null;
  cancel.disabled = false;
  full = { mode: run.task };
  await runResult({ mode: run.task, run, playing });
  element.classList.remove("lp-stale");
  if (scene) element.classList.remove("lp-fresh");
}

/** The first question of a run; called by latent.result with what runIt gave it. */
async function begin({ run }) {
  const total = run.steps * run.chains * KERNELS[run.kernel].length;
  if (run.steps <= offers.most.steps && total > MOST)
    return { error: `${total.toLocaleString("en")} steps over all chains are more than this page keeps. Ask for at most ${MOST.toLocaleString("en")}: fewer steps, or fewer chains.` };
  return ask("start", {
    settings: run.settings, kernels: KERNELS[run.kernel], chains: run.chains, seed: run.seed, steps: run.steps,
  });
}

/** Called with the server's answer: a new trace, with no steps yet. */
async function draw(data, { run, playing }, alive) {
  scene = { ...data, run, settings: run.settings };
  scenes[run.task] = scene;
  view = firstView(run);
  showScene(scene);
  if (playing && !calm.matches) play();
  await advance(scene.chains.map((_, i) => i), run.steps, alive);
  if (alive() && !playing && view.at === 0) jump(firstChange());
}

/** Where the first proposal was accepted; a place worth opening on. */
function firstChange() {
  const path = pathOf(view.show);
  return 1 + Math.max(0, path.accepted.findIndex((accepted, k) => accepted && path.steps[k].action !== "none"));
}

/** Add `count` steps to each of `chains`, which have as many; what comes is shown at once. */
async function advance(indices, count, alive = () => true) {
  const mine = (job = { done: 0, count, began: performance.now() });
  const going = () => job === mine && alive();
  const here = scene;
  showProgress();
  while (mine.done < count) {
    const chains = indices.map((i) => here.chains[i]);
    const heads = indices.map((i) => {
      const { kernel, seed, number } = here.chains[i];
      return { kernel, seed, number, tokens: pathOf(i).states.at(-1).tokens };
    });
    const answer = await ask("advance", {
      settings: here.settings, heads, first: chains[0].first + chains[0].steps.length, steps: count - mine.done,
    });
    if (!going()) break;
    if (answer.error) {
      fail(answer.error);
      break;
    }
    chains.forEach((chain, i) => chain.steps.push(...answer.blocks[i]));
    mine.done += answer.blocks[0].length;
    showProgress();
    showMore();
  }
  const ended = mine.done >= count;
  if (job === mine) job = null;
  if (scene !== here) return;
  showProgress(ended ? "" : stopped(mine.done, count));
  showMore();
  await measure();
}

const stopped = (done, asked) => `Stopped after ${done.toLocaleString("en")} of ${asked.toLocaleString("en")} steps; they are kept.`;

function stop() {
  if (!job) return;
  job = null; // nothing more is asked for
  life.view.cancel();
  element.removeAttribute("aria-busy");
  element.classList.remove("lp-waiting");
  showProgress("Stopped; the steps that were done are kept.");
  setTimeout(measure); // the page has stopped before it counts
}

function showProgress(said = "") {
  progress.hidden = cancel.hidden = !job;
  element.toggleAttribute("data-running", Boolean(job));
  if (!job) return void (status.textContent = said);
  progress.max = job.count;
  progress.value = job.done;
  const rate = job.done / ((performance.now() - job.began) / 1000);
  status.textContent = `${job.done.toLocaleString("en")} of ${job.count.toLocaleString("en")} steps${job.done ? `, ${rate.toFixed(0)} steps/s` : ""}`;
}

// ---- what is on the page --------------------------------------------------------------------

/** Draw a whole trace: another task, a new run, an imported file. */
function showScene(shown) {
  if (scene !== shown) {
    halt();
    job = null;
    scene = shown;
    view = { ...firstView(shown.run), ...shown.view };
    showForm(shown.run.task, shown.run);
    const [done, asked] = [shown.chains[0].steps.length, shown.run.steps];
    showProgress(done && done < asked ? stopped(done, asked) : "");
  }
  full = { mode: shown.run.task };
  element.classList.remove("lp-fresh", "lp-waiting", "lp-stale");
  player.hidden = false;
  element.querySelector(".lp-code pre").textContent = shown.code;
  noteLine.replaceChildren(...shown.notes.map((text) => el("span", { text })));
  noteLine.hidden = !shown.notes.length;
  showMore();
  showAt();
  if (shown.view === undefined && !job) jump(firstChange());
  latent.setView(TAB, full);
  remember();
  if (shown.chains.some(({ steps }) => steps.length) && !job) measure();
}

/** Steps have come, or chains. */
function showMore() {
  drawStrip();
  fitTransport();
  drawTrace();
  drawRows();
  drawFacts();
}

/** The position or the chain that is shown has changed. */
function showAt() {
  element.dataset.at = view.at; // how tests know
  drawSteps();
  fitTransport();
  moveCursor();
  drawRows({ follow: true });
  drawFacts();
}

function jump(to, { phase = "verdict" } = {}) {
  view.at = Math.max(0, Math.min(to, longest()));
  phaseNow = phase;
  showAt();
  clearTimeout(saving);
  saving = setTimeout(remember, 200); // an address that changes too often is throttled
}
let saving = 0;

const shownChains = () => (view.beside >= 0 ? [view.show, view.beside] : [view.show]);
const longest = () => Math.max(...shownChains().map((i) => pathOf(i).steps.length));

// ---- branches ------------------------------------------------------------------------------

/** A new chain from the state after position `at` of chain `index`; with "overrule", from the other one. */
async function fork(index, at, kind, seed) {
  const path = pathOf(index);
  const chain = scene.chains[index];
  const step = path.steps[at - 1];
  const flipped = kind === "overrule" && !path.accepted[at - 1];
  const state = kind === "branch" ? path.states[at] : flipped ? candidate(step) : path.states[at - 1];
  if (state.score.total == null)
    return fail("The target is 0 for this proposal, so no chain could ever be there. Overrule another step.");
  recover();
  halt();
  const rest = Math.max(path.steps.length - at, Math.min(20, scene.run.steps));
  const child = {
    kernel: chain.kernel, seed: kind === "branch" ? seed : chain.seed, number: chain.number, first: path.base + at,
    parent: { chain: index, step: path.base + at - 1, kind }, start: state, steps: [],
  };
  const i = scene.chains.push(child) - 1;
  view.show = index;
  view.beside = i;
  element.setAttribute("aria-busy", "true");
  showMore();
  showAt();
  say(kind === "branch" ? `Branched after step ${at}.` : `Overruled step ${at}. The two futures stand side by side.`);
  await advance([i], rest);
  element.removeAttribute("aria-busy");
  remember();
}

// ---- the link -------------------------------------------------------------------------------

const safe = (value) => String(value).replace(/[%/]/g, encodeURIComponent);
const plain = (value) => {
  try {
    return decodeURIComponent(value);
  } catch {
    return "";
  }
};

/** The state as text: this widget's value and its field in links. See read_state in widget.py. */
function remember() {
  if (!scene) return;
  clearTimeout(saving);
  scene.view = { ...view };
  const forks = scene.chains.filter(({ parent }) => parent).map(({ parent, seed }) =>
    `${parent.kind === "branch" ? "b" : "o"}${parent.chain}.${parent.step}.${seed}`).join("~");
  const state = { ...stateOf(scene.run), forks, at: view.at, show: view.show || "", beside: view.beside };
  if (view.beside === firstView(scene.run).beside) delete state.beside;
  kept = Object.entries(state).filter(([, value]) => value !== "").map(([key, value]) => `${key}:${safe(value)}`).join("/");
  props.value = kept;
  latent.keep(TAB, { chain: kept });
}

const pairsOf = (text) => Object.fromEntries((text || "").split("/").filter(Boolean).map((part) => {
  const [key, value = ""] = part.split(/:(.*)/s);
  return [key, plain(value)];
}));

/** What is shown of a run at the start: where there are two kernels, the first chain of each. */
const firstView = ({ kernel, chains }) => ({ at: 0, show: 0, beside: kernel === "both" ? chains : -1 });

function readView(text) {
  const asked = pairsOf(text);
  const forks = (asked.forks || "").split("~").filter(Boolean).map((part) => {
    const [, kind, chain, step, seed] = part.match(/^([bo])(\d+)\.(\d+)\.(\d+)$/) || [];
    return { kind: kind === "b" ? "branch" : "overrule", chain: Number(chain), step: Number(step), seed: Number(seed) };
  });
  const number = (key, otherwise) => (asked[key] === undefined ? otherwise : Number(asked[key]));
  return { forks, at: number("at", -1), show: number("show", 0), beside: number("beside", null) };
}

/** What a link adds to a run: its branches, in order, and the place that was shown. */
async function replayForks({ forks, at, show, beside }) {
  for (const { kind, chain, step, seed } of forks) {
    const path = chain < scene.chains.length && pathOf(chain);
    const position = path && step - path.base + 1;
    if (!path || position < 1 || position > path.steps.length) continue;
    await fork(chain, position, kind, seed);
  }
  if (show < scene.chains.length) view.show = show;
  const second = beside ?? firstView(scene.run).beside;
  view.beside = second < scene.chains.length && second !== view.show ? second : -1;
  showMore();
  jump(at < 0 ? firstChange() : at);
}
