"""What an admin and the doctor are told of an account's change events."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.record import CrmKind
from app.reading.account import health
from app.reading.event_feed import State, told
from app.reading.measures import Measures
from app.storage import event_feed as feeds
from app.storage.event_feed import Feed
from tests.house import START, TestHouse, make_house

SOON, LONG_AGO = START + timedelta(seconds=20), START - timedelta(hours=5)


def live(**changes: object) -> Feed:
    return Feed(**{"position": "p", "leased_until": SOON, "heard_at": START, "event_at": START} | changes)


@pytest.mark.parametrize(
    ("feed", "state", "words"),
    [
        (live(task_at=START), State.LIVE, "Changes arrive as they happen. The last one came just now."),
        (live(event_at=None, task_at=START), State.LIVE, "Changes arrive as they happen."),
        (live(), State.LIVE, "Changed tasks come with the next poll."),
        (live(heard_at=LONG_AGO), State.SILENT, "Salesforce has fallen silent"),
        (live(position="", heard_at=None), State.STARTING, "first sign of life is awaited"),
        (live(leased_until=LONG_AGO), State.UNHEARD, "Nobody listens"),
        (Feed(), State.UNHEARD, "Nobody listens"),
        (
            live(trouble="This org sends no change events: off."),
            State.REFUSED,
            "This org sends no change events",
        ),
        (live(lost_at=LONG_AGO), State.LIVE, "no longer knew our place 5 hours ago"),
    ],
)
def test_every_state_has_its_sentence(feed: Feed, state: State, words: str) -> None:
    said = told(feed, START)

    assert said.state is state
    assert words in said.sentence
    assert ("polling" in said.sentence) == (state not in (State.LIVE, State.REFUSED))


def test_a_loss_that_is_days_old_is_no_longer_worth_a_word() -> None:
    assert "our place" not in told(live(lost_at=START - timedelta(days=2)), START).sentence


@pytest.fixture
def salesforce(tmp_path: Path) -> TestHouse:
    return make_house(tmp_path, CrmKind.SALESFORCE)


def test_the_admin_page_says_it_once_somebody_listened(salesforce: TestHouse) -> None:
    def said() -> str:
        with salesforce.house.database.read() as connection:
            return health(connection, salesforce.tenant.id, salesforce.clock()).events

    assert said() == ""
    with salesforce.house.database.write() as connection:
        feeds.take(connection, salesforce.tenant.id, "f", salesforce.clock())
        feeds.advance(connection, salesforce.tenant.id, "f", "p", salesforce.clock())

    assert said().startswith("Changes arrive as they happen.")


def test_an_operator_sees_the_streams_and_their_lag(salesforce: TestHouse) -> None:
    now = salesforce.clock()
    with salesforce.house.database.write() as connection:
        feeds.take(connection, salesforce.tenant.id, "f", now)
        feeds.advance(connection, salesforce.tenant.id, "f", "p", now, event_at=now - timedelta(seconds=3))

    page = Measures(salesforce.house.database, None, salesforce.clock).page().decode()

    assert 'alongside_event_feeds{state="live"} 1.0' in page
    assert "alongside_event_lag_seconds 3.0" in page
