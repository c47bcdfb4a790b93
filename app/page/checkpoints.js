// What the page knows of each checkpoint without asking; Python writes it into the head. Where some
// come or go while the page is open ("latent-checkpoints"), the pickers ask for it anew.
// @ts-check
import { hear } from "./events.js";

/**
 * @typedef {object} Checkpoint
 * @property {string} title
 * @property {string} exhibit what it is known to fail at, in a few words, and
 * @property {string} warning in a sentence; nothing for most
 * @property {"text" | "image"} modality
 * @property {string} fingerprint of the weights
 * @property {number} latent_dim
 * @property {boolean} spherical whether codes have length 1
 * @property {number} classes that it is told; 0 for none
 * @property {boolean} translates a sentence that it is told
 * @property {boolean} own a class in a file of the user's
 */

const written = globalThis.document?.getElementById("lp-checkpoints")?.textContent;

/** @type {Record<string, Checkpoint>} by name */
export const checkpoints = JSON.parse(written ?? "{}");

/** @param {Record<string, Checkpoint>} found those that are here now */
export function renew(found) {
  for (const name of Object.keys(checkpoints)) if (!found[name]) delete checkpoints[name];
  Object.assign(checkpoints, found);
}

let changed = false;
if (globalThis.document) hear("latent-checkpoints", () => (changed = true));

/** Whether some have come or gone since the page was opened. */
export const haveChanged = () => changed;
