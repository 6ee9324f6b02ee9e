"""Reading and following an org: what each verb asks, what it costs, and how values are written down."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crm.port import Changes, Rejected
from app.crm.salesforce_changes import PAGE, SETTLE, Place, from_now, place_of
from app.crm.salesforce_soql import literal, name
from app.crm.salesforce_values import host, long_id, text
from app.domain.record import ObjectKind
from app.ground.clock import to_iso
from tests.contract.salesforce_world import SalesforceWorld, open_world

DEAL, COMPANY, CONTACT = ObjectKind.DEAL, ObjectKind.COMPANY, ObjectKind.CONTACT
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SalesforceWorld]:
    with open_world(tmp_path) as world:
        yield world


def test_values_read_as_people_write_them(world: SalesforceWorld) -> None:
    acme = world.make_company("Acme", domain="https://www.Acme.example/en", employees="1200")
    deal = world.make_deal("Acme expansion", amount="12000.5", company_ids=[acme])

    company = world.crm.read(COMPANY, [acme], ["domain", "employees", "revenue"])[acme]
    opportunity = world.crm.read(DEAL, [deal], ["amount", "close_date", "crm:Account.Name", "crm:IsWon"])[
        deal
    ]

    assert dict(company.fields) == {"domain": "acme.example", "employees": "1200", "revenue": None}
    assert dict(opportunity.fields) == {
        "amount": "12000.5",
        "close_date": "2026-12-12",
        "crm:Account.Name": "Acme",
        "crm:IsWon": "false",
    }


def test_stages_come_in_their_order_and_say_what_is_closed(world: SalesforceWorld) -> None:
    stages = world.crm.stages()

    assert (stages[0].value, stages[0].closed) == ("Prospecting", False)
    assert [stage.label for stage in stages if stage.closed] == ["Closed Won", "Closed Lost"]


def test_a_short_id_is_answered_as_it_was_asked(world: SalesforceWorld) -> None:
    deal = world.make_deal("Acme expansion")

    found = world.crm.read(DEAL, [deal[:15], "nonsense"], ["name"])

    assert list(found) == [deal[:15]]
    assert found[deal[:15]].id == deal


def test_five_thousand_records_are_read_in_three_calls(world: SalesforceWorld) -> None:
    deals = world.make_deals(5_000)
    world.reset_calls()

    assert len(world.crm.read(DEAL, deals, ["name"])) == 5_000
    assert world.calls() == 3


@pytest.mark.parametrize(
    ("field", "value", "hits"),
    [
        ("amount", "12000", 1),
        ("amount", "much", 0),
        ("close_date", "2026-12-12", 1),
        ("close_date", "soon", 0),
        ("crm:IsWon", "false", 1),
        ("crm:IsWon", "perhaps", 0),
        ("owner", "nobody", 0),
        ("name", "acme EXPANSION", 1),
    ],
)
def test_a_search_compares_in_the_fields_own_type(
    world: SalesforceWorld, field: str, value: str, hits: int
) -> None:
    world.make_deal("Acme expansion", amount="12000")

    assert len(world.crm.search(DEAL, field, value, ["name"])) == hits


def test_a_domain_is_found_however_it_was_typed(world: SalesforceWorld) -> None:
    typed = ["acme.example", "www.acme.example", "HTTPS://Acme.example/en?x=1"]
    wanted = {world.make_company("Acme", domain=website) for website in typed}
    world.make_company("Other", domain="notacme.example")

    found = world.crm.search(COMPANY, "domain", "acme.example", ["name"])

    assert {record.id for record in found} == wanted


def test_a_name_that_is_no_field_is_refused(world: SalesforceWorld) -> None:
    with pytest.raises(Rejected):
        world.crm.read(DEAL, [world.make_deal("x")], ["crm:Id FROM User --"])


def test_relations_are_followed_both_ways(world: SalesforceWorld) -> None:
    acme = world.make_company("Acme")
    ada = world.make_contact("ada@acme.example", company_id=acme)
    deal = world.make_deal("Acme expansion", company_ids=[acme], contact_ids=[ada])

    assert world.crm.related(COMPANY, [acme], DEAL) == {acme: [deal]}
    assert world.crm.related(COMPANY, [acme], CONTACT) == {acme: [ada]}
    assert world.crm.related(CONTACT, [ada], COMPANY) == {ada: [acme]}
    assert world.crm.related(CONTACT, [ada], DEAL) == {ada: [deal]}


def test_a_thousand_changes_cost_one_call_and_none_cost_one(world: SalesforceWorld) -> None:
    world.make_deals(3_000)
    cursor = world.crm.changes(DEAL, None, ["name"]).cursor
    world.make_deals(1_000)
    world.reset_calls()

    page = world.crm.changes(DEAL, cursor, ["name", "crm:Account.Name"])
    assert (len(page.records), page.more, world.calls()) == (1_000, False, 1)

    idle = world.crm.changes(DEAL, page.cursor, ["name"])
    assert (list(idle.records), world.calls()) == ([], 2)


def test_more_changes_than_a_page_come_page_by_page(world: SalesforceWorld) -> None:
    cursor = world.crm.changes(DEAL, None, ["name"]).cursor
    deals = world.make_deals(PAGE * 2 + 500)

    seen: list[str] = []
    page = Changes(records=[], cursor=cursor, more=True)
    while page.more:
        page = world.crm.changes(DEAL, page.cursor, ["name"])
        seen += [record.id for record in page.records]

    assert seen == deals
    assert not world.crm.changes(DEAL, page.cursor, ["name"]).records


def test_a_deletion_is_a_change(world: SalesforceWorld) -> None:
    deal = world.make_deal("Acme expansion")
    cursor = world.crm.changes(DEAL, None, ["name"]).cursor

    world.delete(DEAL, deal)

    (record,) = world.crm.changes(DEAL, cursor, ["name"]).records
    assert (record.id, record.archived) == (deal, True)


@pytest.mark.parametrize("cursor", ["x", "{}", "[]", '{"at": "2026", "id": 5}', '{"at": "\'; x"}'])
def test_a_cursor_that_no_sweep_wrote_is_refused(world: SalesforceWorld, cursor: str) -> None:
    with pytest.raises(Rejected):
        world.crm.changes(DEAL, cursor, ["name"])


Row = dict[str, str]


def swept(place: Place, rows: list[Row], now: datetime) -> tuple[list[Row], Place]:
    """What an org holding `rows` answers to the place, and the next place."""
    if place.since:
        found = [row for row in rows if row["SystemModstamp"] >= place.since]
    else:
        found = [row for row in rows if (row["SystemModstamp"], row["Id"]) > (place.at, place.id)]
    found.sort(key=lambda row: (row["SystemModstamp"], row["Id"]))
    return [dict(row) for row in place.fresh(found)], place.after(found, now)


events = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, int(SETTLE.total_seconds()) - 2)),
    max_size=25,
)


@given(events)
@settings(max_examples=300)
def test_every_change_is_seen_exactly_once_even_if_it_appears_late(moves: list[tuple[int, int, int]]) -> None:
    """Stamps count seconds; a row appears up to SETTLE after its stamp; a poll follows every appearance."""
    now, rows, seen = NOW, list[Row](), list[tuple[str, str]]()
    place = from_now([])
    for wait, number, late in moves:
        now += timedelta(seconds=wait)
        stamp = to_iso(now - timedelta(seconds=late))
        rows = [row for row in rows if row["Id"] != f"006{number}"]
        if any(key == (f"006{number}", stamp) for key in seen):
            continue
        rows.append({"Id": f"006{number}", "SystemModstamp": stamp})
        fresh, place = swept(place_of(place.to_json()), rows, now)
        seen += [(row["Id"], row["SystemModstamp"]) for row in fresh]
        assert seen[-1:] == [(f"006{number}", stamp)]
        assert swept(place, rows, now)[0] == []

    assert len(seen) == len(set(seen))


def test_what_was_there_before_the_sweep_is_no_change() -> None:
    old = [{"Id": f"006{i}", "SystemModstamp": to_iso(NOW - timedelta(seconds=i))} for i in range(3)]
    place = from_now([old[0]])
    new = {"Id": "0069", "SystemModstamp": to_iso(NOW + timedelta(seconds=1))}

    fresh, place = swept(place, [*old, new], NOW + timedelta(seconds=1))
    again, _ = swept(place, [*old, new], NOW + timedelta(seconds=1))

    assert (fresh, again) == ([new], [])


def test_a_settled_place_remembers_no_rows() -> None:
    row = {"Id": "0061", "SystemModstamp": to_iso(NOW - SETTLE - timedelta(seconds=1))}

    place = Place().after([row], NOW)

    assert json.loads(place.to_json())["seen"] == {}
    assert place.since == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        (True, "true"),
        (12.0, "12"),
        (12.25, "12.25"),
        (7, "7"),
        ("2026-11-22T10:15:00.000+0000", "2026-11-22T10:15:00.000Z"),
        ("plain", "plain"),
    ],
)
def test_a_value_becomes_text(value: object, expected: str | None) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (12.5, "12.5"),
        (NOW, "2026-11-22T10:00:00.000Z"),
        (NOW.date(), "2026-11-22"),
        ("O'Hara\\\n", "'O\\'Hara\\\\\\n'"),
        ("\ud800", "'?'"),
    ],
)
def test_a_value_becomes_a_literal(value: object, expected: str) -> None:
    assert literal(value) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", ["", "a b", "a;b", "1a", "a.", ".a", "a'", "a.b.c.d.e.f.g"])
def test_a_bad_name_never_reaches_a_statement(bad: str) -> None:
    with pytest.raises(Rejected):
        name(bad)


@pytest.mark.parametrize(
    ("short", "expected"),
    [("001D000000IRFma", "001D000000IRFmaIAH"), ("001D000000IRFmaIAH", "001D000000IRFmaIAH"), ("x", "x")],
)
def test_an_id_gets_its_checksum(short: str, expected: str) -> None:
    assert long_id(short) == expected


@pytest.mark.parametrize(
    ("website", "expected"),
    [
        ("acme.example", "acme.example"),
        ("http://www.acme.example:8080/x", "acme.example"),
        ("ACME.example/path", "acme.example"),
        ("not a host", "not a host"),
        ("http://[bad", "http://[bad"),
    ],
)
def test_a_website_is_reduced_to_its_host(website: str, expected: str) -> None:
    assert host(website) == expected
