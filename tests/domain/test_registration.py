from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.registration import (
    APPROVAL_SLA,
    RegistrationState,
    approve,
    extend,
    refuse,
    reminder_due,
    reminds_at,
)
from app.ground.errors import AppError, Reason
from tests.domain.make import NOON, registration

PROTECTION = timedelta(days=90)
EXTENSION = timedelta(days=30)


def test_an_approved_registration_protects_from_the_decision_for_ninety_days():
    approved = approve(registration(), "ada", "First in", NOON)

    assert approved.state is RegistrationState.APPROVED
    assert approved.protects(NOON)
    assert approved.protects(NOON + PROTECTION - timedelta(seconds=1))
    assert not approved.protects(NOON + PROTECTION)
    assert not approved.protects(NOON - timedelta(seconds=1))


def test_a_decision_keeps_who_made_it_and_why():
    refused = refuse(registration(), "ada", "Known to us", NOON)

    assert (refused.decided_by, refused.decision_reason, refused.decided_at) == ("ada", "Known to us", NOON)
    assert not refused.protects(NOON)


@pytest.mark.parametrize("state", [s for s in RegistrationState if s is not RegistrationState.SUBMITTED])
@pytest.mark.parametrize("decide", [approve, refuse])
def test_a_registration_is_decided_once(state, decide):
    with pytest.raises(AppError) as caught:
        decide(registration(state=state), "ada", "", NOON)

    assert caught.value.reason is Reason.STATE_CONFLICT


def test_an_extension_adds_thirty_days_to_the_end():
    approved = approve(registration(), "ada", "", NOON)

    extended = extend(approved, NOON + timedelta(days=80))

    assert extended.protected_until == NOON + PROTECTION + EXTENSION
    assert extended.extensions == 1


def test_protection_that_has_ended_cannot_be_extended():
    approved = approve(registration(), "ada", "", NOON)

    with pytest.raises(AppError) as caught:
        extend(approved, NOON + PROTECTION)

    assert caught.value.reason is Reason.STATE_CONFLICT


def test_a_registration_without_protection_cannot_be_extended():
    with pytest.raises(AppError):
        extend(registration(), NOON)


def test_a_partner_waits_forty_eight_hours_for_a_decision_at_most():
    assert registration().due() == NOON + APPROVAL_SLA


@pytest.mark.parametrize("reminded", [0, 14, 3])
@pytest.mark.parametrize("before_end", [15, 14, 10, 3, 1, 0])
def test_a_reminder_is_due_from_the_moment_that_is_kept_for_questions(reminded, before_end):
    approved = replace(approve(registration(), "ada", "", NOON), reminded=reminded)
    now = NOON + PROTECTION - timedelta(days=before_end)

    moment = reminds_at(approved)

    assert bool(reminder_due(approved, now)) == (moment is not None and moment <= now < NOON + PROTECTION)


def test_nobody_is_reminded_of_what_is_not_granted():
    assert reminds_at(registration()) is None
