import html
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.thread import clean_text
from app.tracing import text
from app.tracing.code import Key

KEY, OTHER = Key(b"a key for tests"), Key(b"another key")
views = st.integers(0, 2**64 - 1)


@given(views, st.text(), st.text())
def test_a_mark_is_read_out_of_any_text(view, before, after):
    assert view in text.read([OTHER, KEY], before + text.write(KEY, view) + after)


@given(views)
def test_a_mark_is_48_characters_that_nobody_sees(view):
    mark = text.write(KEY, view)

    assert len(mark) == text.LENGTH == 48
    assert {unicodedata.category(character) for character in mark} == {"Cf"}


@given(st.text(alphabet=text.ALPHABET, max_size=200))
def test_characters_that_were_not_written_by_us_are_no_mark(run):
    assert text.read([KEY], run) == []


def test_every_mark_is_reported_once():
    told = f"One.{text.write(KEY, 1)} Two.{text.write(KEY, 2)} One again.{text.write(KEY, 1)}"

    assert text.read([KEY], told) == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        str.casefold,
        str.strip,
        json.dumps,
        lambda told: unicodedata.normalize("NFKC", told),
        lambda told: " ".join(told.split()),
        lambda told: html.escape(told).encode("ascii", "xmlcharrefreplace").decode(),
        lambda told: "".join(f"&#x{ord(c):x};" if c in text.ALPHABET else c for c in told),
    ],
)
def test_a_mark_lives_through_what_programs_do_to_text(change):
    assert text.read([KEY], change(f"We start in March.{text.write(KEY, 77)} Then we see.")) == [77]


def test_a_partners_message_is_cleaned_of_marks():
    """Whoever pastes marked text into a reply does not carry somebody's mark into the thread."""
    assert (
        clean_text(f"We start in March.{text.write(KEY, 77)} Then we see.")
        == "We start in March. Then we see."
    )
