"""Notes who was shown which snapshot under which policy, before the bytes leave."""

import threading
from datetime import datetime, timedelta

from app.sharing.gate import Admitted
from app.storage.engine import Database
from app.storage.published.exposures import note_exposure

AGAIN = timedelta(minutes=10)
"""The first showing is always written down; the last one is then exact to this much. A write on every reload
would cost more than the page."""

_KEPT = 10_000


class ExposureLedger:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[tuple[str, str, str, int], datetime] = {}
        self._lock = threading.Lock()

    def note(self, viewer: Admitted, at: datetime) -> None:
        """After this the showing is on record. Raises when it cannot be recorded: then nothing is shown."""
        if viewer.snapshot_id is None:
            return
        version = viewer.policy_version or 0
        key = (viewer.link.id, viewer.email, viewer.snapshot_id, version)
        noted = self._noted.get(key)
        if noted is not None and at - noted < AGAIN:
            return
        with self._database.write() as connection:
            note_exposure(connection, viewer.link, viewer.email, viewer.snapshot_id, version, at)
        with self._lock:
            if len(self._noted) >= _KEPT:
                self._noted.clear()
            self._noted[key] = at
