"""What each card says in each state, word for word. The HubSpot renderer is tested on the same JSON files."""

import json

import pytest

from cards import html, registry, room, schema
from cards.blocks import to_json
from tests.cards import make, rooms

STATES = sorted(make.STATES)
DRAWN = ("empty", "normal", "refused", "rtl", "company")
"""States kept as HTML too; the parity tests cover the rest."""

HOST = html.share_host(lambda command: f"/s/TOKEN/{command}", lambda _: {"csrf": "CSRF"})


def as_text(document: object) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", registry.NAMES)
def test_a_card_says_what_its_golden_file_says(name, state, golden):
    card = registry.build(name, make.STATES[state](), make.NOW)

    golden(f"{name}.{state}.json", as_text(to_json(card)))


@pytest.mark.parametrize("state", DRAWN)
@pytest.mark.parametrize("name", registry.NAMES)
def test_a_card_is_drawn_as_its_golden_file_is(name, state, golden):
    card = registry.build(name, make.STATES[state](), make.NOW)

    golden(f"{name}.{state}.html", html.render(card, host=html.PANEL))


@pytest.mark.parametrize("state", sorted(rooms.ROOMS))
def test_the_room_says_what_its_golden_file_says(state, golden):
    content, viewer = rooms.ROOMS[state]()
    cards = room.build(content, viewer, make.NOW)

    golden(f"room.{state}.json", as_text([to_json(card) for card in cards]))
    golden(f"room.{state}.html", html.render_all(cards, host=HOST))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", registry.NAMES)
def test_every_card_passes_its_own_schema_and_comes_back_unchanged(name, state):
    card = registry.build(name, make.STATES[state](), make.NOW)

    assert schema.load(json.loads(json.dumps(to_json(card)))) == card


@pytest.mark.parametrize("name", registry.NAMES)
def test_equal_facts_give_equal_versions_and_other_facts_another(name):
    first, again, other = (
        registry.build(name, facts, make.NOW)
        for facts in (make.facts(), make.facts(), make.facts(partners=(), conflicts=(make.conflict(),)))
    )

    assert first.version == again.version
    assert first.version != other.version
