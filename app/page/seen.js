// Work that waits until somebody can see what it is for.
// @ts-check

/**
 * Call `begin` once, when `element` comes near the window; at once if a link asks for it.
 * @param {Element} element
 * @param {() => void} begin
 * @param {boolean} [linked]
 */
export function whenSeen(element, begin, linked = false) {
  if (linked) return begin();
  const near = new IntersectionObserver(
    ([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      near.disconnect();
      begin();
    },
    { rootMargin: "200px" },
  );
  near.observe(element);
}
