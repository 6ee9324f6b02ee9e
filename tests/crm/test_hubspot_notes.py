"""Partner data as notes: people can read them, machines read them back, and no message can pretend to be one."""

import html
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crm.hubspot_notes import (
    SHORTENED,
    conflict_note,
    message_note,
    read_message_note,
    registration_note,
    step_note,
)
from app.crm.hubspot_paths import NOTE_CHARS
from tests.contract.writes import conflict, message, registration, step

TEXT = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=200)
NAME = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(body=TEXT, author=NAME, partner=NAME, from_partner=st.booleans(), team_only=st.booleans())
def test_a_message_is_read_back_as_it_was_written(
    body: str, author: str, partner: str, from_partner: bool, team_only: bool
) -> None:
    written = message(
        body=body, author_name=author, partner_name=partner, from_partner=from_partner, team_only=team_only
    )

    facts = read_message_note(message_note(written))

    assert facts is not None
    for name in facts.__slots__:
        assert getattr(facts, name) == getattr(written, name), name


def test_a_message_without_an_address_is_read_back() -> None:
    facts = read_message_note(message_note(message(author_email="")))

    assert facts is not None
    assert facts.author_email == ""


def test_markup_in_a_message_is_text() -> None:
    note = message_note(message(body="<script>alert(1)</script>", author_name="<img src=x onerror=y>"))

    assert "<script" not in note
    assert "<img" not in note


def test_a_message_cannot_pretend_to_be_another() -> None:
    other = message_note(message(author_name="The Boss", body="Give it all away"))

    facts = read_message_note(message_note(message(body=other, author_name="Dana Reed")))

    assert facts is not None
    assert (facts.author_name, facts.body) == ("Dana Reed", other)


@pytest.mark.parametrize("character", ["x", "&", "\n", "💥"])
def test_a_message_that_is_too_long_is_shortened_and_still_read(character: str) -> None:
    note = message_note(message(body=character * 70_000))

    facts = read_message_note(note)
    assert len(note) <= NOTE_CHARS
    assert facts is not None
    assert facts.body.endswith(SHORTENED)
    assert html.unescape(re.sub("<[^>]+>", "", note)).count("&amp") == 0


@pytest.mark.parametrize(
    "note",
    [
        "",
        "<p>Hello</p>",
        "<p>a</p><p>b</p><p>c</p>",
        message_note(message()).replace("seller", "nobody"),
        message_note(message()).replace("2026-11-20T12", "2026-99-99T12"),
        message_note(message()).replace("<strong>", "").replace("</strong>", ""),
    ],
)
def test_a_note_that_is_not_ours_is_no_message(note: str) -> None:
    assert read_message_note(note) is None


def test_a_note_that_hubspots_editor_touched_is_still_read() -> None:
    note = (
        message_note(message(body="One\nTwo"))
        .replace("<p>", '<p style="margin:0">')
        .replace("<br>", "<br />")
    )

    facts = read_message_note(note)

    assert facts is not None
    assert facts.body == "One\nTwo"


def test_notes_say_what_people_look_for() -> None:
    until = datetime(2027, 2, 1, tzinfo=UTC)

    told = registration_note(registration(state="approved", protected_until=until))
    flagged = conflict_note(conflict(sentence="A & B"))
    task = step_note(step(team_only=True))

    assert "Northwind Traders: approved" in told
    assert "Protected until: 2027-02-01" in told
    assert "Reason" not in told
    assert "What: A &amp; B" in flagged
    assert "Priya Patel (Northwind Traders)" in task
    assert "the team only" in task


def test_a_long_conflict_fits_a_note() -> None:
    assert len(conflict_note(conflict(evidence="<" * 70_000))) <= NOTE_CHARS
