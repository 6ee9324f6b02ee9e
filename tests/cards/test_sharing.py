"""Sharing: who may look in, until when, whether they did, and what they get."""

from dataclasses import replace

from app.domain.link import AccessRequest, EarlierCopy, FileState, LinkPreset, Visits
from cards.blocks import Form
from cards.blocks import List as Rows
from tests.cards import make
from tests.cards.look import actions, build, choices, forms, inside, lines, names, of


def rows(card, label):
    (found,) = [block for block in of(card, Rows) if block.label.startswith(label)]
    return found


def form_of(card, start):
    (found,) = [form for form in inside(card, Form) if form.id.startswith(start)]
    return found


def card_with(**more):
    return build("sharing", partners=(make.known(**more),))


def test_a_link_shows_who_until_when_and_whether_it_was_opened():
    (item,) = rows(build("sharing"), "Active links").items

    assert (item.text, item.badge) == ("Maria Quint", "Active")
    assert item.detail == (
        "c1@northwind.example · until 28 Nov · opened 3 times, last 2 hours ago · code ACEF4679"
    )
    assert item.title == "28 Nov 2026, 10:15 UTC"


def test_a_link_nobody_opened_says_so():
    (item,) = rows(card_with(links=(make.link(views=0, last_viewed_at=None),)), "Active links").items

    assert "not opened yet" in item.detail


def test_a_link_can_be_extended_and_revoking_asks_once():
    card = card_with(links=(make.link(),))

    (extend,) = actions(card, "sharing.extend_link")
    (revoke,) = actions(card, "sharing.revoke_link")
    assert extend.fields == {"link_id": "l1", "days": "7"}
    assert revoke.fields == {"link_id": "l1"}
    assert "Maria Quint can no longer look in" in revoke.confirm


def test_ended_links_are_folded_and_say_how_they_ended():
    card = card_with(links=(make.link("a", expires=-1), make.link("b", revoked_at=make.NOW - make.days(2))))

    ended = rows(card, "Ended links")
    assert ended.folded
    assert [item.badge for item in ended.items] == ["Expired", "Revoked"]
    assert not any(item.actions for item in ended.items)
    assert lines(card)[0] == "No active link. Northwind Integrators cannot look in now."


def test_a_link_is_made_in_one_step_with_presets():
    form = form_of(build("sharing"), "link-")

    assert form.fixed == {"partner_id": "p1"}
    assert names(form) == ["contact_id", "days"]
    assert choices(form, "contact_id") == ["c1"]
    assert choices(form, "days") == ["7", "14", "30"]
    assert form.fields[1].value == "7"


def test_without_a_known_person_the_form_asks_for_name_and_address():
    assert names(form_of(card_with(contacts=()), "link-")) == [
        "contact_name",
        "contact_email",
        "days",
    ]


def test_the_preview_shows_what_they_see():
    (preview,) = [a for a in actions(build("sharing")) if a.label == "See what they see"]

    assert preview.href == "https://share.example/preview/p1"


def test_only_files_that_are_not_shared_yet_are_offered():
    both = (*make.facts().crm_files, make.facts().crm_files[0].__class__(
        id="cf1", name="Architecture.pdf", type="application/pdf", size=1, modified_at=make.NOW
    ))  # fmt: skip

    form = forms(build("sharing", crm_files=both))["sharing.share_file"]

    assert choices(form, "crm_file_id") == ["cf2"]
    assert form.note == "Northwind Integrators will see this"


def test_shared_files_show_name_and_size():
    (item,) = rows(build("sharing"), "Files").items

    assert (item.text, item.detail) == ("Architecture.pdf", "3.4 MB · shared 19 Nov · version 2")
    assert [action.label for action in item.actions] == ["Stop sharing"]


def test_earlier_versions_of_a_file_are_listed_with_how_often_they_left():
    old = EarlierCopy(version=1, size=120_000, offered_at=make.NOW - make.days(2), downloads=2)
    files = (make.shared_file(earlier=(old,)), make.shared_file(id="f2", name="Offer.pdf"))

    listed = rows(build("sharing", partners=(make.known(files=files),)), "Earlier versions")

    assert listed.folded
    assert [(item.text, item.detail) for item in listed.items] == [
        ("Architecture.pdf", "version 1 · 120 kB · offered 20 Nov · downloaded 2 times")
    ]
    assert not listed.items[0].actions


