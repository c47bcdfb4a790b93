import { areas } from "../../../app/widgets/latent_map/labels.js";
import { equal, test } from "./check.js";

// Two heaps of 200 points around (1, 1) and (11, 1); everyone says 0, the heaps also 1 and 2,
// and 3 and 4, which are function words.
const xy = [];
const said = [];
const TELLING = [true, true, true, false, false];
for (let i = 0; i < 400; i++) {
  const right = i % 2;
  xy.push((right ? 11 : 1) + (i % 5) / 10, 1);
  said.push([0, 0, 0, 1 + right, 3 + right]);
}

test("an area is called by what it says more than the rest of the map", () => {
  const found = areas(xy, said, TELLING, 5);
  equal(
    found.map(({ n, words }) => [n, words]),
    [
      [200, [1]],
      [200, [2]],
    ],
  );
  equal(found[0].y, 1);
});

test("nearer, areas are smaller; one of few points has no words", () => {
  equal(areas(xy.slice(0, 20), said.slice(0, 10), TELLING, 0.05).length, 0);
});

test("where all points lie in one area, no word marks it against the rest", () => {
  equal(areas(xy, said, TELLING, 100), []);
});
