"""What a Salesforce change event costs: counts, never times."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.record import ObjectKind, RecordKey
from sync import ingest
from tests.performance.test_counts import questions
from tests.sync.telling import Told, open_told

CHANGED = 300
ONE_BATCH = 100


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with open_told(tmp_path) as made:
        yield made


def held(told: Told, count: int) -> list[RecordKey]:
    keys = [RecordKey(ObjectKind.DEAL, one) for one in told.org.world.make_deals(count)]
    told.fetch(*keys)
    return keys


def edit(told: Told, keys: list[RecordKey], **fields: object) -> None:
    org = told.org.org
    for key in keys:
        org.records.update("Opportunity", key.crm_id, fields, org.user_id)


def test_three_hundred_changed_deals_are_read_in_one_call(told: Told) -> None:
    keys = held(told, CHANGED)
    told.listen()
    told.org.world.reset_calls()

    edit(told, keys, NextStep="Call")
    edit(told, keys, StageName="Closed Won")
    told.applied()
    while ingest.read_marked(told.made.agent):
        pass

    assert told.org.world.calls() == 1
    assert {told.held(key)["stage"] for key in keys[:3]} == {"Closed Won"}


def test_three_hundred_changes_that_nobody_is_shown_cost_no_call_and_leave_no_row(told: Told) -> None:
    keys = held(told, CHANGED)
    told.listen()
    told.org.world.reset_calls()

    edit(told, keys, Probability=40)
    told.applied()

    assert ingest.read_marked(told.made.agent) == 0
    assert (told.org.world.calls(), told.marked()) == (0, [])


def test_a_batch_of_a_hundred_events_asks_the_database_no_more_than_a_batch_of_ten(told: Told) -> None:
    keys = held(told, ONE_BATCH)
    stream = told.listen()
    told.applied()
    asked = []
    for count in (10, ONE_BATCH):
        told.kill(stream)
        told.let_lease_run_out()
        edit(told, keys[:count], NextStep=f"Call {count}")
        with questions(told.made) as statements:
            stream = told.listen()
            told.applied()
        asked.append(len([s for s in statements if "dirty" in s or " record" in s]))

    assert asked[0] == asked[1]
