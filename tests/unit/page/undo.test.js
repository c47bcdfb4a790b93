import { asked, move, record, touch } from "../../../app/page/undo.js";
import { equal, test } from "./check.js";

/** What a person does, and what the address holds then. */
function act(tab, fragment) {
  touch();
  record(tab, fragment);
}

test("each thing that a person does is undone and redone", () => {
  record("a", "#1");
  act("a", "#2");
  act("a", "#3");
  equal([move("a", true), move("a", true), move("a", true)], ["#2", "#1", ""]);
  equal([move("a", false), move("a", false), move("a", false)], ["#2", "#3", ""]);
});

test("what changes by itself is no step of its own, and a link that settles forgets nothing", () => {
  record("b", "#1");
  act("b", "#2");
  record("b", "#2+step:10"); // a run goes on
  record("b", "#2+step:20");
  equal(move("b", true), "#1");
  record("b", "#1+more"); // as the widgets write it
  equal(move("b", false), "#2+step:20");
});

test("another step after an undo leaves nothing to redo, and tabs do not mix", () => {
  record("c", "#1");
  act("c", "#2");
  move("c", true);
  act("c", "#3");
  equal([move("c", false), move("c", true), move("d", true)], ["", "#1", ""]);
});

test("Ctrl+Z undoes, Ctrl+Shift+Z and Ctrl+Y redo, and text keeps its own", () => {
  const free = { closest: () => null };
  const typed = { closest: () => typed };
  const key = (letter, more) =>
    asked({ key: letter, ctrlKey: true, metaKey: false, shiftKey: false, target: free, ...more });
  equal([key("z"), key("Z", { shiftKey: true }), key("y")], [true, false, false]);
  equal([key("z", { ctrlKey: false, metaKey: true }), key("z", { ctrlKey: false })], [true, null]);
  equal([key("z", { target: typed }), key("c"), key("z", { altKey: true })], [null, null, null]);
});
