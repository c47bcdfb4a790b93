import { lines } from "../../../app/page/checks.js";
import { equal, test } from "./check.js";

test("lines of a text, without what only parts them", () => {
  equal(lines(" a\u00a0 b\t c\n\n  \nd "), ["a b c", "d"]);
});
