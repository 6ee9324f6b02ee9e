"""What the commands that run Alongside part by part do. Each reads the settings of its own process."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.ground import valkey
from app.ground.config import Config, read_config, read_share_config, settle
from app.ground.errors import AppError, Reason
from app.ground.log import set_up_logging
from app.ground.server import serve

if TYPE_CHECKING:
    from redis import Redis

    from app.bootstrap import House
    from app.domain.tenant import Tenant
    from app.storage.loading import Loading
    from app.tracing.trace import Lead
    from sync.deps import Agent

DATA = Path(".alongside")
"""Where an embedded Valkey keeps its file when REDIS_URL is empty."""


def serve_web(*, host: str, port: int, workers: int, threads: int) -> None:
    """Serves cards, actions, webhooks, the panel and the admin pages until a signal arrives."""
    settle(REDIS_URL=valkey.redis_url(read_config(), DATA))
    serve("app.wsgi:create", host=host, port=port, workers=workers, threads=threads)


def serve_share(*, host: str, port: int, workers: int, threads: int) -> None:
    """Serves the share pages until a signal arrives. Starts no Redis; one that runs already is told of answers."""
    if not read_share_config().redis_url:
        settle(REDIS_URL=valkey.running_url(DATA))
    serve("app.wsgi_share:create", host=host, port=port, workers=workers, threads=threads)


def run_agent(*, workers: int, salesforce_every: timedelta, hubspot_every: timedelta) -> int:
    """Runs workers and scheduler until a signal arrives; the exit code."""
    from sync import agent

    config = read_config()
    set_up_logging(config.log_format)
    config = replace(config, redis_url=valkey.redis_url(config, DATA))
    return agent.run(
        _parts(config),
        workers,
        salesforce_every=salesforce_every,
        hubspot_every=hubspot_every,
        listens=bool(config.salesforce_consumer_key and config.salesforce_pubsub_origin),
    )


def _parts(config: Config) -> "Callable[[], tuple[Agent, Redis]]":
    """Builds a process's own connections; called after the fork."""

    def parts() -> "tuple[Agent, Redis]":
        from app.bootstrap import build

        house = build(config)
        assert house.redis is not None
        return house.agent(), house.redis

    return parts


def migrate() -> None:
    """After this the database of DATABASE_URL has the newest schema."""
    from app.storage.engine import Database
    from app.storage.migrate import upgrade

    database = Database(read_config().database_url)
    try:
        upgrade(database)
    finally:
        database.close()


def house() -> "House":
    """The parts for a command that ends by itself; it rings no bell, the sweep finds its rows."""
    from app.bootstrap import build

    return build(read_config())


def add_tenant(
    *,
    crm: str,
    account_id: str,
    name: str,
    instance_url: str,
    username: str,
    admin_emails: tuple[str, ...],
    refresh_token: str,
) -> "Tenant":
    """The tenant, there afterwards. A HubSpot refresh token is stored encrypted and used at the first call."""
    from app.crm.hubspot_tokens import Tokens
    from app.domain.record import CrmKind
    from app.tenancy import add_tenant as add

    parts = house()
    tokens = None
    if refresh_token:
        tokens = Tokens(access_token="", refresh_token=refresh_token, expires_at=parts.clock())
    return add(
        parts,
        crm=CrmKind(crm),
        account_id=account_id,
        name=name,
        instance_url=instance_url,
        username=username,
        admin_emails=admin_emails,
        tokens=tokens,
    )


def sync_once(tenant_id: str) -> dict[str, Any]:
    """One round of the agent for one tenant, and what it did. Raises AppError for an unknown tenant."""
    from sync.once import sync_once as once

    with house_of(tenant_id) as (parts, tenant):
        return once(parts.agent(), tenant).to_json()


def load(tenant_id: str, tell: Callable[["Loading"], None]) -> int:
    """Reads all companies of an account that was connected, or the rest of them; how many. Raises AppError when the
    CRM does not do its part; the next run then goes on where this one stopped."""
    from app.bootstrap import as_refusal
    from app.crm.port import CrmError
    from sync import loading

    with house_of(tenant_id) as (parts, tenant):
        try:
            return loading.load(parts.agent(), tenant, tell)
        except CrmError as error:
            raise as_refusal(error) from error


