"""Certifications: the firm first, people second, and what lapses next."""

import pytest

from cards import registry
from cards.blocks import Empty, Heading, Tone
from cards.blocks import List as Rows
from tests.cards import make
from tests.cards.look import build, forms, lines, names, of


def card_with(*certifications, **more):
    return build("certifications", partners=(make.known(certifications=certifications),), **more)


def test_the_firm_stands_before_its_people():
    person = make.certification("a", person_name="Maria Quint")

    firm_rows, people_rows = of(card_with(person, make.certification("b")), Rows)

    assert (firm_rows.label, people_rows.label) == ("The firm", "Its people")
    assert firm_rows.items[0].text == "Implementation · Gold"
    assert people_rows.items[0].text == "Maria Quint"


@pytest.mark.parametrize(
    ("expires", "badge", "tone"),
    [
        (-1, "Lapsed", Tone.DANGER),
        (0, "Lapses today", Tone.WARNING),
        (45, "Lapses in 6 weeks", Tone.WARNING),
        (61, "Valid", Tone.SUCCESS),
        (None, "Valid", Tone.SUCCESS),
    ],
)
def test_each_row_says_whether_it_is_valid(expires, badge, tone):
    (rows,) = of(card_with(make.certification(expires=expires)), Rows)

    assert (rows.items[0].badge, rows.items[0].tone) == (badge, tone)


def test_what_lapses_next_stands_on_top():
    card = card_with(
        make.certification("a", "Gone", expires=-3),
        make.certification("b", "Later", expires=90),
        make.certification("c", "Soon", expires=10, person_name="Maria Quint"),
    )

    assert lines(card)[0] == "Next to lapse: Soon of Maria Quint, in 10 days"


def test_nothing_is_said_of_lapsing_when_nothing_can():
    assert not lines(card_with(make.certification(expires=None)))


def test_the_form_records_for_the_firm_or_a_person():
    form = forms(card_with())["certification.record"]

    assert form.fixed == {"partner_id": "p1"}
    assert names(form) == ["name", "level", "person_name", "person_email", "issued", "expires"]


def test_a_partner_without_certifications_says_so():
    assert of(card_with(), Empty)[0].title == "No certification recorded"


def test_a_company_shows_each_partner_of_its_deals_once():
    card = registry.build("certifications", make.on_company(), make.NOW)

    assert [h.text for h in of(card, Heading)] == ["Contoso Resale", "Northwind Integrators"]
    assert [form.fixed["partner_id"] for form in forms(card).values()] == ["p2"]
