"""The SOQL the sandbox reads: what it answers and what it refuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crm.salesforce_soql import containing, literal
from app.ground.clock import utc_now
from app.sandbox.salesforce import queries, soql
from app.sandbox.salesforce.store import Store
from tests.sandbox.salesforce_org import Caller, serve_org


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A small pipeline that no test changes."""
    with serve_org(tmp_path_factory.mktemp("org")) as (origin, _):
        caller = Caller(origin)
        caller.log_in()
        (acme,) = caller.control("POST", "load", {"Account": [{"Name": "Acme", "Website": "acme.example"}]})[
            "Account"
        ]
        deals = [
            {"Name": "Alpha", "Amount": 100, "StageName": "Closed Won", "AccountId": acme},
            {"Name": "beta", "Amount": 250, "StageName": "Prospecting", "NextStep": "Call"},
            {"Name": "50% off_now", "StageName": "Prospecting", "NextStep": 'O\'Hara \\ "x"\n'},
        ]
        rows = [{"CloseDate": f"2026-12-0{i + 1}", **deal} for i, deal in enumerate(deals)]
        caller.control("POST", "load", {"Opportunity": rows})
        yield caller


def names(org: Caller, where: str) -> list[str]:
    body = org.query(f"SELECT Name FROM Opportunity WHERE {where} ORDER BY CloseDate")
    assert org.last.status_code == 200, body
    return [row["Name"] for row in body["records"]]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Name = 'ALPHA'", ["Alpha"]),
        ("Name != 'Alpha'", ["beta", "50% off_now"]),
        ("Amount = null", ["50% off_now"]),
        ("Amount != null", ["Alpha", "beta"]),
        ("Amount != 100", ["beta", "50% off_now"]),
        ("Amount > 100", ["beta"]),
        ("Amount >= 100 AND Amount <= 250", ["Alpha", "beta"]),
        ("(Amount < 200 AND IsWon = true) OR Name = 'beta'", ["Alpha", "beta"]),
        ("NOT Name = 'beta'", ["Alpha", "50% off_now"]),
        ("Name IN ('alpha', 'Beta')", ["Alpha", "beta"]),
        ("Name NOT IN ('alpha', 'Beta')", ["50% off_now"]),
        ("Name LIKE '%a'", ["Alpha", "beta"]),
        ("Name LIKE '50\\% off\\_%'", ["50% off_now"]),
        ("Name LIKE '_eta'", ["beta"]),
        ("CloseDate = 2026-12-02", ["beta"]),
        ("CloseDate > 2026-12-02", ["50% off_now"]),
        ("SystemModstamp > 2020-01-01T00:00:00Z", ["Alpha", "beta", "50% off_now"]),
        ("SystemModstamp < 2020-01-01T00:00:00.000+0000", []),
        ("Account.Name = 'Acme'", ["Alpha"]),
        ("NextStep = 'O\\'Hara \\\\ \\\"x\\\"'", ["50% off_now"]),
        ("NextStep = ''", ["Alpha"]),
    ],
)
def test_a_condition_finds_its_rows(org: Caller, where: str, found: list[str]) -> None:
    assert names(org, where) == found


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SELECT Id FROM Nothing__c", "INVALID_TYPE"),
        ("SELECT Nope FROM Opportunity", "INVALID_FIELD"),
        ("SELECT Acount.Name FROM Opportunity", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Nope = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity ORDER BY Nope", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Name = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = '2026-12-01'", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Id = 'short'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Opportunity WHERE Amount LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Opportunity WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE Name = 'a", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE Name = 'a\\q'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE Name IN ()", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE Amount < null", "MALFORMED_QUERY"),
        ("SELECT Id Name FROM Opportunity", "MALFORMED_QUERY"),
        ("SELECT FROM Opportunity", "MALFORMED_QUERY"),
        ("DELETE FROM Opportunity", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity; SELECT Id FROM User", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity LIMIT x", "MALFORMED_QUERY"),
        ("SELECT ContentDocumentId FROM ContentDocumentLink", "MALFORMED_QUERY"),
    ],
)
def test_a_wrong_statement_is_refused_as_the_vendor_does(org: Caller, statement: str, code: str) -> None:
    body = org.query(statement)

    assert org.last.status_code == 400
    assert body[0]["errorCode"] == code
    assert body[0]["message"]


