from datetime import timedelta

import pytest
from sqlalchemy import select

from app.sharing.limits import Limit, Limits
from app.storage.published_tables import attempt
from tests.share_world import NOW, share_world

THREE = Limit(name="three", count=3, span=timedelta(hours=1))


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def test_a_limit_counts_each_subject_for_itself(world):
    limits = Limits(world.database)

    assert [limits.take(THREE, "one", NOW) for _ in range(4)] == [True, True, True, False]
    assert limits.take(THREE, "other", NOW)


def test_a_limit_holds_across_processes(world):
    here, there = Limits(world.database), Limits(world.database)
    for _ in range(3):
        here.take(THREE, "one", NOW)

    assert not there.take(THREE, "one", NOW)


def test_a_flood_costs_the_database_nothing(world):
    limits = Limits(world.database)
    for _ in range(9):
        limits.take(THREE, "one", NOW)

    def fail():
        raise AssertionError

    limits._database = type("Away", (), {"write": staticmethod(fail)})()
    assert not limits.take(THREE, "one", NOW)


def test_addresses_are_stored_as_hashes_only(world):
    Limits(world.database).take(THREE, "203.0.113.7", NOW)

    with world.database.read() as connection:
        assert "203.0.113.7" not in connection.execute(select(attempt.c.key)).scalar_one()


def test_a_cheap_limit_starts_anew_with_the_next_span(world):
    limits = Limits(world.database)

    assert [limits.take_cheaply(THREE, "one", NOW) for _ in range(4)] == [True, True, True, False]
    assert limits.take_cheaply(THREE, "one", NOW + timedelta(hours=1))
