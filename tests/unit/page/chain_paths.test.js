import {
  bestOfAll,
  extremes,
  isBetter,
  pathOf,
  setUp,
  without,
} from "../../../app/widgets/chain_player/paths.js";
import { equal, test } from "./check.js";

const state = (text, total) => ({ text, tokens: text.split(" "), score: { total, parts: {} } });
const step = (text, total, accepted = true) => {
  const { score, ...rest } = state(text, total);
  return { action: "replace", accepted, ...score, ...rest };
};

/** A scene with one chain for each list of steps, all from "in". */
function scene(task, ...steps) {
  const ui = {};
  setUp(ui);
  const chains = steps.map((each, number) => ({
    kernel: "exact",
    number,
    first: 0,
    parent: null,
    start: state("in", -1),
    steps: each,
  }));
  ui.scene = { settings: { task }, chains };
  return ui;
}

test("the best sentence is the likeliest; of a paraphrase it is another than the input", () => {
  const steps = [step("a", -9), step("b", -5), step("in", -1), step("c", -3, false)];
  const best = (task) => {
    const path = pathOf(scene(task, steps), 0);
    return path.best.map((at) => path.states[at].text);
  };
  equal(best("keywords"), ["in", "in", "in", "in", "in"]);
  equal(best("paraphrase"), ["in", "a", "b", "b", "b"]);
  equal(isBetter(state("in", 0), state("a", -9), "in"), false);
  equal(isBetter(state("a", null), state("in", 0), "in"), false);
  equal(isBetter(state("In.", 0), state("a", -9), "in"), false); // a full stop says nothing new
  equal(isBetter(state("b", -9), state("a", null), null), true); // anything is likelier than π = 0
});

test("a long curve keeps its peaks and its depths, and null is the deepest", () => {
  const totals = Array(5000).fill(-5);
  [totals[1001], totals[1003], totals[3000], totals[3001]] = [-1, -9, -2, null];
  const kept = extremes(totals, 0);
  equal(
    [1001, 1003, 3000, 3001].map((at) => kept.includes(at)),
    [true, true, true, true],
  );
  equal(kept.length <= 2400, true);
});

test("of several chains the best sentence comes first, each once, and never the input", () => {
  const chains = [[step("a", -9)], [step("b", -4)], [step("b", -4)], [step("c", -6, false)]];
  const rows = bestOfAll(scene("paraphrase", ...chains));
  equal(
    rows.map(({ text, index, at }) => [text, index, at]),
    [
      ["b", 1, 1],
      ["a", 0, 1],
    ],
  );
  equal(
    bestOfAll(scene("keywords", ...chains)).map(({ text }) => text),
    ["in"],
  );
});

test("a branch goes with those that left it, and the others are counted anew", () => {
  const chain = (parent) => ({ parent: parent == null ? null : { chain: parent } });
  const chains = [chain(), chain(0), chain(1), chain(0), chain(3)];
  const found = without(chains, 1);
  equal(
    found.chains.map(({ parent }) => parent?.chain ?? null),
    [null, 0, 1],
  );
  equal(
    [...found.now],
    [
      [0, 0],
      [3, 1],
      [4, 2],
    ],
  );
});
