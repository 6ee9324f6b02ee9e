"""Columns that many tables begin with."""

from sqlalchemy import Column, String


def tenant_id() -> Column[str]:
    """The tenant first, in every key: it is a wall (law 6)."""
    return Column("tenant_id", String(32), primary_key=True)


def own_id() -> Column[str]:
    return Column("id", String(32), primary_key=True)
