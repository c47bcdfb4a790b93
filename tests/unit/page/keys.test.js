import { taken } from "../../../app/page/keys.js";
import { equal, test } from "./check.js";

/** What has the focus: `matching` are the parts of selectors that it is, `state` what it says. */
function focused(matching, state = {}) {
  const node = {
    ...state,
    matches: () => Boolean(state.selected),
    closest: (selector) =>
      selector.split(", ").some((part) => matching.includes(part)) ? node : null,
  };
  return node;
}

test("a chosen tab or radio leaves Space and letters to shortcuts, and keeps its own keys", () => {
  const tab = '[role="tab"]';
  for (const chosen of [
    focused([tab], { selected: true }),
    focused(['input[type="radio"]', "input"], { checked: true }),
  ]) {
    equal(taken(chosen, " "), false);
    equal(taken(chosen, "b"), false);
    for (const key of ["ArrowRight", "Home", "Enter"]) equal(taken(chosen, key), true);
  }
  equal(taken(focused([tab]), " "), true);
  equal(taken(focused(['input[type="radio"]', "input"]), " "), true);
});

test("what is typed into is nobody's shortcut, and a button is pressed by Space alone", () => {
  for (const key of [" ", "b", "ArrowLeft"]) equal(taken(focused(["input"]), key), true);
  equal(taken(focused(["button"]), " "), true);
  equal(taken(focused(["button"]), "b"), false);
  equal(taken(focused([]), " "), false);
});
