"""The admin door: who comes in, and what each page says and refuses."""

import re

import pytest

from tests.doors.admin.asking import OURS, get, post
from tests.doors.admin_fakes import ORIGIN, app_of
from tests.qr import said_by

PAGES = [
    "/admin/",
    "/admin/safelist",
    "/admin/safelist/history",
    "/admin/preview",
    "/admin/partners",
    "/admin/programme",
    "/admin/conflicts",
    "/admin/links",
    "/admin/exposures",
    "/admin/audit",
]


def test_loading_the_way_in_does_not_use_the_ticket_up(stranger, house):
    answer = get(stranger, "/admin/enter?ticket=ticket-1")

    assert answer.status_code == 200
    assert house.tickets == {"ticket-1"}
    assert "Set-Cookie" not in answer.headers


def test_the_button_opens_the_pages_with_a_cookie_for_this_host_only(stranger):
    answer = post(stranger, "/admin/enter", ticket="ticket-1")

    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/")
    assert cookie.startswith("__Host-alongside-admin=session-1;")
    assert f"Max-Age={8 * 60 * 60}" in cookie.split("; ")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_without_https_the_cookie_has_a_name_that_browsers_take(house):
    client = app_of(house, "http://127.0.0.1:5080").test_client()

    answer = client.post("/admin/enter", data={"ticket": "ticket-1"}, headers=OURS)

    assert answer.headers["Set-Cookie"].startswith("alongside-admin=")


@pytest.mark.parametrize("ticket", ["", "unknown", "x" * 10_000, "\x00\ud800"])
def test_a_ticket_that_is_none_is_refused_with_what_to_do(stranger, ticket):
    answer = stranger.post(
        "/admin/enter", data={"ticket": ticket.encode("utf-8", "surrogatepass")}, headers=OURS
    )

    assert answer.status_code == 401
    assert "from your CRM again" in answer.text


def test_a_ticket_opens_once(stranger):
    post(stranger, "/admin/enter", ticket="ticket-1")

    assert post(stranger, "/admin/enter", ticket="ticket-1").status_code == 401


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_a_stranger_to_come_in_through_the_crm(stranger, path):
    answer = get(stranger, path)

    assert answer.status_code == 401
    assert "Contoso" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_an_admin_and_carries_no_inline_script_or_style(admin, path):
    answer = get(admin, path)

    assert answer.status_code == 200
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", answer.text)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
    ],
)
@pytest.mark.parametrize(
    "path",
    ["/admin/safelist", "/admin/safelist/restore", "/admin/partners", "/admin/partners/p1", "/admin/leave"],
)
def test_a_form_from_another_site_changes_nothing(admin, house, path, headers):
    answer = admin.post(path, data={"name": "x"}, headers=headers, base_url="https://localhost")

    assert answer.status_code == 403
    assert house.ran == []
    assert house.sessions


def test_a_browser_that_sends_only_its_origin_is_taken_at_its_word(admin):
    answer = admin.post(
        "/admin/safelist", data={"do": "review"}, headers={"Origin": ORIGIN}, base_url="https://localhost"
    )

    assert answer.status_code == 200


def test_signing_out_ends_the_session_and_drops_the_cookie(admin, house):
    answer = post(admin, "/admin/leave")

    assert house.sessions == {}
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_the_overview_tells_what_the_crm_refused_in_its_own_words(admin):
    text = get(admin, "/admin/").text

    assert "Connected to HubSpot" in text
    assert "Due date is required on Enterprise deals" in text
    assert "/retry" in text
    assert "/drop" in text


@pytest.mark.parametrize(("what", "command"), [("retry", "outbox.retry"), ("drop", "outbox.drop")])
def test_what_the_crm_refused_is_tried_again_or_left_out_from_the_overview(admin, house, what, command):
    answer = post(admin, f"/admin/refused/o1/{what}", reason="A test")

    assert answer.status_code == 200
    assert house.ran[-1][1:] == (command, {"outbox_id": "o1", "reason": "A test"})


def test_nothing_else_can_be_done_with_what_the_crm_refused(admin):
    assert post(admin, "/admin/refused/o1/explode").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "record=deal:1&partner=p1",
        "record=deal:9001&partner=nobody",
        "record=deal:9001",
        "record=invoice:9001&partner=p1",
        "record=contact:9001&partner=p1",
        "record=deal:&partner=p1",
        "record=deal&partner=p1",
        "record=%00&partner=p1",
    ],
)
def test_an_unknown_record_or_partner_is_a_page_that_is_not_there(admin, query):
    answer = get(admin, f"/admin/preview?{query}")

    assert (answer.status_code, "Nothing here" in answer.text) == (404, True)


