"""Every member of every enum of the domain occurs in the sample. A new enum has to be looked for here, or has to be
named below with the reason why it is no state that a person could look for; a new member fails by itself."""

from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages

import pytest
from sqlalchemy import func, select

import app.domain
from app.demo.states.beside import BESIDE
from app.demo.states.cast import deal_key
from app.demo.states.scenes import SCENES
from app.demo.states.sharing import FORBIDDEN
from app.domain import actor, plan_forecast, plan_reminders, plan_undo, record
from app.domain.link import AccessState, FileState
from app.domain.matching import features, name_level
from app.domain.matching.compare import Band, band
from app.domain.plan import live
from app.domain.plan_dates import close_day, read_rule
from app.domain.record import ObjectKind, RecordKey
from app.domain.registration import Registration
from app.sharing.gate import rules_of
from app.sharing.rules import Failure, Refusal, Visit
from app.storage import certification as certifications
from app.storage import conflict as conflicts
from app.storage import file as files
from app.storage import partner as partners
from app.storage import plan as plans
from app.storage import plan_template as templates
from app.storage import programme as programmes
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tables, thread
from app.storage.published.files import versions_of
from app.storage.published.links import PublishedLink, links_of
from app.storage.published_tables import access_request
from sync.files import fetch_due
from tests.demo.states.world import Told, tell_again, tell_all
from tests.house import START

NO_STATES = {
    actor.ActorKind: "who acts, not how something stands",
    record.CrmKind: "the sample is told in both",
    record.ObjectKind: "what kinds of records a CRM has",
    plan_undo.Whole: "how something came about, kept for two days; the steps are the state",
    features.DomainLevel: "a grade of one comparison; people read a sentence",
    features.CountryLevel: "a grade of one comparison; people read a sentence",
    features.RegionLevel: "a grade of one comparison; people read a sentence",
    name_level.NameLevel: "a grade of one comparison; people read a sentence",
}
Seen = defaultdict[type[Enum], set[Enum]]


def enums_of_the_domain() -> set[type[Enum]]:
    modules = [import_module(one.name) for one in walk_packages(app.domain.__path__, "app.domain.")]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return {one for one in found if issubclass(one, Enum) and one.__module__.startswith("app.domain.")}


def note(seen: Seen, members: Iterable[Enum | None]) -> None:
    for one in members:
        if one is not None:
            seen[type(one)].add(one)


def see_registrations(seen: Seen, held: list[Registration]) -> None:
    for one in held:
        note(seen, [one.state, one.motion, one.attribution, one.terms.protection_starts])
        note(seen, [pause.blocker for pause in (*one.pauses, *one.waits)])


def see_conflicts(seen: Seen, connection, tenant: str, held: list[Registration]) -> None:
    flags = conflicts.of_registrations(connection, tenant, [one.id for one in held])
    for one in flags:
        note(seen, [one.kind, one.state, one.decision, band(one.probability)])
    if {one.id for one in held} - {one.registration_id for one in flags}:
        note(seen, [Band.DIFFERENT])
    note(seen, programmes.current(connection, tenant).precedence)


def see_plans(seen: Seen, connection, tenant: str, deals: list[RecordKey]) -> None:
    for key in deals:
        steps = plans.on_record(connection, tenant, key)
        for one in steps:
            note(seen, [one.status, one.owner_role, one.owner_side, one.audience, one.delivery])
            rule = read_rule(one.rule)
            note(seen, [rule.anchor if rule else None])
            if one.due and one in live(steps):
                note(seen, [plan_reminders.reminder_for(one.due, START.date())])
        close = close_day(records.get(connection, tenant, key).fields.get("close_date"))
        note(seen, [plan_forecast.health(steps, close, START.date()).state])
    note(
        seen,
        [each for one in templates.all_of(connection, tenant) for each in (one.state, one.content.motion)],
    )


def see_people(seen: Seen, connection, tenant: str) -> None:
    firms = partners.all_of(connection, tenant)
    note(seen, [one.type for one in firms])
    for one in certifications.of_partners(connection, tenant, [firm.id for firm in firms]):
        note(seen, [one.standing(START.date()), one.source])
    for each in thread_of(connection, tenant):
        note(seen, [each.side, each.audience, each.delivery])


def thread_of(connection, tenant: str) -> list:
    ids = connection.scalars(select(tables.message.c.id)).all()
    return [thread.get(connection, tenant, one)[1] for one in ids]


