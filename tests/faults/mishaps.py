"""What goes wrong, at random but by a seed: processes are killed and the CRM misbehaves while work flows."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable

from redis.exceptions import RedisError

from app.sandbox.hubspot.limits import Fault
from tests.faults.scene import Scene, children_of

BOUND_OF_CALLS = 40
"""Calls per mishap at most, with everything that had to be written and polled meanwhile: no storm."""


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kill_horse(scene: Scene, chance: random.Random) -> None:
    horses = _wait_for_horses(scene)
    kill([chance.choice(horses)] if horses else [])


def kill_worker(scene: Scene, chance: random.Random) -> None:
    workers = scene.workers()
    kill([chance.choice(workers)] if workers else [])


def kill_both(scene: Scene, chance: random.Random) -> None:
    workers = scene.workers()
    if workers:
        worker = chance.choice(workers)
        kill([worker, *children_of(worker)])


def kill_scheduler(scene: Scene, _: random.Random) -> None:
    kill(scene.scheduler())


def kill_agent(scene: Scene, _: random.Random) -> None:
    """Its children are left behind, and have to notice."""
    for agent in list(scene.agents):
        kill([agent.pid])
        agent.wait()
        scene.agents.remove(agent)
    scene.start_agent()


def kill_valkey(scene: Scene, _: random.Random) -> None:
    assert scene.valkey is not None
    scene.valkey.kill()
    scene.valkey.wait()
    time.sleep(0.3)
    scene.start_valkey()


def flush(scene: Scene, _: random.Random) -> None:
    with contextlib.suppress(RedisError):
        scene.redis().flushall()


def misbehave(kind: str, times: int = 1, seconds: float = 0.0) -> Callable[[Scene, random.Random], None]:
    def order(scene: Scene, _: random.Random) -> None:
        scene.world.portal.faults.add(Fault(kind=kind, times=times, seconds=seconds))

    order.__name__ = f"crm_{kind}"
    return order


DEATHS = (kill_horse, kill_worker, kill_both, kill_scheduler, kill_agent, kill_valkey, flush)
BAD_DAYS = (
    misbehave("401", times=2),
    misbehave("429"),
    misbehave("429", seconds=1),
    misbehave("500", times=3),
    misbehave("503", times=4),
    misbehave("half", times=2),
    misbehave("lose", times=2),
    misbehave("hang", seconds=3.0),
)
MISHAPS = (*DEATHS, *DEATHS, *BAD_DAYS)
"""Deaths twice: they are what this is about."""


def _wait_for_horses(scene: Scene) -> list[int]:
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        horses = [pid for worker in scene.workers() for pid in children_of(worker)]
        if horses:
            return horses
        time.sleep(0.002)
    return []


def play(scene: Scene, chance: random.Random, runs: int) -> list[str]:
    """`runs` mishaps while people work; what happened, in order. Nothing is waited for in between."""
    told = []
    for _ in range(runs):
        for _ in range(chance.randint(1, 4)):
            act = chance.choice((scene.post, scene.post, scene.reply, scene.plan, scene.edit_in_crm))
            act(chance.choice(scene.deals))
        time.sleep(chance.uniform(0.0, 0.6))
        mishap = chance.choice(MISHAPS)
        mishap(scene, chance)
        told.append(mishap.__name__)
    return told
