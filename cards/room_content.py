"""What the vendor recommends to read, as the room shows it to a partner."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.content import MOST_RECOMMENDED
from cards.blocks import Action, Card, ListItem, Style
from cards.blocks import List as Rows


def build(items: Sequence[Mapping[str, Any]], address: str) -> Card | None:
    """None where there is nothing to read. Without an address nothing opens: a preview counts for nobody."""
    if not items:
        return None
    rows = tuple(_row(one, address) for one in items[:MOST_RECOMMENDED])
    return Card(name="content", title="Worth reading now", blocks=(Rows(items=rows),))


def _row(one: Mapping[str, Any], address: str) -> ListItem:
    title = str(one["title"])
    opens = Action(label="Open", href=f"{address}/{one['id']}", hint=title, style=Style.LINK)
    return ListItem(text=title, actions=(opens,) if address else ())
