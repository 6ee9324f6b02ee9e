"""What goes wrong, at random but by a seed: processes are killed and the CRM misbehaves while work flows."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from redis.exceptions import RedisError

from app.sandbox.hubspot.limits import Fault
from tests.faults.scene import Scene, children_of

Mishap = Callable[[Scene, random.Random], None]

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


def kill_web(scene: Scene, _: random.Random) -> None:
    """Nobody waits until it answers again: whoever writes on a card tries until it does."""
    if scene.web is not None:
        scene.web.kill()
        scene.web.start()


def kill_postgres(scene: Scene, chance: random.Random) -> None:
    """It comes back after a moment, and repairs itself from its own log."""
    assert scene.postgres is not None
    scene.postgres.kill()
    time.sleep(chance.uniform(0.0, 1.0))
    scene.postgres.start()


def misbehave(kind: str, times: int = 1, seconds: float = 0.0) -> Mishap:
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


def mishaps_of(scene: Scene) -> tuple[Mishap, ...]:
    """All that can happen here. Deaths twice: they are what this is about, and PostgreSQL's most of all."""
    deaths = (*DEATHS, *([kill_web] if scene.web else []), *([kill_postgres] * 2 if scene.postgres else []))
    return (*deaths, *deaths, *BAD_DAYS)


def _wait_for_horses(scene: Scene) -> list[int]:
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        horses = [pid for worker in scene.workers() for pid in children_of(worker)]
        if horses:
            return horses
        time.sleep(0.002)
    return []


def play(scene: Scene, chance: random.Random, runs: int, mishaps: Sequence[Mishap] = ()) -> list[str]:
    """`runs` mishaps in the midst of what people do; what happened, in order. Nothing is waited for in between."""
    acts = [scene.post, scene.post, scene.reply, scene.plan, scene.edit_in_crm]
    acts += [scene.post_on_the_card] if scene.web else []
    told = []
    with ThreadPoolExecutor(1, thread_name_prefix="people") as people:
        for _ in range(runs):
            work = [(chance.choice(acts), chance.choice(scene.deals)) for _ in range(chance.randint(1, 4))]
            busy = [people.submit(act, deal) for act, deal in work]
            time.sleep(chance.uniform(0.0, 0.6))
            mishap = chance.choice(mishaps or mishaps_of(scene))
            mishap(scene, chance)
            told.append(mishap.__name__)
            for one in busy:
                one.result()
    return told
