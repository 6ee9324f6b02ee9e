import re

import pytest

from app.disclosure.policy import Policy, Treatment
from app.domain.partner import PartnerType
from tests.doors.admin_fakes import ORIGIN, House, app_of

OURS = {"Sec-Fetch-Site": "same-origin"}
PAGES = [
    "/admin/",
    "/admin/safelist",
    "/admin/safelist/history",
    "/admin/preview",
    "/admin/partners",
    "/admin/audit",
]
AMOUNT = "cell:deal:reseller:amount"


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def stranger(house):
    return app_of(house).test_client()


@pytest.fixture
def admin(house):
    house.sign_in()
    client = app_of(house).test_client()
    client.set_cookie("__Host-alongside-admin", "session-1", domain="localhost", secure=True)
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


def _post(client, path, **data):
    return client.post(path, data=data, headers=OURS, base_url="https://localhost")


def _get(client, path):
    return client.get(path, base_url="https://localhost")


def _treatment(policy: Policy, field: str) -> Treatment:
    return policy.treatment(PartnerType.RESELLER, "deal", field)


def test_loading_the_way_in_does_not_use_the_ticket_up(stranger, house):
    answer = _get(stranger, "/admin/enter?ticket=ticket-1")

    assert answer.status_code == 200
    assert house.tickets == {"ticket-1"}
    assert "Set-Cookie" not in answer.headers


def test_the_button_opens_the_pages_with_a_cookie_for_this_host_only(stranger):
    answer = _post(stranger, "/admin/enter", ticket="ticket-1")

    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/")
    assert cookie.startswith("__Host-alongside-admin=session-1;")
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
    _post(stranger, "/admin/enter", ticket="ticket-1")

    assert _post(stranger, "/admin/enter", ticket="ticket-1").status_code == 401


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_a_stranger_to_come_in_through_the_crm(stranger, path):
    answer = _get(stranger, path)

    assert answer.status_code == 401
    assert "Contoso" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_an_admin_and_carries_no_inline_script_or_style(admin, path):
    answer = _get(admin, path)

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
    answer = _post(admin, "/admin/leave")

    assert house.sessions == {}
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_the_overview_tells_what_the_crm_refused_in_its_own_words(admin):
    text = _get(admin, "/admin/").text

    assert "Connected to HubSpot" in text
    assert "Due date is required on Enterprise deals" in text


def test_the_grid_shows_label_api_name_sample_and_every_partner_type(admin):
    text = _get(admin, "/admin/safelist").text

    assert "NextStep" in text
    assert "Security questionnaire" in text
    assert all(kind.label in text for kind in PartnerType)
    assert "EMEA &lt;b&gt;north&lt;/b&gt;" in text


def test_a_never_shared_field_is_visible_with_its_reason_and_cannot_be_chosen(admin):
    text = _get(admin, "/admin/safelist").text

    assert "Your margin is never shared with a partner." in text
    assert "cell:deal:reseller:margin" not in text
    assert "0.41" not in text


def test_a_mask_is_offered_only_where_it_makes_something_of_the_value(admin):
    text = _get(admin, "/admin/safelist").text

    amount, stage = (
        re.search(rf'name="cell:deal:reseller:{f}".*?</select>', text, re.DOTALL)[0]
        for f in ("amount", "stage")  # type: ignore[index]
    )
    assert 'value="band"' in amount
    assert 'value="band"' not in stage


def test_search_narrows_the_grid_without_a_script(admin):
    text = _get(admin, "/admin/safelist?q=nextstep").text

    assert "Security questionnaire" in text
    assert "Negotiation" not in text


def test_saving_changes_the_named_cells_and_leaves_all_others(admin, house):
    before = house.policy("t1")

    answer = _post(admin, "/admin/safelist", version="1", reason="Less is more", **{AMOUNT: "absent"})

    assert answer.status_code == 303
    after = house.policy("t1")
    assert _treatment(after, "amount") is Treatment.ABSENT
    assert {k: t for k, t in after.cells.items() if k[2] != "amount"} == {
        k: t for k, t in before.cells.items() if k[2] != "amount"
    }
    assert "Saved as version 2." in _get(admin, answer.headers["Location"]).text


def test_saving_without_a_reason_asks_for_one_and_keeps_the_changes(admin, house):
    answer = _post(admin, "/admin/safelist", version="1", reason=" ", **{AMOUNT: "show"})

    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert "cell--changed" in answer.text
    assert house.ran == []


