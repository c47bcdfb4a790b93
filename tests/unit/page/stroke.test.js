import { along, inside } from "../../../app/widgets/latent_map/stroke.js";
import { equal, test } from "./check.js";

test("places along a line are equally far from each other, ends included", () => {
  const corner = [
    [0, 0],
    [3, 0],
    [3, 5],
  ];
  equal(along(corner, 5), [
    [0, 0],
    [2, 0],
    [3, 1],
    [3, 3],
    [3, 5],
  ]);
});

test("inside a loop, not in its bay", () => {
  const bay = [
    [0, 0],
    [4, 0],
    [4, 4],
    [2, 1],
    [0, 4],
  ];
  equal(
    [
      [1, 1],
      [2, 2],
      [3, 1],
      [5, 1],
    ].map(([x, y]) => inside(bay, x, y)),
    [true, false, true, false],
  );
});
