"""Certifications: the firm first, people second, and what lapses next."""

import pytest

from app.domain.certification import Source
from app.domain.certification_rights import Requirement
from cards import registry
from cards.blocks import Empty, Heading, Tone
from cards.blocks import List as Rows
from tests.cards import make
from tests.cards.look import build, forms, lines, names, of


def card_with(*certifications, **more):
    return build("certifications", partners=(make.known(certifications=certifications),), **more)


def test_the_firm_stands_before_its_people():
    person = make.certification("a", person_name="Maria Quint")

    firm_rows, covered, people_rows = of(card_with(person, make.certification("b")), Rows)

    assert (firm_rows.label, people_rows.label) == ("The firm", "Its people")
    assert firm_rows.items[0].text == "Implementation · Gold"
    assert covered.items[0].detail == "1 of 1 person certified"
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
    assert names(form) == [
        *("name", "level", "person_name", "person_email", "issuer", "issued", "expires", "evidence")
    ]


def test_a_partner_without_certifications_says_so():
    assert of(card_with(), Empty)[0].title == "No certification recorded"


def test_a_company_shows_each_partner_of_its_deals_once():
    card = registry.build("certifications", make.on_company(), make.NOW)

    assert [h.text for h in of(card, Heading)] == ["Contoso Resale", "Northwind Integrators"]
    assert [form.fixed["partner_id"] for form in forms(card).values()] == ["p2"]


def test_what_was_revoked_says_why_and_does_not_count():
    gone = make.certification(
        "a", person_name="Maria Quint", revoked_at=make.NOW, revoked_reason="Exam shared"
    )

    covered, people = of(card_with(gone), Rows)

    assert covered.items[0].detail == "0 of 1 person certified"
    assert (people.items[0].badge, people.items[0].detail) == (
        "Revoked",
        "Implementation · Gold · Exam shared",
    )
    assert people.items[0].title == ""


def test_a_row_names_its_issuer_and_source_and_leads_to_the_evidence():
    told = make.certification(
        issuer="Alongside Academy", source=Source.CREDLY, evidence="https://badges.example/1"
    )

    (row,) = of(card_with(told), Rows)[0].items

    assert "by Alongside Academy · from Credly" in row.detail
    assert [action.href for action in row.actions] == ["https://badges.example/1"]


@pytest.mark.parametrize("evidence", ["http://badges.example/1", "javascript:alert(1)"])
def test_evidence_that_is_no_secure_address_is_no_link(evidence):
    (row,) = of(card_with(make.certification(evidence=evidence)), Rows)[0].items

    assert row.actions == ()


def test_what_the_certifications_unlock_and_what_they_lack():
    needs = (
        Requirement(id="1", right="register", credential="Implementation", people=0),
        Requirement(id="2", right="Gold tier", credential="Data engineer", people=2),
    )
    held = (
        make.certification("a", expires=30),
        make.certification("b", "Data engineer", person_name="Kim", level=""),
    )

    rows = next(
        rows for rows in of(card_with(*held, requirements=needs), Rows) if rows.label == "What it unlocks"
    )

    assert [(row.text, row.badge) for row in rows.items] == [
        ("Registering deals", "Unlocked"),
        ("Gold tier", "Not yet"),
    ]
    assert rows.items[0].detail.startswith("The firm certified in Implementation · until 22")
    assert rows.items[1].detail == "Needs 2 people certified in Data engineer; 1 now."


def test_a_person_moves_to_any_partner_but_the_present_one():
    held = make.certification("a", person_name="Kim", person_email="kim@n.example")

    form = forms(card_with(held, available_partners=(make.partner("p9", "Elsewhere"),)))["certification.move"]

    assert form.fields[0].options == (("kim@n.example", "Kim"),)
    assert form.fields[1].options == (("p9", "Elsewhere"),)
