"""A database that takes no more: a sentence, nothing half done, and everything goes on when there is room again."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.doors.problems import as_app_error
from app.storage import audit, fault, outbox, tables
from app.storage.published_tables import partner_inbox
from app.storage.rows import find_all
from sync import inbound, publish, writeback
from tests.house import TestHouse
from tests.sync.test_inbound import answer

LONG = "x" * 7000


@contextmanager
def full_disk(house: TestHouse) -> Iterator[None]:
    """SQLite's own limit: what it says then is what it says of a full disk."""
    engine = house.house.database.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no such limit to set")
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    engine.dispose()

    def limit(connection, _) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


def rows(house: TestHouse) -> dict[str, int]:
    with house.house.database.read() as connection:
        assert audit.first_break(connection, house.tenant.id) is None
        return {
            table.name: len(find_all(connection, table))
            for table in (tables.message, tables.audit, tables.done_command, tables.outbox, tables.dirty)
        }


def test_a_command_on_a_full_disk_is_refused_with_a_sentence_and_changes_nothing(house: TestHouse) -> None:
    partner = house.attach()
    house.work()
    posted = 0
    with full_disk(house):
        while True:
            before = rows(house)
            try:
                house.run("thread.post", {"partner_id": partner, "body": LONG})
            except OperationalError as error:
                refusal, _ = as_app_error(error)
                break
            posted += 1
        assert rows(house) == before
    assert refusal.status == 500
    assert "Nothing was changed" in refusal.message
    assert "full" not in refusal.message

    house.run("thread.post", {"partner_id": partner, "body": LONG})
    house.work()
    assert sum(getattr(w, "body", "") == LONG for w in house.crm.written) == posted + 1


def test_the_agent_on_a_full_disk_blames_no_row_and_goes_on_when_there_is_room(house: TestHouse) -> None:
    partner = house.attach()
    link = house.link(partner)
    house.work()
    for number in range(5):
        answer(house, link["link_id"], "thread.post", {"body": f"{number} {LONG}"})

    def rounds() -> None:
        for number in range(20):
            inbound.execute_answers(house.agent)
            publish.publish_marked(house.agent)
            writeback.write_due(house.agent)
            house.clock.advance(outbox.LEASE)
            answer(house, link["link_id"], "thread.post", {"body": f"more {number} {LONG}"})

    with full_disk(house), pytest.raises(OperationalError):
        rounds()

    with house.house.database.read() as connection:
        assert fault.all_of(connection, house.tenant.id) == []
    for _ in range(5):
        house.clock.advance(outbox.LEASE)
        house.work()
    with house.house.database.read() as connection:
        states = {row["state"] for row in find_all(connection, partner_inbox)}
        said = len(find_all(connection, tables.message))
        answers = len(find_all(connection, partner_inbox))
    assert states == {"done"}
    assert said == answers
    assert len({w.external_id for w in house.crm.written if getattr(w, "body", "")}) == said
