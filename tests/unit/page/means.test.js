import { at, rows, unpack } from "../../../app/widgets/collapse/means.js";
import { equal, test } from "./check.js";

const base64 = (/** @type {number[]} */ ...numbers) =>
  btoa(String.fromCharCode(...new Uint8Array(new Float32Array(numbers).buffer)));

const trace = unpack({
  name: "a",
  steps: [0, 50, 100],
  model: base64(0, 0, -1, 1, -2, 2),
  encoder: base64(0, 0, 0, 0, -1, 1),
});

test("the means of a share of the run are those of the nearest moment", () => {
  equal(at(trace, 0.6).step, 50);
  equal([...at(trace, 0.6).model], [-1, 1]);
  equal([...at(trace, 1).encoder], [-1, 1]);
});

test("a row says how far the means of each kind are spread", () => {
  equal(rows(trace), [
    [0, 0, 0],
    [50, 1, 0],
    [100, 2, 1],
  ]);
});
