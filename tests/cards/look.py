"""Short ways to look into a card."""

from dataclasses import fields, is_dataclass

from cards import blocks, registry
from cards.blocks import Action, Card, Form
from tests.cards import make


def build(name: str, **more) -> Card:
    return registry.build(name, make.facts(**more), make.NOW)


def of(card: Card, kind: type) -> list:
    """The card's blocks of one kind."""
    return [block for block in card.blocks if isinstance(block, kind)]


def inside(value, kind: type) -> list:
    """Everything of one class, however deep."""
    found = [value] if isinstance(value, kind) else []
    if isinstance(value, tuple):
        parts = value
    else:
        parts = [getattr(value, f.name) for f in fields(value)] if is_dataclass(value) else ()
    return found + [one for part in parts for one in inside(part, kind)]


def forms(card: Card) -> dict[str, Form]:
    """The card's forms by command; of two with one command the last."""
    return {form.command: form for form in inside(card, Form)}


def actions(card: Card, command: str = "") -> list[Action]:
    return [action for action in inside(card, Action) if action.command == command or not command]


def lines(card: Card) -> list[str]:
    """The texts of the card's status lines, in order."""
    return [block.text for block in of(card, blocks.Status)]


def names(form: Form) -> list[str]:
    return [field.name for field in form.fields]


def choices(form: Form, name: str) -> list[str]:
    (field,) = [field for field in form.fields if field.name == name]
    return [value for value, _ in field.options]
