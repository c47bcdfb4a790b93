import { measure, moment, nearest } from "../../../app/widgets/panels/snapshots.js";
import { equal, test } from "./check.js";

const values = [0, 1, 2, 3, 10, 11, 12, 13]; // two snapshots of two codes (x, y)
const run = {
  steps: [0, 100],
  shape: [2, 2, 1],
  code: (/** @type {number} */ i) => values[i],
  modes: [0, 1, 1, 0],
  means: [[[[0, 0]]], [[[4, 8]]]],
  scales: [[[[1, 1]]], [[[3, 1]]]],
};
const ui = { variable: 0, scene: { steps: [0, 50, 100], runs: [run] } };

test("the nearest of some steps; of two, the earlier", () => {
  equal(nearest([0, 500, 2000], 600), 1);
  equal(nearest([0, 10], 5), 0);
});

test("between two snapshots codes and modes lie between; modes of codes are of the nearer", () => {
  const now = moment(ui, run, 1.25); // a quarter of the way from step 50 to step 100
  equal(now.point(1, 0), 2 + 0.25 * 10);
  equal(
    [now.mean(0), now.scale(0)],
    [
      [1, 2],
      [1.5, 1],
    ],
  );
  equal([0, 1].map(now.mode), [0, 1]);
  equal([0, 1].map(moment(ui, run, 1.75).mode), [1, 0]);
});

test("a step that a run does not have is the one before", () => {
  equal(moment(ui, run, 1).point(0, 1), 1);
  equal(moment(ui, run, 2).point(0, 1), 11);
});

test("all panels have one size, in which all means lie", () => {
  const sized = { ...ui, reach: 0 };
  measure(sized);
  equal(sized.reach, 9); // the farthest mean is at 8; the farthest codes do not count
});
