// A trace as JSON and CSV, and back; and what is laid out where.

const LARGEST = 64e6; // bytes of a file
const COLUMNS = ["chain", "kernel", "seed", "parent", "step", "action", "position", "old", "new", "verdict", "proposal", "log_pi_proposal", "log_forward", "log_reverse", "log_alpha", "log_u", "state", "log_pi"];

function documentOf() {
  const { settings, fingerprints, chains } = scene;
  return { format: "latent-playground/edits", version: 1, settings, fingerprints, chains };
}

function saveJson() {
  if (scene) latent.download("chain.json", "application/json", `${JSON.stringify(documentOf(), null, 1)}\n`);
}

/** One line for each step of each chain, its ancestors' steps left to them. */
function saveCsv() {
  if (!scene) return;
  const lines = [];
  scene.chains.forEach((chain, i) => {
    const path = pathOf(i);
    const shared = [i, chain.kernel, chain.seed, chain.parent ? `${chain.parent.kind} of ${chain.parent.chain} at ${chain.parent.step - path.base + 1}` : ""];
    for (let at = chain.parent ? path.fork + 1 : 0; at < path.states.length; at++) {
      const state = path.states[at];
      const step = at ? path.steps[at - 1] : null;
      const own = step ? [step.action, step.position + 1, step.old, step.new, path.accepted[at - 1] ? "accepted" : "rejected", step.text, step.total, step.log_forward, step.log_reverse, step.log_alpha, step.log_u] : ["start", ...Array(10).fill("")];
      lines.push([...shared, at, ...own, state.text, state.score.total]);
    }
  });
  latent.download("chain.csv", "text/csv", csv([COLUMNS, ...lines]));
}

const fileBox = el("input", { type: "file", accept: ".json,application/json", id: id("file"), hidden: true });
fileBox.addEventListener("change", async () => {
  const [file] = fileBox.files;
  fileBox.value = ""; // so that the same file can be chosen again
  if (file) await open(file);
});

async function open(file) {
  if (file.size > LARGEST) return fail(`${file.name} has ${(file.size / 1e6).toFixed(0)} MB; a trace of this page has at most ${LARGEST / 1e6}.`);
  let read;
  try {
    read = JSON.parse(await file.text());
  } catch {
    return fail(`${file.name} is not a JSON file. Choose one that Export made.`);
  }
  const answer = await ask("check", { document: read });
  if (answer.error) return fail(`${file.name} cannot be replayed: ${answer.error}`);
  recover();
  const { trace } = answer;
  const roots = trace.chains.filter(({ parent }) => !parent);
  const run = {
    task: trace.settings.task, settings: trace.settings, seed: roots[0].seed, steps: Math.max(1, roots[0].steps.length),
    kernel: new Set(roots.map(({ kernel }) => kernel)).size > 1 ? "both" : roots[0].kernel,
    chains: Math.max(...roots.map(({ number }) => number)) + 1,
  };
  scenes[run.task] = { ...trace, run, notes: answer.notes, code: answer.code };
  if (full.mode === run.task) return showScene(scenes[run.task]);
  element.closest('[role="tabpanel"]').querySelector(`#edits-task input[value="${run.task}"]`)?.click(); // the switch asks for it
}

const player = el("div", { hidden: true }, facts, transport, strip, el("div", { class: "chain-sheet" }, cards, stepTable), evidence);
life.body.append(form, noteLine, player);
life.tools.append(
  button("save", "JSON", saveJson, { id: id("json") }), button("save", "CSV", saveCsv, { id: id("csv") }),
  button("open", "Import", () => fileBox.click(), { id: id("import") }), fileBox);
life.tools.hidden = true; // until it is known what there is to choose from
showPlaying();
