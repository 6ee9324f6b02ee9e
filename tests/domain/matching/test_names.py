import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.matching.names import distance, near, normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "ACME, Inc."),
        ("Acme GmbH & Co. KG", "acme"),
        ("The Acme Company", "Acme"),
        ("Acme S.p.A.", "Acme SpA"),
        ("Acme Sp. z o.o.", "Acme"),
        ("Acme, Sp. z o.o.", "Acme"),
        ("Acme, S.A. de C.V.", "Acme"),
        ("Acme, spol. s r.o.", "Acme"),
        ("Acme Berhad", "Acme"),
        ("株式会社Acme", "Acme K.K."),
        ("Ａｃｍｅ　Ｉｎｃ．", "Acme"),
        ("Dassault Systèmes", "Dassault Systemes"),
        ("Łódź Øre", "Lodz Ore"),
        ("M & G", "M and G"),
        ("Kohl's", "Kohl’s"),
        ("Acme (new)", "Acme - IT Department"),
        ("Газпром", "Gazprom"),
        ("Straße AG", "Strasse"),
        ("Acme_Corp", "acme corp"),
    ],
)
def test_two_spellings_of_a_name_are_one(one, other):
    assert normalise(one).compact == normalise(other).compact


def test_a_region_at_the_end_tells_the_branch_and_leaves_the_family():
    name = normalise("Eurazeo Österreich GmbH")

    assert (name.tokens, name.region) == (("eurazeo",), ("osterreich",))


@pytest.mark.parametrize(
    ("text", "region"),
    [("Acme New Zealand Ltd", "newzealand"), ("Acme Hong Kong", "hongkong"), ("Acme NZ", "nz")],
)
def test_a_country_of_two_words_tells_the_branch_too(text, region):
    name = normalise(text)

    assert (name.tokens, name.region) == (("acme",), (region,))


@pytest.mark.parametrize("text", ["South Africa", "New Zealand Honey", "United States Steel"])
def test_a_country_that_is_the_name_or_begins_it_stays(text):
    assert normalise(text).compact.startswith("".join(text.casefold().split())[:5])


@pytest.mark.parametrize("text", ["The Company", "IT", "AG", "Japan", "Holdings Ltd", "(Acme)", "&"])
def test_a_name_made_only_of_common_words_keeps_one(text):
    assert normalise(text).tokens


@given(st.text(st.characters(), max_size=60))
def test_any_text_can_be_normalised_and_nothing_is_left_to_normalise(text):
    name = normalise(text)

    assert all(token and token == token.casefold() for token in name.tokens)


def test_a_text_without_words_has_no_tokens():
    assert normalise(" … ").tokens == ()


def test_an_acronym_is_made_of_the_first_letters():
    assert normalise("International Business Machines").acronym == "ibm"


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("kraft", "karft", 1), ("kraft", "kraft", 0), ("acme", "acne", 1), ("acme", "ace", 1), ("ab", "ba", 1)],
)
def test_a_swap_of_neighbours_is_one_step(one, other, steps):
    assert distance(one, other, 3) == steps


@given(st.text("abc", max_size=9), st.text("abc", max_size=9), st.integers(0, 4))
def test_distance_is_symmetric_and_never_more_than_one_over_the_limit(one, other, limit):
    found = distance(one, other, limit)

    assert found == distance(other, one, limit)
    assert 0 <= found <= limit + 1
    assert (found == 0) == (one == other)


def test_short_words_have_no_room_for_slips():
    assert not near("abc", "abd")
    assert near("qualcomm", "qulcomm")
