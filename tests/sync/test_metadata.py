"""Fields that come, go and change in the CRM after the first load."""

from datetime import timedelta

import pytest

from app.crm.port import FieldInfo, Unavailable
from app.disclosure.policy_body import stored_policy
from app.domain.record import ObjectKind
from app.reading import account
from app.storage import audit
from app.storage import policy as policies
from app.storage import tenant as tenants
from app.storage.published.rooms import latest_snapshot, live_policy_of
from sync import metadata, poll
from tests.house import ADMIN, DEAL, TestHouse


def test_a_field_added_later_is_there_a_day_after_or_when_the_safelist_is_opened(house: TestHouse) -> None:
    house.crm.records[DEAL.object, DEAL.crm_id]["crm:region"] = "EMEA"
    house.crm.calls.clear()

    assert not metadata.look(house.agent, house.tenant)
    assert house.crm.calls == []
    house.clock.advance(timedelta(minutes=2))
    house.house.look_at_fields(house.tenant.id)
    house.house.look_at_fields(house.tenant.id)

    assert house.crm.calls == ["fields", "fields"]
    with house.house.database.read() as connection:
        names = {info.canonical for info in tenants.fields(connection, house.tenant.id, ObjectKind.DEAL)}
    assert "crm:region" in names


def test_a_round_looks_once_a_day(house: TestHouse) -> None:
    house.clock.advance(timedelta(days=1))
    house.crm.calls.clear()

    poll.poll(house.agent, house.tenant)
    poll.poll(house.agent, house.tenant)

    assert house.crm.calls.count("fields") == 2


@pytest.mark.parametrize("change", ["deleted", "retyped"])
def test_a_shown_field_that_is_gone_or_means_something_else_is_closed_and_says_so(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    partner = house.attach()
    house.link(partner)
    house.work()
    fields = house.crm.fields

    def now(kind: ObjectKind) -> list[FieldInfo]:
        found = [info for info in fields(kind) if change != "deleted" or info.canonical != "next_step"]
        return [
            FieldInfo(canonical="next_step", api_name="next_step", label="Next_Step", type="number")
            if info.canonical == "next_step"
            else info
            for info in found
        ]

    monkeypatch.setattr(house.crm, "fields", now)
    house.clock.advance(timedelta(days=1))
    metadata.look(house.agent, house.tenant)
    house.work()

    with house.house.database.read() as connection:
        policy = policies.current(connection, house.tenant.id)
        live = live_policy_of(connection, house.tenant.id)
        shown = latest_snapshot(connection, house.tenant.id, DEAL, partner)
        (row, *_) = audit.newest(connection, house.tenant.id)
        said = policies.history(connection, house.tenant.id)[0]["reason"]
    assert "next_step" not in policy.visible("deal")
    assert live is not None
    assert live.version == policy.version
    assert shown is not None
    assert "Demo" not in str(shown.content)
    assert row["command"] == "policy.close"
    assert "Next_Step" in said


@pytest.mark.parametrize(("label", "shown"), [("Gross margin", False), ("What comes next", True)])
def test_a_shown_field_that_is_renamed_to_what_is_never_shared_is_closed_at_once(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch, label: str, shown: bool
) -> None:
    fields = house.crm.fields
    named = FieldInfo(canonical="next_step", api_name="next_step", label=label, type="string")
    monkeypatch.setattr(
        house.crm,
        "fields",
        lambda kind: [named if info.canonical == "next_step" else info for info in fields(kind)],
    )
    house.clock.advance(timedelta(days=1))

    metadata.look(house.agent, house.tenant)

    with house.house.database.read() as connection:
        live = live_policy_of(connection, house.tenant.id)
        said = policies.history(connection, house.tenant.id)[0]["reason"]
        rows = account.fields(connection, house.tenant.id, "deal")
    assert ("next_step" in stored_policy(live.body, live.version).visible("deal")) is shown
    assert ("Next_Step is called Gross margin now, which is never shared" in said) is not shown
    assert {row.name for row in rows if row.never_reason} >= (set() if shown else {"next_step"})


def test_a_field_that_nobody_is_shown_may_go_without_a_word(house: TestHouse) -> None:
    del house.crm.records[DEAL.object, DEAL.crm_id]["margin"]
    house.clock.advance(timedelta(days=1))

    metadata.look(house.agent, house.tenant)

    with house.house.database.read() as connection:
        assert policies.current(connection, house.tenant.id).version == 1


def test_an_empty_answer_closes_nothing(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.crm, "fields", lambda _: [])
    house.clock.advance(timedelta(days=1))

    metadata.look(house.agent, house.tenant)

    with house.house.database.read() as connection:
        assert policies.current(connection, house.tenant.id).version == 1


def test_a_crm_that_does_not_answer_leaves_the_fields_as_they_were(house: TestHouse) -> None:
    house.clock.advance(timedelta(minutes=2))
    house.crm.failures.append(Unavailable("down"))

    house.house.look_at_fields(house.tenant.id)

    with house.house.database.read() as connection:
        assert tenants.fields(connection, house.tenant.id, ObjectKind.DEAL)


def test_an_admin_cannot_close_fields_in_the_agents_name(house: TestHouse) -> None:
    from app.ground.errors import AppError

    with pytest.raises(AppError):
        house.run(
            "policy.close", {"object": "deal", "names": ["name"], "reason": "x"}, actor=ADMIN, record=None
        )
