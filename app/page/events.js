// What widgets tell each other, as events of the window.
// @ts-check

/**
 * @param {string} name such as "latent-bench"
 * @param {any} [detail]
 */
export function tell(name, detail) {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}

/**
 * @param {string} name
 * @param {(detail: any) => void} listener
 */
export function hear(name, listener) {
  window.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
}
