"""What axe-core finds on a page, in words one can act on."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

WIDTHS = (320, 460, 1280)
"""A record's side column, a phone in landscape or a wide column, a desk."""

PHONE = 390
"""Looked at for what does not fit."""

SCHEMES = ("light", "dark")

BAD = ("serious", "critical")

PLACED = ("target-size", "scrollable-region-focusable")
"""The rules that ask where things stand and how large they are: they look at every width anew."""

COLOURED = ("color-contrast", "link-in-text-block")
"""The rules that ask how things are painted."""

LOOK = """
async ([placed, coloured]) => {
  const seen = (node) => node.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
  const there = [...document.querySelectorAll('*')].filter(seen);
  const own = (node) => [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data).join('');
  const said = (node) => [node.tagName, own(node), ...[...node.attributes].map((one) => one.name + '=' + one.value)];
  const paint = (node) => {
    const style = getComputedStyle(node);
    return [style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.fontSize,
            style.fontWeight, style.textDecorationLine, style.position, style.zIndex].join();
  };
  const shape = JSON.stringify(there.map(said));
  const painted = shape + there.map(paint).join(';');
  const looked = (window.__looked ??= new Set());
  const isNew = (what) => !looked.has(what) && looked.add(what);
  const rules = [...(isNew(innerWidth + shape) ? placed : []), ...(isNew(painted) ? coloured : [])];
  // What passes is not described node by node: that takes axe as long as looking.
  const options = { resultTypes: ['violations'] };
  if (!isNew(shape)) {
    if (rules.length === 0) return [];
    options.runOnly = { type: 'rule', values: rules };
  }
  return (await axe.run(options)).violations;
}
"""
"""Everything is looked for wherever the page says or shows something new. Where the same elements stand with the
same words and attributes, the rules that read only those have nothing new to find, and are not asked twice."""


def faults(page: Page | Frame, what: str = "") -> list[str]:
    """One line for each finding that is serious, critical, or against WCAG; `what` says where on the page one is."""
    return [
        f"{what} {each['id']} ({each['impact']}): {node['target']} {node['failureSummary'][:160]}"
        for each in violations(page)
        if each["impact"] in BAD or any(tag.startswith("wcag") for tag in each["tags"])
        for node in each["nodes"][:3]
    ]


def violations(page: Page | Frame) -> list[Any]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(LOOK, [PLACED, COLOURED]))


def in_every_size(
    page: Page,
    what: str,
    widths: Sequence[int] = WIDTHS,
    schemes: Sequence[str] = SCHEMES,
) -> list[str]:
    """The faults of the page that is open, in each width and in light and dark, and where it is too wide."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            found += faults(page, f"{what} at {width} in {scheme}")
        found += [f"{what} is wider than {width}"] if too_wide(page) else []
    page.set_viewport_size({"width": PHONE, "height": 900})
    return found + ([f"{what} is wider than a phone"] if too_wide(page) else [])


def too_wide(page: Page) -> bool:
    """Whether one has to scroll the whole page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
