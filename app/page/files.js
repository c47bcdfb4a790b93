// What leaves the page: the clipboard, and files.
// @ts-check
import { el, say } from "./dom.js";
import { NONE } from "./numbers.js";

/** With it, spreadsheets read a file as UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;

/**
 * To the clipboard, with a word of confirmation.
 * @param {string} text
 * @param {Element | null} [target] the button that was pressed
 */
export async function copy(text, target) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text); // without a secure context there is no clipboard object
  }
  say("Copied.");
  if (!target) return;
  target.classList.add("lp-done");
  setTimeout(() => target.classList.remove("lp-done"), 1200);
}

/** @param {string} text */
function copyBySelection(text) {
  const area = el("textarea", { class: "lp-offscreen" });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/**
 * @param {string} name of the file
 * @param {string} type media type
 * @param {BlobPart} content
 */
export function download(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  save(name, url);
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/**
 * @param {string} name of the file
 * @param {string} url of its content
 */
export function save(name, url) {
  el("a", { href: url, download: name }).click();
}

/**
 * Rows as the text of a CSV file: RFC 4180, UTF-8 with a byte order mark. A number stays a
 * number. Spreadsheets would run a text that starts with = + - or @ as a formula, so an
 * apostrophe keeps it text.
 * @param {any[][]} rows
 */
export function csv(rows) {
  return `${BYTE_ORDER_MARK}${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** @param {any} value */
function cell(value) {
  const said = value == null || value === NONE ? "" : String(value);
  const plain = said.replaceAll("\u2212", "-"); // no program reads − as a sign
  const text = THOUSANDS.test(plain) ? plain.replaceAll(",", "") : plain;
  if (NUMBER.test(text) && Number.isFinite(Number(text))) return text;
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
