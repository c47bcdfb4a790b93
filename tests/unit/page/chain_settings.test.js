import { write } from "../../../app/page/state.js";
import { readState, stateOf } from "../../../app/widgets/chain_player/settings.js";
import { equal, test } from "./check.js";

/** A form as it is at the start, of one pair of language models. */
function fresh() {
  const examples = {
    keywords: { lm: "pair", judge: "", keywords: ["a"], start: "", shortest: 1 },
  };
  Object.assign(examples.keywords, { longest: 20, task: "keywords" });
  Object.assign(examples.keywords, { temperatures: [1, 1], cooling: 0 });
  const linked = { kernel: "exact", steps: 60, chains: 1, seed: 0 };
  const first = { ...linked, steps: 200, chains: 8, temperatures: [2, 0.25], shortest: 7 };
  return {
    props: { examples, linked, first },
    offers: { pairs: [{ name: "pair" }], weights: { keywords: { fluency: 1, meaning: 2 } } },
  };
}

test("without a link a run is annealed, and its link says so", () => {
  const ui = fresh();
  const run = readState(ui, "keywords", "");
  equal([run.task, run.kernel, run.steps, run.chains], ["keywords", "exact", 200, 8]);
  equal([run.settings.temperatures, run.settings.cooling], [[2, 0.25], 200]);
  equal(stateOf(ui, run), { steps: "200", chains: "8", length: "7~20", cool: "2~0.25" });
  equal(readState(ui, "keywords", write(stateOf(ui, run))), run);
});

test("what an older link leaves out is as it was: 60 steps of one chain that samples", () => {
  const ui = fresh();
  const run = readState(ui, "keywords", "at:17");
  equal([run.steps, run.chains, run.settings.shortest], [60, 1, 1]);
  equal([run.settings.temperatures, run.settings.cooling], [[1, 1], 0]);
  equal(stateOf(ui, run), {});
  equal(run.settings.weights.meaning, 2);
});

test("what is changed comes back from its text", () => {
  const ui = fresh();
  const run = readState(ui, "keywords", "at:1");
  Object.assign(run, { kernel: "both", steps: 30, seed: 7 });
  Object.assign(run.settings, { keywords: ["50%", "a~b"], start: "a bird sang", longest: 9 });
  run.settings.proposals.delete = 0;
  run.settings.weights.meaning = 0.5;
  const text = write(stateOf(ui, run));
  equal(readState(ui, "keywords", text), run);
});

test("no keywords and no start are said, not left out", () => {
  const ui = fresh();
  ui.props.examples.keywords.start = "once";
  const run = readState(ui, "keywords", "keywords:~ start:~");
  equal([run.settings.keywords, run.settings.start], [[], ""]);
  equal(stateOf(ui, run), { keywords: "~", start: "~" });
});

test("a pair that is not here gives way to one that is", () => {
  const ui = fresh();
  ui.offers.pairs = [{ name: "other" }];
  equal(readState(ui, "keywords", "").settings.lm, "other");
});
