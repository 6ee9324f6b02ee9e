"""The description names what is really there, and all that a program speaks to."""

import re
from pathlib import Path

from app.commands.execute import COMMANDS
from app.doors.openapi import describe
from app.wsgi import web_app
from tests.house import TestHouse
from tests.share_world import share_world

NOT_DESCRIBED = {
    r"/admin/.*": "pages for a person in a browser",
    r"/s/.*": "pages for a person in a browser",
    r"/preview/<token>": "a page for a person in a browser",
    r"/content/.*": "what a person opens in a browser",
    r"/file/.*": "what a person opens in a browser",
    r"/calendar/<token>/plan.ics": "for a person's calendar, whose format is its description",
    r"/calendar/<token>/plan.pdf": "for a person's printer, whose format is its description",
    r"/hubspot/oauth/(start|callback)": "a person's way through HubSpot's own screens",
    r"/salesforce/(admin|canvas|embed)": "pages that Salesforce shows to a person",
    r"/salesforce/canvas/renew": "a part of our own panel, with a form that only Salesforce can sign",
    r"/salesforce/static/.*": "style and script",
    r"/hubspot/actions/<command>": "described command by command",
    r"/salesforce/panel/actions/<command>": "described command by command",
}
"""Routes that stand in no description, and why."""


def test_every_described_path_is_a_route_and_takes_the_described_method(house: TestHouse) -> None:
    adapter = web_app(house.house).url_map.bind("app.vendor.example")

    for path, operations in describe()["paths"].items():
        for method in operations:
            assert adapter.match(re.sub(r"\{.*?\}", "overview", path), method=method.upper())


def test_every_route_of_both_apps_is_described_or_stands_on_a_list_with_its_reason(
    house: TestHouse, tmp_path: Path
) -> None:
    described = {
        (re.sub(r"{.*?}", "{}", path), method.upper())
        for path, each in describe()["paths"].items()
        for method in each
    }
    (tmp_path / "share").mkdir()
    world = share_world(tmp_path / "share")
    routes = {
        (re.sub(r"<.*?>", "{}", rule.rule), method, rule.rule)
        for app in (web_app(house.house), world.app)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    world.database.close()

    missing = {
        f"{method} {rule}"
        for path, method, rule in routes
        if (path, method) not in described and not any(re.fullmatch(each, rule) for each in NOT_DESCRIBED)
    }

    assert missing == set()
    for each in NOT_DESCRIBED:
        assert any(re.fullmatch(each, rule) for _, _, rule in routes), f"{each} is on the list for nothing"


def test_every_command_is_described_with_its_fields_on_both_doors() -> None:
    paths = describe()["paths"]

    for name, command in COMMANDS.items():
        for door in ("/hubspot/actions/", "/salesforce/panel/actions/"):
            body = paths[door + name]["post"]["requestBody"]["content"]["application/json"]["schema"]
            assert body["properties"]["fields"], command


def test_the_description_is_served(house: TestHouse) -> None:
    answer = web_app(house.house).test_client().get("/openapi.json")

    assert answer.json["openapi"] == "3.1.0"


def test_health_readiness_and_metrics_answer(house: TestHouse) -> None:
    client = web_app(house.house).test_client()

    assert client.get("/healthz").json == {"ok": True}
    assert client.get("/readyz").json["checks"] == {"database": True, "redis": True}
    assert client.get("/metrics").status_code == 200
