"""The safelist: its grid, saving, its reach, its history and the preview."""

import re

import pytest

from app.disclosure.policy import Policy, Treatment
from app.domain.partner import PartnerType
from tests.doors.admin.asking import OURS, get, post

AMOUNT = "cell:deal:reseller:amount"


def _treatment(policy: Policy, field: str) -> Treatment:
    return policy.treatment(PartnerType.RESELLER, "deal", field)


def test_the_grid_shows_label_api_name_sample_and_every_partner_type(admin):
    text = get(admin, "/admin/safelist").text

    assert "NextStep" in text
    assert "Security questionnaire" in text
    assert all(kind.label in text for kind in PartnerType)
    assert "EMEA &lt;b&gt;north&lt;/b&gt;" in text


def test_a_never_shared_field_is_visible_with_its_reason_and_cannot_be_chosen(admin):
    text = get(admin, "/admin/safelist").text

    assert "Your margin is never shared with a partner." in text
    assert "cell:deal:reseller:margin" not in text
    assert "0.41" not in text


def test_a_mask_is_offered_only_where_it_makes_something_of_the_value(admin):
    text = get(admin, "/admin/safelist").text

    amount, stage = (
        re.search(rf'name="cell:deal:reseller:{f}".*?</select>', text, re.DOTALL)[0]
        for f in ("amount", "stage")  # type: ignore[index]
    )
    assert 'value="band"' in amount
    assert 'value="band"' not in stage


def test_search_narrows_the_grid_without_a_script(admin):
    text = get(admin, "/admin/safelist?q=nextstep").text

    assert "Security questionnaire" in text
    assert "Negotiation" not in text


def test_saving_changes_the_named_cells_and_leaves_all_others(admin, house):
    before = house.policy("t1")

    answer = post(admin, "/admin/safelist", version="1", reason="Less is more", **{AMOUNT: "absent"})

    assert answer.status_code == 303
    after = house.policy("t1")
    assert _treatment(after, "amount") is Treatment.ABSENT
    assert {k: t for k, t in after.cells.items() if k[2] != "amount"} == {
        k: t for k, t in before.cells.items() if k[2] != "amount"
    }
    assert "Saved as version 2." in get(admin, answer.headers["Location"]).text


def test_saving_without_a_reason_asks_for_one_and_keeps_the_changes(admin, house):
    answer = post(admin, "/admin/safelist", version="1", reason=" ", **{AMOUNT: "show"})

    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert "cell--changed" in answer.text
    assert house.ran == []


def test_saving_what_is_saved_already_makes_no_new_version(admin, house):
    answer = post(admin, "/admin/safelist", version="1", reason="Again", **{AMOUNT: "band"})

    assert answer.status_code == 422
    assert house.policy("t1").version == 1


def test_saving_over_somebody_elses_change_is_refused_and_then_meant(admin, house):
    post(admin, "/admin/safelist", version="1", reason="First", **{AMOUNT: "absent"})

    late = post(admin, "/admin/safelist", version="1", reason="Second", **{AMOUNT: "show"})

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
    answer = post(admin, "/admin/safelist", **{"version": "1", "reason": "x", **cells})

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
        (
            "2 partners and 11 open links would newly see Deal · Amount: 11 people, 1 record. For example "
            "25,000 to 50,000 → 48123.00 (Initech rollout, Contoso Resale); "
            "25,000 to 50,000 → 48123.00 (Initech rollout, Contoso Resale)."
        ),
        (
            "1 partner and 30 open links would no longer see Deal · Amount: 30 people, 1 record. For example "
            "25,000 to 50,000 (Initech rollout, Northwind Integrators)."
        ),
        "Deal · Deal: nobody is affected today.",
    ]


def test_review_shows_the_reach_without_a_script(admin, house):
    text = post(admin, "/admin/safelist", version="1", do="review", **{AMOUNT: "show"}).text

    assert "2 partners and 11 open links would newly see Deal · Amount: 11 people, 1 record." in text
    assert house.ran == []


def test_history_shows_each_difference_and_restores_a_version_as_a_new_one(admin, house):
    post(admin, "/admin/safelist", version="1", reason="Less is more", **{AMOUNT: "absent"})
    text = get(admin, "/admin/safelist/history").text

    answer = post(admin, "/admin/safelist/restore", version="1", base="2")

    assert "Less is more" in text
    assert "1 difference" in text
    assert answer.status_code == 303
    assert house.policy("t1").version == 3
    assert _treatment(house.policy("t1"), "amount") is Treatment.BAND


@pytest.mark.parametrize("version", ["9", "", "-1", "x"])
def test_a_version_that_never_was_cannot_be_restored(admin, version):
    assert post(admin, "/admin/safelist/restore", version=version, base="1").status_code == 404


def test_the_preview_is_what_the_partner_sees_with_its_forms_switched_off(admin):
    text = get(admin, "/admin/preview?record=deal:9001&partner=p1").text

    assert "25,000 to 50,000" in text
    assert not re.search(r"\b48123\b", text)
    assert "0.41" not in text
    assert "Shall we meet on Tuesday?" in text
    assert re.search(r"<fieldset[^>]* disabled>", text)


def test_the_preview_follows_changes_that_are_not_saved_yet(admin, house):
    data = {"record": "deal:9001", "partner": "p2", AMOUNT: "show", "cell:deal:reseller:next_step": "absent"}

    text = post(admin, "/admin/preview", **data).text

    assert "48,123" in text or "48123" in text
    assert "Security questionnaire" not in text
    assert house.policy("t1").version == 1


def test_choosing_a_room_keeps_changes_that_are_not_saved_yet(admin):
    text = post(admin, "/admin/preview", version="1", **{AMOUNT: "show"}).text

    assert f'<input type="hidden" name="{AMOUNT}" value="show">' in text
    assert 'name="record" value="deal:9001"' in text


def test_the_preview_of_a_past_day_says_which_safelist_it_was_under(admin):
    text = get(
        admin, "/admin/preview?record=deal:9001&partner=p1&day=2026-11-03&person=lin@northwind.example"
    ).text

    assert "under version 7 of the safelist" in text
    assert "lin@northwind.example was not shown it" in text
    assert "25,000 to 50,000" in text
    assert re.search(r"<fieldset[^>]* disabled>", text)


def test_the_preview_of_a_day_before_anything_was_published_says_so(admin):
    text = get(admin, "/admin/preview?record=deal:9001&partner=p1&day=2025-11-03").text

    assert "Nothing was published for Northwind Integrators on this record" in text
    assert "<fieldset" not in text


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "\x00"])
def test_a_day_that_is_none_is_refused(admin, day):
    answer = get(admin, f"/admin/preview?record=deal:9001&partner=p1&day={day}")

    assert answer.status_code == 422
