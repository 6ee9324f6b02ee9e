"""What left the outbox is in the CRM once; what the CRM refuses or cannot take stays."""

from datetime import timedelta

from app.crm.port import AuthExpired, MessageWrite, RateLimited, StepWrite, Unavailable
from app.storage import outbox, tables
from app.storage import tenant as tenants
from app.storage.rows import find_all
from sync import writeback
from tests.house import DEAL, TestHouse


def waiting(house: TestHouse) -> int:
    """Rows of partner work; who the partners are goes its own way."""
    with house.house.database.read() as connection:
        rows = find_all(connection, tables.outbox, tables.outbox.c.state == "waiting")
    return sum(row["kind"] not in outbox.BY_THEMSELVES for row in rows)


def post(house: TestHouse, partner: str, body: str) -> None:
    house.run("thread.post", {"partner_id": partner, "body": body})


def test_messages_arrive_in_the_order_they_were_written_and_in_one_call(house: TestHouse) -> None:
    partner = house.attach()
    for number in range(30):
        post(house, partner, f"message {number}")
    house.crm.calls.clear()

    house.work()

    assert [w.body for w in house.crm.written] == [f"message {n}" for n in range(30)]
    assert house.crm.calls.count("write") == 1


def test_a_crm_that_is_busy_is_left_alone_for_as_long_as_it_asked(house: TestHouse) -> None:
    post(house, house.attach(), "hello")
    house.crm.failures.append(RateLimited("slow down", retry_after=30))

    house.work()
    assert (waiting(house), len(house.crm.written)) == (1, 0)

    house.clock.advance(timedelta(seconds=29))
    house.work()
    assert len(house.crm.written) == 0

    house.clock.advance(timedelta(seconds=8))
    house.work()
    assert (waiting(house), len(house.crm.written)) == (0, 1)


def test_an_outage_is_met_with_longer_and_longer_pauses_and_loses_nothing(house: TestHouse) -> None:
    post(house, house.attach(), "hello")
    house.crm.failures += [Unavailable("down")] * 5
    house.crm.calls.clear()

    for _ in range(120):
        house.work()
        house.clock.advance(timedelta(seconds=1))

    assert len(house.crm.written) == 1
    assert house.crm.calls.count("write") == 6


def test_a_lost_connection_is_told_to_the_admin_and_the_work_waits(house: TestHouse) -> None:
    post(house, house.attach(), "hello")
    house.crm.failures.append(AuthExpired("revoked"))

    house.work()

    with house.house.database.read() as connection:
        assert "Connect it again" in tenants.trouble_of(connection, house.tenant.id)
    assert waiting(house) == 1


def test_a_worker_that_dies_before_it_wrote_lets_its_lease_run_out(house: TestHouse) -> None:
    post(house, house.attach(), "hello")
    with house.house.database.write() as connection:
        outbox.claim(connection, house.tenant.id, outbox.OutboxKind.MESSAGE, house.clock(), 10)

    house.work()
    assert house.crm.written == []

    house.clock.advance(outbox.LEASE)
    house.work()
    assert len(house.crm.written) == 1


def test_a_step_that_changes_while_it_is_written_is_written_again(house: TestHouse) -> None:
    partner = house.attach()
    step = house.run("plan.add_step", {"partner_id": partner, "title": "Send papers"}).result["step_id"]
    with house.house.database.write() as connection:
        rows = outbox.claim(connection, house.tenant.id, outbox.OutboxKind.STEP, house.clock(), 10)
    house.run("plan.complete_step", {"step_id": step})
    with house.house.database.write() as connection:
        outbox.finish(connection, rows)

    house.work()

    assert [w.done for w in house.crm.written if isinstance(w, StepWrite)] == [True]


def test_many_edits_of_a_step_are_one_write(house: TestHouse) -> None:
    partner = house.attach()
    step = house.run("plan.add_step", {"partner_id": partner, "title": "Send papers"}).result["step_id"]
    for version in range(1, 6):
        house.run("plan.edit_step", {"step_id": step, "version": version, "title": f"Send papers {version}"})

    house.work()

    assert [w.title for w in house.crm.written if isinstance(w, StepWrite)] == ["Send papers 5"]


def test_one_refused_message_does_not_hold_up_the_others(house: TestHouse) -> None:
    partner = house.attach()
    post(house, partner, "first")
    with house.house.database.read() as connection:
        first = outbox.get(connection, house.tenant.id, _only_row(house)).subject_id
    house.crm.refusals[first] = "No."
    post(house, partner, "second")

    house.work()

    assert [w.body for w in house.crm.written if isinstance(w, MessageWrite)] == ["second"]
    with house.house.database.read() as connection:
        assert [r.refusal for r in outbox.refused(connection, house.tenant.id, DEAL)] == ["No."]


def test_two_workers_never_claim_the_same_row(house: TestHouse) -> None:
    from concurrent.futures import ThreadPoolExecutor

    partner = house.attach()
    for number in range(40):
        post(house, partner, str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: writeback.write_due(house.agent), range(8)))
    house.work()

    assert sorted(int(w.body) for w in house.crm.written) == list(range(40))


def _only_row(house: TestHouse) -> str:
    with house.house.database.read() as connection:
        return find_all(connection, tables.outbox, tables.outbox.c.kind == "message")[0]["id"]
