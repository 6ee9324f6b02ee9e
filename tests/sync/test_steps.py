"""Steps and CRM tasks, two ways, in each sandbox."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.actor import Side
from app.domain.plan import Step, StepStatus
from app.domain.record import RecordKey
from app.storage import plan as steps
from app.storage import tables
from tests.sync.connected import SELLER, Connected


class Planned:
    """One step that both sides know."""

    def __init__(self, connected: Connected, **fields: object) -> None:
        self.connected, self.world = connected, connected.world
        self.sam = self.world.make_owner("Sam Seller", SELLER.email)
        self.lee = self.world.make_owner("Lee Lead", "lee@vendor.example")
        self.deal: RecordKey = connected.deal(self.world.make_deal("Rollout"))
        connected.sync()
        self.partner = connected.attach(self.deal, "Northwind")
        given: dict[str, object] = {"title": "Send papers", "due": "2026-12-01", "owner_side": "us"}
        given |= {"owner_email": SELLER.email} | fields
        connected.house.clock = lambda: datetime(2026, 11, 22, tzinfo=UTC)
        done = connected.run("plan.add_step", self.deal, partner_id=self.partner, **given)
        connected.house.clock = lambda: datetime.now(UTC)
        self.id = str(done.result["step_id"])
        connected.sync()

    @property
    def step(self) -> Step:
        with self.connected.house.database.read() as connection:
            return steps.get(connection, self.connected.tenant.id, self.id)[1]

    @property
    def crm_id(self) -> str:
        return self.step.crm_id or ""

    @property
    def seen(self) -> Any:
        (found,) = self.world.steps_on(self.deal.crm_id)
        return found

    def run(self, command: str, **fields: object) -> None:
        self.connected.run(command, self.deal, step_id=self.id, **fields)

    def audit(self) -> list[dict[str, Any]]:
        with self.connected.house.database.read() as connection:
            rows = connection.execute(tables.audit.select().order_by(tables.audit.c.sequence)).mappings()
            return [dict(row["detail"]) for row in rows if row["command"] == "plan.follow"]


@pytest.fixture
def planned(connected: Connected) -> Planned:
    return Planned(connected)


def test_what_a_person_does_in_the_crm_comes_here_and_stays_there(planned: Planned) -> None:
    planned.world.complete_step(planned.crm_id)
    planned.world.edit_step(planned.crm_id, title="Send the papers", due=date(2026, 12, 8))
    planned.world.reassign_step(planned.crm_id, planned.lee)

    report = planned.connected.sync()

    step = planned.step
    assert report.read.tasks == 1
    assert (step.title, step.due, step.status) == ("Send the papers", date(2026, 12, 8), StepStatus.DONE)
    assert (step.owner_email, step.owner_name) == ("lee@vendor.example", "Lee Lead")
    planned.connected.sync()
    assert (planned.seen.title, planned.seen.done) == ("Send the papers", True)
    assert planned.seen.owner_email == "lee@vendor.example"


def test_what_is_done_here_comes_to_the_crm(planned: Planned) -> None:
    planned.run("plan.complete_step")
    planned.connected.sync()
    assert planned.seen.done

    planned.run("plan.reopen_step")
    planned.run("plan.edit_step", version=planned.step.version, title="Send the papers")
    planned.connected.sync()

    assert (planned.seen.title, planned.seen.done) == ("Send the papers", False)


def test_a_task_that_is_reopened_in_the_crm_is_open_here(planned: Planned) -> None:
    planned.run("plan.complete_step")
    planned.connected.sync()

    planned.world.reopen_step(planned.crm_id)
    planned.connected.sync()

    assert (planned.step.status, planned.step.done_at) == (StepStatus.OPEN, None)


def test_our_own_writes_coming_back_change_nothing(planned: Planned) -> None:
    planned.run("plan.edit_step", version=1, title="Send the papers")
    planned.connected.sync()
    version = planned.step.version

    for _ in range(3):
        report = planned.connected.sync()

    assert (planned.step.version, report.read.tasks, report.written.written) == (version, 0, 0)
    assert planned.audit() == []


def test_edits_of_different_fields_at_the_same_time_are_both_kept(planned: Planned) -> None:
    planned.run("plan.edit_step", version=1, title="Ours")
    planned.world.edit_step(planned.crm_id, due=date(2026, 12, 24))

    planned.connected.sync()
    planned.connected.sync()

    assert (planned.step.title, planned.step.due) == ("Ours", date(2026, 12, 24))
    assert (planned.seen.title, planned.seen.due) == ("Ours", date(2026, 12, 24))


def test_of_two_edits_of_one_field_the_crms_holds_and_ours_is_in_the_log(planned: Planned) -> None:
    planned.run("plan.edit_step", version=1, title="Ours")
    planned.world.edit_step(planned.crm_id, title="Theirs")

    planned.connected.sync()
    planned.connected.sync()

    assert (planned.step.title, planned.seen.title) == ("Theirs", "Theirs")
    assert [told["lost_title"] for told in planned.audit()] == ["Ours"]


def test_a_write_does_not_cover_an_edit_that_no_poll_has_seen(planned: Planned) -> None:
    from sync import writeback

    planned.world.edit_step(planned.crm_id, due=date(2026, 12, 24))
    planned.run("plan.edit_step", version=1, title="Ours")

    for _ in range(3):
        writeback.write_tenant(planned.connected.agent, planned.connected.tenant)

    assert (planned.seen.title, planned.seen.due) == ("Ours", date(2026, 12, 24))
    assert planned.step.due == date(2026, 12, 24)


def test_a_step_of_the_partners_that_somebody_of_ours_takes_is_ours(connected: Connected) -> None:
    planned = Planned(connected, owner_side="partner", owner_email="kim@northwind.example")

    planned.world.reassign_step(planned.crm_id, planned.lee)
    planned.connected.sync()

    assert (planned.step.owner_side, planned.step.owner_email) == (Side.US, "lee@vendor.example")


def test_a_step_given_to_the_partner_here_leaves_its_owner_in_the_crm(planned: Planned) -> None:
    planned.run("plan.edit_step", version=1, owner_side="partner")
    planned.connected.sync()
    planned.connected.sync()

    assert planned.step.owner_side is Side.PARTNER
    assert planned.seen.owner_email != SELLER.email


def test_a_title_that_says_nothing_is_put_back(on_hubspot: Connected) -> None:
    planned = Planned(on_hubspot)
    on_hubspot.world.portal.edit("tasks", planned.crm_id, {"hs_task_subject": "\u200b"})

    planned.connected.sync()
    planned.connected.sync()

    assert (planned.step.title, planned.seen.title) == ("Send papers", "Send papers")


def test_following_costs_no_more_than_one_call_when_something_changed(on_hubspot: Connected) -> None:
    planned = Planned(on_hubspot)
    planned.connected.sync()
    planned.world.complete_step(planned.crm_id)

    calls = planned.connected.sync().to_json()["calls"]["by_operation"]

    assert calls.get("objects.read", 0) <= 3


def test_a_rebuild_takes_what_people_changed_in_the_crm(planned: Planned) -> None:
    from sync import rebuild

    planned.world.edit_step(planned.crm_id, title="Renamed there")
    rebuild.discard(planned.connected.agent, planned.connected.tenant)

    rebuild.rebuild(planned.connected.agent, planned.connected.tenant)

    assert planned.step.title == "Renamed there"


def test_a_change_in_the_past_is_still_a_change(planned: Planned) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()

    planned.world.edit_step(planned.crm_id, due=yesterday)
    planned.connected.sync()

    assert planned.step.due == yesterday
