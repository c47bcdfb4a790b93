import {
  count,
  fixed,
  logTicks,
  percent,
  powerOfTen,
  signed,
  significant,
  ticks,
} from "../../../app/page/numbers.js";
import { equal, test } from "./check.js";

test("a fixed number of decimals, a true minus, no −0, a dash for none", () => {
  equal(fixed(1.005), "1.00");
  equal(fixed(-2.5, 1), "−2.5");
  equal(fixed(-0.001), "0.00");
  equal(fixed(3, 0), "3");
  equal(
    [null, undefined, Number.NaN].map((x) => fixed(x)),
    ["–", "–", "–"],
  );
  equal(
    [Infinity, -Infinity].map((x) => fixed(x)),
    ["∞", "−∞"],
  );
});

test("a sign for both sides of nothing", () => {
  equal(
    [1.25, -1.25, 0, 0.001, -0.001].map((x) => signed(x)),
    ["+1.25", "−1.25", "0.00", "0.00", "0.00"],
  );
  equal(signed(Infinity), "+∞");
  equal(signed(null), "–");
});

test("whole numbers have their thousands apart", () => {
  equal([0, 999, 1000, -1234567.4].map(count), ["0", "999", "1,000", "−1,234,567"]);
});

test("significant digits, and powers of ten for what is very large or small", () => {
  equal(
    [0, 7, 0.5, 0.12345, 12.345, 123.45, 1234.5, -98765.4].map((x) => significant(x)),
    ["0", "7", "0.5", "0.123", "12.3", "123", "1,235", "−98,765"],
  );
  equal(
    [1e6, -2.5e9, 0.00012345, 0.00009].map((x) => significant(x)),
    ["1.0e+6", "−2.5e+9", "0.000123", "9.0e−5"],
  );
  equal(significant(12.345, 2), "12");
});

test("no share but 0 is 0 %, and none but 1 is 100 %", () => {
  equal(
    [0, 1, 0.5, 0.123, 0.05, 0.0995].map((x) => percent(x)),
    ["0 %", "100 %", "50 %", "12 %", "5.0 %", "10.0 %"],
  );
  equal(percent(0.0000321), "3e-3 %");
  equal(percent(0.999), "99.900 %");
  equal(percent(0.99999999), "> 99.999 %");
  equal(percent(0.9, 1), "90.0 %");
  equal(percent(null), "–");
});

test("ticks are round, lie inside, and have as many decimals as their distance asks for", () => {
  const labels = (...args) => ticks(...args).map(({ label }) => label);
  equal(labels(0, 1), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  equal(labels(-2, 2, 4), ["−2", "−1", "0", "1", "2"]);
  equal(labels(0, 4000, 4), ["0", "1,000", "2,000", "3,000", "4,000"]);
  equal(labels(0.013, 0.029, 4), ["0.015", "0.020", "0.025"]);
  for (const most of [2, 3, 5, 8]) {
    const values = ticks(-0.37, 12.9, most).map(({ value }) => value);
    equal(
      values.every((value) => value >= -0.37 && value <= 12.9),
      true,
    );
    equal(values.length >= 1 && values.length <= most + 2, true);
  }
});

test("ticks of a logarithmic axis", () => {
  const values = (...args) => logTicks(...args).map(({ value }) => value);
  equal(values(1, 60), [1, 2, 5, 10, 20, 50]);
  equal(values(0.001, 1000), [0.001, 0.1, 10, 1000]);
  equal(
    logTicks(1000, 2000).map(({ label }) => label),
    ["1,000", "2,000"],
  );
});

test("powers of ten", () => {
  equal([3, -12].map(powerOfTen), ["10³", "10⁻¹²"]);
});
