"""What the charts of a page show, as Plotly holds it."""

import re

from playwright.sync_api import Locator, Page, expect

TRACES = """node => node.data.map(({ name, x, y, customdata, type, yaxis = "y" }) => ({
  name, type, yaxis, x: [...(x ?? [])], y: [...(y ?? [])], ids: [...(customdata ?? [])],
}))"""
SPOT = """(node, id) => {
  const { xaxis, yaxis } = node._fullLayout;
  const box = node.getBoundingClientRect();
  for (const { x, y, customdata } of node.data) {
    const i = [...(customdata ?? [])].indexOf(id);
    if (i >= 0)
      return [box.left + node.clientLeft + xaxis._offset + xaxis.d2p(x[i]),
              box.top + node.clientTop + yaxis._offset + yaxis.d2p(y[i])];
  }
}"""

HALFWAY = """(node, x) => {
  const { xaxis, yaxis } = node._fullLayout;
  const box = node.getBoundingClientRect();
  return [box.left + node.clientLeft + xaxis._offset + xaxis.d2p(x),
          box.top + node.clientTop + yaxis._offset + yaxis._length / 2];
}"""


def chart(page: Page, selector: str) -> Locator:
    """The first chart that is ``selector`` or in it."""
    return page.locator(f".lp-chart:is({selector}, {selector} *)").first


def drawn(page: Page, selector: str) -> None:
    """Until it has been drawn."""
    expect(chart(page, selector)).to_have_attribute("data-drawn", re.compile(r"\d"))


def traces(page: Page, selector: str) -> list[dict]:
    """Its series: name, type, yaxis, x, y and the ids of points."""
    drawn(page, selector)
    return chart(page, selector).evaluate(TRACES)


def spot(page: Page, selector: str, point: str) -> tuple[float, float]:
    """Where the point of an id is in the window, px."""
    drawn(page, selector)
    chart(page, selector).scroll_into_view_if_needed()
    x, y = chart(page, selector).evaluate(SPOT, point)
    return x, y


def above(page: Page, selector: str, x: float) -> tuple[float, float]:
    """Where a value of x is in the window, halfway up the chart, px."""
    drawn(page, selector)
    chart(page, selector).scroll_into_view_if_needed()
    across, up = chart(page, selector).evaluate(HALFWAY, x)
    return across, up