def test_saving_what_is_saved_already_makes_no_new_version(admin, house):
    answer = _post(admin, "/admin/safelist", version="1", reason="Again", **{AMOUNT: "band"})

    assert answer.status_code == 422
    assert house.policy("t1").version == 1


def test_saving_over_somebody_elses_change_is_refused_and_then_meant(admin, house):
    _post(admin, "/admin/safelist", version="1", reason="First", **{AMOUNT: "absent"})

    late = _post(admin, "/admin/safelist", version="1", reason="Second", **{AMOUNT: "show"})

    assert late.status_code == 409
    assert 'name="version" value="2"' in late.text
    assert _treatment(house.policy("t1"), "amount") is Treatment.ABSENT


@pytest.mark.parametrize(
    "cells",
    [
        {"cell:deal:reseller:margin": "show"},
        {"cell:deal:reseller:amount": "everything"},
        {"cell:deal:wizard:amount": "show"},
        {"cell:invoice:reseller:amount": "show"},
        {"cell:deal:reseller:unheard_of": "show"},
        {"cell:": "show"},
        {"version": "1; drop", AMOUNT: "show"},
        {"version": "", AMOUNT: "show"},
        {"version": "²", AMOUNT: "show"},
        {"object": "invoice"},
    ],
)
def test_a_form_that_says_what_cannot_be_is_refused_with_a_sentence(admin, house, cells):
    answer = _post(admin, "/admin/safelist", **{"version": "1", "reason": "x", **cells})

    assert 400 <= answer.status_code < 500
    assert "data-reason" in answer.text
    assert house.policy("t1").version == 1


def test_a_change_says_how_many_would_see_more_or_less(admin):
    answer = admin.post(
        "/admin/safelist/reach",
        data={AMOUNT: "show", "cell:deal:system_integrator:amount": "absent", "cell:deal:msp:name": "absent"},
        headers=OURS,
        base_url="https://localhost",
    )

    assert answer.json["sentences"] == [
        "2 partners and 11 open links would newly see Deal · Amount.",
        "1 partner and 30 open links would no longer see Deal · Amount.",
        "Deal · Deal: you have no partner of this type yet, so nobody is affected today.",
    ]


def test_review_shows_the_reach_without_a_script(admin, house):
    text = _post(admin, "/admin/safelist", version="1", do="review", **{AMOUNT: "show"}).text

    assert "2 partners and 11 open links would newly see Deal · Amount." in text
    assert house.ran == []


def test_history_shows_each_difference_and_restores_a_version_as_a_new_one(admin, house):
    _post(admin, "/admin/safelist", version="1", reason="Less is more", **{AMOUNT: "absent"})
    text = _get(admin, "/admin/safelist/history").text

    answer = _post(admin, "/admin/safelist/restore", version="1", base="2")

    assert "Less is more" in text
    assert "1 difference" in text
    assert answer.status_code == 303
    assert house.policy("t1").version == 3
    assert _treatment(house.policy("t1"), "amount") is Treatment.BAND


@pytest.mark.parametrize("version", ["9", "", "-1", "x"])
def test_a_version_that_never_was_cannot_be_restored(admin, version):
    assert _post(admin, "/admin/safelist/restore", version=version, base="1").status_code == 404


def test_the_preview_is_what_the_partner_sees_with_its_forms_switched_off(admin):
    text = _get(admin, "/admin/preview?record=deal:9001&partner=p1").text

    assert "25,000 to 50,000" in text
    assert "48123" not in text
    assert "0.41" not in text
    assert "Shall we meet on Tuesday?" in text
    assert re.search(r"<fieldset[^>]* disabled>", text)


def test_the_preview_follows_changes_that_are_not_saved_yet(admin, house):
    data = {"record": "deal:9001", "partner": "p2", AMOUNT: "show", "cell:deal:reseller:next_step": "absent"}

    text = _post(admin, "/admin/preview", **data).text

    assert "48,123" in text or "48123" in text
    assert "Security questionnaire" not in text
    assert house.policy("t1").version == 1


def test_choosing_a_room_keeps_changes_that_are_not_saved_yet(admin):
    text = _post(admin, "/admin/preview", version="1", **{AMOUNT: "show"}).text

    assert f'<input type="hidden" name="{AMOUNT}" value="show">' in text
    assert 'name="record" value="deal:9001"' in text


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
    answer = _get(admin, f"/admin/preview?{query}")

    assert (answer.status_code, "Nothing here" in answer.text) == (404, True)


