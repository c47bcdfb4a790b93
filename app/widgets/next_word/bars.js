// The likeliest next words as bars that can be taken, and whole continuations.
// Joined to next_word.js by widget.py; shares its names.

const MARKS = { end: () => (backward ? "beginning of the sentence" : "end of the sentence"), unknown: () => "any unknown word" };

function drawBars() {
  const { words, entropy } = shown;
  const held = bars.contains(document.activeElement);
  const most = Math.max(...words.map(({ p }) => p));
  barsHead.textContent = backward ? "The word before" : "The next word";
  bars.replaceChildren(...words.map(({ word, p, kind, text }, i) => {
    const name = kind === "word" ? visible(word) : MARKS[kind]();
    const fill = el("i", { style: `width: ${(100 * p) / most}%` });
    const whole = kind === "word" && !text.includes("\ufffd"); // of subwords, some are parts of a letter
    return el("li", {}, el("button", {
      type: "button", class: kind === "word" ? "next-bar" : "next-bar next-mark", disabled: !whole,
      "aria-label": `${name}, ${percent(p)}`, "data-place": i, on: { click: () => take(text) },
    }, el("span", { class: "next-word", text: name }), el("span", { class: "next-track", "aria-hidden": "true" }, fill), el("span", { class: "next-p", text: percent(p) })));
  }));
  const sum = words.reduce((all, { p }) => all + p, 0);
  const count = words.length === 1 ? "This one holds" : `These ${words.length} hold`;
  barsNote.textContent = `${count} ${percent(Math.min(1, sum))} of the probability. Entropy ${nats(entropy, 2)} nats: as unsure as among ${Math.exp(entropy).toLocaleString("en", { maximumSignificantDigits: 2 })} equally likely ones. Bars are drawn against the longest.`;
  barTable.set(["word", "p", "log p, nats"], words.map(({ word, p, kind }) => [kind === "word" ? word : `(${MARKS[kind]()})`, p.toPrecision(4), p ? Math.log(p).toFixed(3) : ""]));
  if (held) focusBar(0);
  element.dataset.bars = words.length; // how tests know
}

/** The first bar from `place` on that can be taken; whether there is one. */
function focusBar(place, step = 1) {
  const all = [...bars.querySelectorAll("button")];
  while (all[place]?.disabled) place += step;
  all[place]?.focus();
  return Boolean(all[place]);
}

bars.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const place = Number(event.target.dataset?.place);
  if (!step || Number.isNaN(place)) return;
  event.preventDefault();
  if (!focusBar(place + step, step) && step < 0) box.focus();
});

/** A sentence with what was typed told apart from what was added. */
function sentence(text) {
  const typed = shown.text;
  if (typed && text.startsWith(typed)) return [el("span", { class: "next-typed", text: typed }), text.slice(typed.length)];
  const low = text.toLowerCase().endsWith(typed.toLowerCase());
  if (typed && low) return [text.slice(0, -typed.length), el("span", { class: "next-typed", text: typed })];
  return [text];
}

function option({ text, log_p, cut }, how) {
  return el("li", {}, el("button", { type: "button", on: { click: () => take(text) } },
    how ? el("span", { class: "next-how", text: how }) : null,
    el("span", { class: "next-text" }, ...sentence(text || "(nothing)"), cut ? el("span", { class: "next-typed", text: " …" }) : null),
    el("span", { class: "next-p", text: nats(log_p) })));
}

function drawRest(list, { temperature, seed }) {
  rest.replaceChildren(...list.map((one, i) => option(one, ["likeliest word each time", `drawn at temperature ${temperature}, seed ${seed}`][i])));
}