def rebuild(tenant_id: str, *, discard: bool, force: bool, progress: Callable[[str], None]) -> dict[str, Any]:
    """The working copy, made anew from the CRM, and what was restored. Raises AppError when the CRM does not do its
    part; the next run then goes on where this one stopped."""
    from app.bootstrap import as_refusal
    from app.crm.port import CrmError
    from sync import rebuild as work

    with house_of(tenant_id) as (parts, tenant):
        if discard:
            work.discard(parts.agent(), tenant, force=force)
        try:
            return work.rebuild(parts.agent(), tenant, progress).to_json()
        except CrmError as error:
            raise as_refusal(error) from error


def trace(leaked: bytes) -> tuple[list["Lead"], str]:
    """The leads in a leaked file, and what they are worth. Needs the database only, and no secret."""
    from app.storage.engine import Database
    from app.tracing.trace import NOT_PROOF
    from app.tracing.trace import trace as find

    config = read_share_config()
    set_up_logging(config.log_format, level=logging.WARNING)
    database = Database(config.database_url)
    try:
        return find(database, leaked), NOT_PROOF
    finally:
        database.close()


def backup(file: Path) -> dict[str, int]:
    """How many rows of each table the file holds now: all that no CRM can give back."""
    from app.ground.clock import utc_now
    from app.storage.backup import backup as write
    from app.storage.engine import Database
    from app.storage.migrate import newest

    database = Database(read_config().database_url)
    try:
        return dict(write(database, newest(), utc_now(), file))
    finally:
        database.close()


def restore(file: Path) -> tuple[dict[str, int], list[str]]:
    """How many rows of each table came back, and the tenants whose audit log does not hold. Raises AppError, and then
    nothing has changed, for a file or a database that does not fit."""
    from app.storage import audit
    from app.storage import tenant as tenants
    from app.storage.backup import restore as read
    from app.storage.engine import Database
    from app.storage.migrate import newest, upgrade

    database = Database(read_config().database_url)
    try:
        upgrade(database)
        counts = dict(read(database, newest(), file))
        with database.read() as connection:
            everyone = [tenant.id for tenant in tenants.all_of(connection)]
            broken = [one for one in everyone if audit.first_break(connection, one) is not None]
    finally:
        database.close()
    return counts, broken


@contextmanager
def house_of(tenant_id: str) -> Iterator[tuple["House", "Tenant"]]:
    """The parts for a command about one tenant, closed afterwards. Logs go to standard error: standard output is
    the command's answer."""
    from app.storage import tenant as tenants

    config = read_config()
    set_up_logging(config.log_format, level=logging.WARNING)
    parts = house()
    try:
        with parts.database.read() as connection:
            tenant = tenants.by_id(connection, tenant_id)
        if tenant is None:
            raise AppError(Reason.UNKNOWN_TENANT, "There is no such tenant. See: alongside tenant list")
        yield parts, tenant
    finally:
        parts.database.close()


def import_certifications(tenant_id: str, text: str, *, rehearse: bool) -> dict[str, Any]:
    """What became of the rows of a CSV file. Reads only, where it is a rehearsal. Raises AppError for a file that
    is no such table."""
    from app.commands.certification_csv import read_rows
    from app.domain.actor import SYSTEM
    from app.ground.clock import utc_now
    from app.ground.ids import new_id

    if rehearse:
        rows = read_rows(text, utc_now())
        refused = [{"line": row.line, "reason": row.refusal} for row in rows if row.refusal]
        return {"readable": len(rows) - len(refused), "refused": refused}
    done = house().executor().run(tenant_id, SYSTEM, "certification.import", None, {"text": text}, new_id())
    return dict(done.result)


def audit_conflicts(tenant_id: str) -> tuple[str, int]:
    """Every conflict of an account as a CSV text, and how many there are. Raises AppError for an unknown tenant."""
    from app.commands.claims import make_scene
    from app.reading.conflict_audit import audit, to_csv

    with house_of(tenant_id) as (parts, tenant), parts.database.read() as connection:
        lines = audit(make_scene(connection, tenant, parts.clock()))
    return to_csv(lines), len(lines)


def import_registrations(tenant_id: str, text: str, partner_id: str) -> dict[str, Any]:
    """What became of the rows of a CSV file: the same file registers once, however often it is sent. Raises AppError
    for a file that is no such table."""
    import hashlib

    from app.domain.actor import SYSTEM

    key = hashlib.sha256(f"{partner_id}\n{text}".encode()).hexdigest()
    fields = {"text": text, "partner_id": partner_id}
    with house_of(tenant_id) as (parts, tenant):
        done = parts.executor().run(tenant.id, SYSTEM, "registration.import", None, fields, f"file-{key}")
    return dict(done.result)
