import { packed, zip } from "../../../app/widgets/trainer/folder.js";
import { base64, cuts } from "../../../app/widgets/trainer/upload.js";
import {
  cost,
  discardQuestion,
  facts,
  free,
  joined,
  progress,
  size,
  standing,
  terms,
  termTitle,
  time,
  titleOf,
} from "../../../app/widgets/trainer/words.js";
import { equal, test } from "./check.js";

const RUN = {
  ...{
    id: "r1",
    checkpoint: "",
    model: "text_vae/text_vae",
    dataset: "own_diary",
    title: "diary",
  },
  ...{ corpus: "My diary", state: "running", place: 0, step: 20, steps: 200, seconds: 10 },
  ...{
    left: [90, 125],
    memory: 300 << 20,
    disk: 4 << 20,
    room: 6 << 20,
    message: "",
    stage: "train",
    rate: 0.001,
  },
};

// By zipfile: writestr(ZipInfo("a/é.png"), b"one"), writestr(ZipInfo("b.png"), b"").
const ZIPPED =
  "504b030414000008000000002100f1866c7a030000000300000008000000612fc3a92e706e676f6e65" +
  "504b03041400000000000000210000000000000000000000000005000000622e706e67" +
  "504b0102140314000008000000002100f1866c7a0300000003000000080000000000000000000000800100000000" +
  "612fc3a92e706e67504b010214031400000000000000210000000000000000000000000005000000000000000000" +
  "0000800129000000622e706e67504b05060000000002000200690000004c0000000000";

test("the pieces of a file follow on one another and leave nothing out", () => {
  equal(cuts(0, 4), []);
  equal(cuts(4, 4), [[0, 4]]);
  equal(cuts(9, 4), [
    [0, 4],
    [4, 8],
    [8, 9],
  ]);
});

test("all bytes travel as base64, however many", () => {
  const bytes = Uint8Array.from({ length: 70000 }, (_, i) => i % 256);
  const text = atob(base64(bytes));
  equal(text.length, bytes.length);
  equal(
    [0, 255, 256, 32767, 32768, 69999].map((i) => text.charCodeAt(i)),
    [0, 255, 0, 255, 0, 111],
  );
});

test("a folder becomes the ZIP that Python's zipfile makes of the same files", async () => {
  const text = (/** @type {string} */ data) => new TextEncoder().encode(data);
  const entries = [
    { path: "a/é.png", data: text("one") },
    { path: "b.png", data: text("") },
  ];
  const made = new Uint8Array(await new Blob(zip(entries)).arrayBuffer());
  equal([...made].map((byte) => byte.toString(16).padStart(2, "0")).join(""), ZIPPED);
  const file = (/** @type {string} */ path, data = "") =>
    Object.assign(new File([data], path.split("/").at(-1) ?? ""), { webkitRelativePath: path });
  const folder = [file("mine/b.png"), file("mine/notes.txt"), file("mine/a/é.png", "one")];
  const whole = await packed(folder, 3);
  equal(whole.name, "mine.zip");
  equal(new Uint8Array(await whole.arrayBuffer()), made);
  const said = (/** @type {Error} */ error) => error.message;
  equal(
    await packed(folder.slice(1, 2), 3).catch(said),
    "mine holds no PNG or JPEG. Choose another.",
  );
  equal(
    await packed(folder, 2).catch(said),
    "The pictures in mine have 1 MiB; they may have 0. Choose a part of it.",
  );
});

test("new points follow the old; of a step that comes twice the newer counts", () => {
  equal(joined([], [[50, 1]]), [[50, 1]]);
  equal(joined([[50, 1]], []), [[50, 1]]);
  const resumed = [
    [50, 2],
    [100, 3],
  ];
  equal(
    joined(
      [
        [0, 0],
        [50, 1],
        [100, 1],
        [150, 1],
      ],
      resumed,
    ),
    [[0, 0], ...resumed],
  );
});

test("the terms that all look at come first, each once", () => {
  equal(terms(["validation_zeta", "train_kl", "train_loss", "validation_kl", "train_clipped"]), [
    "loss",
    "kl",
    "clipped",
    "zeta",
  ]);
  equal(termTitle("feature_nll"), "Feature nll");
});

test("how a run stands, and how far it is", () => {
  equal(standing(RUN), "Training");
  equal(standing({ ...RUN, state: "paused" }), "Paused");
  equal(discardQuestion(RUN), "Discard “diary”? What it has learned since it began is lost.");
  equal(
    discardQuestion({ ...RUN, stage: "measure" }),
    "Discard “diary”? Its model stays, with the numbers that it has.",
  );
  equal(standing({ ...RUN, state: "paused", stage: "map" }), "Paused: drawing the map");
  equal(standing({ ...RUN, state: "queued", place: 2 }), "Waits: number 2 in the queue");
  equal(
    standing({ ...RUN, state: "failed", message: "recon_nll is no number" }),
    "recon_nll is no number",
  );
  equal(
    progress(RUN),
    "step 20 of 200 · 10 s · about 2 min of training left · 300 MiB of memory · 4.0 MiB of about 6.0 MiB on disk",
  );
  const left = (/** @type {[number, number]} */ range) =>
    progress({ ...RUN, left: range, seconds: 0, memory: 0, disk: 0 }).split(" · ")[1];
  equal(left([40, 55]), "40 to 55 s of training left");
  equal(left([40, 70]), "40 s to 1 min of training left");
  equal(left([3000, 7260]), "50 min to 2 h 1 min of training left");
  equal(left([3700, 7260]), "1 h 2 min to 2 h 1 min of training left");
  const later = progress({ ...RUN, stage: "map", memory: 0, disk: 7 << 20 });
  equal(later, "step 20 of 200 · 10 s · 7.0 MiB on disk");
  equal(
    progress({ ...RUN, left: null, memory: 0, disk: 0 }),
    "step 20 of 200 · 10 s · time is told after 20 steps",
  );
  equal(progress({ ...RUN, state: "done", memory: 0, disk: 0 }), "step 20 of 200 · 10 s");
});

test("what a run would take, before it begins", () => {
  const taken = { weights: 1200000, memory: 500 << 20, disk: 18 << 20 };
  equal(
    cost({ ...taken, seconds: null }),
    "1,200,000 weights · about 500 MiB of memory · about 18 MiB on disk · time is told after 20 steps",
  );
  equal(cost({ ...taken, seconds: [40, 55] }).split(" · ")[3], "40 to 55 s by an earlier run");
});

test("times and sizes as people say them", () => {
  equal([4, 59, 61, 3599, 7260].map(time), ["4 s", "59 s", "1 min", "1 h 0 min", "2 h 1 min"]);
  equal([1024, 1 << 20, 3 * 2 ** 30].map(size), ["1 KiB", "1.0 MiB", "3.0 GiB"]);
});

test("what a report says in a line", () => {
  const report = { kind: "text", n: 2000, duplicates: 1, splits: { train: 1800, test: 200 } };
  equal(facts({ ...report, classes: [] }), [
    "2,000 sentences",
    "1 duplicate left out",
    "train 1,800, test 200",
  ]);
  equal(facts({ ...report, duplicates: 0, classes: ["a", "b"] }).at(-1), "2 classes");
});

test("names for data after their file, and for runs that none has", () => {
  equal(titleOf("my_diary-2024.csv"), "my diary 2024");
  equal(titleOf(".txt"), "My data");
  equal(free("diary", []), "diary");
  equal(free("diary", ["diary", "diary 2"]), "diary 3");
});
