"""The look-up of match keys reads a bounded part of its index on both databases."""

import pytest
from sqlalchemy import event, text

from app.domain.matching import keys
from app.domain.matching.candidates import COMMON, CROWD
from app.storage import registration
from tests.share_world import TENANT, share_world


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def _fill(world, count, **names):
    with world.database.write() as connection:
        for number in range(count):
            found = keys(names["name"].format(number), names.get("site", "").format(number))
            registration.set_keys(connection, TENANT, "company", f"{names['id']}-{number}", sorted(found))


def _found(world, *company):
    with world.database.read() as connection:
        return registration.matching(connection, TENANT, sorted(keys(*company)))


def test_a_look_up_is_one_statement_that_searches_an_index_for_each_key(world):
    statements = []
    with world.database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: statements.append((said[2], said[3])))
        registration.matching(connection, TENANT, sorted(keys("Initech Freight", "initech.com")))

        assert len(statements) == 1
        statement, values = statements[0]
        explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        if connection.dialect.name != "sqlite":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, values))

    assert "SCAN match_key" not in plan
    assert "Seq Scan on match_key" not in plan
    assert "match_key" in plan
    assert statement.count("LIMIT") >= len(keys("Initech Freight", "initech.com"))


def test_a_word_that_many_companies_share_is_no_reason_to_compare_them(world):
    _fill(world, COMMON + 5, name="Aardvark {} Xylo", id="crowd")

    assert _found(world, "Aardvark Zebra", "") == []


def test_a_hundred_opportunities_of_one_customer_are_all_found(world):
    _fill(world, 58, name="Initech", site="initech.com", id="same")

    assert len(_found(world, "Initech", "initech.com")) == 58
    assert CROWD >= 100
