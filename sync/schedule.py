"""What happens by the clock, as a table. Each tick takes its slot in the database, so two schedulers never double
anything, and a clock that jumps back finds its slots taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.domain.actor import SYSTEM
from app.domain.record import CrmKind
from app.domain.registration import Registration, is_idle, reminder_due
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import checkpoint, credential_feed, inbox, outbox, plan_undo, signing_key, tables
from app.storage import conflict as conflicts
from app.storage import event_feed as feeds
from app.storage import file as files
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage.published import copy_keys
from app.storage.published.attempts import forget_attempts
from app.storage.published.viewers import forget_sessions
from app.storage.published_tables import partner_inbox
from app.storage.rows import insert_and_tell, insert_new, update
from sync import certifying, checking, plan_reminders, plans
from sync.backoff import LONGEST
from sync.deps import Agent
from sync.ingest import PURPOSES

SKEW = timedelta(seconds=30)
"""How far the clocks of two hosts may differ without being taken for a clock that was set back."""

SAFETY_NET = timedelta(minutes=15)
"""How often an account is asked that tells us of all its changes by itself: for what got lost on the way."""

WANTED_SWEEP = timedelta(seconds=5)
"""How often at most a sweep that the listener asked for is started: each finds all that changed until then."""

AT_ONCE = 500
"""Tenants whose slots are looked for in one question."""

OLD = timedelta(minutes=20)
"""How far back a clock may be set without a tenant being polled twice, which costs calls and does no harm."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    name: str
    every: timedelta
    run: Callable[[Agent, "Ticker"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticker:
    """`start_poll(tenant_id)` gives a polling round to a worker, or says that it could not. Periods are settings."""

    start_poll: Callable[[str], bool]
    salesforce_every: timedelta
    hubspot_every: timedelta


def sweep(agent: Agent, _: Ticker) -> None:
    """Rings for rows whose ring was lost, or whose time has come: all that losing Redis costs is this period."""
    now = agent.clock()
    with agent.database.read() as connection:
        waits = {
            "inbound": inbox.answers_due(connection, now),
            "publish": any(records.waiting(connection, purpose, now) for purpose in ("plan", "publish")),
            "crm": inbox.events_due(connection)
            or any(records.waiting(connection, purpose, now) for purpose in (*PURPOSES, checking.PURPOSE))
            or credential_feed.hints_due(connection, now)
            or files.fetches_due(connection, now)
            or bool(outbox.tenants_due(connection, now)),
        }
    for queue, due in waits.items():
        if due:
            agent.bell.ring(queue)


def poll_tenants(agent: Agent, ticker: Ticker) -> None:
    """Starts a round for every tenant whose turn it is: one slot each, of its CRM's period. An account that tells us
    of all its changes is asked less often, and at once when the listener wants to know more."""
    now = agent.clock()
    with agent.database.read() as connection:
        everyone = tenants.all_of(connection)
        heard = feeds.all_of(connection)
    turns: dict[timedelta, dict[str, str]] = {}
    for tenant in everyone:
        every = ticker.salesforce_every if tenant.crm is CrmKind.SALESFORCE else ticker.hubspot_every
        name = f"poll-{tenant.id}"
        feed = heard.get(tenant.id, feeds.Feed())
        if feed.sweep_at is not None:
            name, every = f"want-{tenant.id}", min(every, WANTED_SWEEP)
        elif feed.tells_all(now):
            name, every = f"net-{tenant.id}", max(every, SAFETY_NET)
        turns.setdefault(every, {})[name] = tenant.id
    for every, names in turns.items():
        for name in take_slots(agent, list(names), every):
            if not ticker.start_poll(names[name]):
                give_back_slot(agent, name, every)


def expire_protection(agent: Agent, _: Ticker) -> None:
    """Ends the protection of registrations whose window has run out."""
    with agent.database.read() as connection:
        ended = registrations.running_out(connection, agent.clock())
    for tenant_id, registration in ended:
        # The end names the try: a clock that stood still meanwhile has another one.
        key = f"expire-{registration.id}-{registration.extensions}-{registration.protected_until:%y%m%d%H%M}"
        _upkeep(agent, tenant_id, "registration.expire", registration, key)


def keep_up_registrations(agent: Agent, _: Ticker) -> None:
    """Decisions that are late are escalated, and both sides hear how long protection still runs."""
    now = agent.clock()
    with agent.database.read() as connection:
        late = registrations.late(connection, now)
        ending = registrations.ending(connection, now)
    for tenant_id, registration in late:
        _upkeep(agent, tenant_id, "registration.escalate", registration, f"escalate-{registration.id}")
    for tenant_id, registration in ending:
        days = reminder_due(registration, now)
        if days:
            key = f"remind-{registration.id}-{registration.extensions}-{days}"
            _upkeep(agent, tenant_id, "registration.remind", registration, key, days=days)


def escalate_disputes(agent: Agent, _: Ticker) -> None:
    """Disputes whose deadline has passed are escalated, once each."""
    with agent.database.read() as connection:
        overdue = conflicts.overdue(connection, agent.clock())
    for tenant_id, flag in overdue:
        fields = {"conflict_id": flag.id}
        _run(agent, tenant_id, "conflict.escalate", fields, f"escalate-{flag.id}")


def pull_back_idle(agent: Agent, _: Ticker) -> None:
    """Protection of deals on which nothing has happened for as long as the rules allow is over."""
    now = agent.clock()
    with agent.database.read() as connection:
        idle = [
            (tenant_id, one)
            for tenant_id, one in registrations.may_idle(connection)
            if is_idle(one, registrations.last_activity(connection, tenant_id, one), now)
        ]
    for tenant_id, registration in idle:
        reason = f"Nothing has happened for {registration.terms.idle_days} days."
        key = f"idle-{registration.id}-{registration.extensions}"
        _upkeep(agent, tenant_id, "registration.pull_back", registration, key, reason=reason)


def _upkeep(
    agent: Agent, tenant_id: str, command: str, registration: Registration, key: str, **more: object
) -> None:
    _run(agent, tenant_id, command, {"registration_id": registration.id, **more}, key)


def _run(agent: Agent, tenant_id: str, command: str, fields: Mapping[str, object], key: str) -> None:
    try:
        agent.executor.run(tenant_id, SYSTEM, command, None, fields, key)
    except AppError as error:
        log.info("schedule.upkeep_skipped", tenant=tenant_id, command=command, reason=str(error.reason))


def remind_of_certifications(agent: Agent, _: Ticker) -> None:
    """Tells of certifications that are about to lapse, and settles the tiers that no longer stand on any."""
    certifying.remind(agent)
    certifying.settle_tiers(agent)


def clean_up(agent: Agent, _: Ticker) -> None:
    """Takes away what has served its time: used nonces, applied events, old slots."""
    now = agent.clock()
    with agent.database.write() as connection:
        connection.execute(tables.nonce.delete().where(tables.nonce.c.until < now))
        connection.execute(
            tables.crm_event.delete().where(tables.crm_event.c.applied_at < now - timedelta(days=3))
        )
        connection.execute(tables.slot.delete().where(tables.slot.c.taken_at < now - timedelta(days=2)))
        connection.execute(
            tables.done_command.delete().where(tables.done_command.c.at < now - timedelta(days=7))
        )
        plan_undo.forget_before(connection, now - timedelta(days=2))
        connection.execute(tables.admin_session.delete().where(tables.admin_session.c.expires_at < now))
        forget_sessions(connection, now)
        forget_attempts(connection, now)


def seal_audit(agent: Agent, _: Ticker) -> None:
    """Signs how far each audit log has come, and hands the share pages what they sign PDFs with. The lines in our own
    logs are a copy that no thief of the database has."""
    with agent.database.read() as connection:
        everyone = tenants.all_of(connection)
    for tenant in everyone:
        try:
            with agent.database.write() as connection:
                tenants.lock(connection, tenant.id)
                point = checkpoint.add(connection, tenant.id, agent.vault, agent.clock())
                root = signing_key.current(connection, tenant.id, agent.vault, agent.clock())
                renewed = copy_keys.renew(connection, tenant.id, root, agent.clock())
        except AppError as error:  # the other tenants' logs are signed all the same
            log.warning("audit.seal_failed", tenant=tenant.id, reason=str(error.reason))
            continue
        if point is not None:
            log.info("audit.sealed", tenant=tenant.id, sequence=point["sequence"], hash=point["hash"])
        if renewed:
            log.info("copies.key_made", tenant=tenant.id)


def new_day(agent: Agent, _: Ticker) -> None:
    """Looks at the plans in which something is late."""
    plans.mark_late(agent)


def remind_of_steps(agent: Agent, _: Ticker) -> None:
    """Mails of steps that are due soon, today, or were."""
    plan_reminders.remind(agent)


SCHEDULES = (
    Schedule(name="sweep", every=timedelta(seconds=2), run=sweep),
    Schedule(name="poll", every=timedelta(seconds=1), run=poll_tenants),
    Schedule(name="expire", every=timedelta(minutes=1), run=expire_protection),
    Schedule(name="seal", every=timedelta(minutes=10), run=seal_audit),
    Schedule(name="certifications", every=timedelta(hours=1), run=remind_of_certifications),
    Schedule(name="registrations", every=timedelta(minutes=5), run=keep_up_registrations),
    Schedule(name="disputes", every=timedelta(minutes=5), run=escalate_disputes),
    Schedule(name="idle", every=timedelta(hours=6), run=pull_back_idle),
    Schedule(name="plans", every=timedelta(days=1), run=new_day),
    Schedule(name="reminders", every=timedelta(hours=1), run=remind_of_steps),
    Schedule(name="clean", every=timedelta(hours=1), run=clean_up),
)


def tick(agent: Agent, ticker: Ticker) -> int:
    """Runs what is due now; how many schedules ran."""
    return sum(_run_schedule(agent, ticker, schedule) for schedule in SCHEDULES)


def _run_schedule(agent: Agent, ticker: Ticker, schedule: Schedule) -> bool:
    if not take_slot(agent, schedule.name, schedule.every):
        return False
    schedule.run(agent, ticker)
    return True


def take_slot(agent: Agent, name: str, every: timedelta) -> bool:
    """True for exactly one caller per period."""
    now = agent.clock()
    with agent.database.write() as connection:
        if _clock_went_back(connection, name, every, now):
            _forget_the_future(connection, now)
        return insert_new(
            connection, tables.slot, {"name": name, "slot": slot_of(now, every), "taken_at": now}
        )


def take_slots(agent: Agent, names: Sequence[str], every: timedelta) -> list[str]:
    """Those of the names whose slot of this period is taken now, each for exactly one caller. Of so many names the
    old slots go at once: there would be millions."""
    now, t = agent.clock(), tables.slot.c
    slot = slot_of(now, every)
    taken: list[str] = []
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        with agent.database.read() as connection:
            gone = set(connection.scalars(select(t.name).where(t.name.in_(some), t.slot == slot)))
        free = [{"name": name, "slot": slot, "taken_at": now} for name in some if name not in gone]
        if not free:
            continue
        with agent.database.write() as connection:
            old = tables.slot.delete().where(t.name.in_(some), t.taken_at < now - OLD)
            connection.execute(old)
            taken += insert_and_tell(connection, tables.slot, free, t.name)
    return taken


def give_back_slot(agent: Agent, name: str, every: timedelta) -> None:
    """What the slot was taken for could not be started: the next tick tries again."""
    t = tables.slot.c
    with agent.database.write() as connection:
        connection.execute(
            tables.slot.delete().where(t.name == name, t.slot == slot_of(agent.clock(), every))
        )


def _clock_went_back(connection: Connection, name: str, every: timedelta, now: datetime) -> bool:
    t = tables.slot.c
    ahead = select(t.slot).where(t.name == name, t.slot > slot_of(now + SKEW, every)).limit(1)
    return connection.execute(ahead).first() is not None


def _forget_the_future(connection: Connection, now: datetime) -> None:
    """The clock stood wrong and was set back: slots it took ahead are free again, and nothing that waits for its time
    waits longer than it would have from now on."""
    log.warning("schedule.clock_went_back")
    connection.execute(tables.slot.delete().where(tables.slot.c.taken_at > now + SKEW))
    latest = now + LONGEST
    for table in (tables.outbox, tables.dirty, partner_inbox):
        update(connection, table, {"due_at": latest}, table.c.due_at > latest + SKEW)


def slot_of(now: datetime, every: timedelta) -> str:
    return str(int(now.timestamp() // every.total_seconds()))