def see_links(seen: Seen, links: list[PublishedLink]) -> None:
    """How each stands, and how it answers somebody who brings nothing along."""
    for one in links:
        note(seen, [one.for_seller().state(START)])
        for rule in rules_of(one):
            verdict = rule.check(Visit(at=START, opening=one.views + 1))
            note(seen, [verdict.reason] if isinstance(verdict, Failure) else [])


def look(house, teller) -> Seen:
    seen: Seen = defaultdict(set)
    tenant = house.tenant.id
    with house.house.database.read() as connection:
        ids = connection.scalars(select(tables.registration.c.id)).all()
        held = registrations.get_many(connection, tenant, ids)
        deals = teller.records(SCENES)
        see_registrations(seen, held)
        see_conflicts(seen, connection, tenant, held)
        see_plans(seen, connection, tenant, deals)
        see_people(seen, connection, tenant)
        for key in deals:
            see_links(seen, links_of(connection, tenant, record=key))
            note(seen, [one.state for one in files.on_record(connection, tenant, key)])
        note(seen, map(AccessState, connection.scalars(select(access_request.c.state))))
    return seen


@pytest.fixture(scope="module")
def seen(told: Told) -> Seen:
    """Before and after the agent has written: what is on its way is a state, too."""
    house, teller = told.house, told.teller
    before = look(house, teller)
    with house.house.database.read() as connection:
        said = [one for one in thread_of(connection, house.tenant.id) if FORBIDDEN in one.body]
    house.crm.refusals = {one.id: "No bank details here." for one in said}
    fetch_due(house.agent)
    house.work()
    after = look(house, teller)
    return defaultdict(set, {kind: before[kind] | after[kind] for kind in {*before, *after}})


NO_LINK = {
    Refusal.UNKNOWN: "no link at all",
    Refusal.SESSION_ENDED: "a visit ends, not the link",
    Refusal.WRONG_MAILBOX: "who stands before the link, not how it stands",
    Refusal.NO_PASSCODE: "who stands before the link, not how it stands",
    Refusal.NO_TERMS: "who stands before the link, not how it stands",
    Refusal.NOT_YET: "every link begins when it is made",
    Refusal.OUT_OF_HOURS: "changes with the hour at which one looks",
    Refusal.UNKNOWN_RULE: "a release that is newer, or a damaged row",
}
"""Why a link does not open, where it is nothing to be looked for in a sample."""


def test_the_sample_shows_every_way_in_which_a_link_does_not_open(seen: Seen) -> None:
    assert set(Refusal) - NO_LINK.keys() == seen[Refusal]


def test_a_link_that_opens_once_says_so(told: Told) -> None:
    house, deal = told.house, RecordKey(ObjectKind.DEAL, deal_key("greystone"))
    with house.house.database.read() as connection:
        held = links_of(connection, house.tenant.id, record=deal)

    assert [one.views for one in held if "opens once" in one.for_seller().conditions] == [1]


@pytest.mark.usefixtures("seen")  # the agent has looked at all of them
def test_a_renewed_file_keeps_its_first_version_and_a_refused_one_says_why(told: Told) -> None:
    house, deal = told.house, RecordKey(ObjectKind.DEAL, deal_key("greystone"))
    with house.house.database.read() as connection:
        held = {one.name: one for one in files.on_record(connection, house.tenant.id, deal)}
        kept = versions_of(connection, house.tenant.id, held["Rollout timetable.pdf"].id)

    assert [one.version for one in kept] == [2, 1]
    assert {one.reason for one in held.values()} == {
        "",
        "The PDF is locked with a password. Save it without one.",
        "The file is no longer in the CRM.",
    }
    assert {one.state for one in held.values()} == set(FileState) - {FileState.WAITING}


WANTED = sorted(enums_of_the_domain() - NO_STATES.keys(), key=lambda one: (one.__module__, one.__name__))


@pytest.mark.parametrize("kind", WANTED, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_the_sample_shows_every_member(seen: Seen, kind: type[Enum]) -> None:
    assert set(kind) - seen[kind] == set()


def test_what_is_left_out_exists() -> None:
    assert NO_STATES.keys() <= enums_of_the_domain()


def test_nothing_is_refused_and_a_second_telling_changes_nothing(told: Told) -> None:
    counts = [select(func.count()).select_from(one) for one in (tables.audit, tables.message, tables.step)]
    with told.house.house.database.read() as connection:
        held = [connection.scalar(one) for one in counts]
        said = set(connection.scalars(select(tables.audit.c.command)))

    assert told.refused == []
    assert {one.command for scene in SCENES for one in scene.does} - BESIDE.keys() <= said
    assert tell_all(told.house, tell_again(told.house, told.folder)) == []
    with told.house.house.database.read() as connection:
        assert [connection.scalar(one) for one in counts] == held
