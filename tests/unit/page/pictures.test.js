import { bytes, split } from "../../../app/page/pictures.js";
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
