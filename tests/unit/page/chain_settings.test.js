import { write } from "../../../app/page/state.js";
import { readState, stateOf } from "../../../app/widgets/chain_player/settings.js";
import { equal, test } from "./check.js";

/** A form as it is at the start, of one pair of language models. */
function fresh() {
  const examples = {
    keywords: { lm: "pair", judge: "", keywords: ["a"], start: "", shortest: 1 },
  };
  Object.assign(examples.keywords, { longest: 20, task: "keywords" });
  return {
    props: { examples, first: { kernel: "exact", steps: 200, chains: 1, seed: 0 } },
    offers: { pairs: [{ name: "pair" }], weights: { keywords: { fluency: 1, meaning: 2 } } },
  };
}

test("a run as at the start needs no words, and no words give it", () => {
  const ui = fresh();
  const run = readState(ui, "keywords", "");
  equal(stateOf(ui, run), {});
  equal(
    [run.task, run.kernel, run.steps, run.settings.weights.meaning],
    ["keywords", "exact", 200, 2],
  );
});

test("what is changed comes back from its text", () => {
  const ui = fresh();
  const run = readState(ui, "keywords", "");
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
