import { phrase } from "../../../app/page/watch.js";
import { equal, test } from "./check.js";

test("the line says what is done, and for how long", () => {
  equal(phrase({ said: "PCA decodes: 3 of 9", seconds: 2 }), "PCA decodes: 3 of 9, 2 s");
  equal(phrase({ seconds: 1 }), "Working, 1 s");
});