def test_what_another_tenant_owns_answers_exactly_like_what_is_unknown(admin):
    theirs = _get(admin, "/admin/preview?record=deal:9001&partner=p9")
    unknown = _get(admin, "/admin/preview?record=deal:9001&partner=nobody")
    their_partner = _post(admin, "/admin/partners/p9", name="Mine", type="msp")
    no_partner = _post(admin, "/admin/partners/nobody", name="Mine", type="msp")
    no_page = _get(admin, "/admin/no/such/page")

    assert theirs.data == unknown.data == their_partner.data == no_partner.data == no_page.data
    assert {theirs.status_code, their_partner.status_code, no_page.status_code} == {404}


def test_partners_are_listed_with_their_people(admin):
    text = _get(admin, "/admin/partners").text

    assert "Northwind Integrators" in text
    assert "lin@northwind.example" in text
    assert "Of another tenant" not in text


def test_a_partner_is_added_by_a_plain_form(admin, house):
    answer = _post(admin, "/admin/partners", name="Fabrikam", type="msp", tier="", domain="fabrikam.example")

    assert answer.status_code == 200
    assert house.ran == [
        (
            "t1",
            "partner.create",
            {"name": "Fabrikam", "type": "msp", "tier": "", "domain": "fabrikam.example"},
        )
    ]


def test_a_refused_partner_says_why_and_keeps_what_was_typed(admin):
    answer = _post(admin, "/admin/partners", name="Contoso Resale", type="msp", tier="Gold <i>")

    assert answer.status_code == 409
    assert "There is a partner called Contoso Resale already." in answer.text
    assert 'value="Gold &lt;i&gt;"' in answer.text


def test_a_form_link_is_shown_once_where_it_was_made(admin, house):
    answer = _post(admin, "/admin/partners/p1/form-link", days="90")

    assert "https://share.example.com/s/T0KEN" in answer.text
    assert house.ran[-1] == ("t1", "sharing.create_form_link", {"days": 90, "partner_id": "p1"})
    assert "T0KEN" not in _get(admin, "/admin/partners").text


@pytest.mark.parametrize("days", ["", "0", "-1", "9999", "ninety", "9" * 5000])
def test_a_form_link_lives_for_one_of_the_offered_times(admin, house, days):
    assert _post(admin, "/admin/partners/p1/form-link", days=days).status_code == 422
    assert house.ran == []


def test_the_audit_log_pages_backwards(admin):
    newest = _get(admin, "/admin/audit").text
    older = _get(admin, "/admin/audit?before=3").text

    assert "before=1" not in older
    assert newest.count("sharing.create_link") == 8
    assert older.count("sharing.create_link") == 2
    assert "&lt;b&gt;Northwind&lt;/b&gt;" in newest


@pytest.mark.parametrize("before", ["x", "-1", "1e9", "9" * 40, "²"])
def test_a_page_of_the_audit_log_that_cannot_be_is_not_there(admin, before):
    assert _get(admin, f"/admin/audit?before={before}").status_code == 404


def test_a_form_of_two_megabytes_is_refused_as_too_large(admin, house):
    answer = _post(admin, "/admin/safelist", version="1", reason="x" * 2_000_000)

    assert answer.status_code == 413
    assert house.ran == []


def test_a_method_that_an_address_does_not_take_is_refused_with_a_page(admin):
    answer = admin.put("/admin/partners", base_url="https://localhost")

    assert answer.status_code == 404
    assert "data-reason" in answer.text


@pytest.mark.parametrize("name", ["admin.css", "admin.js", "cards.css", "icon.svg"])
def test_static_files_may_be_kept_as_long_as_their_address_names_their_content(stranger, name):
    page = _get(stranger, "/admin/enter").text
    version = re.search(r"admin\.css\?v=([0-9a-f]+)", page)[1]  # type: ignore[index]

    assert "31536000" in _get(stranger, f"/admin/static/{name}?v={version}").headers["Cache-Control"]
    assert "31536000" not in _get(stranger, f"/admin/static/{name}").headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../pages.py", "pages.py", "..%2fpages.py", ""])
def test_no_other_file_is_served(stranger, name):
    assert _get(stranger, f"/admin/static/{name}").status_code == 404
