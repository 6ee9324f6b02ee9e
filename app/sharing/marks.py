"""The hidden marks of a viewing: the tile that lies over its page, and the characters in what is copied from it."""

import threading
from collections import OrderedDict
from datetime import datetime

from app.sharing.gate import Admitted
from app.storage.engine import Database
from app.storage.published.viewings import current_key, note_viewing
from app.tracing import text, tile
from app.tracing.code import Key

_KEPT = 4096
"""Viewings in memory: an id each, made anew every minute."""


class Marks:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[tuple[str, int], tuple[Key, int]] = OrderedDict()
        self._lock = threading.Lock()

    def tile(self, viewer: Admitted, at: datetime, *, faint: bool = False) -> bytes:
        """The viewer's tile of this minute as a PNG. That the id in it is theirs is on record when this returns."""
        return tile.png(*self._viewing(viewer, at), tile.FAINT if faint else tile.STRENGTH)

    def text(self, viewer: Admitted, at: datetime) -> str:
        """The viewer's mark of this minute for copied text, on record likewise."""
        return text.write(*self._viewing(viewer, at))

    def _viewing(self, viewer: Admitted, at: datetime) -> tuple[Key, int]:
        assert viewer.session is not None
        session = viewer.session.token_hash
        name = (session, int(at.timestamp()) // 60)
        known = self._known.get(name)
        if known is not None:
            return known
        with self._database.write() as connection:
            key = Key(current_key(connection).encode())
            view = note_viewing(
                connection,
                tenant_id=viewer.link.tenant_id,
                link_id=viewer.link.id,
                email=viewer.email,
                session_hash=session,
                at=at,
            )
        made = key, int(view, 16)
        with self._lock:
            self._known[name] = made
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return made
