"""The parts a worker process was started with. They are put here once, before RQ forks its first job."""

import os
from dataclasses import dataclass

from redis import Redis

from sync.deps import Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    agent: Agent
    redis: Redis


_runtime: Runtime | None = None
_owner = 0


def install(parts: Runtime) -> None:
    """From now on this process and its forks work with `parts`."""
    global _runtime, _owner
    _runtime, _owner = parts, os.getpid()


def runtime() -> Runtime:
    """The parts of this process; a fork opens its own database connections before it gets them."""
    global _owner
    if _runtime is None:
        raise RuntimeError("install the runtime before the first job")
    if _owner != os.getpid():
        _runtime.agent.database.forget_after_fork()
        _owner = os.getpid()
    return _runtime
