"""The short form: a few deaths of each kind, and what stands at the end. `python -m tests.faults` is the long one."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.thread import Audience
from app.sandbox.hubspot.limits import Fault
from tests.faults import mishaps
from tests.faults.mishaps import BOUND_OF_CALLS, play
from tests.faults.scene import Scene, open_scene

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds processes in /proc"),
]
SHORT = 8


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One for all tests here: the processes take longer to start than to be killed."""
    with open_scene(tmp_path_factory.mktemp("faults")) as made:
        made.start_agent()
        yield made


def settled(scene: Scene) -> None:
    scene.world.portal.faults.clear()
    scene.settle()
    scene.check()


def test_whatever_dies_everything_arrives_once_and_in_order(scene: Scene) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # shown with a failure, to play it again
    scene.world.portal.calls.reset()

    told = play(scene, random.Random(seed), SHORT)
    settled(scene)

    assert len(told) == SHORT
    assert scene.world.portal.calls.total() <= BOUND_OF_CALLS * SHORT


def test_a_flushed_redis_costs_seconds(scene: Scene) -> None:
    for deal in scene.deals:
        scene.post(deal)
        scene.reply(deal)
    mishaps.flush(scene, random.Random())

    assert scene.settle() < 30
    scene.check()


def test_an_agent_that_is_killed_leaves_no_worker_behind_and_its_successor_goes_on(scene: Scene) -> None:
    before = scene.workers()
    scene.post(scene.deals[0])

    mishaps.kill_agent(scene, random.Random())
    scene.post(scene.deals[0])
    settled(scene)

    end = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in before) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [pid for pid in before if Path(f"/proc/{pid}").exists()]


def test_two_agents_with_two_schedulers_double_nothing(scene: Scene) -> None:
    scene.start_agent(workers=1)
    for deal in scene.deals:
        for _ in range(5):
            scene.post(deal)
            scene.plan(deal)

    settled(scene)

    extra = scene.agents.pop()
    os.killpg(extra.pid, signal.SIGKILL)
    extra.wait()


def test_a_crm_that_is_down_is_asked_seldom_however_much_is_written_meanwhile(scene: Scene) -> None:
    scene.settle()
    scene.world.portal.faults.add(Fault(kind="500", times=10**6))
    scene.world.portal.calls.reset()
    began = time.monotonic()

    while time.monotonic() - began < 4:
        # For the team: a text for a partner is held against the CRM's values by whoever posts it, one call each.
        scene.post(scene.deals[0], audience=Audience.TEAM)
        time.sleep(0.05)

    asked = scene.world.portal.calls.total()
    said = sum(len(bodies) for bodies in scene.said.values())
    assert (
        asked <= 22
    )  # pauses of at most two seconds here, ten minutes in earnest; a poll and a write after each
    assert said > asked
    settled(scene)


def test_an_agent_stops_within_seconds_and_what_it_left_is_done_by_the_next(scene: Scene) -> None:
    for deal in scene.deals:
        scene.post(deal)

    assert scene.stop() < 12

    scene.start_agent()
    settled(scene)
