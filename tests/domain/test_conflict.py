from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.conflict import (
    Claim,
    ConflictKind,
    ConflictState,
    DirectDeal,
    House,
    conflicts_of,
    conflicts_of_deal,
)
from app.domain.matching import Band, Match
from app.domain.registration import RegistrationState, approve, refuse
from tests.domain.make import NOON, registration

SURE = Match(probability=0.98, evidence=("Both use the domain initech.com.",), band=Band.SAME)
NOT = Match(probability=0.1, evidence=(), band=Band.DIFFERENT)
DAY = timedelta(days=1)


def _claim(**kw) -> Claim:
    return Claim(registration=registration(**kw), partner_name="Northwind")


def _other(**kw) -> Claim:
    theirs = registration(**{"id": "r0", "partner_id": "p2", "received_at": NOON - 6 * DAY, **kw})
    return Claim(registration=theirs, partner_name="Contoso Resale", match=SURE)


def _approved(**kw) -> Claim:
    other = _other(**kw)
    return replace(other, registration=approve(other.registration, "ada", "", NOON - 5 * DAY))


def _deal(**kw) -> DirectDeal:
    return DirectDeal(
        **{"deal_id": "d1", "company_id": "c1", "customer_name": "Initech", "match": SURE, **kw}
    )


def test_a_protected_customer_is_flagged_with_the_day_the_protection_ends():
    (draft,) = conflicts_of(_claim(), [_approved()], [], NOON)

    assert draft.kind is ConflictKind.PARTNER_PARTNER
    assert draft.other_partner_id == "p2"
    assert draft.sentence == "Contoso Resale registered Initech on 16 Nov; Northwind registered it on 22 Nov"
    assert (
        draft.rule == "An approved registration beats a later one until its protection ends on 15 Feb 2027."
    )
    assert draft.evidence == SURE.evidence


def test_two_undecided_registrations_are_decided_by_who_was_received_first():
    (draft,) = conflicts_of(_claim(), [_other(received_at=NOON - timedelta(seconds=1))], [], NOON)

    assert draft.rule == (
        "Neither is decided. The first to register wins: Contoso Resale, received on 22 Nov at 11:59:59 UTC."
    )


def test_two_registrations_of_the_same_moment_still_have_one_order():
    one, other = _claim(id="r1"), _other(id="r2", received_at=NOON)

    (seen_by_one,) = conflicts_of(one, [other], [], NOON)
    (seen_by_other,) = conflicts_of(other, [replace(one, match=SURE)], [], NOON)

    assert seen_by_one.rule == seen_by_other.rule


def test_a_registration_that_was_refused_or_has_run_out_says_nothing():
    refused = replace(_other(), registration=refuse(_other().registration, "ada", "", NOON))
    expired = _other(state=RegistrationState.EXPIRED)

    assert conflicts_of(_claim(), [refused, expired], [], NOON) == []


def test_protection_ends_at_its_very_moment():
    approved = _approved()
    end = approved.registration.protected_until
    assert end is not None

    assert conflicts_of(_claim(), [approved], [], end - timedelta(seconds=1))
    assert conflicts_of(_claim(), [approved], [], end) == []


def test_a_partners_own_second_registration_is_a_duplicate_and_no_conflict_between_partners():
    (draft,) = conflicts_of(_claim(), [_other(partner_id="p1", customer_name="INITECH Inc.")], [], NOON)

    assert draft.kind is ConflictKind.OWN_DUPLICATE
    assert draft.other_partner_id is None
    assert draft.sentence == "Northwind registered INITECH Inc. on 16 Nov and Initech on 22 Nov"


def test_a_registration_is_in_no_conflict_with_itself():
    claim = _claim()

    assert conflicts_of(claim, [replace(claim, match=SURE)], [], NOON) == []


@pytest.mark.parametrize("match", [NOT, None])
def test_what_is_another_customer_is_no_conflict(match):
    assert conflicts_of(_claim(), [replace(_approved(), match=match)], [_deal(match=NOT)], NOON) == []


def test_direct_sales_that_came_later_is_told_as_a_salesperson_would():
    deal = _deal(opened_at=NOON + 2 * DAY)

    (draft,) = conflicts_of(_claim(), [], [deal], NOON + 2 * DAY, House(noun="opportunity"))

    assert draft.kind is ConflictKind.PARTNER_DIRECT
    assert (
        draft.sentence == "Northwind registered Initech on 22 Nov; your team opened an opportunity on 24 Nov"
    )
    assert (
        draft.rule
        == "The registration came first and waits for a decision; once approved it beats the opportunity."
    )
    assert (draft.deal_id, draft.company_id) == ("d1", "c1")


def test_a_deal_of_our_own_from_before_beats_a_registration():
    (draft,) = conflicts_of(_claim(), [], [_deal(opened_at=NOON - 40 * DAY, owner_name="Ada Byron")], NOON)

    assert draft.sentence == "Ada Byron opened a deal on 13 Oct; Northwind registered Initech on 22 Nov"
    assert draft.rule == "An open deal of our own from before beats a registration."


def test_many_deals_at_one_customer_make_one_flag():
    deals = [_deal(deal_id=str(i), opened_at=NOON - i * DAY) for i in range(1, 5)]

    (draft,) = conflicts_of(_claim(), [], deals, NOON)

    assert draft.deal_id == "4"
    assert draft.evidence[-1] == "3 more open deals at Initech."


def test_deals_at_two_customers_make_two_flags():
    assert len(conflicts_of(_claim(), [], [_deal(), _deal(deal_id="d2", company_id="c2")], NOON)) == 2


def test_the_deal_a_registration_was_made_for_is_no_conflict():
    assert conflicts_of(_claim(deal_id="d1"), [], [_deal()], NOON) == []


def test_the_most_certain_conflict_comes_first():
    maybe = Match(probability=0.5, evidence=(), band=Band.POSSIBLE)

    drafts = conflicts_of(_claim(), [replace(_approved(), match=maybe)], [_deal()], NOON)

    assert [d.kind for d in drafts] == [ConflictKind.PARTNER_DIRECT, ConflictKind.PARTNER_PARTNER]


def test_a_deal_opened_at_a_protected_customer_is_flagged_for_each_protection():
    (draft,) = conflicts_of_deal(_deal(opened_at=NOON), [_approved(), _other()], NOON)

    assert draft.registration_id == "r0"
    assert draft.rule == (
        "An approved registration beats a deal opened later until its protection ends on 15 Feb 2027."
    )


def test_a_draft_becomes_an_open_flag():
    (draft,) = conflicts_of(_claim(), [_approved()], [], NOON)

    flag = draft.flag("f1", NOON)

    assert (flag.id, flag.found_at, flag.state) == ("f1", NOON, ConflictState.OPEN)
    assert (flag.sentence, flag.rule) == (draft.sentence, draft.rule)
