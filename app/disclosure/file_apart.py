"""Makes a file safe in a process of its own, with little memory and time: a file that breaks a parser breaks nothing
else, and learns nothing, for the process holds no setting and no secret.

As a program: the file's name in one line and its bytes on standard input; on standard output one line of JSON and the
safe bytes.
"""

import json
import os
import resource
import subprocess
import sys
from contextlib import suppress

from app.disclosure.file_kind import BROKEN, Kind, Safe
from app.ground.errors import AppError, Reason

SECONDS = 60
"""Of computing; the largest files take a few."""

MEMORY = 2_000_000_000
"""Bytes of address space: a picture of 50 million points stands in memory three times while it is drawn anew."""


def make_safe_apart(name: str, body: bytes) -> Safe:
    """What app.disclosure.file.make_safe answers, whatever the file does to who opens it."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", "from app.disclosure.file_apart import main; main()"],
            input=name.replace("\n", " ").encode("utf-8", "replace") + b"\n" + body,
            capture_output=True,
            timeout=SECONDS * 2,
            check=False,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise AppError(Reason.INVALID, BROKEN) from error
    head, _, made = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise AppError(Reason.INVALID, BROKEN)
    said = json.loads(head)
    if "refused" in said:
        raise AppError(Reason.INVALID, said["refused"])
    return Safe(kind=Kind(said["kind"]), body=made, pages=said["pages"])


def main() -> None:
    from app.disclosure.file import make_safe

    with suppress(ValueError, OSError):  # macOS keeps no such limit; time and the checks of size hold there
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    name, _, body = sys.stdin.buffer.read().partition(b"\n")
    out = sys.stdout.buffer
    try:
        safe = make_safe(name.decode("utf-8", "replace"), body)
    except AppError as error:
        out.write(json.dumps({"refused": error.message}).encode() + b"\n")
        return
    out.write(json.dumps({"kind": safe.kind, "pages": safe.pages}).encode() + b"\n" + safe.body)
