"""What becomes of a step that two sides edited: nobody's change vanishes without a word."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.step_merge import EVERYWHERE, FIELDS, Seen, Values, differs, merge

BASE = Values(title="Send papers", due=date(2026, 12, 1), done=False, owner="")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def seen(place: str = "task", minutes: int = 0, **changes: object) -> Seen:
    return Seen(place=place, values=replace(BASE, **changes), modified_at=NOON + timedelta(minutes=minutes))


def test_our_own_write_coming_back_changes_nothing():
    merged = merge(BASE, {EVERYWHERE: BASE}, [seen()])

    assert (merged.values, merged.taken, merged.lost) == (BASE, {}, {})


def test_edits_of_different_fields_are_both_kept():
    ours = replace(BASE, done=True)

    merged = merge(ours, {EVERYWHERE: BASE}, [seen(title="Send the papers")])

    assert merged.values == replace(ours, title="Send the papers")
    assert (set(merged.taken), merged.lost) == ({"title"}, {})


def test_of_two_edits_of_one_field_the_crms_holds_and_ours_is_named():
    ours = replace(BASE, title="Ours")

    merged = merge(ours, {EVERYWHERE: BASE}, [seen(title="Theirs")])

    assert merged.values.title == "Theirs"
    assert merged.lost == {"title": "Ours"}


def test_the_same_edit_on_both_sides_is_no_conflict():
    merged = merge(replace(BASE, done=True), {EVERYWHERE: BASE}, [seen(done=True)])

    assert (merged.taken, merged.lost) == ({}, {})


def test_of_two_places_in_the_crm_the_newest_edit_holds():
    merged = merge(BASE, {EVERYWHERE: BASE}, [seen("task", 5, title="Late"), seen("item", 1, title="Early")])

    assert merged.values.title == "Late"
    assert merged.lost == {"title": "Early"}


def test_edits_of_different_fields_in_two_places_are_both_kept():
    merged = merge(BASE, {EVERYWHERE: BASE}, [seen("item", title="New title"), seen("task", due=None)])

    assert merged.values == replace(BASE, title="New title", due=None)
    assert merged.lost == {}


def test_a_place_that_has_not_followed_yet_does_not_take_an_edit_back():
    first = merge(BASE, {EVERYWHERE: BASE}, [seen("item", title="New title")])

    second = merge(first.values, first.agreed, [seen("item", title="New title"), seen("task", 5, due=None)])

    assert second.values == replace(BASE, title="New title", due=None)


def test_a_place_that_says_nothing_of_the_owner_changes_none():
    ours = replace(BASE, owner="sam@vendor.example")

    merged = merge(ours, {EVERYWHERE: ours}, [seen(owner=None)])

    assert merged.values.owner == "sam@vendor.example"
    assert not differs({EVERYWHERE: ours}, seen(owner=None))


values = st.builds(
    Values,
    title=st.sampled_from(["a", "b", "c"]),
    due=st.sampled_from([None, date(2026, 12, 1), date(2026, 12, 2)]),
    done=st.booleans(),
    owner=st.sampled_from(["", "sam@vendor.example"]),
)


@given(ours=values, base=values, theirs=values)
def test_every_field_ends_as_one_side_has_it_and_what_gave_way_is_named(ours, base, theirs):
    merged = merge(ours, {EVERYWHERE: base}, [Seen(place="task", values=theirs, modified_at=NOON)])

    for name in FIELDS:
        mine, before, yours = (getattr(side, name) for side in (ours, base, theirs))
        assert getattr(merged.values, name) == (yours if yours != before else mine)
        assert (name in merged.lost) == (yours != before and mine not in (before, yours))


@given(ours=values, base=values, theirs=values)
def test_meeting_once_more_changes_nothing(ours, base, theirs):
    places = [Seen(place="task", values=theirs, modified_at=NOON)]
    first = merge(ours, {EVERYWHERE: base}, places)

    again = merge(first.values, first.agreed, places)

    assert (again.values, again.taken, again.lost) == (first.values, {}, {})
