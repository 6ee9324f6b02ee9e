"""The bytes of shared files: fetched once, drawn anew, kept by version, fetched again when the CRM has newer ones."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from app.crm.port import CrmFile, RateLimited
from app.disclosure.file import make_safe
from app.domain.link import FileState
from app.storage import file as files
from app.storage.published.files import body_of, versions_of
from app.storage.published.rooms import latest_snapshot
from cards.blocks import to_json
from sync.files import fetch_due
from tests import shared_files
from tests.house import DEAL, SELLER, TestHouse


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for each file is tested where it is made."""
    monkeypatch.setattr("sync.files.make_safe_apart", make_safe)


@pytest.fixture
def partner(house: TestHouse) -> str:
    return house.attach()


def put(house: TestHouse, body: bytes, name: str = "Offer.pdf", id_: str = "f1", later: int = 0) -> None:
    at = house.clock() + timedelta(minutes=later)
    house.crm.stored_files[id_] = (
        CrmFile(id=id_, name=name, type="pdf", size=len(body), modified_at=at),
        body,
    )


def share(house: TestHouse, partner: str, body: bytes, name: str = "Offer.pdf") -> str:
    put(house, body, name)
    house.link(partner)
    done = house.run("sharing.share_file", {"partner_id": partner, "crm_file_id": "f1"})
    fetch_due(house.agent)
    house.work()
    return str(done.result["file_id"])


def the_file(house: TestHouse, partner: str):
    with house.house.database.read() as connection:
        (file,) = files.of_partner(connection, house.tenant.id, DEAL, partner)
    return file


def shown(house: TestHouse, partner: str) -> list[dict[str, object]]:
    with house.house.database.read() as connection:
        snapshot = latest_snapshot(connection, house.tenant.id, DEAL, partner)
    assert snapshot
    return list(snapshot.content["files"])


def test_a_shared_file_is_fetched_and_its_room_offers_what_was_drawn_anew(
    house: TestHouse, partner: str
) -> None:
    file_id = share(house, partner, shared_files.active_pdf())

    (item,) = shown(house, partner)
    with house.house.database.read() as connection:
        body = body_of(connection, house.tenant.id, file_id, 1, str(item["digest"]))
        assert body_of(connection, "other", file_id, 1, str(item["digest"])) is None
        assert body_of(connection, house.tenant.id, file_id, 1, "0" * 64) is None
    assert body
    assert b"JavaScript" not in body
    assert (item["version"], item["kind"], item["size"]) == (1, "pdf", len(body))
    assert the_file(house, partner).state is FileState.READY


def test_a_newer_version_in_the_crm_is_fetched_and_the_older_one_is_kept(
    house: TestHouse, partner: str
) -> None:
    file_id = share(house, partner, shared_files.pdf("First"))
    put(house, shared_files.pdf("Second"), later=1)
    house.clock.advance(timedelta(minutes=11))

    fetch_due(house.agent)
    house.work()

    assert [item["version"] for item in shown(house, partner)] == [2]
    with house.house.database.read() as connection:
        assert [kept.version for kept in versions_of(connection, house.tenant.id, file_id)] == [2, 1]
    told = house.house.cards().card(house.tenant.id, SELLER, DEAL, "sharing", {})
    assert re.search(r"version 1 · [^']* · never downloaded.*Earlier versions", str(to_json(told)))


def test_looking_again_costs_one_call_and_the_more_seldom_the_longer_nothing_changed(
    house: TestHouse, partner: str
) -> None:
    share(house, partner, shared_files.pdf())
    house.crm.calls.clear()

    for _ in range(48):
        house.clock.advance(timedelta(minutes=30))
        fetch_due(house.agent)

    assert set(house.crm.calls) == {"file_states"}
    assert 5 < len(house.crm.calls) < 30
    assert the_file(house, partner).copy.version == 1


@pytest.mark.parametrize(("name", "body", "said"), [
    ("Offer.pdf", b"MZ\x90\x00", "not what its name says"), ("Offer.pdf", shared_files.locked_pdf(), "password"),
    ("Offer.pdf", b"x" * 26_000_000, "25 MB"),
], ids=["disguised", "locked", "large"])  # fmt: skip
def test_a_version_that_cannot_be_handed_out_says_why_and_the_one_before_stays(
    house: TestHouse, partner: str, name: str, body: bytes, said: str
) -> None:
    share(house, partner, shared_files.pdf("First"))
    put(house, body, name, later=1)
    house.clock.advance(timedelta(minutes=11))

    fetch_due(house.agent)
    house.work()

    file = the_file(house, partner)
    assert file.state is FileState.REFUSED
    assert said in file.reason
    assert [item["version"] for item in shown(house, partner)] == [1]


def test_a_file_that_is_gone_from_the_crm_leaves_the_room_and_comes_back_with_it(
    house: TestHouse, partner: str
) -> None:
    file_id = share(house, partner, shared_files.pdf())
    kept = house.crm.stored_files.pop("f1")
    house.clock.advance(timedelta(minutes=11))

    fetch_due(house.agent)
    house.work()
    assert shown(house, partner) == []
    assert the_file(house, partner).state is FileState.GONE

    house.crm.stored_files["f1"] = kept
    house.run("sharing.refresh_file", {"file_id": file_id})
    fetch_due(house.agent)
    house.work()
    assert [item["version"] for item in shown(house, partner)] == [1]


def test_a_crm_that_is_busy_is_asked_again_later(house: TestHouse, partner: str) -> None:
    put(house, shared_files.pdf())
    house.run("sharing.share_file", {"partner_id": partner, "crm_file_id": "f1"})
    house.crm.failures.append(RateLimited("Slow down.", 30))

    assert [fetch_due(house.agent), fetch_due(house.agent)] == [1, 0]
    house.clock.advance(timedelta(seconds=40))
    fetch_due(house.agent)

    assert the_file(house, partner).state is FileState.READY


def test_a_file_taken_out_of_the_room_is_gone_at_once_and_nobody_elses_can_be(
    house: TestHouse, partner: str
) -> None:
    file_id = share(house, partner, shared_files.pdf())
    with pytest.raises(Exception, match="not shared from this record"):
        house.run("sharing.unshare_file", {"file_id": "other"})

    house.run("sharing.unshare_file", {"file_id": file_id})

    assert shown(house, partner) == []
    house.work()
    assert house.crm.partners_written[-1].files == ()


def test_a_worker_that_was_overtaken_changes_nothing(house: TestHouse, partner: str) -> None:
    put(house, shared_files.pdf())
    house.run("sharing.share_file", {"partner_id": partner, "crm_file_id": "f1"})
    with house.house.database.write() as connection:
        (mine,) = files.claim_fetches(connection, house.clock(), 5)
        assert files.claim_fetches(connection, house.clock(), 5) == []
        assert not files.settle_fetch(connection, replace(mine, fence="old"), {"version": 7})
        assert files.settle_fetch(connection, mine, {"version": 7})
