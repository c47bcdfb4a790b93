// The first part: where the data come from, how they are read, and what a model would see of them.

import { choice, field, offer, select } from "../../page/choice.js";
import { button, el, say } from "../../page/dom.js";
import { packed } from "./folder.js";
import { fillForm } from "./form.js";
import { drawReport, setUp as setUpReport } from "./report.js";
import { send } from "./upload.js";
import { titleOf } from "./words.js";

/**
 * @typedef {import("./types.js").Corpus} Corpus
 * @typedef {import("./types.js").Report} Report
 * @typedef {import("./types.js").Source} Source
 * @typedef {import("./types.js").Ui} Ui
 */

const FILES = ".txt,.csv,.tsv,.jsonl,.json,.parquet,.zip,.gz,.npz,.idx,.idx3-ubyte";
const WAYS = [
  ["file", "A file"],
  ["pasted", "Pasted text"],
  ["corpus", "A corpus that is here"],
];
const SIDES = [
  [28, "28 × 28"],
  [32, "32 × 32"],
];
const COLOURS = [
  [1, "grey"],
  [3, "colour"],
];

/** @returns {Source} */
export const nothing = () => ({
  corpus: "",
  upload: "",
  column: "",
  label_column: "",
  size: 28,
  channels: 1,
});

/**
 * Look at the data that are chosen now; of many that are asked for, the newest counts.
 * @param {Ui} ui
 * @param {Source} source
 */
async function look(ui, source) {
  const mine = (ui.turn += 1);
  working(ui, "Reads the data");
  const answer = await ui.ask("report", { source });
  if (mine !== ui.turn) return;
  if (answer.error) return refuse(ui, answer.error);
  ui.source = source;
  ui.report = answer;
  tell(ui, "");
  showReading(ui, answer);
  drawReport(ui.data.report, answer);
  say("The data are read.");
  await fillForm(ui);
}

/** @param {Ui} ui @param {string} sentence what is wrong; what was there before stays */
function refuse(ui, sentence) {
  tell(ui, sentence, true);
  if (ui.report) ui.data.report.node.classList.remove("train-old");
}

/** @param {Ui} ui @param {string} text @param {boolean} [wrong] */
function tell(ui, text, wrong = false) {
  const { said, bar, node } = ui.data;
  said.textContent = text;
  said.classList.toggle("train-wrong", wrong);
  bar.hidden = true;
  node.removeAttribute("aria-busy");
}

/** @param {Ui} ui @param {string} text @param {number} [share] unknown where it is left out */
function working(ui, text, share) {
  tell(ui, text);
  const { bar, node, report } = ui.data;
  if (share == null) bar.removeAttribute("value");
  else bar.value = share;
  bar.hidden = false;
  node.setAttribute("aria-busy", "true");
  report.node.classList.add("train-old");
}

/** @param {Ui} ui @param {FileList} files all that is in a folder */
async function takeFolder(ui, files) {
  const mine = (ui.turn += 1);
  working(ui, "Reads the folder");
  try {
    const file = await packed(files, ui.props.most);
    if (mine === ui.turn) take(ui, file);
  } catch (error) {
    if (mine === ui.turn) refuse(ui, /** @type {Error} */ (error).message);
  }
}

/** @param {Ui} ui @param {DataTransferItem | undefined} item */
function takeFallen(ui, item) {
  if (!item?.webkitGetAsEntry()?.isDirectory) return take(ui, item?.getAsFile());
  ui.turn += 1;
  refuse(ui, "This is a folder. Press “Choose a folder of pictures”.");
}

/** @param {Ui} ui @param {File | null | undefined} file */
async function take(ui, file) {
  if (!file) return;
  const mine = (ui.turn += 1);
  working(ui, `Sends ${file.name}`, 0);
  const went = (/** @type {number} */ share) => {
    if (mine === ui.turn) working(ui, `Sends ${file.name}`, share);
    return mine === ui.turn;
  };
  try {
    const upload = await send(ui, file, went);
    if (!upload || mine !== ui.turn) return;
    ui.data.title.value = titleOf(file.name);
    await look(ui, { ...nothing(), upload });
  } catch (error) {
    if (mine === ui.turn) refuse(ui, /** @type {Error} */ (error).message);
  }
}

