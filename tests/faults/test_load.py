"""The first load of an account as a process of its own, killed half way: it goes on where it was."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.record import ObjectKind
from app.ground.clock import utc_now
from app.ground.config import child_environment
from app.sandbox.hubspot import Seed
from app.storage import loading
from app.storage import record as records
from tests.faults.scene import Scene, open_scene, wait_until
from tests.faults.web import ROOT

pytestmark = [pytest.mark.fault, pytest.mark.timeout(180)]
COMPANIES, PAGE = 800, 200


def start(scene: Scene) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "sync", "load", "--tenant", scene.tenant.id],
        cwd=ROOT,
        env=child_environment(**scene.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def progress(scene: Scene) -> loading.Loading | None:
    with scene.house.database.read() as connection:
        return loading.of(connection, scene.tenant.id)


def pages_asked_for(scene: Scene) -> int:
    return sum(n for name, n in scene.world.portal.calls.by_endpoint().items() if "companies/search" in name)


def test_a_load_killed_half_way_goes_on_where_it_was_and_reads_no_page_twice_but_the_one_in_hand(
    tmp_path: Path,
) -> None:
    with open_scene(tmp_path) as scene:
        portal, now = scene.world.portal, utc_now()
        portal.load(
            Seed(type="companies", properties={"name": f"C{n}"}, created=now - timedelta(minutes=n))
            for n in range(COMPANIES)
        )
        portal.calls.reset()
        first = start(scene)
        wait_until(lambda: (now := progress(scene)) and now.read >= 2 * PAGE, 60, "two pages are stored")
        first.kill()
        first.wait()
        left = progress(scene)
        assert left is not None, "it was over before it was killed"

        second = start(scene)
        said, _ = second.communicate(timeout=90)

        ids = [one["id"] for one in portal.all("companies")]
        with scene.house.database.read() as connection:
            held = records.known(connection, scene.tenant.id, ObjectKind.COMPANY, ids)
        assert second.returncode == 0
        assert progress(scene) is None
        assert len(held) == len(ids) == COMPANIES + 1  # one company has the deals
        read = re.search(r"([\d,]+) companies read", said)
        assert read is not None
        assert int(read[1].replace(",", "")) == COMPANIES + 1 - left.read
        pages = -(-(COMPANIES + 1) // PAGE)
        assert pages <= pages_asked_for(scene) <= pages + 1
