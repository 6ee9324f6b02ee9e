"""The one door in: once per key, all or nothing, with an audit row."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.commands.execute import COMMANDS
from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError, Reason
from app.storage import audit, outbox, tables
from app.storage import thread as messages
from app.storage.rows import find_all
from tests.house import ADMIN, DEAL, SELLER, TestHouse


def refused(call, reason: Reason) -> AppError:
    with pytest.raises(AppError) as caught:
        call()
    assert caught.value.reason is reason
    return caught.value


def test_a_repeated_key_gets_the_first_answer_and_changes_nothing(house: TestHouse) -> None:
    partner = house.attach()
    fields = {"partner_id": partner, "body": "Hello"}

    first = house.run("thread.post", fields, key="same-key")
    again = house.run("thread.post", fields, key="same-key")

    assert first == again
    with house.house.database.read() as connection:
        assert len(messages.page(connection, house.tenant.id, DEAL, partner)[0]) == 1


def test_a_key_that_was_used_for_something_else_is_refused(house: TestHouse) -> None:
    partner = house.attach()
    house.run("thread.post", {"partner_id": partner, "body": "Hello"}, key="same-key")

    refused(
        lambda: house.run("thread.post", {"partner_id": partner, "body": "Bye"}, key="same-key"),
        Reason.KEY_REUSED,
    )


def test_the_same_key_at_the_same_moment_is_executed_once(house: TestHouse) -> None:
    partner = house.attach()
    post = lambda _: house.run("thread.post", {"partner_id": partner, "body": "Hello"}, key="racing")  # noqa: E731

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))

    assert len({answer.result["message_id"] for answer in answers}) == 1


def test_a_repeated_link_command_answers_with_the_same_link_though_it_is_stored_sealed(
    house: TestHouse,
) -> None:
    partner = house.attach()
    fields = {"partner_id": partner, "contact_email": "kim@northwind.example", "contact_name": "Kim"}

    first = house.run("sharing.create_link", fields, key="link-key").result["url"]
    again = house.run("sharing.create_link", fields, key="link-key").result["url"]

    token = str(first).rpartition("/")[2]
    with house.house.database.read() as connection:
        stored = [
            str(dict(row))
            for table in tables.tenant.metadata.sorted_tables
            for row in find_all(connection, table)
        ]
    assert first == again
    assert not any(token in row for row in stored)


def test_a_refused_command_leaves_nothing_behind(house: TestHouse) -> None:
    refused(
        lambda: house.run("thread.post", {"partner_id": "nobody", "body": "Hi"}), Reason.PARTNER_NOT_ON_RECORD
    )

    with house.house.database.read() as connection:
        assert outbox.waiting_count(connection) == 0
        assert audit.newest(connection, house.tenant.id) == []


def test_every_command_writes_an_audit_row_in_an_unbroken_chain(house: TestHouse) -> None:
    partner = house.attach()
    house.run("thread.post", {"partner_id": partner, "body": "the words stay out of the log"})

    with house.house.database.read() as connection:
        rows = audit.newest(connection, house.tenant.id)
        assert [row["command"] for row in rows] == ["thread.post", "partner.attach"]
        assert audit.first_break(connection, house.tenant.id) is None
        assert "the words" not in str([dict(row) for row in rows])


def test_a_changed_audit_row_is_found(house: TestHouse) -> None:
    house.attach()
    house.attach("Contoso")
    with house.house.database.write() as connection:
        connection.execute(
            tables.audit.update().where(tables.audit.c.sequence == 1).values(actor_name="Somebody else")
        )

    with house.house.database.read() as connection:
        assert audit.first_break(connection, house.tenant.id) == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "a\nb", "\x00"])
def test_a_bad_idempotency_key_is_refused(house: TestHouse, key: str) -> None:
    with pytest.raises(AppError) as caught:
        house.house.executor().run(
            house.tenant.id, SELLER, "partner.attach", DEAL, {"name": "N", "type": "msp"}, key
        )
    assert caught.value.reason is Reason.MALFORMED


def test_an_unknown_command_is_refused(house: TestHouse) -> None:
    refused(lambda: house.run("thread.erase", {}), Reason.UNKNOWN_COMMAND)


def test_an_unknown_record_is_refused(house: TestHouse) -> None:
    stranger = RecordKey(ObjectKind.DEAL, "31337")

    refused(
        lambda: house.run("partner.attach", {"name": "N", "type": "msp"}, record=stranger),
        Reason.UNKNOWN_RECORD,
    )


def test_an_unknown_tenant_is_refused(house: TestHouse) -> None:
    def call() -> object:
        fields = {"name": "N", "type": "msp"}
        return house.house.executor().run("nobody", SELLER, "partner.attach", DEAL, fields, "k1")

    refused(call, Reason.UNKNOWN_TENANT)


@pytest.mark.parametrize(
    "name", sorted(name for name, c in COMMANDS.items() if ActorKind.SELLER not in c.actors)
)
def test_a_seller_cannot_do_what_only_admins_or_the_agent_may(house: TestHouse, name: str) -> None:
    refused(lambda: house.run(name, {}), Reason.FORBIDDEN)


@pytest.mark.parametrize(
    "name", sorted(name for name, c in COMMANDS.items() if ActorKind.VIEWER not in c.actors)
)
def test_a_viewer_can_only_answer(house: TestHouse, name: str) -> None:
    partner = house.attach()

    refused(lambda: house.run(name, {}, actor=house.viewer(partner)), Reason.FORBIDDEN)


@pytest.mark.parametrize("name", sorted(name for name, c in COMMANDS.items() if c.schema().fields))
def test_nonsense_fields_are_refused_with_a_sentence(house: TestHouse, name: str) -> None:
    nonsense: dict[str, object] = {field: {"deep": [1, None]} for field in COMMANDS[name].schema().fields}
    known = (ADMIN, SELLER, Actor(kind=ActorKind.SYSTEM, id="s", name="s"), house.viewer(house.attach()))
    actor = next(a for a in known if a.kind in COMMANDS[name].actors)

    error = refused(lambda: house.run(name, nonsense, actor=actor), Reason.INVALID)
    assert error.message.endswith(".")
