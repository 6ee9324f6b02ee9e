import pytest

from app.domain.matching import keys
from app.storage import registration
from tests.share_world import TENANT, share_world


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def _file(world, source_id, *company, tenant=TENANT):
    with world.database.write() as connection:
        registration.set_keys(connection, tenant, "company", source_id, sorted(keys(*company)))


def _found(world, *company, limit=60):
    with world.database.read() as connection:
        return registration.matching(connection, TENANT, sorted(keys(*company)), limit)


def test_a_company_is_found_by_what_it_was_filed_under(world):
    _file(world, "c1", "Initech Holdings", "initech.com")

    assert _found(world, "INITECH") == [("company", "c1")]
    assert _found(world, "Globex") == []


def test_a_crowd_that_shares_a_word_does_not_hide_the_company_with_the_same_domain(world):
    for number in range(30):
        _file(world, f"crowd-{number:02}", f"Aardvark {number} Logistics", f"a{number}.example")
    _file(world, "wanted", "Zebra Freight", "zebra.com")

    assert ("company", "wanted") in _found(world, "Aardvark Logistics", "zebra.com", limit=5)


def test_a_look_up_answers_a_bounded_number_of_candidates(world):
    for number in range(30):
        _file(world, f"crowd-{number:02}", f"Aardvark {number} Freightline", f"a{number}.example")

    assert 0 < len(_found(world, "Aardvark Freightline", "", limit=5)) <= 10


def test_what_another_tenant_filed_is_not_found(world):
    _file(world, "theirs", "Initech", "initech.com", tenant="another")

    assert _found(world, "Initech", "initech.com") == []
