"""What a partner reads of its own registration in the room, and what it may ask."""

import pytest

from cards.blocks import Alert, Form, Status
from cards.room import Pending, RoomViewer
from cards.room_registration import clock
from tests.cards import make

VIEWER = RoomViewer(name="Maria", email="maria@northwind.example")
PROTECTED = {
    "state": "approved",
    "protected_from": "2026-10-04T10:15:00.000Z",
    "protected_until": "2027-01-01T10:15:00.000Z",
    "more_time": True,
}


def blocks(viewer=VIEWER, **more):
    return list(clock({"registration": {**PROTECTED, **more}}, viewer, make.NOW))


def test_a_clock_that_stands_still_says_since_when_and_why():
    status, *_ = blocks(paused={"since": "2026-11-20T10:15:00.000Z", "for": "pricing"})

    assert "the clock stands still since" in status.text
    assert "you wait for pricing" in status.text
    assert status.detail == "42 days left once it runs again"


def offered(found):
    return [block.command for block in found if isinstance(block, Form)]


def said(found):
    return [block.text for block in found if isinstance(block, Status)]


def test_more_time_is_asked_for_once():
    assert "more_time" in offered(blocks())
    sent = RoomViewer(
        name="M", email="m@x.example", pending=(Pending(id="a", command="more_time", at=make.NOW),)
    )

    for asked in (blocks(asked=True), blocks(sent)):
        assert "more_time" not in offered(asked)
        assert any("You asked for more time" in text for text in said(asked))


def test_who_has_had_all_extensions_is_not_invited_to_ask():
    assert "more_time" not in offered(blocks(more_time=False))


def test_our_question_comes_with_a_place_for_the_answer():
    question = {"since": "2026-11-22T08:15:00.000Z", "text": "Which product?"}

    found = blocks(state="submitted", question=question, due="2026-11-24T10:15:00.000Z")

    alert, form, *_ = found[1:]
    assert isinstance(alert, Alert)
    assert alert.text == "Which product?"
    assert form.command == "answer"


@pytest.mark.parametrize("state", ["refused", "expired"])
def test_what_is_over_offers_nothing(state):
    assert not any(isinstance(block, Form) for block in blocks(state=state))


def test_an_older_snapshot_without_the_new_keys_is_read_as_before():
    old = {key: PROTECTED[key] for key in ("state", "protected_from", "protected_until")}

    status, *_ = clock({"registration": old}, VIEWER, make.NOW)

    assert status.text.startswith("You are protected")


def test_what_is_not_decided_is_changed_and_what_is_decided_is_asked_for_once():
    assert offered(blocks(state="submitted")) == ["amend_registration"]
    assert "ask_amendment" in offered(blocks())
    assert "ask_amendment" not in offered(blocks(amending=True))
    assert any("You asked for a change" in text for text in said(blocks(amending=True)))


def test_a_protection_that_has_run_out_is_not_amended():
    assert "ask_amendment" not in offered(blocks(protected_until="2026-11-01T00:00:00Z"))


def test_a_change_begins_with_what_the_partner_wrote_before():
    (form,) = (b for b in blocks(state="submitted", values={"amount": "20,000 EUR"}) if isinstance(b, Form))

    assert {field.name: field.value for field in form.fields if field.value} == {"amount": "20,000 EUR"}
