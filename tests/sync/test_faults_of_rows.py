"""One bad row never holds up the others, and never disappears."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.crm.port import MessageWrite, Rejected, Unavailable, Write, WriteResult
from app.domain.record import ObjectKind
from app.storage import fault, outbox, tables
from app.storage import record as records
from app.storage.published.links import link_of
from app.storage.published.rooms import latest_snapshot
from app.storage.published_tables import partner_inbox
from app.storage.rows import find_all
from sync import ingest, publish, webhook_events
from sync.backoff import MOST_TRIES, SET_ASIDE_AFTER, divide
from tests.house import COMPANY, DEAL, TestHouse
from tests.sync.test_inbound import answer, states


def post(house: TestHouse, partner: str, body: str) -> str:
    return str(house.run("thread.post", {"partner_id": partner, "body": body}).result["message_id"])


def faults(house: TestHouse) -> list[tuple[str, int]]:
    with house.house.database.read() as connection:
        return [(str(f.work), f.count) for f in fault.all_of(connection, house.tenant.id)]


def bodies(house: TestHouse) -> list[str]:
    return [w.body for w in house.crm.written if isinstance(w, MessageWrite)]


def wait_for_all(house: TestHouse, rounds: int = 60) -> None:
    for _ in range(rounds):
        house.work()
        house.clock.advance(timedelta(seconds=30))


def poison(house: TestHouse, monkeypatch: pytest.MonkeyPatch, body: str, error: Exception) -> list[int]:
    """The adapter trips over this message, whatever else is in the call. The sizes of the calls."""
    sizes: list[int] = []
    takes = house.crm.write

    def write(writes: Sequence[Write]) -> Sequence[WriteResult]:
        sizes.append(len(writes))
        if any(getattr(one, "body", "") == body for one in writes):
            raise error
        return takes(writes)

    monkeypatch.setattr(house.crm, "write", write)
    return sizes


def test_a_message_the_adapter_trips_over_is_set_aside_and_the_others_arrive(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = house.attach()
    house.work()
    poison(house, monkeypatch, "bad", KeyError("secret detail"))
    for body in ("one", "bad", "two", "three"):
        post(house, partner, body)

    house.work()
    assert bodies(house) == ["one", "two", "three"]
    assert faults(house) == [("write", 1)]

    wait_for_all(house)
    with house.house.database.read() as connection:
        (kept,) = outbox.refused(connection, house.tenant.id, DEAL)
    assert "fault of its own" in kept.refusal
    assert "secret detail" not in kept.refusal
    assert faults(house) == [("write", SET_ASIDE_AFTER)]


def test_what_was_set_aside_is_written_when_a_person_tries_again(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = house.attach()
    house.work()
    poison(house, monkeypatch, "bad", KeyError("x"))
    post(house, partner, "bad")
    wait_for_all(house)
    monkeypatch.undo()
    with house.house.database.read() as connection:
        (kept,) = outbox.refused(connection, house.tenant.id)

    house.run("outbox.retry", {"outbox_id": kept.id}, record=None)
    house.work()

    assert bodies(house) == ["bad"]
    assert faults(house) == []


def test_a_call_that_is_refused_as_a_whole_is_divided_until_the_refused_row_stands_alone(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = house.attach()
    house.work()
    sizes = poison(house, monkeypatch, "m13", Rejected("This body is not allowed."))
    for number in range(20):
        post(house, partner, f"m{number}")

    house.work()

    assert bodies(house) == [f"m{n}" for n in range(20) if n != 13]
    with house.house.database.read() as connection:
        assert [r.refusal for r in outbox.refused(connection, house.tenant.id)] == [
            "This body is not allowed."
        ]
    assert len(sizes) <= 12


def test_new_messages_do_not_ask_a_crm_that_is_down_each_for_itself(house: TestHouse) -> None:
    partner = house.attach()
    house.work()
    house.crm.failures += [Unavailable("down")] * 500
    house.crm.calls.clear()

    for number in range(60):
        post(house, partner, str(number))
        house.work()

    assert house.crm.calls.count("write") == 1


def test_a_tenant_whose_crm_is_down_does_not_hold_up_another(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = outbox.tenants_due

    def with_a_stranger(*args: object) -> list[str]:
        return ["nobody", *other(*args)]  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "tenants_due", with_a_stranger)
    post(house, house.attach(), "hello")
    house.work()
    assert bodies(house) == ["hello"]


def test_an_answer_that_cannot_be_executed_is_set_aside_and_the_others_go_on(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = house.attach()
    link, other = house.link(partner), house.link(partner, email="lee@northwind.example")
    executor = type(house.house.executor())
    runs = executor.run

    def run(self, tenant_id, actor, name, record, fields, key):
        if fields.get("body") == "bad":
            raise ZeroDivisionError
        return runs(self, tenant_id, actor, name, record, fields, key)

    monkeypatch.setattr(executor, "run", run)
    answer(house, link["link_id"], "thread.post", {"body": "bad"})
    answer(house, link["link_id"], "thread.post", {"body": "after"})
    answer(house, other["link_id"], "thread.post", {"body": "elsewhere"})

    house.work()
    assert [state for state, _ in states(house)] == ["waiting", "waiting", "done"]

    wait_for_all(house, 20)
    assert [state for state, _ in states(house)] == ["refused", "done", "done"]
    assert "fault on our side" in states(house)[0][1]
    assert bodies(house) == ["elsewhere", "after"]


def test_an_answer_behind_one_that_has_to_wait_waits_too_even_in_the_same_batch(house: TestHouse) -> None:
    partner = house.attach()
    link = house.link(partner)
    house.crm.companies["900"] = "700"
    with house.house.database.write() as connection:
        tables_link = link_of(connection, house.tenant.id, link["link_id"])
    assert tables_link.record == DEAL
    answer(house, link["link_id"], "thread.post", {"body": "first"})
    answer(house, link["link_id"], "thread.post", {"body": "second"})
    with house.house.database.write() as connection:
        records.archive(connection, house.tenant.id, [DEAL])  # so that executing has to ask the CRM
    house.crm.failures += [Unavailable("down")]

    house.work()
    assert [state for state, _ in states(house)] == ["waiting", "waiting"]

    wait_for_all(house, 5)
    assert bodies(house) == ["first", "second"]


def test_a_room_that_cannot_be_composed_does_not_hold_up_the_others(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds = publish.rooms_of
    done = []

    def rooms_of(connection, tenant, key, now):
        if key == DEAL:
            raise ZeroDivisionError
        done.append(key)
        return finds(connection, tenant, key, now)

    monkeypatch.setattr(publish, "rooms_of", rooms_of)
    with house.house.database.write() as connection:
        records.mark(connection, house.tenant.id, "publish", [DEAL, COMPANY], house.clock())

    house.work()

    assert done == [COMPANY]
    with house.house.database.read() as connection:
        assert not records.waiting(connection, "publish", house.clock())
        assert records.waiting(connection, "publish", house.clock() + timedelta(minutes=1))


def test_a_room_that_cannot_be_composed_holds_up_no_other_partners_on_the_same_record(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled, whole = house.attach("Contoso"), house.attach()
    house.link(spoiled, "ann@contoso.example")
    house.link(whole)
    publishes = publish.publish_room

    def publish_room(connection, tenant, key, partner, *rest):
        done = publishes(connection, tenant, key, partner, *rest)
        if partner.id == spoiled:
            raise ZeroDivisionError
        return done

    monkeypatch.setattr(publish, "publish_room", publish_room)
    for partner in (spoiled, whole):
        house.run("thread.post", {"partner_id": partner, "body": "Hello"})

    house.work()

    with house.house.database.read() as connection:
        rooms = {one: latest_snapshot(connection, house.tenant.id, DEAL, one) for one in (spoiled, whole)}
        assert not records.waiting(connection, "publish", house.clock())
        assert records.waiting(connection, "publish", house.clock() + timedelta(minutes=1))
    assert [len(rooms[one].content["messages"]) for one in (spoiled, whole)] == [0, 1]


def test_a_record_that_cannot_be_read_does_not_hold_up_the_others(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = house.crm.read

    def read(kind, ids, fields):
        if "900" in ids:
            raise KeyError("900")
        return reads(kind, ids, fields)

    monkeypatch.setattr(house.crm, "read", read)
    with house.house.database.write() as connection:
        records.mark(connection, house.tenant.id, "read", [DEAL, COMPANY], house.clock())

    house.work()

    with house.house.database.read() as connection:
        assert records.known(connection, house.tenant.id, ObjectKind.COMPANY, ["700"]) == {"700"}
    assert faults(house) == [("read", 1)]


def test_an_event_that_cannot_be_read_is_named_and_the_others_are_applied(house: TestHouse) -> None:
    now = house.clock()
    bodies = [
        {"objectTypeId": "0-2", "objectId": "700", "subscriptionType": "object.creation"},
        {
            "objectTypeId": "0-3",
            "objectId": "1",
            "subscriptionType": "object.creation",
            "occurredAt": ["no", "time"],
        },
        {"objectTypeId": "0-2", "objectId": "701", "subscriptionType": "object.creation"},
    ]
    with house.house.database.write() as connection:
        for number, body in enumerate(bodies):
            row = {"tenant_id": house.tenant.id, "key": str(number), "body": body}
            connection.execute(tables.crm_event.insert().values(**row, received_at=now, applied_at=None))
    assert webhook_events.take_events(house.agent) == 3

    with house.house.database.read() as connection:
        marked = [row["crm_id"] for row in find_all(connection, tables.dirty, order=[tables.dirty.c.crm_id])]
    assert marked == ["700", "701"]
    assert faults(house) == [("event", 1)]


def test_what_a_slower_reader_brings_does_not_replace_what_is_newer(house: TestHouse) -> None:
    house.attach()
    old = house.crm.read(ObjectKind.DEAL, ["900"], ["name", "stage"])["900"]
    house.crm.records[ObjectKind.DEAL, "900"]["stage"] = "s3"
    house.crm.modified += timedelta(seconds=5)
    ingest.fetch(house.agent, house.tenant, [DEAL])

    with house.house.database.write() as connection:
        ingest.store(house.agent, connection, house.tenant, [old], None)

    with house.house.database.read() as connection:
        found = records.get(connection, house.tenant.id, DEAL)
    assert found is not None
    assert found.fields["stage"] == "s3"


def test_a_mark_that_meets_its_worker_in_the_act_is_not_lost(house: TestHouse) -> None:
    with house.house.database.write() as connection:
        records.mark(connection, house.tenant.id, "publish", [DEAL], house.clock())
        ((_, key, fence),) = records.claim(
            connection, "publish", house.clock(), timedelta(seconds=30), 10, house.tenant.id
        )
    with house.house.database.write() as connection:
        records.mark(connection, house.tenant.id, "publish", [DEAL], house.clock())
    with house.house.database.write() as connection:
        assert not records.hold(connection, "publish", house.tenant.id, key, fence)
        records.clear(connection, "publish", house.tenant.id, [key], fence)
    with house.house.database.read() as connection:
        assert records.waiting(connection, "publish", house.clock())


def test_dividing_a_batch_spends_few_calls_however_many_rows_are_bad() -> None:
    calls = []

    def attempt(part: Sequence[int]) -> None:
        calls.append(len(part))
        if any(n % 2 for n in part):
            raise ValueError

    found = divide(list(range(100)), attempt)

    assert len(calls) == MOST_TRIES
    assert len(found.failed) + len(found.untried) < 100
    assert found.untried


def test_every_answer_is_settled_once(house: TestHouse) -> None:
    partner = house.attach()
    link = house.link(partner)
    for number in range(5):
        answer(house, link["link_id"], "thread.post", {"body": str(number)})
    house.work()
    with house.house.database.read() as connection:
        rows = find_all(connection, partner_inbox)
    assert {row["state"] for row in rows} == {"done"}
    assert bodies(house) == [str(n) for n in range(5)]
