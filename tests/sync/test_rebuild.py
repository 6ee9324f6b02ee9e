"""The CRM is the record: without our working copy, everything a seller saw is there again."""

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from app.crm.port import Unavailable, WorkPage
from app.ground.errors import AppError
from app.storage import outbox, tables, working_copy
from app.storage.audit import first_break
from sync import rebuild
from tests.sync.connected import Connected
from tests.sync.month import Month, everything, rooms, work_a_month


@pytest.fixture
def month(connected: Connected, request: pytest.FixtureRequest) -> Month:
    busy = request.node.get_closest_marker("busy") is not None
    worked = work_a_month(connected, lines=60 if busy else 6)
    connected.sync()
    report = connected.sync()  # reads what writing has changed in the CRM
    assert (report.waiting, report.rejected, report.trouble) == (0, [], "")
    return worked


def counts(connected: Connected) -> dict[str, int]:
    with connected.house.database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in working_copy.COPIED
            if table.name not in ("cursor", "dirty", "record", "field_info")
        }


@pytest.mark.busy
def test_after_a_busy_month_a_rebuild_brings_back_everything_a_seller_and_a_partner_saw(
    connected: Connected, month: Month
) -> None:
    before, rows, seen = everything(connected, month), counts(connected), rooms(connected, month)
    connected.sync()
    rebuild.discard(connected.agent, connected.tenant)
    assert counts(connected)["message"] == 0

    report = rebuild.rebuild(connected.agent, connected.tenant)

    assert report.unreadable == 0
    assert counts(connected) == rows
    after = everything(connected, month)
    for where, card in before.items():
        assert json.dumps(after[where], indent=1) == json.dumps(card, indent=1), where
    assert {"product": "GTX", "note": "Two sites"} in [
        (room["registration"] or {}).get("values") for room in seen.values()
    ], "the month has to hold what a partner wrote"
    for where, room in rooms(connected, month).items():
        assert json.dumps(room, indent=1) == json.dumps(seen[where], indent=1), where


def test_a_rebuild_that_is_killed_goes_on_where_it_was(connected: Connected, month: Month) -> None:
    rows = counts(connected)
    rebuild.discard(connected.agent, connected.tenant)
    crm = Dying(connected.world.crm, after=1)
    connected.house.crms[connected.tenant.id] = crm
    with pytest.raises(Unavailable):
        rebuild.rebuild(connected.agent, connected.tenant)
    crm.after = 1000
    crm.asked.clear()

    report = rebuild.rebuild(connected.agent, connected.tenant)

    assert report.resumed
    assert "" not in crm.asked
    assert counts(connected) == rows


def test_rebuilding_again_changes_nothing(connected: Connected, month: Month) -> None:
    before = counts(connected)

    report = rebuild.rebuild(connected.agent, connected.tenant)

    assert sum(report.restored.values()) == 0
    assert counts(connected) == before


def test_what_is_held_here_is_not_overwritten(connected: Connected, month: Month) -> None:
    deal, partner = month.records[0], month.partners[0]
    with connected.house.database.read() as connection:
        step = connection.execute(tables.step.select().order_by(tables.step.c.id)).mappings().first()
    connected.run("plan.edit_step", deal, step_id=step["id"], version=step["version"], title="Newest title")
    connected.run("thread.post", deal, partner_id=partner, body="Not yet in the CRM")

    rebuild.rebuild(connected.agent, connected.tenant)
    connected.sync()

    assert "Newest title" in [seen.title for seen in connected.world.steps_on(deal.crm_id)]
    assert "Not yet in the CRM" in str(connected.world.messages_on(deal.object, deal.crm_id))


def test_nothing_is_written_back_from_half_a_copy(connected: Connected, month: Month) -> None:
    crm = Dying(connected.world.crm, after=1)
    connected.house.crms[connected.tenant.id] = crm
    connected.run("partner.attach", month.records[5], partner_id=month.partners[2])
    with pytest.raises(Unavailable):
        rebuild.rebuild(connected.agent, connected.tenant)

    report = connected.sync()

    assert (report.written.total, report.waiting) == (0, 1)
    crm.after = 1000
    rebuild.rebuild(connected.agent, connected.tenant)
    assert connected.sync().written.written == 1


def test_a_copy_is_not_thrown_away_while_something_in_it_is_nowhere_else(
    connected: Connected, month: Month
) -> None:
    connected.run("thread.post", month.records[0], partner_id=month.partners[0], body="Not yet in the CRM")

    with pytest.raises(AppError, match="have not reached the CRM"):
        rebuild.discard(connected.agent, connected.tenant)

    rebuild.discard(connected.agent, connected.tenant, force=True)
    with connected.house.database.read() as connection:
        assert outbox.waiting_count(connection) == 0


def test_what_only_we_hold_stays_and_the_rebuild_is_in_the_log(connected: Connected, month: Month) -> None:
    rebuild.discard(connected.agent, connected.tenant)
    rebuild.rebuild(connected.agent, connected.tenant)

    with connected.house.database.read() as connection:
        links = connection.scalar(select(func.count()).select_from(tables.policy))
        newest = (
            connection.execute(tables.audit.select().order_by(tables.audit.c.sequence.desc()))
            .mappings()
            .first()
        )
        assert first_break(connection, connected.tenant.id) is None
    assert links == 1
    assert (newest["command"], newest["actor_kind"]) == ("tenant.rebuild", "system")


def test_a_rebuild_reads_in_batches(connected: Connected, month: Month) -> None:
    rebuild.discard(connected.agent, connected.tenant)
    connected.world.reset_calls()

    report = rebuild.rebuild(connected.agent, connected.tenant)

    assert report.to_json()["calls"]["total"] == connected.world.calls()
    assert connected.world.calls() <= 40


class Dying:
    """A CRM that stops answering after some pages of partner work."""

    def __init__(self, crm: object, after: int) -> None:
        self._crm = crm
        self.after = after
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._crm, name)

    def partner_work(self, cursor: str) -> WorkPage:
        self.asked.append(cursor)
        if len(self.asked) > self.after:
            raise Unavailable("gone")
        return self._crm.partner_work(cursor)

    def write(self, writes: Sequence[object]) -> Sequence[object]:
        return self._crm.write(writes)
