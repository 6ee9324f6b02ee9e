"""The first load of a large account: page by page, told, and gone on with after a kill."""

from datetime import timedelta

import pytest

from app.reading import account
from app.storage import record as records
from sync import loading, poll
from tests.sync.connected import Connected

COMPANIES = 1_000


class Killed(BaseException):
    """What no code catches."""


@pytest.fixture
def large(on_hubspot: Connected) -> Connected:
    from app.ground.clock import utc_now
    from app.sandbox.hubspot import Seed

    now = utc_now()
    on_hubspot.world.portal.load(
        Seed(
            type="companies",
            properties={"name": f"Company {n}", "domain": f"c{n}.example"},
            created=now - timedelta(minutes=n),
        )
        for n in range(COMPANIES)
    )
    return on_hubspot


def held(made: Connected) -> int:
    from app.domain.record import ObjectKind

    ids = [one["id"] for one in made.world.portal.all("companies")]
    with made.house.database.read() as connection:
        return len(records.known(connection, made.tenant.id, ObjectKind.COMPANY, ids))


def test_a_load_that_is_killed_goes_on_and_reads_each_page_once(
    large: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll.first_load(large.agent, large.tenant)
    large.world.reset_calls()
    pages, changes = [], large.world.crm.changes

    def killed_at_the_third(kind, cursor, fields):
        if len(pages) == 2:
            raise Killed
        pages.append(cursor)
        return changes(kind, cursor, fields)

    monkeypatch.setattr(large.world.crm, "changes", killed_at_the_third)
    with pytest.raises(Killed):
        loading.load(large.agent, large.tenant)
    with large.house.database.read() as connection:
        said = account.health(connection, large.tenant.id, large.house.clock()).loading
    monkeypatch.setattr(large.world.crm, "changes", changes)

    told: list[str] = []
    read = loading.load(large.agent, large.tenant, lambda now: told.append(now.sentence))

    assert said == "Loading: 400 of about 1,000 companies"
    assert told[0] == said
    assert (read, held(large)) == (600, COMPANIES)
    assert large.world.calls() == 5
    assert loading.under_way(large.agent, large.tenant) is None
    assert loading.load(large.agent, large.tenant) == 0


def test_a_round_of_polling_goes_on_with_a_load_too(large: Connected) -> None:
    loading.load(large.agent, large.tenant, pages=2)

    large.sync()

    assert held(large) == COMPANIES
    assert loading.under_way(large.agent, large.tenant) is None