def test_an_earlier_version_is_opened_by_whoever_may():
    old = EarlierCopy(
        version=1, size=120_000, offered_at=make.NOW, url="https://app.vendor.example/file/t/f/1"
    )
    files = (make.shared_file(earlier=(old,)),)

    listed = rows(build("sharing", partners=(make.known(files=files),)), "Earlier versions")

    (action,) = listed.items[0].actions
    assert (action.label, action.href, action.hint) == ("Open version 1", old.url, "Architecture.pdf")


def test_a_file_that_cannot_be_handed_out_says_why_and_can_be_tried_again():
    locked = make.shared_file(state=FileState.REFUSED, reason="The PDF is locked.", downloads=3)

    (item,) = rows(build("sharing", partners=(make.known(files=(locked,)),)), "Files").items

    assert item.badge == "Needs attention"
    assert item.detail.endswith("downloaded 3 times · The PDF is locked.")
    assert [action.command for action in item.actions] == ["sharing.refresh_file", "sharing.unshare_file"]


def test_what_cannot_be_marked_is_not_offered():
    one = make.facts().crm_files[0]
    files = (replace(one, name="Prices.xlsx"), replace(one, id="big", size=30_000_000), replace(one, id="ok"))

    form = forms(build("sharing", crm_files=files))["sharing.share_file"]

    assert choices(form, "crm_file_id") == ["ok"]


def test_a_person_can_be_added_and_a_partner_removed_after_a_question():
    card = build("sharing")

    assert names(forms(card)["partner.add_contact"]) == ["name", "email", "title"]
    (detach,) = actions(card, "partner.detach")
    assert detach.fields == {"partner_id": "p1"}
    assert "links stop working at once" in detach.confirm


def test_who_may_only_read_sees_links_but_changes_nothing():
    card = build("sharing", may_write=False)

    assert rows(card, "Active links")
    assert not [action for action in actions(card) if action.command]
    assert not forms(card)


def test_a_link_with_more_rules_is_one_fold_away_and_begins_with_the_admins_preset():
    preset = LinkPreset(days=3, longest=10, views=5, passcode=True)

    form = form_of(card_with(preset=preset, terms=True), "rules-")

    assert form.folded
    assert names(form) == ["contact_id", "days", "also_for", "max_views", "passcode", "terms"]
    assert choices(form, "days") == ["3", "7"]
    assert [field.value for field in form.fields[1:]] == ["3", "", "5", "true", ""]
    assert "terms" not in names(form_of(card_with(), "rules-"))


def test_a_link_says_whom_else_it_opens_for_and_under_which_conditions():
    link = make.link(also=("@northwind.example", "b@x.example", "c@x.example", "d@x.example"),
                     conditions=("opens 5 times at most", "with a passcode"))  # fmt: skip

    (item,) = rows(card_with(links=(link,)), "Active links").items

    assert "@northwind.example · b@x.example · c@x.example · and 1 more · until" in item.detail
    assert "opens 5 times at most · with a passcode" in item.detail


def test_who_asks_for_access_is_let_in_or_declined_from_the_card():
    asked = AccessRequest(
        id="r1", email="lou@contoso.example", name="Lou", note="I help Maria", asked_at=make.NOW
    )
    card = card_with(links=(make.link(requests=(asked,)),))

    (item,) = rows(card, "Asking for access").items

    assert item.text == "Lou"
    assert "lou@contoso.example" in item.detail
    assert "I help Maria" in item.detail
    assert [(a.command, a.fields) for a in item.actions] == [
        ("sharing.grant_access", {"request_id": "r1"}),
        ("sharing.decline_access", {"request_id": "r1"}),
    ]


def test_a_request_on_a_link_that_has_ended_is_gone():
    asked = AccessRequest(id="r1", email="lou@contoso.example", name="Lou", note="", asked_at=make.NOW)
    card = card_with(links=(make.link(expires=-1, requests=(asked,)),))

    assert not actions(card, "sharing.grant_access")


def test_each_mailbox_that_looked_in_stands_by_itself():
    visits = (
        Visits(
            email="c1@northwind.example", times=2, last_at=make.NOW - make.days(1), devices=("Chrome on Mac",)
        ),
        Visits(email="ana@northwind.example", times=1, last_at=make.NOW - make.days(2)),
    )
    found = rows(card_with(links=(make.link(visits=visits),)), "Who looked in")

    assert found.folded
    assert [(i.text, i.detail) for i in found.items] == [
        ("c1@northwind.example", "opened 2 times, last 1 day ago · Chrome on Mac · code ACEF4679"),
        ("ana@northwind.example", "opened 1 time, last 2 days ago · code ACEF4679"),
    ]
