import { dragged, placeAt, seen, vector, within } from "../../../app/widgets/latent_pad/globe.js";
import { equal, test } from "./check.js";

const PLACES = [
  [0, 0],
  [30, 60],
  [-170, -45],
  [90, 89],
];
const rounded = (/** @type {number[]} */ numbers) =>
  numbers.map((x) => Math.round(1e6 * x) / 1e6 + 0);

test("the place in the middle is seen in the middle, and its opposite behind it", () => {
  for (const place of PLACES) {
    equal(rounded(seen(place, vector(place))), [0.5, 0.5, 1]);
    equal(
      rounded(
        seen(
          place,
          vector(place).map((x) => -x),
        ),
      ),
      [0.5, 0.5, -1],
    );
  }
});

test("east is to the right, north is up", () => {
  equal(rounded(seen([0, 0], vector([90, 0]))), [0.97, 0.5, 0]);
  equal(rounded(seen([0, 0], vector([0, 90]))), [0.5, 0.03, 0]);
});

test("a spot has the place that is seen there; beside the sphere, the nearest on its rim", () => {
  for (const middle of PLACES)
    for (const spot of [
      [0.5, 0.5],
      [0.7, 0.4],
      [0.2, 0.8],
    ])
      equal(rounded(seen(middle, vector(placeAt(middle, spot))).slice(0, 2)), spot);
  equal(rounded(placeAt([0, 0], [1, 0.5])), [90, 0]);
});

test("the sphere follows a drag, goes round and stops at the poles", () => {
  equal(dragged([0, 0], [0.1, 0])[0] < 0, true);
  equal(dragged([0, 0], [0, 0.1])[1] > 0, true);
  equal(within([190, 0]), [-170, 0]);
  equal(within([0, 99]), [0, 90]);
});
