"""The description names what is really there."""

import re

from app.commands.execute import COMMANDS
from app.doors.openapi import describe
from app.wsgi import web_app
from tests.house import TestHouse

FOR_PEOPLE = (
    "/admin",
    "/preview",
    "/calendar",
    "/content/",
    "/hubspot/oauth",
    "/salesforce/canvas",
    "/salesforce/embed",
    "/salesforce/admin",
    "/salesforce/static",
    "/s/",
)
"""Pages for browsers and calendars, which no program is written against."""


def test_every_described_path_is_a_route_and_takes_the_described_method(house: TestHouse) -> None:
    adapter = web_app(house.house).url_map.bind("app.vendor.example")

    for path, operations in describe()["paths"].items():
        for method in operations:
            assert adapter.match(re.sub(r"\{.*?\}", "overview", path), method=method.upper())


def test_every_address_is_described_or_serves_people(house: TestHouse) -> None:
    described = {re.sub(r"\{.*?\}", "{}", path) for path in describe()["paths"]}

    unknown = [
        rule.rule
        for rule in web_app(house.house).url_map.iter_rules()
        if re.sub(r"<.*?>", "{}", rule.rule) not in described and not rule.rule.startswith(FOR_PEOPLE)
    ]

    assert unknown == ["/hubspot/actions/<command>", "/salesforce/panel/actions/<command>"]


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
