import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.csv_report import Outcome
from app.demo.csv_table import CELL_LIMIT
from app.demo.csv_values import clean, closest, read_amount, read_count, read_date
from app.demo.pipeline import KEY_LIMIT, Stage, make_key, unknown_keys
from app.demo.pipeline_csv import latest_day, made_current, read_pipeline

ACCOUNTS = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\r\n"
PRODUCTS = "product,series,sales_price\r\nGTX Pro,GTX,4821\r\nMG Special,MG,55\r\n"
TEAMS = "sales_agent,manager,regional_office\r\nAnna Snelling,Dustin Brinkmann,Central\r\n"
DEALS = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\r\n"


def write(folder, *deals, accounts=(), header=DEALS, teams=TEAMS, products=PRODUCTS):
    """A small export; each deal and account is one line of its file."""
    folder.mkdir(exist_ok=True)
    (folder / "accounts.csv").write_text(ACCOUNTS + "\r\n".join(accounts), newline="")
    (folder / "products.csv").write_text(products, newline="")
    (folder / "sales_teams.csv").write_text(teams, newline="")
    (folder / "sales_pipeline.csv").write_text(header + "\r\n".join(deals), newline="")
    return folder


def said(report, outcome, field=None):
    return [f for f in report.findings if f.outcome is outcome and (field is None or f.field == field)]


def test_a_clean_row_becomes_a_deal_without_any_finding_on_it(tmp_path):
    folder = write(
        tmp_path,
        "D1,Anna Snelling,GTX Pro,Acme,Won,20-10-2016,01-03-2017,4514",
        accounts=["Acme,software,1996,1100.04,2822,Kenya,"],
    )

    pipeline, report = read_pipeline(folder)

    (deal,) = pipeline.deals
    assert (deal.name, deal.stage, deal.amount) == ("Acme · GTX Pro", Stage.WON, Decimal("4514.00"))
    assert (deal.opened, deal.closes) == (date(2016, 10, 20), date(2017, 3, 1))
    assert pipeline.accounts[0].revenue == Decimal(1_100_040_000)
    assert [f.field for f in report.findings] == ["email"]


def test_a_product_spelt_with_other_spaces_is_mended(tmp_path):
    pipeline, report = read_pipeline(write(tmp_path, "D1,Anna Snelling,GTXPro,,Won,20-10-2016,01-03-2017,1"))

    assert pipeline.deals[0].product == "GTX Pro"
    (finding,) = said(report, Outcome.MENDED, "product")
    assert (finding.file, finding.row) == ("sales_pipeline.csv", 2)
    assert finding.sentence == "'GTXPro' is spelt 'GTX Pro' in products.csv."


def test_a_deal_without_a_company_stands_alone(tmp_path):
    pipeline, report = read_pipeline(write(tmp_path, "D1,Anna Snelling,GTX Pro,,Engaging,20-10-2016,,"))

    assert pipeline.deals[0].account_key is None
    assert pipeline.deals[0].name == "GTX Pro (D1)"
    assert said(report, Outcome.MENDED, "account")


def test_an_open_deal_gets_an_expected_close_date_and_the_list_price(tmp_path):
    pipeline, report = read_pipeline(
        write(
            tmp_path,
            "D1,Anna Snelling,GTX Pro,,Won,01-01-2017,31-01-2017,100",
            "D2,Anna Snelling,GTX Pro,,Engaging,30-01-2017,,",
            "D3,Anna Snelling,MG Special,,Prospecting,,,",
        )
    )

    engaging, prospecting = pipeline.deals[1:]
    assert (engaging.closes, engaging.amount) == (date(2017, 3, 1), Decimal(4821))
    assert (prospecting.opened, prospecting.closes, prospecting.amount) == (
        None,
        date(2017, 3, 2),
        Decimal(55),
    )
    assert [f.row for f in said(report, Outcome.GUESSED, "close_date")] == [3, 4]


def test_companies_and_sellers_that_no_table_knows_are_made_and_said(tmp_path):
    pipeline, report = read_pipeline(
        write(tmp_path, "D1,Ghost Seller,GTX Pro,Ghost Ltd,Won,20-10-2016,01-03-2017,1")
    )

    assert "Ghost Ltd" in [account.name for account in pipeline.accounts]
    assert "Ghost Seller" in [owner.name for owner in pipeline.owners]
    assert said(report, Outcome.GUESSED, "account")
    assert said(report, Outcome.GUESSED, "sales_agent")
    assert not unknown_keys(pipeline)


