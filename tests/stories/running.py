"""The demo as a person starts it: one process, its seven ports, its folder."""

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest

from app.demo.site import Ports
from app.ground.valkey import socket_path

ROOT = Path(__file__).parents[2]
START_LIMIT = 300.0
"""Seconds. Nine are enough, and where eight programs share two cores it takes seventy."""
STOP_LIMIT = 90.0
_PR_SET_PDEATHSIG = 1
PATIENCE = 60.0
"""Seconds for something to arrive that takes two at most when the machine is idle."""

T = TypeVar("T")


def until(look: Callable[[], T], what: str, limit: float = PATIENCE) -> T:
    """What `look` finds, as soon as it finds something. Fails with `what` when the limit is over."""
    end = time.monotonic() + limit
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            pytest.fail(f"not within {limit:.0f} s: {what}; last seen: {found!r}")
        time.sleep(0.1)


def cli(*words: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", *words]


class Demo:
    """One `alongside demo --json` in one folder. May be stopped and started again at the same ports."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.ports = Ports.starting_at(_free_base())
        self.addresses: dict = {}
        self._starts = 0
        self._process: subprocess.Popen | None = None

    @property
    def stdout(self) -> str:
        return (self.data.parent / f"stdout-{self._starts}").read_text()

    @property
    def stderr(self) -> str:
        return (self.data.parent / f"stderr-{self._starts}").read_text()

    def start(self) -> None:
        self._starts += 1
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with (
            (self.data.parent / f"stdout-{self._starts}").open("w") as out,
            (self.data.parent / f"stderr-{self._starts}").open("w") as err,
        ):
            self._process = subprocess.Popen(
                cli("demo", "--json", "--port", str(self.ports.web), "--data", str(self.data)),
                stdout=out,
                stderr=err,
                cwd=ROOT,
                preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - it takes no lock
            )
        until(lambda: self.stdout.endswith("\n") or self._process.poll() is not None, "ready", START_LIMIT)
        assert self._process.poll() is None, self.stderr
        self.addresses = json.loads(self.stdout)

    def stop(self) -> None:
        """Ctrl-C, as in a terminal. Afterwards no process of this demo is left, and none of its sockets."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        assert code == 0, self.stderr
        assert self.processes() == {}
        assert self.ports.taken() == []
        assert not list(self.data.rglob("*.sock"))
        assert not socket_path(self.data).exists()

    def processes(self) -> dict[int, str]:
        """Every living process that belongs to this demo: its folder or one of its ports is in its arguments."""
        marks = {
            str(self.data),
            socket_path(self.data).parent.name,
            str(self.ports.web),
            str(self.ports.share),
        }
        agents = self._agents()
        found = {}
        for directory in Path("/proc").glob("[0-9]*"):
            pid = int(directory.name)
            try:
                command = (directory / "cmdline").read_bytes().decode().replace("\0", " ").strip()
                state = (directory / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if state != "Z" and (pid in agents or any(mark in command for mark in marks)):
                found[pid] = command
        return found

    def _agents(self) -> set[int]:
        """The agent names neither folder nor port on its command line; its environment names the database."""
        found = set()
        for directory in Path("/proc").glob("[0-9]*"):
            try:
                if f"{self.data}/alongside.db".encode() in (directory / "environ").read_bytes():
                    found.add(int(directory.name))
            except OSError:
                continue
        return found

    def pids(self, *words: str) -> list[int]:
        return [pid for pid, command in self.processes().items() if all(word in command for word in words)]

    def rows(self, question: str, *values: object) -> list[tuple]:
        """What stands in the product's database."""
        address = f"file:{self.data / 'alongside.db'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
            return connection.execute(question, values).fetchall()

    def locked(self) -> bool:
        """Whether somebody is writing to the product's database at this moment."""
        with closing(sqlite3.connect(self.data / "alongside.db", timeout=1, isolation_level=None)) as own:
            try:
                own.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            own.execute("ROLLBACK")
        return False

    @contextmanager
    def asleep(self, *words: str) -> Iterator[None]:
        """The processes with these words are halted meanwhile, and none of them in the midst of a transaction:
        who sleeps with SQLite's lock in hand keeps every other writer out."""

        def halted() -> list[int]:
            pids = self.pids(*words)
            _signal(pids, signal.SIGSTOP)
            if pids == self.pids(*words) and not self.locked():
                return pids
            _signal(pids, signal.SIGCONT)
            return []

        pids = until(halted, f"{words} stand still without a lock")  # an empty list is waited for, too
        try:
            yield
        finally:
            _signal(pids, signal.SIGCONT)

    def wait_until_whole(self) -> None:
        """After this the longer sample is told, too."""
        until(lambda: self.noted().get("whole"), "the longer sample", 2 * START_LIMIT)

    def noted(self) -> dict:
        return json.loads((self.data / "demo.json").read_text())

    def loaded(self, crm: str, kind: str, start: str) -> str:
        """The id that a sample record got in a CRM, by the beginning of its key: "brightwater" among the deals."""
        ids = self.noted()["loaded"][crm][kind]
        return next(found for key, found in ids.items() if start in key)


def _signal(pids: list[int], what: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # a job's own process may have ended since it was seen
            os.kill(pid, what)


def _end_with_the_tests() -> None:
    """On Linux, a test run that is killed takes its demo along."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _free_base() -> int:
    for base in range(26_000 + os.getpid() % 4_000, 60_000, 10):
        if not Ports.starting_at(base).taken():
            return base
    raise AssertionError("no six free ports")
