"""Runs the demo's processes: restarts what dies, and leaves no process behind however it ends itself.

Each child is the leader of its own session and process group. A warden (app/demo/warden.py) ends the
groups should the supervisor be killed. One thread watches; `stop` ends the children in reverse order.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from app.demo.logfile import LogFile

FIRST_DELAY = 0.2
"""Seconds before the first restart: a crash should hardly be seen."""

LONGEST_DELAY = 10.0
"""Seconds between restarts at most: a child that cannot start costs next to nothing."""

SETTLED = 20.0
"""Seconds a child has to live for its earlier failures to be forgotten."""

STOP_LIMIT = 25.0
"""Seconds for all children together to end; whoever is left then is killed at once."""

TICK = 0.05
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process to keep alive. `env` is its whole environment, so that nothing leaks into it."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | None = None
    grace: float = 8.0
    leftovers: tuple[Path, ...] = ()
    """Files, such as sockets, that must not outlive the child."""


@dataclass(slots=True, kw_only=True)
class _Running:
    child: Child
    log: LogFile
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    restarts: int = 0
    due: float = 0.0
    streams: list[int] = field(default_factory=list)


def _adopt_orphans() -> None:
    """On Linux, grandchildren that lose their parent become ours, so that `stop` can find and end them."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Supervisor:
    """Keeps children alive until `stop`. Use as a context manager: leaving it ends every child."""

    def __init__(
        self, log_dir: Path, *, echo: bool = False, adopt: bool = False, stop_limit: float = STOP_LIMIT
    ) -> None:
        """With `adopt` the process gives itself to supervision: `stop` ends every child it has."""
        if adopt:
            _adopt_orphans()
        self._adopt = adopt
        self._log_dir = log_dir
        self._echo = echo
        self._stop_limit = stop_limit
        self._children: dict[str, _Running] = {}
        self._lock = threading.RLock()
        self._selector = selectors.DefaultSelector()
        self._stopping = threading.Event()
        self._warden = self._hire_warden()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def add(self, child: Child) -> None:
        """Starts the child and keeps it alive. Raises OSError when its program does not exist."""
        with self._lock:
            if self._stopping.is_set():
                return
            running = _Running(child=child, log=LogFile(self._log_dir / f"{child.name}.log"))
            self._start(running)
            self._children[child.name] = running

    def pid(self, name: str) -> int | None:
        """The process id of a child, or None while it waits for its restart."""
        with self._lock:
            process = self._children[name].process
            return process.pid if process else None

    def restarts(self, name: str) -> int:
        return self._children[name].restarts

    def failing(self, limit: int = 4) -> str | None:
        """The name of a child that keeps dying soon after its start, if there is one."""
        with self._lock:
            return next((n for n, r in self._children.items() if r.failures >= limit), None)

    def log_tail(self, name: str) -> str:
        return self._children[name].log.tail()

    def stop(self) -> None:
        """After this no child, no grandchild and none of their leftovers exists. Safe to call twice."""
        self._stopping.set()
        self._thread.join()

    def _hire_warden(self) -> "subprocess.Popen[str]":
        here = Path(__file__).with_name("warden.py")
        return subprocess.Popen(  # noqa: S603 - our own file, run by our own interpreter
            [sys.executable, "-I", "-S", str(here)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def _tell_warden(self, word: str) -> None:
        """Names a group to the warden; a warden that was killed is replaced and told everything again."""
        try:
            self._write_to_warden(word)
        except OSError:
            self._warden.wait()
            self._warden = self._hire_warden()
            for running in self._children.values():
                if running.process:
                    self._write_to_warden(f"+{running.process.pid}")
            self._write_to_warden(word)

    def _write_to_warden(self, word: str) -> None:
        assert self._warden.stdin is not None
        self._warden.stdin.write(word + "\n")
        self._warden.stdin.flush()

    def _start(self, running: _Running) -> None:
        child = running.child
        process = subprocess.Popen(  # noqa: S603 - argv is a list from our own code, never a shell
            child.argv,
            env=dict(child.env),
            cwd=child.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._tell_warden(f"+{process.pid}")
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, running)
        running.process = process
        running.started_at = time.monotonic()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                self._pump()
                for running in self._children.values():
                    self._look_after(running)
                if self._warden.poll() is not None:
                    self._tell_warden("")
            self._stopping.wait(TICK)
        with self._lock:
            self._end_all()

    def _look_after(self, running: _Running) -> None:
        now = time.monotonic()
        if running.process is None:
            if now >= running.due:
                running.restarts += 1
                self._try_start(running)
            return
        if running.failures and now - running.started_at > SETTLED:
            running.failures = 0
        if running.process.poll() is not None:
            self._note(running, f"ended with {running.process.returncode}; starting it again")
            self._bury(running)
            self._delay(running)

    def _try_start(self, running: _Running) -> None:
        try:
            self._start(running)
        except OSError as error:
            self._note(running, f"cannot start: {error.strerror}")
            self._delay(running)

    def _delay(self, running: _Running) -> None:
        running.due = time.monotonic() + min(FIRST_DELAY * 2**running.failures, LONGEST_DELAY)
        running.failures += 1

    def _bury(self, running: _Running) -> None:
        """Ends what a dead child left in its group: it may still hold the port its successor needs."""
        process = running.process
        assert process is not None
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        self._pump()
        assert process.stdout is not None
        with contextlib.suppress(KeyError):
            self._selector.unregister(process.stdout)
        process.stdout.close()
        self._tell_warden(f"-{process.pid}")
        running.process = None

    def _pump(self, timeout: float = 0) -> None:
        """Moves what children wrote into their logs; a full pipe would stop them."""
        for key, _ in self._selector.select(timeout):
            running: _Running = key.data
            try:
                data = os.read(key.fd, 65_536)
            except (BlockingIOError, OSError):
                continue
            if not data:
                self._selector.unregister(key.fileobj)
                continue
            running.log.write(data)
            if self._echo:
                self._print(running.child.name, data)

    def _print(self, name: str, data: bytes) -> None:
        for line in data.decode("utf-8", "replace").splitlines():
            sys.stderr.write(f"{name:<11}| {line}\n")

    def _note(self, running: _Running, text: str) -> None:
        data = f"[supervisor] {running.child.name} {text}\n".encode()
        running.log.write(data)
        if self._echo:
            self._print(running.child.name, data)

    def _end_all(self) -> None:
        limit = time.monotonic() + self._stop_limit
        for running in reversed(self._children.values()):
            if running.process is not None:
                self._end(running, limit)
            for path in running.child.leftovers:
                path.unlink(missing_ok=True)
            running.log.close()
        if self._adopt:
            self._end_adopted()
        with contextlib.suppress(OSError):
            self._write_to_warden("bye")
        self._warden.communicate()
        self._selector.close()

    def _end(self, running: _Running, limit: float) -> None:
        """Asks one child to end and kills its group when its grace, or everybody's, is over."""
        process = running.process
        assert process is not None
        with contextlib.suppress(OSError):
            process.terminate()
        until = min(time.monotonic() + running.child.grace, limit)
        while process.poll() is None and time.monotonic() < until:
            self._pump(TICK)
        if process.poll() is None:
            self._note(running, "did not end in time; killed")
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._bury(running)

    def _end_adopted(self) -> None:
        """Kills grandchildren that left their group, such as a job runner's work-horse (Linux only)."""
        for _ in range(20):
            orphans = [pid for pid in own_children() if pid != self._warden.pid]
            if not orphans:
                return
            for pid in orphans:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.waitpid(pid, 0)


def own_children() -> list[int]:
    """The processes whose parent we are, dead or alive; empty where the kernel does not tell."""
    found: list[int] = []
    for file in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in file.read_text().split()]
    return found
