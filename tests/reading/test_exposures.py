"""The exposure ledger: who was shown which value when, however it is asked, and how much that costs."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.disclosure.policy import default_policy
from app.ground.errors import AppError
from app.reading import exposures as ledger
from app.storage.published import exposures
from app.storage.published.exposures import Wanted
from tests.share_world import DEAL, EMAIL, NOW, PARTNER, TENANT, content, opened, share_world


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def told(world, field="", after=None, tenant=TENANT, **wanted):
    with world.database.read() as connection:
        return ledger.page(connection, tenant, Wanted(**wanted), field, after)


def test_each_value_that_was_shown_is_told_with_who_when_and_under_which_safelist(world):
    link, client, room = opened(world)
    client.get(room)
    world.clock.advance(timedelta(hours=1))
    client.get(room)

    (amount,) = told(world, "deal/amount").rows

    assert (amount.email, amount.partner_id, amount.record) == (EMAIL, PARTNER, "deal:9001")
    assert (amount.label, amount.value, amount.code) == ("Amount", "50,000 to 100,000", link.code)
    assert (amount.first_at, amount.last_at, amount.policy_version) == (NOW, NOW + timedelta(hours=1), 1)


def test_what_was_never_looked_at_or_was_hidden_then_was_not_shown(world):
    _, client, room = opened(world)
    world.publish(content(fields=[{**content()["fields"][0], "value": "Old name"}]))
    world.publish(content())
    policy = default_policy()
    cells = {key: value for key, value in policy.cells.items() if "amount" not in str(key)}
    world.set_policy(replace(policy, version=2, cells=cells), 2)

    client.get(room)

    values = {row.value for row in told(world).rows}
    assert "Initech rollout" in values
    assert not {"Old name", "50,000 to 100,000"} & values


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"partner_id": PARTNER}, True),
        ({"partner_id": "another"}, False),
        ({"email": EMAIL}, True),
        ({"email": "ana@contoso.example"}, False),
        ({"record": DEAL}, True),
        ({"record": replace(DEAL, crm_id="9002")}, False),
    ],
    ids=["partner", "no partner", "person", "no person", "record", "no record"],
)
def test_the_ledger_is_asked_by_partner_person_and_record(world, wanted, found):
    _, client, room = opened(world)
    client.get(room)

    assert bool(told(world, **wanted).rows) is found


def test_another_tenants_ledger_is_empty(world):
    _, client, room = opened(world)
    client.get(room)

    assert told(world, tenant="tenant-2", partner_id=PARTNER).rows == ()


def test_pages_follow_each_other_without_gap_or_repetition(world, monkeypatch):
    monkeypatch.setattr(exposures, "PAGE", 2)
    monkeypatch.setattr(exposures.page, "__defaults__", (None, 2))
    rooms = [opened(world, contact_email=f"p{n}@northwind.example")[1:] for n in range(5)]
    for client, room in rooms:
        client.get(room)

    seen, after = [], None
    while True:
        found = told(world, "deal/name", after)
        seen += [row.email for row in found.rows]
        if found.next is None:
            break
        after = list(found.next)

    assert sorted(seen) == [f"p{n}@northwind.example" for n in range(5)]


@pytest.mark.parametrize(
    "after", [["x"], ["yesterday", "a", "b", "c", 1], ["2026-11-22T10:00:00Z", 1, 2, 3, "x"]]
)
def test_a_place_that_no_page_gave_is_refused(world, after):
    with pytest.raises(AppError):
        told(world, after=after)


def test_no_cell_of_the_file_is_a_formula_and_it_reads_back(world):
    name = content()["fields"][0]
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", ' =HYPERLINK("x")', 'a"b,c\nd']
    for value in hostile:
        world.publish(content(fields=[{**name, "value": value}]))
        _, client, room = opened(world)
        client.get(room)

    with world.database.read() as connection:
        rows = list(ledger.every(connection, TENANT, Wanted(), "deal/name"))
    cells = [row["value"] for row in csv.DictReader(io.StringIO("".join(ledger.as_csv(rows)), newline=""))]
    lines = [json.loads(line)["value"] for line in ledger.as_json(rows)]

    assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))]
    assert sorted(cell.removeprefix("'") for cell in cells) == sorted(hostile) == sorted(lines)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "tenant_id_first_at"),
        (Wanted(partner_id="p"), "tenant_id_partner_id_first_at"),
        (Wanted(email="a@b.example"), "tenant_id_email_first_at"),
        (Wanted(record=DEAL), "tenant_id_object_crm_id_first_at"),
    ],
    ids=["all", "partner", "person", "record"],
)
def test_every_way_to_ask_walks_an_index_from_where_the_page_begins(world, wanted, index):
    if world.database.engine.dialect.name != "sqlite":
        pytest.skip("an empty table on PostgreSQL is read whole, whatever indexes it has")
    after = (NOW, "l", "e", "s", 1)
    query = exposures.query(TENANT, wanted, after)
    sql = query.compile(world.database.engine, compile_kwargs={"render_postcompile": True})

    with world.database.read() as connection:
        values = tuple(str(sql.params[name]) for name in sql.positiontup)
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))

    assert f"ix_exposure_{index} (" in plan
    assert "first_at<" in plan
    assert "SCAN" not in plan
