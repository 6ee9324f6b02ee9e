"""A child's log on disk: bounded in size, so that a demo left running never fills a disk."""

from pathlib import Path

MAX_BYTES = 2_000_000
"""Two megabytes a file: enough to read back an afternoon, small enough to open in an editor."""

KEPT = 2
"""Older files beside the current one: name.log.1 is the newest of them."""


class LogFile:
    """Appends bytes to `path` and rotates it before it would pass `max_bytes`."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> None:
        self.path = path
        self._max = max_bytes
        self._kept = kept
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)

    def write(self, data: bytes) -> None:
        if self._file.tell() + len(data) > self._max:
            self._rotate()
        self._file.write(data)

    def close(self) -> None:
        self._file.close()

    def tail(self, lines: int = 15) -> str:
        """The last lines written, to quote when a child will not start."""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - 8_000))
            text = file.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def _rotate(self) -> None:
        self._file.close()
        for number in range(self._kept, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            newer = self.path if number == 1 else self.path.with_name(f"{self.path.name}.{number - 1}")
            if newer.exists():
                newer.replace(older)
        self._file = self.path.open("ab", buffering=0)