def test_subsidiaries_know_their_parent_and_circles_are_cut(tmp_path):
    lines = ["A,,,,,,C", "B,,,,,,A", "C,,,,,,B", "D,,,,,,D", "E,,,,,,Nobody"]
    pipeline, report = read_pipeline(write(tmp_path, accounts=lines))

    parents = {account.name: account.parent_key for account in pipeline.accounts}
    assert parents["A"] == "csv:company:c"
    assert parents["B"] == "csv:company:a"
    assert [parents[name] for name in "CDE"] == [None, None, None]
    assert [f.row for f in said(report, Outcome.REFUSED, "subsidiary_of")] == [4, 5, 6]


def test_misspelt_sectors_and_countries_are_put_right(tmp_path):
    pipeline, report = read_pipeline(
        write(tmp_path, accounts=["Acme,technolgy,1996,1,2,Philipines,", "Bee,beekeeping,,,,,"])
    )

    assert (pipeline.accounts[0].industry, pipeline.accounts[0].country) == ("technology", "Philippines")
    assert pipeline.accounts[1].industry == "beekeeping"
    assert len(said(report, Outcome.GUESSED, "sector")) == 1


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (",Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,1", "opportunity_id"),
        ("D9,Anna Snelling,GTX Pro,,Maybe,20-10-2016,01-03-2017,1", "deal_stage"),
        ("D9,Anna Snelling,GTX Pro,,,20-10-2016,01-03-2017,1", "deal_stage"),
        ("D1,Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,2", "opportunity_id"),
        ("D9,Anna Snelling,GTX Pro,Smith, Jones,Won,20-10-2016,01-03-2017,1", ""),
        (f"D9,Anna Snelling,GTX Pro,{'x' * (CELL_LIMIT + 1)},Won,,,1", "account"),
        ('D9,"Anna,GTX Pro,,Won,20-10-2016,01-03-2017,1', ""),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_alone(tmp_path, row, field):
    good = "D1,Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,1"
    pipeline, report = read_pipeline(write(tmp_path, good, row, good.replace("D1", "D3")))

    assert [deal.key for deal in pipeline.deals] == ["csv:deal:d1", "csv:deal:d3"]
    (finding,) = said(report, Outcome.REFUSED)
    assert (finding.row, finding.field) == (3, field)
    assert finding.sentence.endswith(".")
    assert report.rows_refused == {"sales_pipeline.csv": 1}


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("engage_date", "31-02-2017"),
        ("engage_date", "soon"),
        ("close_date", "2017-13-13"),
        ("close_date", "01-01-1066"),
        ("close_date", "01-01-2099"),
        ("close_value", "a lot"),
        ("close_value", "-5"),
        ("close_value", "NaN"),
        ("close_value", "1e999"),
        ("close_value", "9" * 30),
    ],
)
def test_a_bad_cell_is_left_out_and_the_row_is_kept(tmp_path, column, cell):
    cells = {"engage_date": "20-10-2016", "close_date": "01-03-2017", "close_value": "1"} | {column: cell}
    row = "D1,Anna Snelling,GTX Pro,,Won," + ",".join(cells.values())
    others = [f"N{n},Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,1" for n in range(3)]

    pipeline, report = read_pipeline(write(tmp_path, row, *others))

    assert len(pipeline.deals) == 4
    assert [(f.row, f.field) for f in said(report, Outcome.REFUSED)] == [(2, column)]


def test_a_deal_that_closes_before_it_opens_has_its_dates_exchanged(tmp_path):
    pipeline, report = read_pipeline(write(tmp_path, "D1,Anna Snelling,GTX Pro,,Won,01-03-2017,20-10-2016,1"))

    assert (pipeline.deals[0].opened, pipeline.deals[0].closes) == (date(2016, 10, 20), date(2017, 3, 1))
    assert said(report, Outcome.GUESSED, "close_date")


def test_control_characters_and_direction_marks_are_taken_out(tmp_path):
    pipeline, report = read_pipeline(
        write(tmp_path, "D1,Anna Snelling,GTX Pro,Ev\u202eil\x00  Corp\u200b,Won,20-10-2016,01-03-2017,1")
    )

    assert [account.name for account in pipeline.accounts] == ["Evil Corp"]
    assert said(report, Outcome.MENDED, "account")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(tmp_path, encoding):
    folder = write(tmp_path)
    text = ACCOUNTS + "Müller & Søn,software,,,,,\r\n"
    (folder / "accounts.csv").write_bytes(text.encode(encoding))

    pipeline, report = read_pipeline(folder)

    assert [account.name for account in pipeline.accounts] == ["Müller & Søn"]
    assert bool([f for f in report.findings if f.file == "accounts.csv"]) == (encoding != "utf-8")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_seen(tmp_path, delimiter):
    row = "D1,Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,1"
    folder = write(tmp_path, row.replace(",", delimiter), header=DEALS.replace(",", delimiter))

    assert len(read_pipeline(folder)[0].deals) == 1


