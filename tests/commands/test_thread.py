import re

import pytest

from app.crm.port import Unavailable
from app.domain.thread import Audience, Delivery
from app.ground.errors import AppError, Reason
from app.storage import audit
from app.storage import thread as messages
from tests.house import DEAL, TestHouse


def thread_of(house: TestHouse, partner: str):
    with house.house.database.read() as connection:
        return messages.page(connection, house.tenant.id, DEAL, partner)[0]


def test_a_message_reaches_the_thread_and_the_crm(house: TestHouse) -> None:
    partner = house.attach()

    house.run("thread.post", {"partner_id": partner, "body": "Hello Kim"})
    house.work()

    assert [(m.body, m.delivery) for m in thread_of(house, partner)] == [("Hello Kim", Delivery.IN_CRM)]
    assert house.crm.written[0].body == "Hello Kim"
    assert house.crm.written[0].company_id == "700"


def test_a_refusal_of_the_crm_stays_visible_and_can_be_tried_again(house: TestHouse) -> None:
    partner = house.attach()
    house.crm.refusals["*"] = "Note body is required to mention a project"
    house.run("thread.post", {"partner_id": partner, "body": "Hello"})
    house.work()

    message = thread_of(house, partner)[0]
    assert (message.delivery, message.refusal) == (
        Delivery.REFUSED,
        "Note body is required to mention a project",
    )

    house.crm.refusals.clear()
    with house.house.database.read() as connection:
        from app.storage import outbox

        row = outbox.refused(connection, house.tenant.id)[0]
    house.run("outbox.retry", {"outbox_id": row.id})
    house.work()
    assert thread_of(house, partner)[0].delivery is Delivery.IN_CRM


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("zero\x00width\u202etxt", "zerowidthtxt"),
        ("two\r\nlines", "two\nlines"),
    ],
)
def test_hostile_text_is_kept_as_text(house: TestHouse, body: str, kept: str) -> None:
    partner = house.attach()

    house.run("thread.post", {"partner_id": partner, "body": body})

    assert thread_of(house, partner)[0].body == kept


@pytest.mark.parametrize(
    ("body", "reason"), [("x" * 1_000_000, Reason.TOO_LARGE), ("\u202e\x00  ", Reason.INVALID)]
)
def test_a_message_that_cannot_be_kept_is_refused(house: TestHouse, body: str, reason: Reason) -> None:
    partner = house.attach()

    with pytest.raises(AppError) as caught:
        house.run("thread.post", {"partner_id": partner, "body": body})

    assert caught.value.reason is reason
    assert caught.value.field == "body"


def test_a_viewer_posts_as_its_own_partner_whatever_it_asks_for(house: TestHouse) -> None:
    northwind, contoso = house.attach(), house.attach("Contoso")

    house.run(
        "thread.post",
        {"partner_id": contoso, "audience": "team", "body": "Hi"},
        actor=house.viewer(northwind),
    )

    assert thread_of(house, contoso) == []
    assert thread_of(house, northwind)[0].audience is Audience.PARTNER


def test_a_team_message_is_never_published(house: TestHouse) -> None:
    partner = house.attach()
    house.link(partner)
    house.run("thread.post", {"partner_id": partner, "audience": "team", "body": "our floor is 9k"})
    house.work()

    with house.house.database.read() as connection:
        from app.storage.published.rooms import latest_snapshot

        snapshot = latest_snapshot(connection, house.tenant.id, DEAL, partner)
    assert snapshot is not None
    assert "floor" not in str(snapshot.content)


def sent(house: TestHouse, partner: str, body: str, **more: object) -> object:
    return house.run("thread.post", {"partner_id": partner, "body": body, **more}).result["message_id"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Contoso offers less.", "names Contoso"),
        ("We have a margin of 38%.", "holds the value of Margin"),
        ("Our notes say: secret", "holds the value of Internal_Notes"),
        ("You get 12 % discount", "speaks of a margin or discount"),
    ],
)
def test_what_a_partner_should_not_read_is_asked_about_before_it_is_sent(house, body: str, told: str) -> None:
    partner = house.attach()
    house.attach("Contoso")

    with pytest.raises(AppError) as caught:
        sent(house, partner, body)

    assert (caught.value.reason, caught.value.field) == (Reason.NEEDS_CONFIRM, "confirm")
    assert told in caught.value.message
    with house.house.database.read() as connection:
        assert messages.page(connection, house.tenant.id, DEAL, partner)[0] == []


def test_a_confirmed_text_is_sent_and_leaves_no_hidden_value_behind(house: TestHouse) -> None:
    partner = house.attach()

    assert sent(house, partner, "A margin of 38%, and you know it.", confirm=True)
    with house.house.database.read() as connection:
        (row, *_) = audit.newest(connection, house.tenant.id)
    assert not re.search(r"\b38\b", str(row["detail"]))  # the digits may stand in an id


def test_the_own_name_a_note_for_the_team_and_a_viewers_answer_are_not_asked_about(house: TestHouse) -> None:
    partner = house.attach()
    house.attach("Contoso")
    house.crm.calls.clear()

    assert sent(house, partner, "Northwind, are you there?")
    assert sent(house, partner, "Contoso offers less.", audience="team")
    house.run("thread.post", {"body": "Is Contoso on this deal? 38%"}, actor=house.viewer(partner))

    assert house.crm.calls == ["read"]  # for the one message that goes to a partner


def test_a_crm_that_does_not_answer_keeps_nobody_from_writing(house: TestHouse) -> None:
    partner = house.attach()
    house.attach("Contoso")
    house.crm.failures.append(Unavailable("down"))

    assert sent(house, partner, "We are on our way.")
    with pytest.raises(AppError, match="names Contoso"):
        sent(house, partner, "Contoso offers less.")
