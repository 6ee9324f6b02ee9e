"""The content catalogue as an admin keeps it."""

import pytest

from tests.doors.admin.asking import get, post
from tests.doors.admin.form import fields


def test_the_catalogue_says_how_often_which_version_was_opened_by_whom(admin):
    page = get(admin, "/admin/content").text

    assert "Deck &lt;i&gt;for partners" in page
    assert "Version 2: opened 3 times by your team, 5 times by partners" in page
    assert "Version 1: opened 1 time by your team, 0 times by partners" in page
    assert "Recommend again" in page


def test_content_is_added_by_one_command(admin, house):
    post(admin, "/admin/content", title="Guide", url="https://learn.example", partner_types=["msp", "agency"])

    _, name, sent = house.ran[-1]
    assert name == "content.save"
    assert (sent["title"], sent["partner_types"], "item_id" in sent) == ("Guide", ["msp", "agency"], False)


def test_a_new_version_begins_with_what_the_last_one_says(admin, house):
    sent = fields(get(admin, "/admin/content").text, "/admin/content/c1/save")

    post(admin, "/admin/content/c1/save", **sent.to_dict(flat=False))

    _, name, said = house.ran[-1]
    assert name == "content.save"
    assert (said["item_id"], said["version"], said["url"]) == ("c1", 2, "https://learn.example/deck")


@pytest.mark.parametrize("what", ["retire", "restore"])
def test_content_is_taken_out_and_back(admin, house, what):
    post(admin, f"/admin/content/c1/{what}")

    assert house.ran[-1][1:] == (f"content.{what}", {"item_id": "c1"})


def test_what_is_no_action_does_not_exist(admin, house):
    assert post(admin, "/admin/content/c1/erase").status_code == 404
    assert house.ran == []
