"""The list of admin pages that the browser tests walk through holds every page there is."""

import pytest
from werkzeug.routing import Rule

from tests.browser.surfaces import ADMIN_PAGES, ADMIN_REST, FullHouse
from tests.doors.admin_fakes import app_of


def rules() -> list[Rule]:
    return [
        rule
        for rule in app_of(FullHouse()).url_map.iter_rules()
        if rule.rule.startswith("/admin") and "GET" in (rule.methods or ())
    ]


def test_every_page_of_the_admin_pages_is_on_the_list() -> None:
    app = app_of(FullHouse())
    adapter = app.url_map.bind("app.example.com")

    listed = {adapter.match(path.partition("?")[0], return_rule=True)[0].rule for path in ADMIN_PAGES}

    assert listed | set(ADMIN_REST) == {rule.rule for rule in rules()}
    assert listed.isdisjoint(ADMIN_REST)


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_every_address_on_the_list_answers_with_a_page(path: str) -> None:
    house = FullHouse()
    client = app_of(house).test_client()
    token = house.sign_in().token
    client.set_cookie("__Host-alongside-admin", token, domain="app.example.com", secure=True)

    answer = client.get(path, base_url="https://app.example.com")

    assert answer.status_code == (404 if path == "/admin/no/such/page" else 200)
    assert answer.mimetype == "text/html"
