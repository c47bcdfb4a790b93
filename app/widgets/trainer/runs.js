// The third part: the runs, which of them are shown, and what one can do to them. The server is
// asked about once a second for as long as somebody can see it and something goes on.

import { setView } from "../../page/address.js";
import { button, el, say } from "../../page/dom.js";
import { tell } from "../../page/events.js";
import { significant } from "../../page/numbers.js";
import { drawCurves, setUp as setUpCurves } from "./curves.js";
import { fetchYours } from "./kept.js";
import { discardQuestion, joined, progress, standing } from "./words.js";

/**
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

const PAUSE = 1000; // ms between two questions while something goes on
const REST = 5000; // ms where nothing does: a command line may begin a run
const ALIVE = ["queued", "running", "pausing"];
const ENDED = ["done", "stopped"];
const MAIN = 0.9; // of the whole: training; what follows is measuring, map and card

/** @param {Run} run */
const alive = ({ state }) => ALIVE.includes(state);

// ---- polling --------------------------------------------------------------------------------

/** @param {Ui} ui ask now, and again until the page is left */
export async function follow(ui) {
  clearTimeout(ui.timer);
  const mine = (ui.asked += 1);
  if (ui.element.offsetParent !== null && !document.hidden) await ask(ui, mine);
  if (mine === ui.asked)
    ui.timer = setTimeout(() => follow(ui), ui.runs.some(alive) ? PAUSE : REST);
}

/** @param {Ui} ui @param {number} mine of many questions that are under way, the newest counts */
async function ask(ui, mine) {
  const watched = ui.watched.map((id) => ({
    id,
    step: lastStep(ui.looks[id]),
    line: ui.looks[id]?.lines ?? 0,
  }));
  const answer = await ui.ask("poll", { watched });
  if (mine !== ui.asked) return;
  if (answer.error) return wrong(ui, answer.error);
  for (const [id, look] of Object.entries(answer.looks)) take(ui, id, look);
  showRuns(ui, answer.runs);
  drawCurves(ui);
}

/** @param {Ui} ui @param {string} sentence nothing where all is well */
export function wrong(ui, sentence) {
  ui.run.said.textContent = sentence;
}

/** @param {Look | undefined} look */
const lastStep = (look) =>
  Math.max(0, ...Object.values(look?.curves ?? {}).map((points) => points.at(-1)?.[0] ?? 0));

/** @param {Ui} ui @param {string} id @param {Look} fresh what is new is added to what is there */
function take(ui, id, fresh) {
  const old = ui.looks[id];
  const names = [...Object.keys(old?.curves ?? {}), ...Object.keys(fresh.curves)];
  const curves = Object.fromEntries(
    names.map((name) => [name, joined(old?.curves[name] ?? [], fresh.curves[name] ?? [])]),
  );
  const log = old && fresh.lines >= old.lines ? [...old.log, ...fresh.log] : fresh.log;
  ui.looks[id] = { ...fresh, curves, log, examples: fresh.examples ?? old?.examples ?? null };
}

/** @param {Ui} ui @param {Run[]} runs as the server has them now */
export function showRuns(ui, runs) {
  const before = new Map(ui.runs.map((run) => [run.id, run.state]));
  ui.runs = runs;
  const kept = ui.watched.filter((id) => runs.some((run) => run.id === id));
  if (kept.length < ui.watched.length) watch(ui, kept);
  drawList(ui);
  for (const run of runs) {
    const was = before.get(run.id);
    if (!was || was === run.state) continue;
    say(`${run.title}: ${standing(run)}.`);
    if (ENDED.includes(run.state)) {
      fetchYours(ui);
      tell("latent-checkpoints");
    }
  }
}

/** @param {Ui} ui @param {string[]} ids show these, and say so in the link */
export function watch(ui, ids) {
  ui.watched = ids.slice(-ui.props.shown);
  ui.props.value = ui.watched.join("~");
  setView("train", linked(ui));
  drawList(ui);
  drawCurves(ui);
  follow(ui);
}

/** @param {Ui} ui what goes into the link */
export const linked = (ui) => (ui.watched.length ? { runs: ui.watched.join("~") } : {});

// ---- the list -------------------------------------------------------------------------------

/** @param {Ui} ui rows stay while their run does, so that nobody loses the focus */
function drawList(ui) {
  const { list, none } = ui.run;
  none.hidden = ui.runs.length > 0;
  const rows = new Map([...list.children].map((node) => [node.id, node]));
  const wanted = ui.runs.map((run) => {
    const node = rows.get(`run-${run.id}`) ?? row(ui, run.id);
    refresh(ui, /** @type {HTMLElement} */ (node), run);
    return node;
  });
  if (wanted.some((node, i) => list.children[i] !== node) || list.children.length > wanted.length)
    list.replaceChildren(...wanted);
}

