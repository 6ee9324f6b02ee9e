"""Conflicts: a sentence, what it rests on, the rule, and two decisions with a reason."""

import pytest

from app.domain.conflict import ConflictKind, ConflictState
from cards.blocks import Alert, Empty, Form, Text
from cards.blocks import List as Rows
from tests.cards import make
from tests.cards.look import build, of


def test_a_conflict_is_told_in_a_sentence_with_its_rule_and_folded_evidence():
    card = build("conflicts", conflicts=(make.conflict(),))

    (alert,) = of(card, Alert)
    (evidence,) = of(card, Rows)
    assert alert.text == make.conflict().sentence
    assert of(card, Text)[0].text == "The earlier registration wins while its protection runs."
    assert evidence.folded
    assert [item.text for item in evidence.items] == list(make.conflict().evidence)


def test_every_way_out_needs_a_reason():
    uphold, dismiss, other, dispute = of(build("conflicts", conflicts=(make.conflict(),)), Form)

    assert uphold.command == dismiss.command == "conflict.resolve"
    assert uphold.fixed == {"conflict_id": "k1", "decision": "uphold"}
    assert dismiss.fixed == {"conflict_id": "k1", "decision": "dismiss"}
    assert all(
        form.fields[0].name == "reason" and form.fields[0].required for form in (uphold, dismiss, other)
    )
    assert other.fixed == {"conflict_id": "k1", "decision": "other_customer"}
    assert dispute.command == "conflict.dispute"
    assert uphold.title == "The registration of Northwind Integrators stands"


@pytest.mark.parametrize(
    ("kind", "other_way"),
    [
        (ConflictKind.PARTNER_DIRECT, "Your own deal stands"),
        (ConflictKind.PARTNER_PARTNER, "The earlier claim stands"),
        (ConflictKind.OWN_DUPLICATE, "It is a duplicate"),
    ],
)
def test_the_other_way_is_named_by_the_kind_of_conflict(kind, other_way):
    other = None if kind is ConflictKind.PARTNER_DIRECT else "p2"
    flag = make.conflict(kind=kind, other_partner_id=other)

    _, dismiss, *_ = of(build("conflicts", conflicts=(flag,)), Form)

    assert dismiss.title == other_way


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.97, "Almost certainly the same customer"), (0.7, "Probably"), (0.3, "Possibly")],
)
def test_certainty_is_said_in_words(probability, said):
    card = build("conflicts", conflicts=(make.conflict(probability=probability),))

    assert of(card, Text)[1].text.startswith(said)
    assert "0." not in of(card, Text)[1].text


def test_the_likeliest_conflict_stands_first():
    unsure, sure = make.conflict("a", probability=0.5, sentence="A"), make.conflict("b", sentence="B")

    card = build("conflicts", conflicts=(unsure, sure))

    assert [alert.text for alert in of(card, Alert)] == ["B", "A"]


def test_a_settled_conflict_is_folded_with_who_decided_and_why():
    settled = make.conflict(
        state=ConflictState.RESOLVED,
        resolution="dismiss: Ours was first.",
        resolved_by="Ada Seller",
        resolved_at=make.NOW - make.days(2),
    )

    card = build("conflicts", conflicts=(settled,))

    (rows,) = of(card, Rows)
    assert rows.folded
    assert rows.items[0].detail == "Your own deal stands: Ours was first. · by Ada Seller · 2 days ago"
    assert of(card, Empty)[0].title == "No conflict"


@pytest.mark.parametrize(
    ("resolution", "said"),
    [
        ("uphold: First come.", "The registration of Northwind Integrators stands: First come."),
        ("dismiss", "Your own deal stands"),
        ("Split the deal: fair.", "Split the deal: fair."),
    ],
)
def test_a_decision_reads_as_its_button_did(resolution, said):
    settled = make.conflict(state=ConflictState.RESOLVED, resolution=resolution)

    (rows,) = of(build("conflicts", conflicts=(settled,)), Rows)

    assert rows.items[0].detail == said


def test_a_partner_that_is_not_on_the_record_is_not_named_by_its_id():
    card = build("conflicts", conflicts=(make.conflict(partner_id="p77"),))

    assert of(card, Form)[0].title == "The registration of Another partner stands"


def test_who_may_only_read_cannot_decide():
    assert not of(build("conflicts", conflicts=(make.conflict(),), may_write=False), Form)
