// Attacks on a classifier of sentences, side by side. The parts, joined by widget.py, share their
// names:
//   attack.js  what is on the page, the questions to the server, the link
//   form.js    what to attack, and how
//   cards.js   each method: its sentence, its budget, its verdict; tables and files
//   curve.js   the probability of the label wanted, along each chain
//
// It is one view of its tab, shown while the tab's mode is "attack". Rows come in pieces and the
// page asks for the next: to cancel is to ask no more.
const { el, svg, mark, button, csv, say, tableTwin, COLOURS } = latent;
const TAB = props.tab;
const MODE = "attack";
const METHODS = [
  { key: "b-mha", letter: "b", title: "b-MHA", about: "a Markov chain that proposes words by the language model alone" },
  { key: "w-mha", letter: "w", title: "w-MHA", about: "the same chain; words are weighted by the classifier's gradient" },
  { key: "genetic", letter: "g", title: "Genetic", about: "a population of word substitutions, as Alzantot et al. 2018" },
];
const LOST = "The server does not answer. Is it still running? Then try again.";
const id = (name) => `${props.prefix}-${name}`;
const panel = element.closest('[role="tabpanel"]');

let offers = null; // {victims, most}
let scene = null; // what the server said of the start, with rows and verdicts by method
let place = Infinity; // of the cursor on the curve, in passes or trials
let axis = "passes";
let running = null; // the job that is asked for rows
let written = props.value; // what this script itself made the value

const life = latent.result(`${TAB}-attack`, { element, ready: () => {}, server: { run: ({ settings }) => server.run({ settings }) }, draw });

const minus = (text) => text.replace("-", "\u2212");
const percent = (p) => `${(100 * p).toFixed(p > 0.9995 || p < 0.0005 ? 3 : 1)} %`;
const count = (n) => Math.round(n).toLocaleString("en");
const number = (x) => (x == null ? "–" : minus(x.toPrecision(3)));

// ---- when it is shown ---------------------------------------------------------------------

const here = () => panel.dataset.mode === MODE;
new MutationObserver(shownOrHidden).observe(panel, { attributeFilter: ["data-mode"] });

async function shownOrHidden() {
  if (!here()) return latent.keep(TAB, { attack: "" });
  if (!offers && !(await prepare())) return;
  if (scene) return remember();
  fill(readState(props.value));
  run();
}
watch("value", () => {
  if (!offers || props.value === written) return;
  fill(readState(props.value));
  if (here()) run();
});

async function prepare() {
  const answer = (await server.options({})) ?? { error: LOST };
  if (answer.error) return void life.fail(answer.error);
  offers = answer;
  offer();
  return true;
}

function remember() {
  written = props.value = stateOf(settings());
  latent.keep(TAB, { attack: written, chain: "" }); // the chain beside it is not what is linked
  latent.setView(TAB, { mode: MODE });
}

// ---- running ------------------------------------------------------------------------------

async function run() {
  cancel({ quietly: true });
  const before = scene;
  busy("Loading the models");
  await life.view.run({ settings: settings() });
  if (scene === before) {
    busy("");
    element.classList.toggle("lp-stale", false); // what is shown is still good
  }
}

/** Called with the server's answer to the settings; asks for rows until there are no more. */
async function draw(data, { settings: asked }, alive) {
  scene = { ...data, settings: asked, rows: Object.fromEntries(asked.methods.map((key) => [key, []])), verdicts: {} };
  place = Infinity;
  const mine = (running = data.job);
  const going = () => alive() && running === mine;
  remember();
  drawStart();
  drawScene();
  busy("Looking for words about the label, and for the first proposals");
  while (going()) {
    const piece = (await server.more({ job: mine })) ?? { error: LOST };
    if (!going()) return;
    if (piece.error) {
      running = null;
      busy("");
      return life.fail(piece.error);
    }
    for (const [key, rows] of Object.entries(piece.methods)) scene.rows[key].push(...rows);
    scene.verdicts = piece.verdicts;
    if (piece.done) running = null;
    drawScene();
    busy(piece.done ? "" : progress());
  }
  status.textContent = summary();
  say(summary());
}

const tried = (key) => scene.rows[key].at(-1)?.trials ?? 0;
const progress = () => scene.settings.methods.map((key) => `${METHODS.find((m) => m.key === key).title} ${count(tried(key))}`).join(", ") + " trials";

function summary() {
  const won = Object.values(scene.verdicts).filter(({ flipped }) => flipped).length;
  const of = scene.settings.methods.length;
  return Object.keys(scene.verdicts).length ? `${won} of ${of} ${of === 1 ? "method" : "methods"} misled the classifier.` : "";
}

function cancel({ quietly = false } = {}) {
  if (!running) return;
  server.stop({ job: running });
  running = null;
  life.view.cancel();
  element.removeAttribute("aria-busy");
  busy("");
  if (!quietly) {
    status.textContent = `Cancelled after ${progress()}. Nothing is verified.`;
    drawScene();
  }
}

function busy(text) {
  status.textContent = text;
  bar.hidden = stopper.hidden = !text;
  if (!scene || !text) return bar.removeAttribute("value");
  const share = scene.settings.methods.map((key) => Math.min(1, tried(key) / scene.settings.trials));
  if (share.some(Boolean)) bar.value = share.reduce((a, b) => a + b, 0) / share.length;
  else bar.removeAttribute("value"); // nothing known yet
}
