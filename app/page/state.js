// The state of a widget as one field of a link: `of:2 colour:domain step:3000`, read by Python in
// app/parts.py with the same rules. Names are short words; in a value, spaces and % are
// percent-encoded, and a slash where it would look like the old spelling. `text` stands last, as
// it is, and takes the rest. What is as it was at the start is left out.
// @ts-check

const FREE = "text";
const PART = /^[a-z_]+:\S/;
/** Before there was one spelling, maps and chains wrote `view:pca/at:p12`. */
const OLD = /\/[a-z_]+:/;

/**
 * @param {Record<string, any>} parts
 * @param {Record<string, any>} [first] values at the start
 * @returns {string}
 */
export function write(parts, first = {}) {
  const said = Object.entries(parts).filter(
    ([name, value]) => value != null && value !== "" && String(value) !== String(first[name]),
  );
  const closed = said.filter(([name]) => name !== FREE);
  const words = closed.map(([name, value]) => `${name}:${coded(value)}`);
  if (said.length > closed.length) words.push(`${FREE}:${parts[FREE]}`);
  return words.join(" ");
}

/**
 * Parts by name; what is not there is at its start.
 * @param {string | null | undefined} state
 * @returns {Record<string, string>}
 */
export function read(state) {
  const text = ` ${state ?? ""}`;
  const end = text.indexOf(` ${FREE}:`);
  const before = (end < 0 ? text : text.slice(0, end)).trim();
  const pieces = before.split(isOld(before) ? "/" : " ").filter(Boolean);
  const pairs = pieces.map((piece) => {
    const colon = piece.indexOf(":");
    return colon < 0 ? [piece, ""] : [piece.slice(0, colon), plain(piece.slice(colon + 1))];
  });
  if (end >= 0) pairs.push([FREE, text.slice(end + FREE.length + 2)]);
  return Object.fromEntries(pairs);
}

/** @param {string} before the parts whose values hold no spaces, if it is not old */
function isOld(before) {
  return OLD.test(before) || before.split(" ").some((piece) => piece !== "" && !PART.test(piece));
}

/** @param {any} value */
function coded(value) {
  return String(value).replace(/[%\s]|\/(?=[a-z_]+:)/g, encodeURIComponent); // no value looks old
}

/** @param {string} value */
function plain(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
