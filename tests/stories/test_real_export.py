"""The whole way with a real pipeline export: loaded, opened by a seller, shared, opened by a partner."""

import csv
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.stories.crms import StoryCrm
from tests.stories.guests import Guest
from tests.stories.running import ROOT, Demo, cli, until
from tests.stories.seats import Seat

EXPORT = ROOT.parent / "shared" / "data" / "maven_crm"
NINA = ("nina.aalto@harbourlight.example", "Nina Aalto")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real export where it lies beside the project; else a folder of the same shape and with the same faults."""
    return EXPORT if EXPORT.is_dir() else _written(tmp_path_factory.mktemp("export"))


def _written(folder: Path) -> Path:
    tables = {
        "accounts": [
            "account,sector,year_established,revenue,employees,office_location,subsidiary_of",
            "Cancity,retail,2001,718.62,2448,United States,",
            "Isdom,medical,2002,3178.24,4540,Philipines,",
        ],
        "products": ["product,series,sales_price", "GTX Plus Basic,GTX,1096", "GTX Pro,GTX,4821"],
        "sales_teams": ["sales_agent,manager,regional_office", "Moses Frase,Dustin Brinkmann,Central"],
        "sales_pipeline": [
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            "1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,20-10-2016,01-03-2017,1054",
            "Z063OYW0,Moses Frase,GTXPro,Isdom,Engaging,25-10-2016,,",
            *(f"D{n:07d},Moses Frase,GTX Pro,,Prospecting,,," for n in range(200)),
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_an_imported_deal_goes_all_the_way_to_a_partner(
    demo: Demo, crm: StoryCrm, seat: Seat, guest: Callable[[str], Guest], export: Path
) -> None:
    with (export / "sales_pipeline.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = next(row for row in rows if row["deal_stage"] == "Engaging" and row["account"])

    done = subprocess.run(
        cli(
            "import-csv", str(export), "--into", crm.name, "--data", str(demo.data), "--shift-dates", "--json"
        ),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=150,
    )
    said = json.loads(done.stdout)
    assert said["read"]["deals"] == len(rows)
    assert said["loaded"]["created"] + said["loaded"]["updated"] >= len(rows)
    assert said["report"]["rows_refused"] in ({}, {"sales_pipeline.csv": 0})

    deal = _find(crm, chosen)
    seat.open(crm.page(deal))
    expect(seat.page.get_by_role("heading", level=1)).to_contain_text(chosen["account"])
    seat.shows("Overview", "Add a partner")
    crm.run(
        deal,
        "partner.attach",
        name=f"Harbourlight ({crm.name})",
        type="reseller",
        domain="harbourlight.example",
    )
    seat.page.reload()
    seat.shows("Overview", f"Harbourlight ({crm.name})")

    nina = guest(NINA[0])
    link = crm.link(deal, "Harbourlight", *NINA)
    nina.enter(link)

    card = nina.phone.locator("#card-deal")
    until(lambda: card.count() or not nina.phone.reload(), "the deal in the room")
    expect(card).to_contain_text(chosen["account"])
    expect(nina.phone.locator("svg.mark")).to_be_attached()


def _find(crm: StoryCrm, row: dict[str, str]) -> str:
    """The record's id, found as a person finds it: by search on the CRM's list page."""
    key = f"csv:deal:{row['opportunity_id'].lower()}"
    if crm.name == "salesforce":
        return crm.rows("Opportunity", Import_Key__c=key)[0]["Id"]
    page = crm.http.get(f"{crm.origin}/contacts/62515/objects/0-3", params={"q": row["account"]}, timeout=20)
    return re.findall(r"/record/0-3/(\d+)", page.text)[0]
