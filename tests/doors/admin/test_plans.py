"""The admin pages of plan templates: what they say, and the one command behind each button."""

from tests.doors.admin.asking import get, post


def test_a_template_says_its_state_its_steps_and_how_their_dates_are_found(admin):
    text = get(admin, "/admin/plans").text

    assert "Draft · Co-sell · 9 steps" in text
    assert "7 business days after “Account briefing of both teams” is done" in text
    assert "only your team sees it" in text


def test_the_buttons_of_a_version_are_those_that_fit_its_state(admin, house):
    text = get(admin, "/admin/plans").text
    assert '/admin/plans/w1/2/publish"' in text
    assert '/admin/plans/w1/1/publish"' not in text

    post(admin, "/admin/plans/w1/2/publish", key="abcdefgh")

    assert house.ran[-1] == ("t1", "template.publish", {"template_id": "w1", "version": 2})
    assert post(admin, "/admin/plans/w1/2/burn", key="abcdefgh").status_code == 404


def test_a_draft_begins_from_an_example(admin, house):
    post(admin, "/admin/plans", sample="renewal", key="abcdefgh")

    assert house.ran[-1] == ("t1", "template.from_sample", {"sample": "renewal"})


def test_the_editor_sends_the_whole_template_and_leaves_empty_rows_out(admin, house):
    form = {"name": "Joint", "motion": "co_sell", "revision": "1", "key": "abcdefgh"}
    first = {"key-0": "brief", "title-0": "Briefing", "milestone-0": "Align", "who-0": "us:deal_owner"}
    first |= {"from-0": "close", "days-0": "-5", "unit-0": "b", "required-0": "no", "audience-0": "team"}
    third = {"key-2": "scope", "title-2": "Scope", "who-2": "partner:firm", "after-2": ["brief"]}

    post(admin, "/admin/plans/w1/2", **form, **first, **third, **{"title-1": " "})

    _, name, fields = house.ran[-1]
    assert name == "template.save"
    assert (fields["template_id"], fields["version"], fields["revision"]) == ("w1", 2, "1")
    brief, scope = fields["body"]["steps"]
    assert (brief["rule"], brief["required"], brief["audience"]) == ("close-5b", False, "team")
    assert (scope["side"], scope["role"], scope["rule"], scope["after"]) == ("partner", "firm", "", ["brief"])


def test_the_editor_shows_every_step_and_room_for_more(admin):
    text = get(admin, "/admin/plans/w1/2").text

    assert text.count("<fieldset") == 9 + 3
    assert "Entering the stage Contract" in text
    assert get(admin, "/admin/plans/w1/7").status_code == 404


def test_a_country_is_saved_for_us_or_for_a_partner(admin, house):
    post(admin, "/admin/plans/country", partner_id="p1", country="DE-BY", key="abcdefgh")

    assert house.ran[-1] == ("t1", "plan.set_country", {"partner_id": "p1", "country": "DE-BY"})
