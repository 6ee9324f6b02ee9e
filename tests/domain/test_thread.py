import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.thread import MESSAGE_LIMIT, clean_line, clean_text
from app.ground.errors import AppError, Reason

ANY_TEXT = st.text(st.characters(), max_size=200)


def test_plain_text_stays_as_it_is():
    assert clean_text("Grüße, 你好\n\nשלום \U0001f44b🏽") == "Grüße, 你好\n\nשלום \U0001f44b🏽"


def test_line_ends_become_one_kind():
    assert clean_text("a\r\nb\rc") == "a\nb\nc"


@pytest.mark.parametrize(
    "hidden", ["\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800", "\U000e0041"]
)
def test_control_override_and_invisible_characters_are_taken_out(hidden):
    assert clean_text(f"in{hidden}voice") == "invoice"


def test_joiners_that_scripts_and_emoji_need_are_kept():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert clean_text(family) == family


def test_markup_is_text_like_any_other():
    assert clean_text("<script>alert(1)</script>") == "<script>alert(1)</script>"


@pytest.mark.parametrize("text", ["", "  \n\t ", "\u200b\u202e", "\x00"])
def test_a_text_of_which_nothing_is_left_is_refused(text):
    with pytest.raises(AppError) as caught:
        clean_text(text)

    assert caught.value.reason is Reason.INVALID
    assert caught.value.field == "body"


def test_a_message_of_a_megabyte_is_refused_as_too_large():
    with pytest.raises(AppError) as caught:
        clean_text("x" * 1_000_000)

    assert caught.value.reason is Reason.TOO_LARGE


def test_a_message_of_the_full_length_is_taken():
    assert len(clean_text("x" * MESSAGE_LIMIT)) == MESSAGE_LIMIT


def test_a_text_that_grows_over_the_limit_when_composed_is_refused():
    with pytest.raises(AppError) as caught:
        clean_text("\u0958" * 100, limit=100)

    assert caught.value.reason is Reason.TOO_LARGE


@given(ANY_TEXT)
def test_cleaning_a_clean_text_changes_nothing_and_leaves_nothing_hidden(text):
    try:
        clean = clean_text(text)
    except AppError:
        return

    assert clean_text(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in clean if c not in "\n\t")
    clean.encode()


@given(ANY_TEXT)
def test_a_line_has_no_line_end_in_it(text):
    try:
        line = clean_line(text)
    except AppError:
        return

    assert line.splitlines() == [line]
