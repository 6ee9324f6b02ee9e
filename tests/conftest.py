"""Options of the whole suite."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

from tests.browser.chromium import chromium
from tests.compiled_once import share_compiled_statements
from tests.house import TestHouse, make_house

__all__ = ["chromium"]  # one browser for the whole run: Playwright starts once in a process

# Machines are shared: how long one example takes says nothing about the code.
# Half of the usual examples: there are many properties, and every build draws the same ones.
settings.register_profile("shared", deadline=None, max_examples=50, derandomize=bool(os.environ.get("CI")))
settings.load_profile("shared")
share_compiled_statements()


LONGEST = (
    "stories",
    "security",
    "tracing",
    "demo",
    "browser",
    "faults",
    "doctor",
    "performance",
    "sync",
    "doors",
)
"""The directories whose files take longest: a run over several processes begins with them, so that none is left
with one of them while the others have nothing to do."""

STORIES = "tests/stories/"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.split("/")[1], len(rank)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests stay in one process, for many share a server; those of the stories do so together, for they
    share a running demo. They are handed out in the order above."""
    from xdist.scheduler import LoadFileScheduling

    class LongestFirst(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return STORIES if nodeid.startswith(STORIES) else super()._split_scope(nodeid)

    config.option.loadscopereorder = False
    return LongestFirst(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden files with what is built now")


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """What a test, or a command that it ran, set up for the log ends with it: the next writes where it is read."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A vendor with one deal at one customer, on HubSpot."""
    made = make_house(tmp_path)
    yield made
    made.house.database.close()
