"""What every visitor must be able to name and to hit, of the part of a page that is shown."""

from playwright.sync_api import Page

NAMELESS = """(part) => {
  const named = (node) => node.getAttribute("aria-label") || node.title
    || (!node.matches("select") && node.textContent.trim())
    || [...(node.labels ?? [])].some((label) => label.textContent.trim())
    || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent.trim();
  const wanted = "a, button, input, select, summary, [tabindex], [role=img], canvas, svg";
  return [...document.querySelectorAll(`${part} :is(${wanted})`)]
    .filter((node) => node.getClientRects().length && !node.closest("[aria-hidden=true]"))
    .filter((node) => !node.parentElement.closest("[role=img]") && !named(node))
    .map((node) => node.outerHTML.slice(0, 160));
}"""
SMALL = """(part) => [...document.querySelectorAll(`${part} :is(button, input, select, summary)`)]
  .filter((node) => node.getClientRects().length)
  .map((node) => [node, (node.closest("label") ?? node).getBoundingClientRect()])
  .filter(([, box]) => box.height < 32 || box.width < 32)
  .map(([node]) => node.outerHTML.slice(0, 160))"""


def everything_fits(page: Page, part: str) -> None:
    """No control or drawing of ``part`` lacks a name, none is small, none is beyond the page."""
    assert page.locator(f"{part} button").count()  # of no controls none would be wrong
    assert page.evaluate(NAMELESS, part) == []
    assert page.evaluate(SMALL, part) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
