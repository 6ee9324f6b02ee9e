"""A kept answer is given again only while it is still true."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.ground.errors import AppError, Reason
from app.reading.kept_answers import KEPT, KeptAnswers
from app.storage import tables
from app.storage.rows import insert
from tests.doors.test_hubspot import Hubspot
from tests.house import TestHouse


class Built:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def commit(house: TestHouse, slot: str = "s") -> None:
    with house.house.database.write() as connection:
        insert(connection, tables.slot, {"name": "n", "slot": slot, "taken_at": house.clock()})


@pytest.fixture
def kept(house: TestHouse) -> KeptAnswers:
    return KeptAnswers(house.house.database, house.clock)


def test_an_answer_is_built_once_while_nothing_changes(kept: KeptAnswers) -> None:
    build = Built()

    assert [kept.get("k", build) for _ in range(3)] == [1, 1, 1]


def test_any_commit_makes_it_anew(kept: KeptAnswers, house: TestHouse) -> None:
    build = Built()
    kept.get("k", build)

    commit(house)

    assert kept.get("k", build) == 2


def test_it_says_how_long_ago_things_were_so_it_lasts_a_minute(kept: KeptAnswers, house: TestHouse) -> None:
    build = Built()
    kept.get("k", build)

    house.clock.advance(timedelta(minutes=1))

    assert kept.get("k", build) == 2


def test_a_change_while_it_is_built_is_in_the_next_answer(kept: KeptAnswers, house: TestHouse) -> None:
    def build() -> str:
        commit(house)
        return "as it was"

    kept.get("k", build)

    assert kept.get("k", lambda: "as it is") == "as it is"


def test_a_refusal_is_not_kept(kept: KeptAnswers) -> None:
    def refuse() -> str:
        raise AppError(Reason.UNKNOWN_RECORD, "There is no such record.")

    with pytest.raises(AppError):
        kept.get("k", refuse)

    assert kept.get("k", lambda: "now there is") == "now there is"


def test_memory_is_bounded(kept: KeptAnswers) -> None:
    for number in range(KEPT + 20):
        kept.get(number, lambda: "x")

    assert len(kept._kept) == KEPT


def test_many_threads_get_what_was_asked_for(kept: KeptAnswers) -> None:
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
