import { read, write } from "../../../app/page/state.js";
import { equal, test } from "./check.js";

test("what is as at the start, or nothing, is left out", () => {
  equal(
    write({ of: 2, colour: "domain", step: null, shut: "" }, { of: 1, colour: "mode" }),
    "of:2 colour:domain",
  );
  equal(write({ of: 1, seed: "0" }, { of: "1", seed: 0 }), "");
  equal(write({ at: 0 }), "at:0");
});

test("what was written is read", () => {
  const hard = [
    { at: "s~I like tea.", find: "50% or 10%25", view: "pca" },
    { start: "He said: no/yes:maybe  twice", lm: "lm/lstm_lm--everyday" },
    { text: "a: b  c:d text: e", seed: "3" },
    { text: "" },
    { models: "vae/vae--mnist,gan/gan--mnist", by: "-0.5" },
    { find: "é 你 %zz" },
  ];
  for (const parts of hard) {
    const kept = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ""));
    const order = (all) => Object.entries(all).sort();
    equal(order(read(write(parts))), order(kept));
  }
});

test("text stands last and takes the rest as it is", () => {
  equal(write({ text: "50% of: it", seed: 5 }), "seed:5 text:50% of: it");
  equal(read("seed:5 text:50%25 of: it/x:1"), { seed: "5", text: "50%25 of: it/x:1" });
});

test("older links of maps and chains are read", () => {
  equal(read("view:pca/colour:tag.domain/at:1.5~-0.5"), {
    view: "pca",
    colour: "tag.domain",
    at: "1.5~-0.5",
  });
  equal(read("view:umap/find:50%25 or/at:s~is it a%2Fb?"), {
    view: "umap",
    find: "50% or",
    at: "s~is it a/b?",
  });
  equal(read("start:He can to swim."), { start: "He can to swim." });
  equal(read("lm:lm%2Flstm_lm--everyday/keywords:dog~park/steps:60"), {
    lm: "lm/lstm_lm--everyday",
    keywords: "dog~park",
    steps: "60",
  });
});

test("names with a slash do not make a link an old one", () => {
  equal(read("models:gan/a--mnist,gan/b--mnist seed:5"), {
    models: "gan/a--mnist,gan/b--mnist",
    seed: "5",
  });
});

test("nothing and nonsense", () => {
  equal(read(""), {});
  equal(read(undefined), {});
  equal(read("%E0%A4%A"), { "%E0%A4%A": "" });
  equal(read("at:%E0%A4%A"), { at: "%E0%A4%A" });
});
