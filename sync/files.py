"""Fetches the bytes of shared files from the CRM, draws them anew and keeps them for the rooms.

The share pages hand out what is kept here and ask no CRM for anything. A CRM tells nobody that a file got a new
version, so shared files are looked at again: soon while they are young, once a day when they have long been the same.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection

from app.crm.port import Crm, CrmError, CrmFile, NotFound, Rejected
from app.disclosure.file_apart import make_safe_apart
from app.disclosure.file_kind import LARGEST, Safe, check_size
from app.domain.link import FileState
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import fault
from app.storage import file as files
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.fault import Work
from app.storage.file import Fetch
from app.storage.published.files import Kept, keep, newest_version
from sync.backoff import LONGEST, NOT_ITS_FAULT, comes_back, delay, note_fault
from sync.deps import Agent

AT_ONCE = 10
"""Files of one round; each may take seconds, and other work waits."""

SOONEST, LATEST = timedelta(minutes=10), timedelta(days=1)
"""How often a file is looked at: a tenth of its age apart, within these bounds. A thousand files that rest cost a
thousand of HubSpot's calls a day, and five of Salesforce's."""

log = get_logger(__name__)


def fetch_due(agent: Agent) -> int:
    """How many files were looked at."""
    with agent.database.write() as connection:
        claimed = files.claim_fetches(connection, agent.clock(), AT_ONCE)
    ordered = sorted(claimed, key=lambda fetch: fetch.tenant_id)
    for tenant_id, group in groupby(ordered, key=lambda fetch: fetch.tenant_id):
        _look(agent, tenant_id, list(group))
    return len(claimed)


def _look(agent: Agent, tenant_id: str, due: Sequence[Fetch]) -> None:
    with agent.database.read() as connection:
        tenant = tenants.by_id(connection, tenant_id)
    if tenant is None or agent.budgets.of(tenant_id).paused():
        for fetch in due:
            _settle(agent, fetch, {"due_at": agent.clock() + LONGEST})
        return
    crm = agent.crm_of(tenant)
    try:
        states = crm.file_states([fetch.crm_file_id for fetch in due])
    except CrmError as error:
        for fetch in due:
            _put_off(agent, fetch, error)
        return
    for fetch in due:
        try:
            _fetch(agent, crm, fetch, states)
        except NOT_ITS_FAULT:
            raise
        except CrmError as error:
            _put_off(agent, fetch, error)
        except Exception as error:  # noqa: BLE001 - one file that nobody foresaw must not stop the others
            note_fault(agent, tenant_id, Work.FILE, fetch.file_id, error)
            _settle(agent, fetch, {"due_at": agent.clock() + LONGEST})


def _fetch(agent: Agent, crm: Crm, fetch: Fetch, states: Mapping[str, CrmFile]) -> None:
    now = agent.clock()
    state = states.get(fetch.crm_file_id)
    if state is None:
        _end(agent, fetch, FileState.GONE, "The file is no longer in the CRM.", now + LATEST)
        return
    again = now + min(max((now - state.modified_at) / 10, SOONEST), LATEST)
    if fetch.read_at == state.modified_at and fetch.state is not FileState.GONE:
        _settle(agent, fetch, {"due_at": again, "attempts": 0})
        return
    try:
        check_size(state.size)
        safe = make_safe_apart(state.name, crm.file_bytes(fetch.crm_file_id, LARGEST))
    except NotFound:
        _end(agent, fetch, FileState.GONE, "The file is no longer in the CRM.", now + LATEST)
    except Rejected as error:
        _end(agent, fetch, FileState.REFUSED, error.message, again)
    except AppError as error:
        _end(agent, fetch, FileState.REFUSED, error.message, again, read_at=state.modified_at)
    else:
        _keep(agent, fetch, safe, state, again)


def _keep(agent: Agent, fetch: Fetch, safe: Safe, state: CrmFile, again: datetime) -> None:
    """The copy is kept, as a new version if its bytes are new, and the room shows it."""
    digest = hashlib.sha256(safe.body).hexdigest()
    with agent.database.write() as connection:
        newest = newest_version(connection, fetch.tenant_id, fetch.file_id)
        version = newest.version + (newest.digest != digest) if newest else 1
        values = {
            "state": FileState.READY,
            "reason": "",
            "read_at": state.modified_at,
            "version": version,
            "digest": digest,
            "kind": safe.kind,
            "copy_size": len(safe.body),
            "due_at": again,
            "attempts": 0,
        }
        if not files.settle_fetch(connection, fetch, values):
            return
        kept = Kept(
            version=version,
            digest=digest,
            kind=safe.kind,
            pages=safe.pages,
            size=len(safe.body),
            fetched_at=agent.clock(),
        )
        keep(connection, fetch.tenant_id, fetch.file_id, kept, safe.body)
        _show(agent, connection, fetch)
        fault.forget(connection, fetch.tenant_id, Work.FILE, [fetch.file_id])
    log.info("file.kept", tenant=fetch.tenant_id, file=fetch.file_id, version=version)
    agent.bell.ring("publish")


def _end(
    agent: Agent,
    fetch: Fetch,
    state: FileState,
    reason: str,
    again: datetime,
    read_at: datetime | None = None,
) -> None:
    """The file's newest version is not handed out, and the seller's card says why. What was handed out before it was
    refused stays; a file that is gone leaves the room."""
    with agent.database.write() as connection:
        values = {"state": state, "reason": reason, "read_at": read_at, "due_at": again, "attempts": 0}
        if files.settle_fetch(connection, fetch, values) and state is not fetch.state:
            _show(agent, connection, fetch)
    log.info("file.not_kept", tenant=fetch.tenant_id, file=fetch.file_id, state=str(state))
    agent.bell.ring("publish")


def _show(agent: Agent, connection: Connection, fetch: Fetch) -> None:
    place = files.place_of(connection, fetch.tenant_id, fetch.file_id)
    if place is not None:
        records.mark(connection, fetch.tenant_id, "publish", [place[0]], agent.clock())


def _put_off(agent: Agent, fetch: Fetch, error: CrmError) -> None:
    """A CRM that may answer later is asked later; one that refuses says why on the seller's card."""
    if not comes_back(error):
        _end(agent, fetch, FileState.REFUSED, error.message, agent.clock() + LATEST)
        return
    _settle(agent, fetch, {"due_at": agent.clock() + delay(fetch.attempts, error)})


def _settle(agent: Agent, fetch: Fetch, values: dict[str, object]) -> None:
    with agent.database.write() as connection:
        files.settle_fetch(connection, fetch, values)
