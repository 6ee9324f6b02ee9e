"""What a person does about a write that the CRM refused."""

import pytest

from app.ground.errors import AppError, Reason
from app.storage import audit, outbox
from app.storage import thread as messages
from tests.house import ADMIN, DEAL, SELLER, TestHouse

SAYS = "Close the compliance task first."


@pytest.fixture
def refused(house: TestHouse) -> str:
    """The id of a message that HubSpot does not take."""
    partner = house.attach()
    house.crm.refusals["*"] = SAYS
    house.run("thread.post", {"partner_id": partner, "body": "Hello"})
    house.work()
    house.crm.refusals.clear()
    with house.house.database.read() as connection:
        (row,) = outbox.refused(connection, house.tenant.id)
    return row.id


def test_what_is_tried_again_reaches_the_crm(house: TestHouse, refused: str) -> None:
    house.run("outbox.retry", {"outbox_id": refused}, record=None)
    house.work()

    assert [getattr(one, "body", "") for one in house.crm.written] == ["Hello"]


def test_what_an_admin_leaves_out_is_kept_here_with_the_reason_and_never_sent(
    house: TestHouse, refused: str
) -> None:
    house.run("outbox.drop", {"outbox_id": refused, "reason": "A test"}, actor=ADMIN, record=None)
    house.work()

    with house.house.database.read() as connection:
        (message,) = messages.page(connection, house.tenant.id, DEAL, partner_of(house))[0]
        (row, *_) = audit.newest(connection, house.tenant.id)
        left = outbox.refused(connection, house.tenant.id)
    assert (left, house.crm.written) == ([], [])
    assert "A test" in message.refusal
    assert row["command"] == "outbox.drop"
    assert (row["detail"]["crm_said"], row["detail"]["reason"]) == (SAYS, "A test")


def test_only_an_admin_leaves_something_out_and_says_why(house: TestHouse, refused: str) -> None:
    with pytest.raises(AppError) as seller:
        house.run("outbox.drop", {"outbox_id": refused, "reason": "x"}, actor=SELLER, record=None)
    with pytest.raises(AppError) as silent:
        house.run("outbox.drop", {"outbox_id": refused}, actor=ADMIN, record=None)

    assert (seller.value.reason, silent.value.reason) == (Reason.FORBIDDEN, Reason.INVALID)


def test_what_waits_cannot_be_left_out(house: TestHouse) -> None:
    house.run("thread.post", {"partner_id": house.attach(), "body": "Hello"})
    with house.house.database.write() as connection:
        (row, *_) = outbox.claim(connection, house.tenant.id, outbox.OutboxKind.MESSAGE, house.clock(), 1)

    with pytest.raises(AppError) as refusal:
        house.run("outbox.drop", {"outbox_id": row.id, "reason": "x"}, actor=ADMIN, record=None)

    assert refusal.value.reason is Reason.NOT_FOUND


def partner_of(house: TestHouse) -> str:
    from app.storage import partner as partners

    with house.house.database.read() as connection:
        return partners.all_of(connection, house.tenant.id)[0].id
