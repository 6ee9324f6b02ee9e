"""A kept answer is given again only while it is still true."""

from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.record import ObjectKind, Record, RecordKey
from app.ground.errors import AppError, Reason
from app.reading.kept_answers import KEPT, KeptAnswers
from app.storage import record as records
from app.storage import tables
from app.storage import tenant as tenants
from app.storage.rows import insert
from tests.doors.test_hubspot import Hubspot
from tests.house import COMPANY, DEAL, TestHouse


class Built:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


class Keeper:
    """Keeps answers about one record."""

    def __init__(self, house: TestHouse, record: RecordKey = DEAL) -> None:
        self.kept = KeptAnswers(house.house.database, house.clock)
        self._place = lambda: (house.tenant.id, record)

    def get(self, key: Hashable, build: Callable[[], Any]) -> Any:
        return self.kept.get(key, self._place, build)


def commit(house: TestHouse) -> None:
    """Something that the card of the deal shows changes."""
    save(house, DEAL)


def save(house: TestHouse, key: RecordKey, company_id: str | None = None) -> None:
    with house.house.database.write() as connection:
        record = Record(key=key, fields={"name": "As it is now"}, company_id=company_id)
        records.save(connection, house.tenant.id, [record], {}, house.clock())


@pytest.fixture
def kept(house: TestHouse) -> Keeper:
    return Keeper(house)


def test_an_answer_is_built_once_while_nothing_changes(kept: Keeper) -> None:
    build = Built()

    assert [kept.get("k", build) for _ in range(3)] == [1, 1, 1]


def test_a_change_of_the_record_makes_it_anew(kept: Keeper, house: TestHouse) -> None:
    build = Built()
    kept.get("k", build)

    commit(house)

    assert kept.get("k", build) == 2


def test_a_change_elsewhere_costs_no_rebuild(kept: Keeper, house: TestHouse) -> None:
    other = RecordKey(ObjectKind.DEAL, "901")
    save(house, other)
    partner = house.attach("Northwind", record=other)
    house.work()
    build = Built()
    kept.get("k", build)

    for number in range(3):
        house.run("thread.post", {"partner_id": partner, "body": f"Message {number}"}, record=other)
    house.run("plan.add_step", {"partner_id": partner, "title": "Sign"}, record=other)
    house.work()

    assert kept.get("k", build) == 1


@pytest.mark.parametrize("changed", [COMPANY, DEAL])
def test_a_deal_and_its_company_are_shown_together_and_change_together(
    house: TestHouse, changed: RecordKey
) -> None:
    save(house, COMPANY)
    save(house, DEAL, COMPANY.crm_id)
    build = Built()
    keepers = [Keeper(house, record) for record in (DEAL, COMPANY)]
    for keeper in keepers:
        keeper.get("k", build)

    save(house, changed, COMPANY.crm_id if changed is DEAL else None)

    assert [keeper.get("k", build) for keeper in keepers] == [3, 4]


def test_a_new_deal_makes_its_companys_card_anew(house: TestHouse) -> None:
    keeper, build = Keeper(house, COMPANY), Built()
    keeper.get("k", build)

    save(house, RecordKey(ObjectKind.DEAL, "902"), COMPANY.crm_id)

    assert keeper.get("k", build) == 2


def test_what_the_whole_account_shares_makes_every_card_anew(kept: Keeper, house: TestHouse) -> None:
    build = Built()
    kept.get("k", build)

    with house.house.database.write() as connection:
        tenants.set_trouble(connection, house.tenant.id, "The CRM no longer accepts our access.")

    assert kept.get("k", build) == 2


def test_a_statement_whose_reach_nobody_can_tell_makes_every_card_anew(
    kept: Keeper, house: TestHouse
) -> None:
    build = Built()
    kept.get("k", build)

    with house.house.database.write() as connection:
        connection.execute(text("UPDATE message SET body = 'other'"))

    assert kept.get("k", build) == 2


def test_work_that_no_card_shows_costs_no_rebuild(kept: Keeper, house: TestHouse) -> None:
    build = Built()
    kept.get("k", build)

    with house.house.database.write() as connection:
        insert(connection, tables.slot, {"name": "n", "slot": "s", "taken_at": house.clock()})
        records.mark(connection, house.tenant.id, "publish", [DEAL], house.clock())
        tenants.move_cursor(connection, house.tenant.id, "deal", "1", house.clock())

    assert kept.get("k", build) == 1


def test_it_says_how_long_ago_things_were_so_it_lasts_a_minute(kept: Keeper, house: TestHouse) -> None:
    build = Built()
    kept.get("k", build)

    house.clock.advance(timedelta(minutes=1))

    assert kept.get("k", build) == 2


def test_a_change_while_it_is_built_is_in_the_next_answer(kept: Keeper, house: TestHouse) -> None:
    def build() -> str:
        commit(house)
        return "as it was"

    kept.get("k", build)

    assert kept.get("k", lambda: "as it is") == "as it is"


def test_a_refusal_is_not_kept(kept: Keeper) -> None:
    def refuse() -> str:
        raise AppError(Reason.UNKNOWN_RECORD, "There is no such record.")

    with pytest.raises(AppError):
        kept.get("k", refuse)

    assert kept.get("k", lambda: "now there is") == "now there is"


def test_memory_is_bounded(kept: Keeper) -> None:
    for number in range(KEPT + 20):
        kept.get(number, lambda: "x")

    assert len(kept.kept._kept) == KEPT


def test_many_threads_get_what_was_asked_for(kept: Keeper) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: kept.get(n % 7, lambda: n % 7), range(500)))

    assert answers == [n % 7 for n in range(500)]


def test_nobody_gets_what_was_kept_for_somebody_else(house: TestHouse) -> None:
    hubspot = Hubspot(house)

    for _ in range(2):
        assert hubspot.card("overview").json["ok"] is True
        assert hubspot.card("overview", portalId="1").json["reason"] == "unknown_tenant"
        assert hubspot.card("overview", "31337").json["reason"] == "unknown_record"


def test_a_message_is_in_the_very_next_card(house: TestHouse) -> None:
    hubspot = Hubspot(house)
    partner = house.attach()
    hubspot.card("thread"), hubspot.card("thread")

    hubspot.act("thread.post", {"partner_id": partner, "body": "And one more"})

    assert "And one more" in hubspot.card("thread").text


def test_a_forged_request_for_a_kept_card_is_refused(house: TestHouse) -> None:
    hubspot = Hubspot(house)
    hubspot.card("overview"), hubspot.card("overview")

    answer = hubspot.client.get(
        "/hubspot/cards/overview?objectType=0-3&objectId=900"
        "&userId=u1&portalId=62515&userEmail=sam%40vendor.example&appId=1"
    )

    assert answer.status_code == 401


def test_the_files_of_the_crm_are_asked_for_whenever_the_sharing_card_is_opened(house: TestHouse) -> None:
    hubspot = Hubspot(house)
    house.attach()
    house.crm.calls.clear()

    hubspot.card("sharing"), hubspot.card("sharing")

    assert house.crm.calls == ["files", "files"]