/** @param {Ui} ui @param {string} id */
function row(ui, id) {
  const does = (/** @type {string} */ what) => () => act(ui, id, what);
  const rate = el("input", {
    type: "number",
    class: "lp-input train-rate",
    id: `rate-${id}`,
    min: 0,
    max: 1,
    step: "any",
    on: { change: () => setRate(ui, id, rate) },
  });
  return el(
    "li",
    { class: "train-run", id: `run-${id}` },
    el("div", { class: "train-run-head" }, el("b"), el("span", { class: "train-state" })),
    el("progress", { class: "lp-progress", max: 1, value: 0, "aria-label": "Progress" }),
    el("p", { class: "lp-remark train-far" }),
    el(
      "div",
      { class: "lp-bar" },
      button(null, "Show", () => toggle(ui, id), { "data-act": "show" }),
      button(null, "Pause", does("pause"), { "data-act": "pause" }),
      button(null, "Resume", does("resume"), { "data-act": "resume" }),
      button(null, "Stop and keep", does("stop"), { "data-act": "stop" }),
      button("close", "Discard", does("discard"), { "data-act": "discard" }),
      el("label", { class: "train-rate-box" }, el("span", { text: "Learning rate" }), rate),
    ),
  );
}

/** What can be done to a run in each of its states. @type {Record<string, string[]>} */
const CAN = {
  queued: ["discard"],
  running: ["pause", "stop", "discard"],
  pausing: ["discard"],
  paused: ["resume", "stop", "discard"],
  failed: ["resume", "stop", "discard"],
};

/** @param {Run} run what follows training learns nothing more */
const learns = ({ stage }) => stage === "train";

/** @param {Run} run */
const can = (run) =>
  (CAN[run.state] ?? ["discard"]).filter((what) => what !== "stop" || learns(run));

/** @param {Ui} ui @param {HTMLElement} node @param {Run} run */
function refresh(ui, node, run) {
  const part = (/** @type {string} */ selector) =>
    /** @type {any} */ (node.querySelector(selector));
  const place = ui.watched.indexOf(run.id);
  node.dataset.state = run.state; // how tests know, and its colour
  node.dataset.step = String(run.step);
  node.classList.toggle("train-shown", place >= 0);
  part("b").textContent = run.title;
  part(".train-state").textContent = `${standing(run)} · ${run.model} on ${run.corpus}`;
  part("progress").value = share(run);
  part("progress").hidden = !alive(run) && run.state !== "paused";
  part(".train-far").textContent = progress(run);
  for (const button of node.querySelectorAll("button")) {
    const what = button.dataset.act ?? "";
    if (what === "show") {
      button.setAttribute("aria-pressed", String(place >= 0));
      button.textContent = place >= 0 ? "Shown" : ui.watched.length ? "Compare" : "Show";
    } else button.hidden = !can(run).includes(what);
    button.setAttribute("aria-label", `${button.textContent}: ${run.title}`);
  }
  const rate = part(".train-rate");
  part(".train-rate-box").hidden = !learns(run) || (!alive(run) && run.state !== "paused");
  if (document.activeElement !== rate) rate.value = significant(run.rate).replaceAll(",", "");
}

/** @param {Run} run */
function share({ stage, step, steps, state }) {
  if (state === "done") return 1;
  const trained = steps ? step / steps : 0;
  return stage === "train" || !stage ? MAIN * trained : MAIN + (1 - MAIN) / 2;
}

// ---- what one can do ------------------------------------------------------------------------

/** @param {Ui} ui @param {string} id two at most are shown, over one another */
function toggle(ui, id) {
  watch(
    ui,
    ui.watched.includes(id) ? ui.watched.filter((one) => one !== id) : [...ui.watched, id],
  );
}

/** @param {Ui} ui @param {string} id @param {string} what */
async function act(ui, id, what) {
  if (ui.acting.has(id)) return; // pressed twice
  const run = ui.runs.find((one) => one.id === id);
  const asks = what === "discard" && run && !ENDED.includes(run.state);
  if (asks && !confirm(discardQuestion(run))) return;
  ui.acting.add(id);
  const answer = await ui.ask("act", { id, what });
  wrong(ui, answer.error ?? "");
  if (what === "discard" && !answer.error) delete ui.looks[id];
  await follow(ui);
  ui.acting.delete(id);
}

/** @param {Ui} ui @param {string} id @param {HTMLInputElement} box */
async function setRate(ui, id, box) {
  const rate = Number(box.value);
  if (!(rate > 0 && rate <= 1))
    return wrong(ui, "A learning rate is a number above 0, at most 1.");
  const answer = await ui.ask("set_rate", { id, rate });
  wrong(ui, answer.error ?? "");
  if (answer.error) return;
  say(`The learning rate is ${rate} from the next step on.`);
  follow(ui);
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.run = {
    ...setUpCurves(),
    node: el("section", {
      class: "lp-section train-part",
      "aria-label": "Runs",
      id: "train-runs",
    }),
    list: el("ul", { class: "train-runs" }),
    said: el("p", { class: "train-said train-wrong", role: "alert" }),
    none: el("p", {
      class: "lp-remark",
      text: "No run yet. One trains at a time; others wait in a queue, and go on while this page is closed.",
    }),
  };
  const { node, none, list, said, shown } = ui.run;
  node.append(
    el("header", { class: "lp-head" }, el("h3", { text: "Runs" })),
    none,
    list,
    said,
    shown,
  );
  document.addEventListener("visibilitychange", () => !document.hidden && follow(ui));
  new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && follow(ui)).observe(
    ui.element,
  );
}
