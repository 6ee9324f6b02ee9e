"""Ends the demo's process groups when the supervisor is gone, even by SIGKILL. Standard library only.

Reads `+<group>` and `-<group>` lines from standard input. End of input without `bye` means that the
supervisor died: every group still named is asked to end, and killed after a bound.
"""

import contextlib
import os
import signal
import sys
import time

GRACE = 5.0
"""Seconds between TERM and KILL. Nobody is left to wait for a slower end."""


def mourn(groups: set[int], grace: float = GRACE) -> None:
    """After this no process of any of the groups is left."""
    for group in groups:
        with contextlib.suppress(OSError):
            os.kill(group, signal.SIGTERM)
    end = time.monotonic() + grace
    while time.monotonic() < end and any(_exists(group) for group in groups):
        time.sleep(0.05)
    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> None:
    # A Ctrl-C in the terminal is the supervisor's to handle; the warden outlives it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word == "bye":
            return
        if word.startswith("+"):
            groups.add(int(word[1:]))
        elif word.startswith("-"):
            groups.discard(int(word[1:]))
    mourn(groups)


if __name__ == "__main__":
    main()
