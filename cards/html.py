"""Cards as HTML for the hosts that are pages: the Salesforce panel and the share page.

Every text is escaped where it is written; templates hold no script and no style, so a strict CSP fits.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jinja2 import Environment, PackageLoader, StrictUndefined

from cards.blocks import Card, Form


class Surface(StrEnum):
    PANEL = "panel"
    SHARE = "share"


def _nothing(_: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where a card is shown.

    On the PANEL buttons and forms carry data attributes that panel.js acts on; on SHARE each is a plain form that
    posts to `post_to(command)` with the `hidden(command)` fields, and works without JavaScript. `level` is the
    heading level of a card's title. `prefix` keeps element ids apart when a page holds the same card twice.
    `checked_here` says that what is missing is told by us, all of it at once, and not by the browser.
    """

    surface: Surface
    post_to: Callable[[str], str] = str
    hidden: Callable[[str], Mapping[str, str]] = _nothing
    level: int = 2
    prefix: str = ""
    lang: str = ""
    checked_here: bool = False

    @property
    def is_panel(self) -> bool:
        return self.surface is Surface.PANEL


PANEL = Host(surface=Surface.PANEL)


def share_host(
    post_to: Callable[[str], str],
    hidden: Callable[[str], Mapping[str, str]] = _nothing,
    *,
    level: int = 2,
    checked_here: bool = False,
) -> Host:
    """A share page: `post_to` maps a command to the path its form posts to, `hidden` adds fields to each form."""
    return Host(surface=Surface.SHARE, post_to=post_to, hidden=hidden, level=level, checked_here=checked_here)


def render(card: Card, *, host: Host) -> str:
    """The card as one HTML element."""
    return _CARD.render(card=card, host=host)


def render_all(cards: tuple[Card, ...], *, host: Host) -> str:
    """Several cards after each other, in the order given."""
    return "\n".join(render(card, host=host) for card in cards)


def _json(value: object) -> str:
    # A plain str, so that autoescape makes it fit for a quoted attribute.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _safe_href(url: str) -> str:
    """The address when it is one a link may lead to; "#" for javascript: and its like."""
    plain = url.strip()
    return plain if plain.startswith(("https://", "http://", "/")) and not plain.startswith("//") else "#"


def _field_names(form: Form) -> list[str]:
    return [field.name for field in form.fields]


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cards"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"json": _json, "href": _safe_href, "field_names": _field_names}
    return environment


_CARD = _environment().get_template("card.html")
