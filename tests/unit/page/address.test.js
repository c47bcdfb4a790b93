import { fragment, run, viewOf } from "../../../app/page/address.js";
import { equal, test } from "./check.js";

test("a view as a fragment", () => {
  equal(
    fragment("sample", { checkpoint: "vae/vae--mnist", n: 6, a: "I’m here: ok", b: null }),
    "#v=1&tab=sample&checkpoint=vae/vae--mnist&n=6&a=I%E2%80%99m+here:+ok&b=",
  );
});

test("a plus, an ampersand and a per cent sign do not end a value", () => {
  const said = fragment("x", { a: "1+1 & 50%" });
  equal(new URLSearchParams(said.slice(1)).get("a"), "1+1 & 50%");
});

test("a picture is spelt without what an address would have to spell out", () => {
  const said = fragment("x", { p: "data:image/png;base64,ab+/cd==" });
  equal(said, "#v=1&tab=x&p=~png:ab-_cd");
});

test("a run that comes while nothing is followed reaches the view", () => {
  const seen = [];
  viewOf("t").run = (request) => seen.push(request);
  run("t", ["n", "seed"], [3, 0]);
  equal(seen, [{ n: 3, seed: 0 }]);
});

test("what a link asks for is told apart from what a person asks for, once", () => {
  const seen = [];
  const view = viewOf("linked");
  view.run = (_, linked) => seen.push(linked);
  view.linked = true;
  run("linked", [], []);
  run("linked", [], []);
  equal(seen, [true, false]);
});
