import { codesAt, rows, unpack } from "../../../app/widgets/replies/clouds.js";
import { equal, test } from "./check.js";

const base64 = (/** @type {number[]} */ numbers) =>
  btoa(String.fromCharCode(...new Uint8Array(new Float32Array(numbers).buffer)));

// Two codes of each kind at two moments: those of the prior come to those of the replies.
const clouds = unpack({
  steps: [0, 50],
  posterior: base64([0, 0, 2, 0, 0, 0, 2, 0]),
  prior: base64([0, 4, 0, 4, 0, 0, 2, 0]),
});

test("codes lie where they were, and between two moments between", () => {
  equal([...codesAt(clouds, 1, 0)], [0, 4, 0, 4]);
  equal([...codesAt(clouds, 1, 0.5)], [0, 2, 1, 2]);
  equal([...codesAt(clouds, 1, 1)], [0, 0, 2, 0]);
});

test("the table has how far apart the middles are and how wide each cloud is", () => {
  const [first, last] = rows(clouds);
  equal(last, [50, 0, 1, 1]);
  equal(first, [0, Number(Math.hypot(1, 4).toFixed(3)), 1, 0]);
});
