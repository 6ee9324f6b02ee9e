"""Whether anything was committed since, to the whole database or to some records: cheap questions that no writer has
to help with."""

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import event

from app.domain.record import ObjectKind, RecordKey
from app.storage.changes import EVERYBODY, MARKS, WHOLE_TENANT, part_of
from app.storage.engine import Database

_QUESTIONS = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT pg_current_snapshot()::text",
}
"""SQLite counts the commits of all other connections; PostgreSQL names the transactions that are visible."""

NEIGHBOURS = 25
"""Deals of a company whose changes its cards show: as many as the cards read."""

_COMPANY_OF = (
    "SELECT 'company', company_id FROM record "
    "WHERE tenant_id = ? AND object = 'deal' AND crm_id = ? AND company_id IS NOT NULL"
)
_DEALS_OF = (
    "SELECT 'deal', crm_id FROM record "
    "WHERE tenant_id = ? AND company_id = ? AND object = 'deal' AND NOT archived "
    "ORDER BY length(crm_id) DESC, crm_id DESC LIMIT ?"
)


class ChangeMark:
    """Reads marks that are equal only as long as nobody has committed a change, in any process."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._question = _QUESTIONS[database.engine.dialect.name]
        self._lock = threading.Lock()
        self._connection: Any = None
        self._opened = 0
        event.listen(self._engine, "engine_disposed", self._forget)

    def read(self) -> tuple[int, object]:
        """The mark of the whole database, as of now. One that SQLite gave to another connection is never equal."""
        rows = self._ask(self._question, ())
        return self._opened, rows[0][0]

    def of(self, tenant_id: str, parts: Sequence[int]) -> object:
        """The mark of these parts of a tenant's records, and of what concerns all of them."""
        named = ",".join("?" * (len(parts) + 1))
        where = f"tenant_id IN (?, ?) AND part IN ({named})"
        question = f"SELECT tenant_id, part, mark FROM changed WHERE {where}"  # noqa: S608 - only parameters
        asked = (tenant_id, EVERYBODY, WHOLE_TENANT, *parts)
        return frozenset(tuple(row) for row in self._ask(question, asked))

    def around(self, tenant_id: str, record: RecordKey) -> Sequence[int]:
        """The parts that a card of this record says something of: the record, a deal's company, a company's deals;
        for a person all of them, because its steps and rooms may lie on any."""
        if record.object is ObjectKind.CONTACT:
            return range(MARKS)
        asked = (tenant_id, record.crm_id)
        if record.object is ObjectKind.DEAL:
            near = self._ask(_COMPANY_OF, asked)
        else:
            near = self._ask(_DEALS_OF, (*asked, NEIGHBOURS))
        return sorted({part_of(obj, crm_id) for obj, crm_id in ((record.object, record.crm_id), *near)})

    def _ask(self, question: str, values: Sequence[object]) -> Sequence[Any]:
        """On a connection of its own that never writes, and so sees every commit as another's."""
        with self._lock:
            if self._connection is not None:
                try:
                    return self._rows(question, values)
                except self._engine.dialect.loaded_dbapi.Error:
                    self._connection = None
            self._connect()
            return self._rows(question, values)

    def _rows(self, question: str, values: Sequence[object]) -> Sequence[Any]:
        cursor = self._connection.cursor()
        cursor.execute(question if self._engine.dialect.positional else question.replace("?", "%s"), values)
        rows: Sequence[Any] = cursor.fetchall()
        cursor.close()
        return rows

    def _connect(self) -> None:
        fairy = self._engine.raw_connection()
        fairy.detach()
        self._connection = fairy.dbapi_connection
        self._opened += 1
        dialect: Any = self._engine.dialect
        dialect.set_isolation_level(self._connection, "AUTOCOMMIT")

    def _forget(self, _: object) -> None:
        """After a fork the parent's connection is not ours."""
        self._connection = None
        self._lock = threading.Lock()