def test_a_parent_stands_inside_its_child(org: Caller) -> None:
    rows = org.query("SELECT Name, Account.Name FROM Opportunity ORDER BY CloseDate")["records"]

    assert rows[0]["Account"]["Name"] == "Acme"
    assert rows[0]["Account"]["attributes"]["type"] == "Account"
    assert rows[1]["Account"] is None


def test_rows_come_in_the_order_asked_for(org: Caller) -> None:
    rows = org.query("SELECT Name FROM Opportunity ORDER BY Amount DESC NULLS LAST, Name LIMIT 2")["records"]

    assert [row["Name"] for row in rows] == ["beta", "Alpha"]


def test_a_count_has_no_rows(org: Caller) -> None:
    assert org.query("SELECT COUNT() FROM Opportunity") == {"totalSize": 3, "done": True, "records": []}


def test_a_query_that_does_not_fit_the_address_is_refused(org: Caller) -> None:
    ids = ", ".join(["'0065g0000000001AAA'"] * 900)

    org.query(f"SELECT Id FROM Opportunity WHERE Id IN ({ids})")

    assert org.last.status_code == 414


@pytest.mark.parametrize("field", ["Id", "Name", "Amount"])
def test_times_and_numbers_are_written_as_the_vendor_writes_them(org: Caller, field: str) -> None:
    (row,) = org.query("SELECT Id, Name, Amount, CreatedDate FROM Opportunity WHERE Name = 'Alpha'")[
        "records"
    ]

    assert row["CreatedDate"].endswith("+0000")
    assert row["Amount"] == 100.0
    assert len(row["Id"]) == 18
    assert field in row


storable = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)


@given(storable)
@settings(max_examples=300)
def test_an_escaped_text_is_read_as_it_was(value: str) -> None:
    query = soql.parse(f"SELECT Id FROM Account WHERE Name = {literal(value)} LIMIT 1")

    assert isinstance(query.where, soql.Compare)
    assert query.where.value.string == value
    assert query.limit == 1


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_no_text_breaks_out_of_its_quotes(value: str) -> None:
    query = soql.parse(
        f"SELECT Id FROM Account WHERE Name = {literal(value)} AND Phone LIKE {containing(value)}"
    )

    assert isinstance(query.where, soql.Joined)
    assert len(query.where.parts) == 2


@given(st.text("ab%_\\'", min_size=1, max_size=6), st.text("ab%_\\'", max_size=12))
@settings(max_examples=200, deadline=None)
def test_a_pattern_finds_exactly_the_texts_that_contain_it(part: str, held: str) -> None:
    store = shared_store()
    with store.transaction():
        store.execute('DELETE FROM "Account"')
        store.load("Account", [{"Name": held}], "")

    total, _ = queries.run(store, f"SELECT Id FROM Account WHERE Name LIKE {containing(part)}", "68.0")

    assert (total == 1) == (part in held)


_STORES: list[Store] = []


def shared_store() -> Store:
    if not _STORES:
        _STORES.append(Store(":memory:", utc_now))
    return _STORES[0]


def test_ten_thousand_rows_come_in_pages(tmp_path: Path) -> None:
    row: dict[str, Any] = {"StageName": "Prospecting", "CloseDate": "2026-12-01"}
    with serve_org(tmp_path) as (origin, _):
        caller = Caller(origin)
        caller.log_in()
        caller.control("POST", "load", {"Opportunity": [{"Name": f"Deal {i}", **row} for i in range(10_000)]})

        page = caller.query("SELECT Id FROM Opportunity")
        seen = page["records"]
        while not page["done"]:
            page = caller.send("GET", page["nextRecordsUrl"])
            seen = seen + page["records"]
        small = caller.query("SELECT Id FROM Opportunity", **{"Sforce-Query-Options": "batchSize=200"})

    assert len({row["Id"] for row in seen}) == page["totalSize"] == 10_000
    assert len(small["records"]) == 200
