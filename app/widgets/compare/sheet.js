// What the CSV file holds: numbers, sentences as they are, pictures as their pixels.

import { bytes } from "../../page/pictures.js";

/** @typedef {{before: any[], modality: string, item: string}} Line an item, and what is said of it */

/**
 * An item as columns.
 * @param {string} modality
 * @param {string} item a sentence, or the bytes of a picture as base64
 * @returns {any[]}
 */
export const spread = (modality, item) => (modality === "text" ? [item] : [...bytes(item)]);

/**
 * The heads of these columns.
 * @param {string} modality
 * @param {string} item
 * @param {string} name
 */
export const spreadHeads = (modality, item, name) =>
  modality === "text" ? [name] : spread(modality, item).map((_, i) => `${name}, pixel ${i}`);

/**
 * One row for each item; sentences and pictures, which two models may make, in columns of their
 * own.
 * @param {string[]} heads of what stands before an item
 * @param {Line[]} lines
 */
export function sheetOf(heads, lines) {
  const text = lines.some(({ modality }) => modality === "text");
  const pixels = lines.map(({ modality, item }) =>
    modality === "text" ? [] : spread(modality, item),
  );
  const widest = Math.max(0, ...pixels.map(({ length }) => length));
  const columns = Array.from({ length: widest }, (_, i) => `pixel ${i}`);
  return [
    [...heads, ...(text ? ["sentence"] : []), ...columns],
    ...lines.map(({ before, modality, item }, k) => [
      ...before,
      ...(text ? [modality === "text" ? item : ""] : []),
      ...pixels[k],
    ]),
  ];
}