def test_columns_may_stand_in_any_order_and_be_named_with_spaces(tmp_path):
    folder = write(tmp_path, "Won,7,D1", header="Deal Stage,Close Value,OPPORTUNITY_ID\r\n")

    (deal,) = read_pipeline(folder)[0].deals

    assert (deal.stage, deal.amount) == (Stage.WON, Decimal(7))


def test_a_row_that_ends_early_is_completed_with_empty_cells(tmp_path):
    pipeline, report = read_pipeline(write(tmp_path, "D1,Anna Snelling,GTX Pro,,Prospecting"))

    assert len(pipeline.deals) == 1
    assert said(report, Outcome.MENDED, "")


def test_a_header_without_a_needed_column_is_refused_by_name(tmp_path):
    pipeline, report = read_pipeline(write(tmp_path, "D1", header="opportunity_id\r\n"))

    assert pipeline.deals == ()
    (finding,) = said(report, Outcome.REFUSED)
    assert (finding.row, finding.field) == (1, "deal_stage")


def test_an_empty_folder_is_an_empty_pipeline_with_four_refusals(tmp_path):
    pipeline, report = read_pipeline(tmp_path / "nowhere")

    assert pipeline.deals == ()
    assert [f.sentence for f in said(report, Outcome.REFUSED)] == ["The file is missing."] * 4


def test_a_quote_left_open_costs_one_row_only(tmp_path):
    rows = [f"D{n},Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,1" for n in range(100)]
    rows[10] = 'D10,"Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,1'

    pipeline, _ = read_pipeline(write(tmp_path, *rows))

    assert len(pipeline.deals) == 99


def test_shifting_makes_the_last_day_today_and_keeps_every_distance(tmp_path):
    folder = write(
        tmp_path,
        "D1,Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,1",
        "D2,Anna Snelling,GTX Pro,,Engaging,01-02-2017,,",
    )
    before, _ = read_pipeline(folder)

    after, by = made_current(before, date(2026, 11, 22))

    assert latest_day(after) == date(2026, 11, 22)
    assert by == date(2026, 11, 22) - date(2017, 3, 1)
    assert after.deals[0].opened == date(2016, 10, 20) + by
    assert after.deals[1].closes > date(2026, 11, 22)


def test_one_slip_of_the_keyboard_does_not_move_the_pipeline(tmp_path):
    rows = [f"D{n},Anna Snelling,GTX Pro,,Won,20-10-2016,01-03-2017,1" for n in range(5)]
    rows[2] = rows[2].replace("01-03-2017", "01-03-2071")

    pipeline, report = read_pipeline(write(tmp_path, *rows))

    assert latest_day(pipeline) == date(2017, 3, 1)
    assert [f.row for f in said(report, Outcome.REFUSED)] == [4]


def test_the_report_counts_equal_findings_together_and_is_json(tmp_path):
    rows = [f"D{n},Anna Snelling,GTXPro,,Won,20-10-2016,01-03-2017,1" for n in range(5)]

    _, report = read_pipeline(write(tmp_path, *rows))

    assert any(
        "5 × sales_pipeline.csv, product" in line and "(lines 2, 3, 4, …)" in line for line in report.lines()
    )
    assert json.loads(json.dumps(report.to_json()))["counts"]["mended"] == 10


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1054", "1054"),
        ("1,054.50", "1054.50"),
        ("1.054,50", "1054.50"),
        ("$1,054", "1054"),
        ("1054 EUR", "1054"),
        ("1 054,5", "1054.5"),
        ("1,234,567", "1234567"),
        ("0.126", "0.13"),
        ("1100.04", "1100.04"),
    ],
)
def test_amounts_are_read_as_people_write_them(cell, value):
    assert read_amount(cell).value == Decimal(value).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    "cell", ["20-10-2016", "20/10/2016", "20.10.2016", "2016-10-20", "2016-10-20T08:00:00Z", "10-20-2016"]
)
def test_dates_are_read_as_people_write_them(cell):
    assert read_date(cell).value == date(2016, 10, 20)


def test_a_name_that_could_mean_two_things_is_not_guessed():
    assert closest("MG Speciall", ["MG Special", "MG Specials"]) == (None, False)
    assert closest("mgspecial", ["MG Special", "MG Specials"]) == ("MG Special", True)


@given(st.text())
def test_no_cell_makes_a_reader_raise(cell):
    for read in (read_amount, read_date, read_count):
        reading = read(clean(cell))
        assert reading.value is None or not reading.fault
    assert len(make_key("csv", "deal", cell)) <= KEY_LIMIT


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2_000))
def test_no_bytes_make_the_import_crash(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv"):
        header = {"accounts.csv": ACCOUNTS, "sales_pipeline.csv": DEALS}.get(name, "")
        (folder / name).write_bytes(header.encode() + data)

    pipeline, _ = read_pipeline(folder)

    assert not unknown_keys(pipeline)
