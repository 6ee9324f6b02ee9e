"""What an operator sees, and that the dashboard and the alerts ask for things that exist."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.crm.port import AuthExpired
from app.ground import metrics
from app.ground.errors import AppError
from app.ground.metrics import COUNTERS, HISTOGRAMS
from app.reading.measures import GAUGES, Measures
from app.wsgi import web_app
from tests.house import TestHouse

DOCS = Path(__file__).parents[2] / "docs"
NAME = re.compile(r"\b((?:alongside|crm|commands)_[a-z_]+)\b")
LABELS = re.compile(r"by \(([a-z, ]+)\)|\{([a-z]+)=")


def page(house: TestHouse) -> str:
    return Measures(house.house.database, None, house.clock).page().decode()


def value(house: TestHouse, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", page(house), re.MULTILINE)
    assert found, f"{line} is not there"
    return float(found[1])


def test_the_lag_is_the_age_of_the_oldest_row_that_waits(house: TestHouse) -> None:
    partner = house.attach()
    house.work()
    assert value(house, 'alongside_oldest_seconds{queue="write"}') == 0

    house.run("thread.post", {"partner_id": partner, "body": "hello"})
    house.clock.advance(timedelta(seconds=90))
    house.run("thread.post", {"partner_id": partner, "body": "again"})

    assert value(house, 'alongside_oldest_seconds{queue="write"}') == 90
    assert value(house, 'alongside_waiting_rows{queue="write"}') == 2
    assert value(house, "alongside_up") == 1


def test_how_long_finished_work_took_is_counted_by_its_way(house: TestHouse) -> None:
    partner = house.attach()
    house.link(partner)
    house.work()
    ways = ("publish", "write")
    counted = {way: took(house, way) for way in ways}

    house.run("thread.post", {"partner_id": partner, "body": "hello"})
    house.clock.advance(timedelta(seconds=7))
    house.work()

    for way in ways:
        soon, late, in_all, seconds = (b - a for a, b in zip(counted[way], took(house, way), strict=True))
        assert (soon, late, in_all) == (0, 1, 1)
        assert seconds == pytest.approx(7)


def took(house: TestHouse, way: str) -> tuple[float, ...]:
    """What was observed within five seconds, within ten, and at all; and the seconds together."""
    name = "alongside_lag_seconds"
    if f'way="{way}"' not in page(house):
        return 0, 0, 0, 0  # nothing of this kind was done by this process yet
    buckets = [value(house, f'{name}_bucket{{le="{le}",way="{way}"}}') for le in ("5", "10", "+Inf")]
    return (*buckets, value(house, f'{name}_sum{{way="{way}"}}'))


def test_refused_writes_and_lost_accounts_are_counted(house: TestHouse) -> None:
    partner = house.attach()
    house.work()
    house.crm.refusals["*"] = "No."
    house.run("thread.post", {"partner_id": partner, "body": "hello"})
    house.work()
    assert value(house, 'alongside_refused_rows{kind="message"}') == 1
    assert value(house, "alongside_disconnected_tenants") == 0

    house.run("thread.post", {"partner_id": partner, "body": "more"})
    house.crm.failures.append(AuthExpired("gone"))
    house.work()
    assert value(house, "alongside_disconnected_tenants") == 1


def test_commands_are_counted_by_why_they_were_refused(house: TestHouse) -> None:
    line = 'commands_total{command="thread.post",outcome="partner_not_on_record"}'
    before = metrics.said(None).get(("commands_total", "thread.post", "partner_not_on_record"), 0)

    with pytest.raises(AppError):
        house.run("thread.post", {"partner_id": "nobody", "body": "hello"})

    assert value(house, line) == before + 1


def test_what_is_asked_for_by_an_unknown_name_makes_no_new_label(house: TestHouse) -> None:
    with pytest.raises(AppError):
        house.run("no.such<thing>", {})
    assert "such<thing>" not in page(house)


def test_a_database_that_does_not_answer_is_shown_and_breaks_no_scrape(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("SELECT 1", {}, Exception("disk I/O error"))

    monkeypatch.setattr(house.house.database, "read", fail)
    assert value(house, "alongside_up") == 0


def test_the_web_process_serves_them(house: TestHouse) -> None:
    answer = web_app(house.house).test_client().get("/metrics")
    assert answer.status_code == 200
    assert b"alongside_waiting_rows" in answer.data


@pytest.mark.parametrize("file", ["operations/dashboard.json", "operations/alerts.yml", "operations.md"])
def test_what_is_drawn_and_alerted_on_exists(file: str) -> None:
    text = (DOCS / file).read_text()
    known = COUNTERS | GAUGES | HISTOGRAMS
    asked = {name.removesuffix("_bucket") for name in NAME.findall(text)} - {
        "crm_calls",
        "crm_events",
        "commands",
    }
    assert asked
    assert asked <= set(known), asked - set(known)
    if file.endswith(".md"):
        assert asked == set(known)
    labels = {one.strip() for found in LABELS.findall(text) for part in found for one in part.split(",")}
    assert labels - {"", "le"} <= {label for _, of in known.values() for label in of}


def test_the_dashboard_is_one_that_grafana_reads() -> None:
    board = json.loads((DOCS / "operations/dashboard.json").read_text())
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert all(panel["targets"][0]["expr"] for panel in board["panels"])
