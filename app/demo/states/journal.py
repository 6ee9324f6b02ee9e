"""What was done of the scenes, a line each, so that a start that was cut short goes on where it stopped.

The product keeps a command's key for a week, the journal keeps it for as long as the demo's folder exists; between
the two a command that was carried out and not yet noted is answered by its key.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from app.ground.clock import from_iso, to_iso

BEGUN = "begun"


class Journal:
    """`begun` is the time of the first start: days are counted from it, whenever the scenes are told to their end."""

    def __init__(self, file: Path, now: datetime) -> None:
        self._file = file
        self._held = _read(file)
        if BEGUN not in self._held:
            self.note(BEGUN, {"at": to_iso(now)})
        self.begun = from_iso(self._held[BEGUN]["at"])

    def answer(self, key: str) -> dict[str, Any] | None:
        """What the command of this key answered; None for one that is not noted."""
        return self._held.get(key)

    def note(self, key: str, answer: dict[str, Any]) -> None:
        """The command is done; its answer may hold a link, so the file is its owner's alone."""
        line = json.dumps({"key": key, "answer": answer}) + "\n"
        with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as out:
            out.write(line)
        self._held[key] = answer


def _read(file: Path) -> dict[str, Any]:
    """The whole lines; what was torn off by a kill is cut away, so that the next line begins on its own."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return {}
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) < len(text):
        os.truncate(file, len(whole))
    lines = (json.loads(line) for line in whole.splitlines())
    return {line["key"]: line["answer"] for line in lines}
