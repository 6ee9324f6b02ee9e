"""The listener as a process: killed while an org tells of changes, it goes on where it was; it alone knows gRPC."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.ground.config import child_environment
from app.storage import tables
from tests.sandbox.salesforce_events import wait_until
from tests.sandbox.salesforce_org import CONSUMER_KEY, PRIVATE_KEY, USERNAME
from tests.sync.telling import Told, open_told

ROOT = Path(__file__).parents[2]
LISTEN = (
    "from app.ground.config import read_config; from app.running import _parts; from sync.agent import hear; "
    "hear(_parts(read_config()))"
)


def start(told: Told) -> "subprocess.Popen[bytes]":
    settings = told.made.settings | {
        "SALESFORCE_CONSUMER_KEY": CONSUMER_KEY,
        "SALESFORCE_PRIVATE_KEY": PRIVATE_KEY,
        "SALESFORCE_LOGIN_ORIGIN": told.org.world.origin,
        "SALESFORCE_PUBSUB_ORIGIN": told.org.origin,
        "REDIS_URL": "redis://127.0.0.1:1",  # nobody answers there, and nothing waits for it
    }
    before = told.org.org.bus.subscriptions
    made = subprocess.Popen(
        [sys.executable, "-c", LISTEN],
        cwd=ROOT,
        env=child_environment(**settings) | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: told.org.org.bus.subscriptions > before, seconds=40)
    return made


@pytest.mark.fault
def test_a_listener_killed_in_the_midst_of_changes_loses_none(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        with told.made.house.database.write() as connection:
            connection.execute(tables.tenant.update().values(username=USERNAME))
        deals = [told.deal(f"Deal {n}") for n in range(60)]
        process = start(told)
        wait_until(lambda: told.feed().position)

        for n, deal in enumerate(deals):
            told.edit(deal, stage="Closed Won")
            if n == 30:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                left = told.feed().position
        told.let_lease_run_out()
        process = start(told)
        told.applied()
        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0
        assert told.marked() == sorted(deal.crm_id for deal in deals)
        assert told.feed().position != left
        assert told.feed().leased_until is None


def test_no_process_that_forks_knows_of_grpc() -> None:
    ask = "import app.running, app.bootstrap, sync.agent, sync.jobs, app.wsgi, sys; print('grpc' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert said.stdout.strip() == "False"
