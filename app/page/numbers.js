// Numbers as text, the same everywhere: a true minus sign, thousands apart, "–" for none.
// @ts-check

/** @typedef {number | null | undefined} Maybe */

export const NONE = "–";
const MINUS = "\u2212";
const LARGE = 1e6; // from here on, and below SMALL, powers of ten are easier to read
const SMALL = 1e-4;

/** What typicality is, wherever it is shown. */
export const TYPICALITY =
  "Share of draws of the aggregate posterior (codes of data) that are less dense than this code; below 1% it is atypical.";

/** @param {string} text */
export const minus = (text) => text.replaceAll("-", MINUS);

/**
 * What is no finite number; undefined for one that is.
 * @param {Maybe} x
 */
function special(x) {
  if (x == null || Number.isNaN(x)) return NONE;
  if (x === Infinity) return "∞";
  return x === -Infinity ? `${MINUS}∞` : undefined;
}

/**
 * With a given number of decimals.
 * @param {Maybe} x
 * @param {number} [digits]
 */
export function fixed(x, digits = 2) {
  const text = special(x);
  if (text !== undefined) return text;
  const said = Number(x).toFixed(digits);
  return minus(Number(said) === 0 ? said.replace("-", "") : said); // there is no −0
}

/**
 * As `fixed`, with a plus where it is more than nothing.
 * @param {Maybe} x
 * @param {number} [digits]
 */
export function signed(x, digits = 2) {
  const said = fixed(x, digits);
  return /^[\d∞]/.test(said) && Number(said) !== 0 ? `+${said}` : said;
}

/**
 * A whole number, thousands apart.
 * @param {Maybe} x
 */
export function count(x) {
  return special(x) ?? minus(Math.round(Number(x)).toLocaleString("en"));
}

/**
 * With so many significant digits; whole numbers, and large ones, to the unit.
 * @param {Maybe} x
 * @param {number} [digits]
 */
export function significant(x, digits = 3) {
  const text = special(x);
  if (text !== undefined) return text;
  const [value, size] = [Number(x), Math.abs(Number(x))];
  if (size >= LARGE || (size && size < SMALL)) return minus(value.toExponential(1));
  if (Number.isInteger(value) || size >= 10 ** digits) return count(value);
  const rounded = Number(value.toPrecision(digits));
  return minus(rounded.toLocaleString("en", { maximumFractionDigits: 7 }));
}

/**
 * A share from 0 to 1 in percent. Nothing but 0 is said to be 0 %, nothing but 1 to be 100 %.
 * @param {Maybe} share
 * @param {number} [digits] decimals; by default one below 10 %
 */
export function percent(share, digits) {
  const text = special(share);
  if (text !== undefined) return text;
  const value = 100 * Number(share);
  const said = value.toFixed(digits ?? (value && value < 10 ? 1 : 0));
  if (Number(said) === 0 && value > 0) return `${value.toExponential(0)} %`;
  if (Number(said) < 100 || value >= 100) return `${minus(said)} %`;
  return value < 99.9995 ? `${value.toFixed(3)} %` : "> 99.999 %";
}

/**
 * Round numbers from low to high, with as many decimals as their distance asks for.
 * @param {number} low
 * @param {number} high
 * @param {number} [most] about so many
 * @returns {{value: number, label: string}[]}
 */
export function ticks(low, high, most = 5) {
  const rough = (high - low || 1) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; n++) {
    const value = Number((n * step).toFixed(digits));
    found.push({ value: value || 0, label: digits ? fixed(value, digits) : count(value) });
  }
  return found;
}

/**
 * Round numbers of a logarithmic axis: powers of ten, and 2 and 5 times them over a short range.
 * @param {number} low above 0
 * @param {number} high
 * @param {number} [most] powers
 * @returns {{value: number, label: string}[]}
 */
export function logTicks(low, high, most = 5) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.max(1, Math.ceil((last - first) / most));
  const factors = high / low > 300 ? [1] : [1, 2, 5];
  const found = [];
  for (let power = first; power <= last; power += every)
    for (const factor of factors) {
      const value = Number((factor * 10 ** power).toPrecision(6));
      const inside = value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
      if (inside) found.push({ value, label: significant(value) });
    }
  return found;
}

/** @param {number} power of ten */
export function powerOfTen(power) {
  const raised = [...String(power)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? "⁻");
  return `10${raised.join("")}`;
}
