import { bytes, sideOf, split } from "../../../app/page/pictures.js";
import { equal, test } from "./check.js";

test("base64 as bytes, none as none", () => {
  equal([...bytes("AP8Q")], [0, 255, 16]);
  equal(bytes("").length, 0);
});

test("pictures that came one after another, each its own", () => {
  const all = split(bytes("AAECAwQF"), 3);
  equal(
    all.map((one) => [...one]),
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  );
});

test("the bytes of a square picture tell its side, grey or coloured", () => {
  for (const side of [1, 8, 28, 32, 64, 512]) {
    equal(sideOf(new Uint8Array(side * side)), side);
    equal(sideOf(new Uint8Array(3 * side * side)), side);
  }
});
