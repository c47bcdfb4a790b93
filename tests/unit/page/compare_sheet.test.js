import { sheetOf, spread, spreadHeads } from "../../../app/widgets/compare/sheet.js";
import { equal, test } from "./check.js";

const PICTURE = btoa("\0\xff");

test("a picture is its pixels, and a sentence stays one", () => {
  equal(spread("image", PICTURE), [0, 255]);
  equal(spread("text", PICTURE), [PICTURE]);
  equal(spreadHeads("image", PICTURE, "given"), ["given, pixel 0", "given, pixel 1"]);
  equal(spreadHeads("text", "tea", "given"), ["given"]);
});

test("sentences and pictures of two models have columns of their own", () => {
  const picture = { before: ["A", "1"], modality: "image", item: PICTURE };
  const sentence = { before: ["B", "1"], modality: "text", item: "tea" };
  equal(sheetOf(["side", "at"], [picture]), [
    ["side", "at", "pixel 0", "pixel 1"],
    ["A", "1", 0, 255],
  ]);
  equal(sheetOf(["side", "at"], [picture, sentence]), [
    ["side", "at", "sentence", "pixel 0", "pixel 1"],
    ["A", "1", "", 0, 255],
    ["B", "1", "tea"],
  ]);
  equal(sheetOf(["side"], []), [["side"]]);
});