/** @param {Ui} ui */
function paste(ui) {
  const text = ui.data.pasted.value;
  if (!text.trim()) return refuse(ui, "There is no text yet. Paste one sentence a line.");
  take(ui, new File([text], "Pasted text.txt", { type: "text/plain" }));
}

/** @param {Ui} ui @param {Partial<Source>} change how the same file is read */
const reread = (ui, change) => look(ui, { ...ui.source, ...change });

/**
 * What can be chosen about the reading: columns of a table, sizes of pictures; of a corpus nothing.
 * @param {Ui} ui
 * @param {Report} report
 */
function showReading(ui, report) {
  const { data, source } = ui;
  data.titleField.hidden = Boolean(source.corpus);
  const rows = [];
  if (report.columns.length && !source.corpus) {
    const names = report.columns.map((name) => [name, name]);
    const column = select("train-column", names, (name) => reread(ui, { column: name }));
    column.value = report.column;
    const labels = select("train-labels", [["", "none"], ...names], (name) =>
      reread(ui, { label_column: name, column: report.column }),
    );
    labels.value = report.label_column;
    rows.push(field("Column of sentences", column), field("Column of labels", labels));
  }
  if (report.kind === "image" && !source.corpus)
    rows.push(
      segmented("train-side", "Size", SIDES, source.size, (size) => reread(ui, { size })),
      segmented("train-colours", "Colours", COLOURS, source.channels, (channels) =>
        reread(ui, { channels }),
      ),
    );
  const focused = document.activeElement?.id;
  data.reading.replaceChildren(...rows);
  if (focused) document.getElementById(focused)?.focus();
  data.reading.hidden = !rows.length;
}

/**
 * One of a few under its name.
 * @param {string} id
 * @param {string} title
 * @param {import("../../page/choice.js").Option[]} options
 * @param {any} chosen
 * @param {(value: any) => void} pick
 */
export function segmented(id, title, options, chosen, pick) {
  const made = choice(id, { id, "aria-label": title }, pick);
  made.fill(options, chosen);
  return named(title, made.group);
}

/** @param {string} title @param {HTMLElement} group */
export const named = (title, group) =>
  el(
    "div",
    { class: "lp-form-field" },
    el("span", { class: "train-label", text: title, "aria-hidden": "true" }),
    group,
  );

/** @param {Ui} ui the list of corpora, of which one stays chosen */
export function fillCorpora(ui) {
  const { corpus } = ui.data;
  const chosen = corpus.value;
  offer(corpus, [["", "Choose one"]]);
  const groups = /** @type {const} */ ([
    ["Yours", ui.corpora.filter(({ yours }) => yours)],
    ["Sentences", ui.corpora.filter(({ yours, kind }) => !yours && kind === "text")],
    ["Pictures", ui.corpora.filter(({ yours, kind }) => !yours && kind === "image")],
  ]);
  for (const [label, list] of groups) {
    const options = list.map(({ key, title }) => el("option", { value: key, text: title }));
    if (options.length) corpus.append(el("optgroup", { label }, ...options));
  }
  corpus.value = ui.corpora.some(({ key }) => key === chosen) ? chosen : "";
  showForget(ui);
}

/** @param {Ui} ui */
function showForget(ui) {
  const { forget, corpus } = ui.data;
  forget.hidden = !ui.corpora.some(({ key, yours }) => yours && key === corpus.value);
}

/** @param {Ui} ui */
async function drop(ui) {
  const { corpus } = ui.data;
  const one = ui.corpora.find(({ key }) => key === corpus.value);
  if (!one || !confirm(`Delete “${one.title}” from this machine? Models of it stay.`)) return;
  const answer = await ui.ask("forget", { corpus: one.key });
  if (answer.error) return refuse(ui, answer.error);
  ui.corpora = answer.corpora;
  if (ui.source.corpus === one.key) {
    ui.report = null;
    ui.source = nothing();
    ui.data.report.node.hidden = ui.form.node.hidden = true;
  }
  fillCorpora(ui);
  tell(ui, `“${one.title}” is deleted.`);
}

/** @param {Ui} ui @param {string} way */
function show(ui, way) {
  for (const [name, node] of Object.entries(ui.data.ways)) node.hidden = name !== way;
}

