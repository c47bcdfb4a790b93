// A trace as JSON and CSV, and back; and what is laid out where.

import { button, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { count } from "../../page/numbers.js";
import { fail, id, recover, showScene } from "./chain_player.js";
import { pathOf } from "./paths.js";
import { showPlaying } from "./transport.js";

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

function documentOf(ui) {
  const { settings, fingerprints, chains } = ui.scene;
  return { format: "latent-playground/edits", version: 1, settings, fingerprints, chains };
}

function saveJson(ui) {
  if (ui.scene)
    download("chain.json", "application/json", `${JSON.stringify(documentOf(ui), null, 1)}\n`);
}

/** One line for each step of each chain, its ancestors' steps left to them. */
function saveCsv(ui) {
  if (!ui.scene) return;
  const lines = [];
  ui.scene.chains.forEach((chain, i) => {
    const path = pathOf(ui, i);
    const shared = [
      i,
      chain.kernel,
      chain.seed,
      chain.parent
        ? `${chain.parent.kind} of ${chain.parent.chain} at ${chain.parent.step - path.base + 1}`
        : "",
    ];
    for (let at = chain.parent ? path.fork + 1 : 0; at < path.states.length; at++) {
      const state = path.states[at];
      const step = at ? path.steps[at - 1] : null;
      const own = step
        ? [
            step.action,
            step.position + 1,
            step.old,
            step.new,
            path.accepted[at - 1] ? "accepted" : "rejected",
            step.text,
            step.total,
            step.log_forward,
            step.log_reverse,
            step.log_alpha,
            step.log_u,
          ]
        : ["start", ...Array(10).fill("")];
      const heat = step ? (step.temperature ?? 1) : "";
      lines.push([...shared, at, ...own, state.text, state.score.total, heat]);
    }
  });
  download("chain.csv", "text/csv", csv([COLUMNS, ...lines]));
}

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
  const answer = await ui.ask("check", { document: read });
  if (answer.error) return fail(ui, `${file.name} cannot be replayed: ${answer.error}`);
  recover(ui);
  const { trace } = answer;
  const roots = trace.chains.filter(({ parent }) => !parent);
  const run = {
    task: trace.settings.task,
    settings: trace.settings,
    seed: roots[0].seed,
    steps: Math.max(1, roots[0].steps.length),
    kernel: new Set(roots.map(({ kernel }) => kernel)).size > 1 ? "both" : roots[0].kernel,
    chains: Math.max(...roots.map(({ number }) => number)) + 1,
  };
  ui.scenes[run.task] = { ...trace, run, notes: answer.notes, code: answer.code };
  if (ui.full.mode === run.task) return showScene(ui, ui.scenes[run.task]);
  ui.element
    .closest('[role="tabpanel"]')
    .querySelector(`#edits-task input[value="${run.task}"]`)
    ?.click(); // the switch asks for it
}

export function setUp(ui) {
  ui.fileBox = el("input", {
    type: "file",
    accept: ".json,application/json",
    id: id(ui, "file"),
    hidden: true,
  });
  ui.fileBox.addEventListener("change", async () => {
    const [file] = ui.fileBox.files;
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
