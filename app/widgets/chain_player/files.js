// A trace as JSON and CSV, and back; and what is laid out where.

import { button, el, one, panelOf } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { count } from "../../page/numbers.js";
import { fail, id, recover, showScene } from "./chain_player.js";
import { pathOf } from "./paths.js";
import { showPlaying } from "./transport.js";

/**
 * @typedef {import("./types.js").Checked} Checked
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Step} Step
 * @typedef {import("./types.js").Ui} Ui
 */

const LARGEST = 64e6; // bytes of a file
const COLUMNS = [
  "chain",
  "kernel",
  "seed",
  "parent",
  "step",
  "action",
  "position",
  "old",
  "new",
  "verdict",
  "proposal",
  "log_pi_proposal",
  "log_forward",
  "log_reverse",
  "log_alpha",
  "log_u",
  "state",
  "log_pi",
  "temperature",
];

/** @param {Ui} ui */
function documentOf(ui) {
  const { settings, fingerprints, chains } = ui.scene;
  return { format: "latent-playground/edits", version: 1, settings, fingerprints, chains };
}

/** @param {Ui} ui */
function saveJson(ui) {
  if (ui.scene)
    download("chain.json", "application/json", `${JSON.stringify(documentOf(ui), null, 1)}\n`);
}

/**
 * One line for each step of each chain, its ancestors' steps left to them.
 * @param {Ui} ui
 */
function saveCsv(ui) {
  if (!ui.scene) return;
  const lines = ui.scene.chains.flatMap((_, i) => linesOf(ui, i));
  download("chain.csv", "text/csv", csv([COLUMNS, ...lines]));
}

/** @param {Ui} ui @param {number} index of a chain */
function linesOf(ui, index) {
  const { kernel, seed, parent } = ui.scene.chains[index];
  const { base, fork, states, steps, accepted } = pathOf(ui, index);
  const left = parent && `${parent.kind} of ${parent.chain} at ${parent.step - base + 1}`;
  const first = parent ? fork + 1 : 0;
  return states.slice(first).map((state, k) => {
    const at = first + k;
    const step = at ? steps[at - 1] : null;
    const own = step ? cellsOf(step, accepted[at - 1]) : ["start", ...Array(10).fill("")];
    const heat = step ? (step.temperature ?? 1) : "";
    return [index, kernel, seed, left, at, ...own, state.text, state.score.total, heat];
  });
}

/** @param {Step} step @param {boolean} accepted */
function cellsOf(step, accepted) {
  const { action, position, old, new: word, text, total } = step;
  const { log_forward, log_reverse, log_alpha, log_u } = step;
  const verdict = accepted ? "accepted" : "rejected";
  const logs = [log_forward, log_reverse, log_alpha, log_u];
  return [action, position + 1, old, word, verdict, text, total, ...logs];
}

/** @param {Ui} ui @param {File} file */
async function open(ui, file) {
  if (file.size > LARGEST)
    return fail(
      ui,
      `${file.name} has ${count(file.size / 1e6)} MB; a trace of this page has at most ${LARGEST / 1e6}.`,
    );
  let read;
  try {
    read = JSON.parse(await file.text());
  } catch {
    return fail(
      ui,
      `${file.name} is not a JSON file. Choose one that the button JSON of this page saved.`,
    );
  }
  /** @type {Checked} */
  const answer = await ui.ask("check", { document: read });
  if (answer.error) return fail(ui, `${file.name} cannot be replayed: ${answer.error}`);
  recover(ui);
  const { trace, notes, code } = answer;
  const run = runOf(trace);
  const scene = { ...trace, run, notes, code };
  ui.scenes[run.task] = scene;
  if (ui.full.mode === run.task) return showScene(ui, scene);
  one(panelOf(ui.element), `#edits-task input[value="${run.task}"]`).click(); // it asks for the scene
}

/**
 * The run that the chains of a trace, branches aside, come from.
 * @param {Checked["trace"]} trace
 * @returns {Run}
 */
function runOf({ settings, chains }) {
  const roots = chains.filter(({ parent }) => !parent);
  const [{ kernel, seed, steps }] = roots;
  return {
    task: settings.task,
    settings,
    seed,
    steps: Math.max(1, steps.length),
    kernel: roots.some((root) => root.kernel !== kernel) ? "both" : kernel,
    chains: Math.max(...roots.map(({ number }) => number)) + 1,
  };
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.fileBox = el("input", {
    type: "file",
    accept: ".json,application/json",
    id: id(ui, "file"),
    hidden: true,
  });
  ui.fileBox.addEventListener("change", async () => {
    const file = ui.fileBox.files?.[0];
    ui.fileBox.value = ""; // so that the same file can be chosen again
    if (file) await open(ui, file);
  });
  ui.player = el(
    "div",
    { hidden: true },
    ui.facts,
    ui.bests,
    ui.transport,
    ui.strip,
    el("div", { class: "chain-sheet" }, ui.cards, ui.stepTable),
    ui.evidence,
  );
  ui.life.body.append(ui.form, ui.noteLine, ui.player);
  ui.life.tools.append(
    button("save", "JSON", () => saveJson(ui), { id: id(ui, "json") }),
    button("save", "CSV", () => saveCsv(ui), { id: id(ui, "csv") }),
    button("open", "Import", () => ui.fileBox.click(), { id: id(ui, "import") }),
    ui.fileBox,
  );
  ui.life.tools.hidden = true; // until it is known what there is to choose from
  showPlaying(ui);
}
