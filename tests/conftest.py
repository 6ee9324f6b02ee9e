"""Options of the whole suite."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.browser.chromium import chromium
from tests.house import TestHouse, make_house

__all__ = ["chromium"]  # one browser for the whole run: Playwright starts once in a process

# Machines are shared: how long one example takes says nothing about the code.
# Half of the usual examples: there are many properties, and every build draws the same ones.
settings.register_profile("shared", deadline=None, max_examples=50, derandomize=bool(os.environ.get("CI")))
settings.load_profile("shared")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden files with what is built now")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A vendor with one deal at one customer, on HubSpot."""
    made = make_house(tmp_path)
    yield made
    made.house.database.close()
