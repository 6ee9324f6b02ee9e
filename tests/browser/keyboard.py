"""A walk through a page by the Tab key: where it leads, and where one cannot see that one is."""

from typing import Any

from playwright.sync_api import Frame, Page

MOST = 250
"""More stops than any page has: beyond them a trap is certain."""

LOOKS = """
  const looks = (node) => [node, node.parentElement, node.labels?.[0]].filter(Boolean).map((each) => {
    const style = getComputedStyle(each);
    const none = style.outlineStyle === 'none' || style.outlineWidth === '0px';
    return [none ? '' : style.outline, style.boxShadow, style.borderColor].join('|');
  }).join();
"""
"""What is drawn for the focus may stand on the box around a hidden input, or on its label."""

STOPS = (
    """
(within) => {"""
    + LOOKS
    + """
  const root = document.querySelector(within);
  const seen = (node) => node.checkVisibility({ checkVisibilityCSS: true }) && node.getClientRects().length > 0;
  const name = (node) =>
    (node.getAttribute('aria-label') || node.labels?.[0]?.textContent || node.textContent || node.name || '')
      .trim().replace(/\\s+/g, ' ').slice(0, 60);
  const asked = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable]';
  document.activeElement?.blur();
  const stops = [...root.querySelectorAll(asked)].filter(
    (node) => seen(node) && !node.matches(':disabled') && node.tabIndex >= 0 && !node.closest('[inert]'));
  // One stop for a group of radio buttons: the chosen one, or the first.
  const group = (node) =>
    stops.filter((each) => each.type === 'radio' && each.name === node.name && each.form === node.form);
  const first = (node) => group(node).find((each) => each.checked) ?? group(node)[0];
  const found = stops.filter((node) => node.type !== 'radio' || node === first(node));
  window.__unlit = found.map(looks);
  root.tabIndex = -1;
  root.focus();
  return found.map((node, place) => {
    node.dataset.stop = place;
    return { name: name(node), tag: node.tagName, tabindex: node.tabIndex };
  });
}
"""
)

HERE = (
    """
() => {"""
    + LOOKS
    + """
  const node = document.activeElement;
  const place = node?.dataset?.stop;
  return place === undefined ? null : { place: Number(place), shown: looks(node) !== window.__unlit[place] };
}
"""
)


RECORD = (
    """
() => {"""
    + LOOKS
    + """
  window.__walk = [];
  const note = ({ target: node }) => {
    const place = node.dataset?.stop;
    if (place !== undefined) window.__walk.push([Number(place), looks(node) !== window.__unlit[place]]);
  };
  document.removeEventListener('focusin', window.__note);
  document.addEventListener('focusin', (window.__note = note));
}
"""
)


def faults(page: Page, frame: Frame | None = None, what: str = "", within: str = "body") -> list[str]:
    """What a keyboard cannot reach, what shows no focus, and what comes out of its order; one line each.

    `frame` is the part of the page to walk through, `within` selects the part of it; Tab starts at its top.
    """
    inside = frame or page.main_frame
    stops = settled(page, inside, within)
    assert stops, f"{what}: nothing here can be used at all"
    in_order = not any(stop["tabindex"] > 0 for stop in stops)
    if in_order and walked(page, inside, len(stops)):
        return []
    settled(page, inside, within)
    reached: list[int] = []
    found = [
        f"{what}: {stop['name']} jumps the order by its tabindex" for stop in stops if stop["tabindex"] > 0
    ]
    for _ in range(MOST):
        page.keyboard.press("Tab")
        here = inside.evaluate(HERE)
        if here is not None and here["place"] in reached[-1:]:
            continue  # a date has a stop for each of its parts
        if here is None or here["place"] in reached:
            break
        reached.append(here["place"])
        if not here["shown"]:
            found.append(f"{what}: {stops[reached[-1]]} does not show its focus")
    else:
        found.append(f"{what}: Tab never leaves")
    found += [f"{what}: no Tab leads to {stops[n]}" for n in range(len(stops)) if n not in reached]
    if reached != sorted(reached):
        found.append(f"{what}: the order is {reached}")
    return found


def walked(page: Page, inside: Frame, stops: int) -> bool:
    """Whether Tab leads through all the stops, in their order, each with its focus shown the moment it has it. A
    walk that is not quite so is looked at step by step."""
    inside.evaluate(RECORD)
    for _ in range(stops):
        page.keyboard.press("Tab")
    for _ in range(10):  # a date has a stop for each of its parts
        walk = inside.evaluate("window.__walk")
        if len(walk) >= stops:
            break
        page.keyboard.press("Tab")
    return bool(walk == [[place, True] for place in range(stops)])


def settled(page: Page, inside: Frame, within: str) -> list[dict[str, Any]]:
    """The stops of a page that has finished drawing itself: the same twice in a row."""
    inside.wait_for_load_state()
    inside.wait_for_selector(within, state="attached")  # a page that has just been asked for has no body yet
    before: list[dict[str, Any]] = []
    for _ in range(20):
        now = inside.evaluate(STOPS, within)
        if now == before:
            break
        before = now
        page.wait_for_timeout(150)
    return before
