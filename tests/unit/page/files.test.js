import { csv } from "../../../app/page/files.js";
import { equal, test } from "./check.js";

const MARK = "\ufeff";
const line = (...cells) => csv([cells]);

test("numbers stay numbers", () => {
  equal(line(1, -1.5, "2e-3", "-7", 0), `${MARK}1,-1.5,2e-3,-7,0\r\n`);
});

test("a minus sign and thousands as people read them are numbers for programs", () => {
  equal(line("−1.25", "−1,234,567", "12,345.5"), `${MARK}-1.25,-1234567,12345.5\r\n`);
  equal(csv([["a−b"]]).includes("−"), false);
});

test("no value is an empty cell", () => {
  equal(line(null, undefined, "", "–"), `${MARK}"","","",""\r\n`);
});

test("text that a spreadsheet would run is kept text", () => {
  equal(
    line("=1+1", "+cmd", "-1+1", "@SUM(A1)", "\tx", "−log p"),
    `${MARK}"'=1+1","'+cmd","'-1+1","'@SUM(A1)","'\tx","'-log p"\r\n`,
  );
});

test("quotes, commas and lines within a cell", () => {
  equal(line('a"b', "a,b", "a\nb"), `${MARK}"a""b","a,b","a\nb"\r\n`);
});

test("what only looks like a number is text", () => {
  equal(line("1,2", "0x1F", "1e999", "12,34"), `${MARK}"1,2","0x1F","1e999","12,34"\r\n`);
});

test("rows are lines", () => {
  equal(csv([["a"], [1]]), `${MARK}"a"\r\n1\r\n`);
});
