import { withTexts } from "../../../app/page/png.js";
import { equal, test } from "./check.js";

// The smallest grey PNG: one black pixel.
const BASE64 =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
const PNG = Uint8Array.from(atob(BASE64), (character) => character.charCodeAt(0));

/** Type and body of each chunk; what follows the last is left. */
function chunks(png) {
  const view = new DataView(png.buffer);
  const found = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    const body = png.subarray(at + 4, at + 8 + view.getUint32(at));
    found.push(new TextDecoder().decode(body));
  }
  return found;
}

test("words stand after the header, and the picture is as it was", () => {
  const made = withTexts(PNG, { Source: "http://127.0.0.1/#v=1&β=4" });
  const [header, words, data, end] = chunks(made);
  equal([header.slice(0, 4), data.slice(0, 4), end], ["IHDR", "IDAT", "IEND"]);
  equal(words, "iTXtSource\0\0\0\0\0http://127.0.0.1/#v=1&β=4");
  equal([...made.subarray(-20)], [...PNG.subarray(-20)]);
});

test("the check sum is that of PNG", () => {
  const made = withTexts(PNG, { a: "" });
  const at = 33 + 4; // after the header and the length
  // of "iTXta\0\0\0\0\0", by zlib
  equal(new DataView(made.buffer).getUint32(at + 10), 3163199234);
});
