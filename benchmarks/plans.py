"""How a database would answer a question: which tables it would read through, or by no more than their tenant."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from app.storage.engine import Database
from benchmarks.installation import Question

READ_FROM_ONE_END = ("ORDER BY audit.sequence DESC", "ORDER BY registration.received_at DESC")
"""A tenant's newest row, which the index gives first: nothing else is read."""

FEW = 2_000
"""A table of fewer rows is rightly read through: it is one that this installation makes no use of."""

FEW_OF_A_TENANT = 100
"""So few rows of an index PostgreSQL rightly takes whole and joins, rather than to look for each one by itself. Where
a tenant has 4,000 of them it looks for each."""

BIG = frozenset(
    {
        "attachment",
        "audit",
        "certification",
        "changed",
        "conflict",
        "crm_event",
        "dirty",
        "done_command",
        "exposure",
        "match_key",
        "message",
        "outbox",
        "partner_contact",
        "partner_inbox",
        "record",
        "registration",
        "share_link",
        "shared_file",
        "snapshot",
        "step",
        "view",
        "viewer_session",
        "viewing",
    }
)
"""Tables that grow with records, links or use. A tenant's partners, owners, stages and fields are read whole."""


def faults(database: Database, questions: Sequence[Question], *, force: bool = False) -> list[str]:
    """One line for each big table that one of these would read through. `force` forbids PostgreSQL to read a table
    through where there is any other way, for a database too small for its planner to care, and lets no small
    table off."""
    found: dict[str, None] = {}
    for question in {_shape(each.sql): each for each in questions}.values():
        if not question.sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH", "(SELECT")):
            continue
        if any(end in question.sql for end in READ_FROM_ONE_END):
            continue
        find = _sqlite if database.engine.dialect.name == "sqlite" else _postgresql
        for fault in find(database, question, force=force):
            found[f"{fault}  <-  {' '.join(question.sql.split())[:400]}"] = None
    return list(found)


def _shape(sql: str) -> str:
    """Statements that differ in how many values they name count once."""
    return re.sub(r"(%\([a-z_0-9]+\)s(::\w+)?|\?)(, (%\([a-z_0-9]+\)s(::\w+)?|\?))+", "…", sql)


def _sqlite(database: Database, question: Question, *, force: bool) -> Iterator[str]:  # noqa: ARG001
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(f"EXPLAIN QUERY PLAN {question.sql}", question.values)
        names = _aliases(question.sql)
        for *_, detail in cursor.fetchall():
            way, _, rest = detail.partition(" ")
            table = names.get(rest.split(" ")[0].strip('"'), rest.split(" ")[0].strip('"'))
            if table not in BIG:
                continue
            told = re.search(r"\(([^)]*)\)$", detail)
            if way == "SCAN" or (way == "SEARCH" and told and _by_tenant_alone(told.group(1))):
                yield detail
    finally:
        raw.rollback()
        raw.close()


def _postgresql(database: Database, question: Question, *, force: bool) -> Iterator[str]:
    raw: Any = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        if force:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {question.sql}", question.values)
        (told,) = cursor.fetchone()
        plans = told if isinstance(told, list) else json.loads(told)
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples < %s", (FEW,))
        small = frozenset() if force else {name for (name,) in cursor.fetchall()}
        for node in _nodes(plans[0]["Plan"]):
            if node.get("Relation Name") not in BIG - small or node["Node Type"] == "ModifyTable":
                continue
            condition = node.get("Index Cond", "") or node.get("Recheck Cond", "") or node.get("TID Cond", "")
            joined = (
                not force and node["Node Type"] == "Index Only Scan" and node["Plan Rows"] <= FEW_OF_A_TENANT
            )
            if not condition or (_by_tenant_alone(condition) and not joined):
                yield f"{node['Node Type']} on {node['Relation Name']} {condition or node.get('Filter', '')}"
    finally:
        raw.rollback()
        raw.close()


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)


def _by_tenant_alone(condition: str) -> bool:
    """Whether nothing but the tenant narrows the search."""
    return set(re.findall(r"\b([a-z_]+)\b(?=\)?(?:::\w+(?: \w+)*)?\s*(?:=|<|>|IS))", condition)) <= {
        "tenant_id"
    }


def _aliases(sql: str) -> dict[str, str]:
    return {alias: table for table, alias in re.findall(r'(?:FROM|JOIN|,)\s+"?(\w+)"?\s+AS\s+"?(\w+)"?', sql)}
