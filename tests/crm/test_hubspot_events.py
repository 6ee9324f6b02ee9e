"""HubSpot's events in both forms, as what they say happened."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crm.hubspot_events import Happened, What, read_event
from app.domain.record import ObjectKind

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MILLIS = int(AT.timestamp() * 1000)
DEAL, COMPANY, CONTACT = ObjectKind.DEAL, ObjectKind.COMPANY, ObjectKind.CONTACT


def event(kind: str, **facts: Any) -> dict[str, Any]:
    return {"eventId": 1, "portalId": 2, "occurredAt": MILLIS, "subscriptionType": kind, **facts}


@pytest.mark.parametrize(
    "body",
    [
        event("deal.propertyChange", objectId=9, propertyName="dealstage", propertyValue="s2"),
        event(
            "object.propertyChange",
            objectTypeId="0-3",
            objectId=9,
            propertyName="dealstage",
            propertyValue="s2",
            isSensitive=False,
        ),
    ],
)
def test_both_forms_of_a_changed_value_say_the_same(body: dict[str, Any]) -> None:
    assert read_event(body) == Happened(
        what=What.CHANGED, kind=DEAL, crm_id="9", at=AT, field="dealstage", value="s2"
    )


@pytest.mark.parametrize(
    "hidden", [{"propertyValue": "REDACTED"}, {"propertyValue": "x", "isSensitive": True}]
)
def test_a_sensitive_value_is_not_told(hidden: dict[str, Any]) -> None:
    found = read_event(event("company.propertyChange", objectId=7, propertyName="name", **hidden))

    assert found is not None
    assert found.value is None


def test_a_merge_names_the_survivor_and_who_is_gone() -> None:
    merged = event("object.merge", objectTypeId="0-2", primaryObjectId=7, mergedObjectIds=[8, 9])

    found = read_event(merged)

    assert found == Happened(what=What.MERGED, kind=COMPANY, crm_id="7", at=AT, gone=("8", "9"))


def test_a_merge_that_makes_a_new_record_ends_both_old_ones() -> None:
    merged = event("contact.merge", primaryObjectId=7, mergedObjectIds=[8], newObjectId=11)

    found = read_event(merged)

    assert found is not None
    assert (found.crm_id, found.gone) == ("11", ("7", "8"))


@pytest.mark.parametrize(
    ("ends", "facts", "deal"),
    [
        ("DEAL_TO_COMPANY", {"fromObjectId": 9, "toObjectId": 7}, "9"),
        ("COMPANY_TO_DEAL", {"fromObjectId": 7, "toObjectId": 9}, "9"),
        ("DEAL_TO_CONTACT", {"fromObjectId": 9, "toObjectId": 5}, None),
        ("CONTACT_TO_COMPANY", {"fromObjectId": 5, "toObjectId": 7}, None),
    ],
)
def test_an_association_counts_from_either_end_and_only_between_deal_and_company(
    ends: str, facts: dict[str, Any], deal: str | None
) -> None:
    found = read_event(event("object.associationChange", objectTypeId="0-3", associationType=ends, **facts))

    assert (found.crm_id if found else None) == deal


def test_an_erasure_names_the_contact() -> None:
    found = read_event(event("contact.privacyDeletion", objectId=5))

    assert found == Happened(what=What.ERASED, kind=CONTACT, crm_id="5", at=AT)


def test_events_of_other_things_have_no_consequence() -> None:
    kinds = ("ticket.creation", "conversation.newMessage", "deal.somethingNew", "nonsense", "")

    assert [read_event(event(kind, objectId=1)) for kind in kinds] == [None] * 5


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


FACTS = (
    "objectId",
    "objectTypeId",
    "occurredAt",
    "propertyName",
    "propertyValue",
    "mergedObjectIds",
    "primaryObjectId",
    "newObjectId",
    "associationType",
    "fromObjectId",
    "toObjectId",
)


@given(
    st.sampled_from([f"object.{what}" for what in What]),
    st.dictionaries(
        st.sampled_from(FACTS),
        json_like,
    ),
)
def test_no_event_raises_but_what_the_caller_expects(kind: str, facts: dict[str, Any]) -> None:
    try:
        found = read_event({"subscriptionType": kind, **facts})
    except (ValueError, TypeError, AttributeError, OverflowError):
        return

    assert found is None or found.crm_id
