"""The admin page of share links: what new ones begin with, and the terms."""

from tests.doors.admin.asking import get, post


def test_each_type_of_partner_says_what_its_links_begin_with(admin):
    text = get(admin, "/admin/links").text

    assert "3 days, 10 at most · opens 5 times at most" in text
    assert "7 days, 90 at most · as delivered" in text
    assert "Keep it &lt;b&gt;secret&lt;/b&gt;." in text


def test_a_preset_is_saved_as_one_command(admin, house):
    answer = post(
        admin,
        "/admin/links/reseller",
        days="5",
        longest="30",
        views="0",
        passcode="on",
        zone="UTC",
        opens="08:00",
        closes="18:00",
        weekdays=["5", "1", "x"],
        key="abcdefgh",
    )

    assert answer.status_code == 200
    _, name, fields = house.ran[-1]
    assert name == "sharing.save_preset"
    assert fields["type"] == "reseller"
    assert (fields["passcode"], fields["terms"], fields["weekdays"]) == (True, False, "15")


def test_terms_are_saved_as_one_command(admin, house):
    post(admin, "/admin/links/terms", text="Be nice.", key="abcdefgh")

    assert house.ran[-1] == ("t1", "sharing.save_terms", {"text": "Be nice."})


def test_a_type_nobody_knows_is_not_found(admin):
    assert post(admin, "/admin/links/friend", days="5").status_code == 404


def test_ending_a_firms_access_is_one_command_with_a_reason(admin, house):
    post(admin, "/admin/partners/p1/offboard", contact="", reason="Contract ended", key="abcdefgh")
    post(admin, "/admin/partners/p1/offboard", contact="lin@x.example", reason="Left", key="abcdefgi")

    assert house.ran == [
        ("t1", "partner.offboard", {"reason": "Contract ended", "partner_id": "p1"}),
        ("t1", "partner.offboard", {"contact": "lin@x.example", "reason": "Left"}),
    ]


def test_ended_access_is_listed_with_its_evidence_and_can_be_lifted(admin, house):
    text = get(admin, "/admin/partners").text

    assert "Lin &lt;b&gt;Chen&lt;/b&gt;" in text
    assert get(admin, "/admin/offboardings/o1.zip").data == b"PK"
    assert get(admin, "/admin/offboardings/o9.zip").status_code == 404
    post(admin, "/admin/offboardings/o1/lift", key="abcdefgh")
    assert house.ran[-1][1:] == ("partner.lift_offboarding", {"offboarding_id": "o1"})


def test_the_ledger_shows_what_was_shown_and_leads_on_and_to_files(admin, house):
    text = get(
        admin, "/admin/exposures?partner=p1&person=Lin@x.example&record=deal:9001&field=deal/name"
    ).text

    _, wanted, field, after = house.wanted
    assert (wanted.partner_id, wanted.email, wanted.record.crm_id) == ("p1", "lin@x.example", "9001")
    assert field == "deal/name"
    assert after is None
    assert "=cmd &lt;b&gt;" in text
    older = text.partition("&amp;after=")[2].partition('"')[0]
    get(admin, f"/admin/exposures?after={older}")
    assert house.wanted[3] == ["2026-11-22T10:00:00Z", "l", "e", "s", 1]
    assert "'=cmd" in get(admin, "/admin/exposures.csv").text
    assert get(admin, "/admin/exposures.json").text.startswith("{")


def test_a_ledger_address_that_cannot_be_ours_is_not_found(admin):
    for query in ("record=lead:1", "record=deal:", "after=x", "after=e30"):
        assert get(admin, f"/admin/exposures?{query}").status_code == 404
