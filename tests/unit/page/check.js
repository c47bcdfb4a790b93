// What the tests of the page's scripts need; they run in deno, without a page.

export const test = Deno.test;

/**
 * @param {any} found
 * @param {any} expected of the same shape: compared as JSON
 */
export function equal(found, expected) {
  const [left, right] = [found, expected].map((value) => JSON.stringify(value, null, 1));
  if (left !== right) throw new Error(`found ${left}\nexpected ${right}`);
}
