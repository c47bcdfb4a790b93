// Writing with a language model. Emits "ready" and "input". The parts, joined by widget.py, share
// their names:
//   next_word.js  what is written, what the model thinks of it, and the questions to the server
//   bars.js       the likeliest next words, and how the model would go on
//   tree.js       the beam search: what was kept, what was pruned
//
// Some models read from the end: there the "next" word is the word before, bars put words in
// front, and the tree grows to the left.
const { el, svg, button, csv, say, tableTwin } = latent;
const life = latent.result("next_word", { element, ready: () => trigger("ready"), server, draw });
const PAUSE = 200; // ms without a key before the text is read
const REST = 250; // ms before one looks further ahead, so that who types on waits for nothing
const STEEP = 10; // nats of surprisal that give the deepest colour
const LOST = "The server does not answer. Is it still running? Then try again.";

let shown = null; // the prediction that is on the page
let backward = false;

const minus = (text) => text.replace("-", "\u2212");
const nats = (x, digits = 1) => minus(x.toFixed(digits));
const percent = (p) => (p >= 0.1 ? `${(100 * p).toFixed(0)} %` : p >= 0.0005 ? `${(100 * p).toFixed(1)} %` : `${(100 * p).toExponential(0)} %`);
/** A token as it is read; a space that belongs to it is shown. */
const visible = (word) => word.replace(/^ /, "\u2423").replaceAll("\n", "\u21B5");

// ---- what is on the page ------------------------------------------------------------------

const box = el("input", {
  class: "lp-input next-box", id: "next-word-text", maxlength: "2000", autocomplete: "off", spellcheck: "false",
  placeholder: "Write, or start with nothing", "aria-describedby": "next-word-note",
});
box.value = props.value ?? "";
const boxLabel = el("label", { for: box.id, text: "Sentence" });
const shorten = button("back", "Remove a word", removeWord, { id: "next-word-shorten" });
const clear = button("close", "Clear", () => take("", { back: true }), { id: "next-word-clear" });
const note = el("p", { class: "next-note", id: "next-word-note" });
const unknown = el("p", { class: "next-note lp-caution", role: "status", hidden: true });
const tokens = el("ol", { class: "next-tokens", "aria-label": "Surprisal of each word" });
const total = el("p", { class: "next-note next-total" });
const barsHead = el("h3");
const bars = el("ol", { class: "next-bars" });
const barsNote = el("p", { class: "next-note" });
const rest = el("ol", { class: "next-rest" });
const tree = el("div", { class: "next-tree" });
const treeScroll = el("div", { class: "next-scroll", tabindex: "0", role: "group", "aria-label": "Beam search, step by step" }, tree);
const found = el("ol", { class: "next-rest next-found" });
const barTable = tableTwin("Bars as a table");
const treeTable = tableTwin("Tree as a table");
const side = el("section", { class: "next-side" }, el("h3", { text: "How it would go on" }), rest,
  el("p", { class: "next-note", text: "Each is written to its end; log p is of what is added, in nats. Click one to take it." }));
const branches = el("section", { class: "next-branches" },
  el("div", { class: "next-head" }, el("h3", { text: "Beam search" }),
    el("span", { class: "next-key next-kept", text: "kept" }), el("span", { class: "next-key next-pruned", text: "pruned" }),
    el("span", { class: "next-key next-best", text: "on the way to the best" }), el("span", { class: "next-key next-end", text: "complete" })),
  treeScroll,
  el("h4", { text: "What it found, the likeliest first" }), found,
  el("p", { class: "next-note", text: "Numbers are log p of what is added, in nats. Width 1 takes the likeliest word each time. Click a box to take that beginning." }));
life.body.append(
  el("div", { class: "next-write" }, boxLabel, el("div", { class: "next-line" }, box, shorten, clear), note, unknown, tokens, total),
  el("div", { class: "next-columns" }, el("section", { class: "next-main" }, barsHead, bars, barsNote), side),
  branches, barTable.details, treeTable.details);
life.tools.prepend(
  button("save", "CSV of the bars", () => save("next-words.csv", barTable), { id: "next-word-bars-csv" }),
  button("save", "CSV of the tree", () => save("beam.csv", treeTable), { id: "next-word-tree-csv" }));

function save(name, twin) {
  latent.download(name, "text/csv", csv([twin.details.columns, ...twin.rows()]));
}

// ---- writing ------------------------------------------------------------------------------

let typing = 0; // timer
box.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => set(box.value), PAUSE);
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    clearTimeout(typing);
    set(box.value);
  } else if (event.key === "ArrowDown" && focusBar(0)) event.preventDefault();
});
watch("value", () => {
  if (document.activeElement !== box && box.value !== props.value) box.value = props.value ?? "";
});

function set(text) {
  props.value = text;
  trigger("input");
}

/** A text that was clicked becomes the one that is written. */
function take(text, { back = false } = {}) {
  clearTimeout(typing);
  box.value = text;
  if (back) box.focus();
  set(text);
}

/** The word that was read last: the last one, or of a model that reads from the end the first. */
function removeWord() {
  const [first, last] = [/^\s*\S+\s*/, /\s*\S+\s*$/];
  take(box.value.replace(backward ? first : last, ""));
}

async function draw(data, request, alive) {
  shown = data;
  backward = data.backward;
  element.dataset.backward = backward;
  note.textContent = backward
    ? "This model reads from the end: it expects the word before, so words are put in front of your text."
    : "This model reads from left to right and expects the word after your text.";
  unknown.hidden = !data.unknown.length;
  unknown.textContent = `The model does not know: ${data.unknown.slice(0, 8).join(", ")}. It reads each as the same unknown word.`;
  drawTyped();
  drawBars();
  for (const node of [rest, found, treeScroll]) node.classList.add("next-old");
  tree.style.minHeight = `${heightOf(request.width + props.shown)}px`; // nothing jumps when it comes
  await new Promise((done) => setTimeout(done, REST));
  if (!alive()) return;
  const { checkpoint, text, temperature, width, seed } = request;
  const answer = (await server.ahead({ checkpoint, text, temperature, width, seed })) ?? { error: LOST };
  if (!alive()) return;
  if (answer.error) return life.fail(answer.error);
  for (const node of [rest, found, treeScroll]) node.classList.remove("next-old");
  drawRest(answer.rest, request);
  drawTree(answer);
}

/** Each word with its surprisal, on a ground that is the deeper the less it was expected. */
function drawTyped() {
  const { typed } = shown;
  tokens.replaceChildren(...typed.map(({ word, log_p, unknown: strange }) => {
    const depth = Math.min(1, -log_p / STEEP);
    const title = `${strange ? "an unknown word" : visible(word)}: p = ${percent(Math.exp(log_p))} given the words ${backward ? "after" : "before"} it`;
    return el("li", { title, class: strange ? "next-strange" : "", style: `--depth: ${(60 * depth).toFixed(0)}%` },
      el("b", { text: visible(word) }), el("span", { text: nats(-log_p) }));
  }));
  const sum = typed.reduce((all, { log_p }) => all + log_p, 0);
  total.textContent = typed.length
    ? `Surprisal \u2212log p of each word, in nats: together ${nats(-sum)}, ${nats(-sum / typed.length)} a word (perplexity ${Math.exp(-sum / typed.length).toFixed(0)}).`
    : `Nothing is written yet: this is how sentences ${backward ? "end" : "begin"}.`;
}