/** @param {Ui} ui a place where a file can be chosen or let fall */
function dropZone(ui) {
  const file = el("input", {
    type: "file",
    id: "train-file",
    class: "train-file",
    accept: FILES,
    "aria-describedby": "train-file-about",
    on: {
      change: () => {
        take(ui, file.files?.[0]);
        file.value = "";
      },
    },
  });
  const over = (/** @type {DragEvent} */ event, /** @type {boolean} */ on) => {
    event.preventDefault();
    zone.classList.toggle("train-over", on);
  };
  const zone = el(
    "label",
    {
      class: "train-drop",
      for: "train-file",
      on: {
        dragover: (/** @type {any} */ event) => over(event, true),
        dragleave: (/** @type {any} */ event) => over(event, false),
        drop: (/** @type {any} */ event) => {
          over(event, false);
          takeFallen(ui, event.dataTransfer?.items[0]);
        },
      },
    },
    file,
    el("b", { text: "Choose a file, or let it fall here" }),
    el("span", {
      id: "train-file-about",
      class: "lp-remark",
      text: `Sentences: TXT (one a line), CSV, TSV, JSONL, Parquet. Pictures: a ZIP or a folder of PNG and JPEG, in it a folder for each class; IDX; NPZ. At most ${ui.props.most >> 20} MiB. It stays on this machine. Conversations are not read yet, so models that reply are not offered.`,
    }),
  );
  return { zone, file };
}

/** @param {Ui} ui a button for a folder, as a ZIP of it would be */
function folderButton(ui) {
  const files = el("input", {
    type: "file",
    class: "lp-offscreen",
    id: "train-folder",
    webkitdirectory: true,
    tabindex: "-1",
    "aria-label": "A folder of pictures",
    on: {
      change: () => {
        if (files.files?.length) takeFolder(ui, files.files);
        files.value = "";
      },
    },
  });
  const open = button(null, "Choose a folder of pictures", () => files.click());
  return el("div", {}, open, files);
}

/** @param {Ui} ui */
export function setUp(ui) {
  const { zone, file } = dropZone(ui);
  const pasted = el("textarea", {
    class: "lp-input train-pasted",
    id: "train-pasted",
    rows: 8,
    placeholder: "one sentence a line",
    spellcheck: "false",
  });
  const corpus = select("train-corpus", [], (key) => {
    showForget(ui);
    if (key) look(ui, { ...nothing(), corpus: key });
  });
  const forget = button("close", "Delete this corpus", () => drop(ui), { hidden: true });
  const title = el("input", {
    class: "lp-input",
    id: "train-title",
    maxlength: 60,
    autocomplete: "off",
  });
  const from = choice("train-from", { "aria-label": "Where the data come from" }, (way) =>
    show(ui, way),
  );
  from.fill(WAYS, "file");
  const ways = {
    file: el("div", { class: "lp-form" }, zone, folderButton(ui)),
    pasted: el(
      "div",
      { class: "lp-form" },
      field("Sentences, one a line", pasted),
      el(
        "div",
        {},
        button(null, "Read the text", () => paste(ui), { id: "train-paste" }),
      ),
    ),
    corpus: el("div", { class: "lp-bar" }, field("Corpus", corpus), forget),
  };
  const titleField = field("Name of the data", title, { hidden: true });
  const bar = el("progress", { class: "lp-progress", max: 1, "aria-label": "Reading" });
  bar.hidden = true;
  ui.data = {
    ...{ from, ways, corpus, forget, file, pasted, title, titleField, bar },
    reading: el("div", { class: "lp-form-row train-reading", hidden: true }),
    said: el("p", { class: "train-said", role: "status" }),
    report: setUpReport(),
    node: el("section", { class: "lp-section train-part", "aria-label": "Data" }),
  };
  show(ui, "file");
  ui.data.node.append(
    el("header", { class: "lp-head" }, el("h3", { text: "Data" })),
    from.group,
    ...Object.values(ways),
    el("div", { class: "lp-running" }, ui.data.said, bar),
    el("div", { class: "lp-form-row" }, titleField, ui.data.reading),
    ui.data.report.node,
  );
}
