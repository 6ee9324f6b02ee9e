"""The published pipeline export, or one of its shape, read whole."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from app.demo.csv_report import Outcome
from app.demo.pipeline_csv import read_pipeline
from tests.demo.test_pipeline_csv import ACCOUNTS, DEALS, said

EXPORT = Path(__file__).parents[3] / "shared" / "data" / "maven_crm"


def same_shape(folder):
    """An export with the size and the faults of the published one, made here from a fixed seed."""
    dice = random.Random(5)
    start = date(2016, 10, 20)
    stages = ["Prospecting"] * 500 + ["Engaging"] * 1589 + ["Won"] * 4238 + ["Lost"] * 2473
    missing = set(dice.sample(range(2089), 1425))
    prices = {"GTX Basic": 550, "GTX Pro": 4821, "MG Special": 55, "MG Advanced": 3393}
    rows = []
    for number, stage in enumerate(stages):
        opened = start + timedelta(days=dice.randrange(300))
        product = dice.choice([*prices, "GTXPro"])
        closed = stage in ("Won", "Lost")
        account = "" if number in missing else f"Company {dice.randrange(85):02d}"
        day = "" if stage == "Prospecting" else opened.strftime("%d-%m-%Y")
        end = (opened + timedelta(days=dice.randrange(5, 130))).strftime("%d-%m-%Y") if closed else ""
        value = {"Won": dice.randrange(40, 6000), "Lost": 0}.get(stage, "")
        rows.append(
            [
                f"OPP{number:05d}",
                f"Seller Number{dice.randrange(35):02d}",
                product,
                account,
                stage,
                day,
                end,
                value,
            ]
        )
    dice.shuffle(rows)
    _table(folder / "sales_pipeline.csv", DEALS, rows)
    companies = [
        [f"Company {n:02d}", "technolgy", 1990, "12.5", 100, "Kenya", "Company 00" if 0 < n < 16 else ""]
        for n in range(85)
    ]
    _table(folder / "accounts.csv", ACCOUNTS, companies)
    _table(
        folder / "products.csv", "product,series,sales_price\r\n", [[n, n[:3], p] for n, p in prices.items()]
    )
    sellers = [[f"Seller Number{n:02d}", "The Manager", "East"] for n in range(35)]
    _table(folder / "sales_teams.csv", "sales_agent,manager,regional_office\r\n", sellers)
    return folder


def _table(file, header, rows):
    with file.open("w", newline="") as out:
        out.write(header)
        csv.writer(out).writerows(rows)


def test_the_published_export_or_one_of_its_shape_comes_in_whole(tmp_path):
    folder = EXPORT if EXPORT.is_dir() else same_shape(tmp_path)

    pipeline, report = read_pipeline(folder)

    assert (len(pipeline.deals), len(pipeline.accounts), len(pipeline.owners)) == (8800, 85, 35)
    assert said(report, Outcome.REFUSED) == []
    assert len(said(report, Outcome.MENDED, "account")) == 1425
    assert {f.sentence for f in said(report, Outcome.MENDED, "product")} == {
        "'GTXPro' is spelt 'GTX Pro' in products.csv."
    }
    assert all(deal.closes and deal.amount is not None for deal in pipeline.deals)
    assert len({deal.key for deal in pipeline.deals}) == 8800


def test_an_export_of_the_published_shape_made_here_has_its_counts(tmp_path):
    pipeline, report = read_pipeline(same_shape(tmp_path))

    assert (len(pipeline.deals), len(pipeline.accounts), len(pipeline.owners)) == (8800, 85, 35)
    assert len(said(report, Outcome.MENDED, "account")) == 1425
