"""The first load of an account as a process of its own, killed half way: it goes on where it was, with either CRM."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.record import CrmKind, ObjectKind
from app.ground.clock import utc_now
from app.ground.config import child_environment
from app.sandbox.hubspot import Seed
from app.storage import loading, tables
from app.storage import record as records
from app.storage.credentials import StoredTokens
from tests.contract import hubspot_world, salesforce_world
from tests.faults.scene import wait_until
from tests.faults.web import ROOT
from tests.sandbox.salesforce_org import CONSUMER_KEY, PRIVATE_KEY, USERNAME
from tests.sync.connected import Connected, connect

pytestmark = [pytest.mark.fault, pytest.mark.timeout(180)]
COMPANIES, PAGE = 801, 200
LOAD = (
    "import sys, app.cli, app.crm.salesforce_changes as changes, app.crm.salesforce_sweep as sweep; "
    f"changes.PAGE = sweep.PAGE = {PAGE}; "  # Salesforce's own hold 2,000: as many of HubSpot's size do here
    "app.cli.main(['sync', 'load', '--tenant', sys.argv[1]])"
)


@dataclass
class Account:
    made: Connected
    ids: list[str]
    pages_asked_for: Callable[[], int]

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", LOAD, self.made.tenant.id],
            cwd=ROOT,
            env=child_environment(**self.made.settings) | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def progress(self) -> loading.Loading | None:
        with self.made.house.database.read() as connection:
            return loading.of(connection, self.made.tenant.id)

    def held(self) -> int:
        with self.made.house.database.read() as connection:
            return len(records.known(connection, self.made.tenant.id, ObjectKind.COMPANY, self.ids))


@contextmanager
def a_portal(folder: Path) -> Iterator[Account]:
    now = utc_now()
    with hubspot_world.open_world_without_limits(folder) as world:
        ids = world.portal.load(
            Seed(type="companies", properties={"name": f"C{n}"}, created=now - timedelta(minutes=n))
            for n in range(COMPANIES)
        )
        made = connect(folder, world, CrmKind.HUBSPOT)
        made.settings |= {
            "HUBSPOT_CLIENT_ID": hubspot_world.CLIENT_ID,
            "HUBSPOT_CLIENT_SECRET": hubspot_world.CLIENT_SECRET,
            "HUBSPOT_API_ORIGIN": world.origin,
        }
        StoredTokens(made.house.database, made.house.vault, made.tenant.id).save(world.tokens.tokens)
        calls = world.portal.calls.by_endpoint

        def pages() -> int:
            asked = sum(n for name, n in calls().items() if "companies/search" in name)
            return asked - 1  # the first asks how many there are

        yield Account(made, ids, pages)


@contextmanager
def an_org(folder: Path) -> Iterator[Account]:
    with salesforce_world.open_world(folder) as world:
        ids = world.load("Account", *({"Name": f"C{n}"} for n in range(COMPANIES)))
        made = connect(folder, world, CrmKind.SALESFORCE)
        with made.house.database.write() as connection:
            connection.execute(tables.tenant.update().values(username=USERNAME))
        made.settings |= {
            "SALESFORCE_CONSUMER_KEY": CONSUMER_KEY,
            "SALESFORCE_PRIVATE_KEY": PRIVATE_KEY,
            "SALESFORCE_LOGIN_ORIGIN": world.origin,
        }
        calls = world.org.faults.calls
        yield Account(made, ids, lambda: sum("/queryAll" in path for _, path in list(calls)))


@pytest.mark.parametrize("opened", [a_portal, an_org])
def test_a_load_killed_half_way_goes_on_where_it_was_and_reads_no_page_twice_but_the_one_in_hand(
    tmp_path: Path, opened: Callable[[Path], AbstractContextManager[Account]]
) -> None:
    with opened(tmp_path) as account:
        first = account.start()
        wait_until(lambda: (now := account.progress()) and now.read >= 2 * PAGE, 60, "two pages are stored")
        first.kill()
        first.wait()
        left = account.progress()
        assert left is not None, "it was over before it was killed"

        second = account.start()
        said, _ = second.communicate(timeout=90)

        assert second.returncode == 0
        assert account.progress() is None
        assert account.held() == COMPANIES
        read = re.search(r"([\d,]+) companies read", said)
        assert read is not None
        assert int(read[1].replace(",", "")) == COMPANIES - left.read
        pages = -(-COMPANIES // PAGE)
        assert pages <= account.pages_asked_for() <= pages + 1
