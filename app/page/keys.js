// Which keys belong to what has the focus, and which are left for shortcuts.
// @ts-check

const MOVES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

/**
 * Whether what has the focus does something of its own with a key. A tab or a choice that is
 * taken already has no use for Space: after a click on one, Space plays.
 * @param {any} target of the event
 * @param {string} key
 */
export function taken(target, key) {
  const at = (/** @type {string} */ selector) => target.closest?.(selector);
  const one = at('[role="tab"], [role="radio"], input[type="radio"]');
  if (one) {
    const chosen = one.checked || one.matches('[aria-selected="true"], [aria-checked="true"]');
    return MOVES.includes(key) || key === "Enter" || (key === " " && !chosen);
  }
  if (at("input, textarea, select, [contenteditable], dialog")) return true;
  return key === " " && Boolean(at("button, summary, a"));
}
