"""The worlds the contract suite runs in: each adapter with its own vendor's stand-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.world import World


@pytest.fixture
def hubspot_world(tmp_path: Path) -> Iterator[World]:
    from tests.contract.hubspot_world import open_world

    with open_world(tmp_path) as world:
        yield world


@pytest.fixture
def salesforce_world(tmp_path: Path) -> Iterator[World]:
    from tests.contract.salesforce_world import open_world

    with open_world(tmp_path) as world:
        yield world


@pytest.fixture(params=["hubspot_world", "salesforce_world"])
def world(request: pytest.FixtureRequest) -> World:
    return request.getfixturevalue(request.param)
