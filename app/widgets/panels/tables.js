// Modes at both steps, curves and what was measured at the end, as tables.

import { count, fixed, significant } from "../../page/numbers.js";
import { early } from "./paint.js";
import { moment } from "./snapshots.js";

/** @typedef {import("./types.js").Ui} Ui */

/** @param {Ui} ui */
export function fillTables(ui) {
  ui.measured.set(
    ["objective", ...ui.scene.measured.map(([, title]) => title)],
    ui.scene.runs.map((run) => [
      run.title,
      ...ui.scene.measured.map(([name]) => significant(run.measured[name], 4)),
    ]),
  );
  const places = [...new Set([early(ui), ui.at])];
  const lines = places.flatMap((index) =>
    ui.scene.runs.flatMap((run) => {
      const now = moment(ui, run, index);
      const members = Array.from({ length: now.items }, (_, n) => now.mode(n));
      return Array.from({ length: now.components }, (_, k) => [
        ui.scene.steps[index],
        run.title,
        `c${ui.variable + 1}`,
        k + 1,
        ...now.mean(k).map((v) => fixed(v)),
        ...now.scale(k).map((v) => fixed(v)),
        members.filter((mode) => mode === k).length / now.items,
      ]);
    }),
  );
  ui.meansTable.set(
    [
      "step",
      "objective",
      "variable",
      "mode",
      "mean z₁",
      "mean z₂",
      "σ₁",
      "σ₂",
      `share of ${count(ui.scene.runs[0].shape[1])} sentences`,
    ],
    lines,
  );
  const steps = [...new Set(ui.scene.runs.flatMap((run) => run.history.step))].sort(
    (a, b) => a - b,
  );
  ui.curveTable.set(
    [
      "step",
      ...ui.scene.curves.flatMap(({ title, unit }) =>
        ui.scene.runs.map((run) => `${title}${unit && `, ${unit}`}: ${run.title}`),
      ),
    ],
    steps.map((step) => [
      step,
      ...ui.scene.curves.flatMap(({ id: name }) =>
        ui.scene.runs.map((run) => {
          const i = run.history.step.indexOf(step);
          return i < 0 ? "" : run.history[name][i];
        }),
      ),
    ]),
  );
}