def test_what_another_tenant_owns_answers_exactly_like_what_is_unknown(admin):
    theirs = get(admin, "/admin/preview?record=deal:9001&partner=p9")
    unknown = get(admin, "/admin/preview?record=deal:9001&partner=nobody")
    their_partner = post(admin, "/admin/partners/p9", name="Mine", type="msp")
    no_partner = post(admin, "/admin/partners/nobody", name="Mine", type="msp")
    no_page = get(admin, "/admin/no/such/page")

    assert theirs.data == unknown.data == their_partner.data == no_partner.data == no_page.data
    assert {theirs.status_code, their_partner.status_code, no_page.status_code} == {404}


def test_partners_are_listed_with_their_people(admin):
    text = get(admin, "/admin/partners").text

    assert "Northwind Integrators" in text
    assert "lin@northwind.example" in text
    assert "Of another tenant" not in text


def test_a_partner_is_added_by_a_plain_form(admin, house):
    answer = post(admin, "/admin/partners", name="Fabrikam", type="msp", tier="", domain="fabrikam.example")

    assert answer.status_code == 200
    assert house.ran == [
        (
            "t1",
            "partner.create",
            {"name": "Fabrikam", "type": "msp", "tier": "", "domain": "fabrikam.example"},
        )
    ]


def test_a_refused_partner_says_why_and_keeps_what_was_typed(admin):
    answer = post(admin, "/admin/partners", name="Contoso Resale", type="msp", tier="Gold <i>")

    assert answer.status_code == 409
    assert "There is a partner called Contoso Resale already." in answer.text
    assert 'value="Gold &lt;i&gt;"' in answer.text


def test_a_form_link_is_shown_once_where_it_was_made(admin, house):
    answer = post(admin, "/admin/partners/p1/form-link", days="90")

    assert "https://share.example.com/s/T0KEN" in answer.text
    assert said_by(re.search(r'src="(data:[^"]*)"', answer.text)[1]) == ["https://share.example.com/s/T0KEN"]
    assert house.ran[-1] == ("t1", "sharing.create_form_link", {"days": 90, "partner_id": "p1"})
    assert "T0KEN" not in get(admin, "/admin/partners").text


@pytest.mark.parametrize("days", ["", "0", "-1", "9999", "ninety", "9" * 5000])
def test_a_form_link_lives_for_one_of_the_offered_times(admin, house, days):
    assert post(admin, "/admin/partners/p1/form-link", days=days).status_code == 422
    assert house.ran == []


def test_the_audit_log_pages_backwards(admin):
    newest = get(admin, "/admin/audit").text
    older = get(admin, "/admin/audit?before=3").text

    assert "before=1" not in older
    assert newest.count("sharing.create_link") == 8
    assert older.count("sharing.create_link") == 2
    assert "&lt;b&gt;Northwind&lt;/b&gt;" in newest


@pytest.mark.parametrize("before", ["x", "-1", "1e9", "9" * 40, "²"])
def test_a_page_of_the_audit_log_that_cannot_be_is_not_there(admin, before):
    assert get(admin, f"/admin/audit?before={before}").status_code == 404


def test_a_form_of_two_megabytes_is_refused_as_too_large(admin, house):
    answer = post(admin, "/admin/safelist", version="1", reason="x" * 2_000_000)

    assert answer.status_code == 413
    assert house.ran == []


def test_a_method_that_an_address_does_not_take_is_refused_with_a_page(admin):
    answer = admin.put("/admin/partners", base_url="https://localhost")

    assert answer.status_code == 404
    assert "data-reason" in answer.text


@pytest.mark.parametrize("name", ["admin.css", "admin.js", "cards.css", "icon.svg"])
def test_static_files_may_be_kept_as_long_as_their_address_names_their_content(stranger, name):
    page = get(stranger, "/admin/enter").text
    version = re.search(r"admin\.css\?v=([0-9a-f]+)", page)[1]  # type: ignore[index]

    assert "31536000" in get(stranger, f"/admin/static/{name}?v={version}").headers["Cache-Control"]
    assert "31536000" not in get(stranger, f"/admin/static/{name}").headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../pages.py", "pages.py", "..%2fpages.py", ""])
def test_no_other_file_is_served(stranger, name):
    assert get(stranger, f"/admin/static/{name}").status_code == 404
