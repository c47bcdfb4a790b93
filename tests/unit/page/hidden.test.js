import { hiddenIn, selector } from "../../../app/page/hidden.js";
import { equal, test } from "./check.js";

test("what a link hides", () => {
  equal(hiddenIn("#v=1&tab=sample&hide=seed,code&n=4"), ["seed", "code"]);
  equal(hiddenIn("#v=1&tab=sample"), []);
});

test("a name becomes the selector of that control alone; others become none", () => {
  const ids = { seed: "sample-seed" };
  equal(selector("sample", "seed", ids), "#sample-seed");
  equal(selector("sample", "kept", ids), "#tray");
  equal(
    ["*", "body", "constructor", "n"].map((name) => selector("sample", name, ids)),
    ["", "", "", ""],
  );
});
