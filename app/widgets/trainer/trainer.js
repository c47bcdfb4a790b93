// Train: data, model, runs, and one's own checkpoints. Emits "ready". Its parts:
//   trainer.js  what the page begins with, and the link
//   data.js     where the data come from; report.js what a model would see; upload.js files;
//               folder.js folders of pictures
//   form.js     model, settings, name, Train
//   runs.js     the runs and what one can do to them; curves.js what they do
//   kept.js     one's own checkpoints
//   words.js    what is said of all this
//
// Training is the server's business and goes on without the page. The link holds the runs that
// are shown, so a reload or a later visit finds them again.

import { asker, result } from "../../page/result.js";
import { fillCorpora, nothing, setUp as setUpData } from "./data.js";
import { setUp as setUpForm } from "./form.js";
import { drawYours, setUp as setUpYours } from "./kept.js";
import { linked, setUp as setUpRuns, showRuns, watch, wrong } from "./runs.js";

/**
 * @typedef {import("./types.js").Overview} Overview
 * @typedef {import("./types.js").Ui} Ui
 */

const PATIENCE = 120000; // ms; a large file is read in one go

/** @param {Ui} ui @param {Overview} data @param {{runs: string}} request */
function draw(ui, data, request) {
  ui.corpora = data.corpora;
  fillCorpora(ui);
  drawYours(ui, data.yours);
  const asked = request.runs.split("~").filter((id) => id && !data.gone.includes(id));
  const [newest] = data.runs;
  showRuns(ui, data.runs);
  watch(ui, asked.length || !newest ? asked : [newest.id]);
  wrong(ui, data.gone.length ? "This link shows a run that is not on this machine any more." : "");
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  Object.assign(ui, {
    ask: asker(given.server, PATIENCE),
    ...{ corpora: [], source: nothing(), report: null, offers: {}, values: {} },
    ...{ runs: [], looks: {}, watched: [], yours: [], turn: 0, timer: 0, asked: 0 },
    acting: new Set(),
  });
  setUpData(ui);
  setUpForm(ui);
  setUpRuns(ui);
  setUpYours(ui);
  const life = result("train", {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.server,
    draw: (data, request) => draw(ui, data, request),
    linked: (request) => (request.runs ? { runs: request.runs } : linked(ui)),
  });
  life.body.append(ui.data.node, ui.form.node, ui.run.node, ui.kept.node);
}
