"""The bytes of shared files that are kept: every version that was ever offered to a partner."""

from app.storage.engine import Database
from app.storage.published.files import body_of


class Copies:
    def __init__(self, database: Database) -> None:
        self._database = database

    def body(self, tenant_id: str, file_id: str, version: int, digest: str) -> bytes | None:
        """The copy as it was drawn anew, without a mark, so that it must not leave like this."""
        with self._database.read() as connection:
            return body_of(connection, tenant_id, file_id, version, digest)
