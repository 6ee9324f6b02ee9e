"""A message to a partner is looked at before it goes: for other partners, margins, and values never to be shared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.outgoing import Finding, Kind, Sensitive, findings, fold, sentence

OTHER = Sensitive(
    partners={"Contoso Resale GmbH": ["Contoso Resale GmbH", "contoso-resale.example"]},
    values={"Margin": "0.38", "Floor price": "48250.50", "Competitor": "Globex Corporation"},
    own=["Northwind Integrators"],
)


def kinds(text: str, sensitive: Sensitive = OTHER) -> list[str]:
    return [finding.kind.value for finding in findings(text, sensitive)]


@pytest.mark.parametrize(
    "text",
    [
        "Contoso Resale quoted less.",
        "CONTOSO RESALE GMBH quoted less.",
        "contoso-resale told me",
        "Cont\u200boso Resale",
        "C\u0301ontoso Resale",
        "Соntoso Resale",  # a Cyrillic С and о
        "Ｃｏｎｔｏｓｏ Ｒｅｓａｌｅ",  # full width
        "c o n t o s o  r e s a l e",
        "Write to kim@contoso-resale.example",
        "Con\u00adtoso Re\u2060sale",
        "\u202eContoso Resale",
    ],
)
def test_another_partner_is_found_however_it_is_written(text):
    assert Kind.PARTNER in kinds(text)


@pytest.mark.parametrize(
    "text",
    ["Northwind Integrators and we meet on Tuesday.", "The resale of licences starts soon.", "", "Contos"],
)
def test_the_readers_own_name_and_common_words_are_no_finding(text):
    assert kinds(text) == []


def test_two_partners_whose_names_differ_only_in_form_are_one_to_the_reader():
    same = Sensitive(partners={"Northwind Ltd": ["Northwind Ltd"]}, values={}, own=["Northwind GmbH"])

    assert kinds("Northwind agreed", same) == []


@pytest.mark.parametrize(
    "text",
    [
        "Our margin is 12 %",
        "12% discount for you",
        "Wir geben 5 Prozent Rabatt",
        "Unsere Marge: 12",
        "Mark-up of 9",
    ],
)
def test_a_margin_with_a_number_is_found_in_several_languages(text):
    assert Kind.MARGIN in kinds(text.replace("-", " "))


def test_a_margin_without_a_number_is_small_talk():
    assert kinds("Let us talk about your margin some day.") == []


@pytest.mark.parametrize(
    "text",
    [
        "48250.50",
        "48,250.50",
        "48.250,50 EUR",
        "48 250,50",
        "48'250.50",
        "48\u202f250,50",
        "٤٨٢٥٠.٥٠",
        "４８２５０．５０",
        "it is -48250.5",
    ],
)
def test_a_hidden_amount_is_found_in_every_way_to_write_it(text):
    assert kinds(text) == [Kind.VALUE]


@pytest.mark.parametrize("text", ["38%", "38 %", "38 percent", "0.38 margin", "0,38 %", "38,0 Prozent"])
def test_a_hidden_share_is_found_as_a_percentage_and_as_a_fraction(text):
    assert Kind.VALUE in kinds(text)


@pytest.mark.parametrize(
    "text", ["Version 38 of the plan", "38 people come", "148250.50", "482505.0", "48250"]
)
def test_another_number_is_no_finding(text):
    assert kinds(text) == []


def test_an_amount_in_thousands_is_the_same_amount():
    assert kinds("about 48k", Sensitive(partners={}, values={"Floor": "48000"})) == [Kind.VALUE]


def test_a_competitor_is_found_by_the_telling_part_of_the_name():
    assert kinds("They also talk to globex.") == [Kind.VALUE]


NOTES = "The buyer fears his board, and will sign at any price before the end of the quarter."


def test_quoting_hidden_notes_is_found_and_sharing_a_few_words_is_not():
    hidden = Sensitive(partners={}, values={"Internal notes": NOTES})

    assert kinds("He WILL sign — at any price!", hidden) == [Kind.VALUE]
    assert kinds("We sign at the end of the quarter", Sensitive(partners={}, values={"n": "the end of"})) == [
        Kind.VALUE
    ]
    assert kinds("The buyer will sign before Friday.", hidden) == []


def test_the_sentence_names_the_field_and_never_its_value():
    told = sentence(findings("Contoso Resale gets 38%, our margin", OTHER))

    assert told == (
        "Look again before you send this: it names Contoso Resale GmbH, who also works on this deal, "
        "speaks of a margin or discount, and holds the value of Margin."
    )
    assert "38" not in told


def test_one_finding_reads_as_a_sentence():
    told = sentence([Finding(kind=Kind.MARGIN, what="margin")])

    assert told == "Look again before you send this: it speaks of a margin or discount."


@given(st.text(st.characters(), max_size=400), st.text(max_size=40), st.text(max_size=40))
def test_no_text_makes_it_fail(text, name, value):
    findings(text, Sensitive(partners={name: [name]}, values={"field": value}))


@given(st.text(max_size=100))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(
    st.text("abcdefghijklmnop", min_size=7, max_size=12),
    st.lists(st.sampled_from(["\u200b", "\u00ad", "-", " ", "\u0301", ""]), min_size=20, max_size=20),
)
def test_a_name_is_found_with_anything_invisible_between_its_letters(name, between):
    hidden = "".join(letter + gap for letter, gap in zip(name, between, strict=False))

    assert kinds(hidden, Sensitive(partners={name: [name]}, values={}))
