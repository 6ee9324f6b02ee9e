"""Options of the whole suite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import TestHouse, make_house


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden files with what is built now")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A vendor with one deal at one customer, on HubSpot."""
    made = make_house(tmp_path)
    yield made
    made.house.database.close()
