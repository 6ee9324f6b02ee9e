"""The share page's documents: what is asked first, the viewer's own answers as sent, nothing beyond the content."""

import json

import pytest

from cards import room
from cards.blocks import Empty, FieldItem, Form, Progress, Status, StepItem, Text, Thread, to_json
from cards.blocks import List as Rows
from tests.cards import make, rooms
from tests.cards.look import actions, inside, of


def cards(state="back_again", **more):
    content, viewer = rooms.ROOMS[state]()
    return {card.name: card for card in room.build({**content, **more}, viewer, make.NOW)}


def test_what_is_asked_of_the_viewer_stands_first():
    assert list(cards()) == ["asked", "changes", "deal", "plan", "thread", "files", "content"]


def test_only_open_steps_of_the_partner_are_asked_soonest_first():
    asked = cards()["asked"]

    assert [(s.title, s.state, s.when) for s in inside(asked, StepItem)] == [
        ("Name a project lead", "late", "2 days late"),
        ("Security questionnaire", "open", "Tue"),
    ]
    assert {a.command for a in actions(asked)} == {"complete_step"}
    assert [a.fields for a in actions(asked)] == [{"step_id": "s3"}, {"step_id": "s1"}]


def test_the_viewers_own_answers_show_as_sent_until_they_arrive():
    found = cards("answered")

    (sent,) = [s for s in inside(found["asked"], StepItem) if s.id == "s3"]
    assert (sent.state, sent.note) == ("done", "You marked this as done. It is on its way.")
    assert [(a.command, a.fields) for a in sent.actions] == [("reopen_step", {"step_id": "s3"})]
    last = of(found["thread"], Thread)[0].messages[-1]
    assert (last.body, last.delivery, last.side, last.author) == ("Here it is.", "sent", "us", "Maria Quint")


def test_an_answer_that_has_arrived_is_not_shown_twice():
    content = rooms.content()
    arrived = room.Pending(id="m1", command="reply", at=make.NOW, body="Can you send the questionnaire?")

    found = room.build(content, rooms.viewer(pending=(arrived,)), make.NOW)

    assert [m.id for card in found for thread in of(card, Thread) for m in thread.messages] == ["m0", "m1"]


def test_when_everything_is_answered_the_page_says_so():
    pending = tuple(
        room.Pending(id=f"q{i}", command="complete_step", at=make.NOW, step_id=step)
        for i, step in enumerate(("s1", "s3"))
    )

    asked = room.build(rooms.content(), rooms.viewer(pending=pending), make.NOW)[0]

    assert of(asked, Status)[0].text == "All done. Vandelay is being told."


def test_changes_since_the_last_visit_are_listed_and_older_ones_are_not():
    (rows,) = of(cards()["changes"], Rows)

    assert [item.text for item in rows.items] == ["Stage moved from Discovery to Proposal"]


def test_a_first_visit_has_no_changes_and_a_quiet_one_says_so():
    assert "changes" not in cards("first_visit")
    assert of(cards("nothing_new")["changes"], Text)[0].text == (
        "Nothing has changed since you were here 1 hour ago."
    )


def test_stage_fields_and_protection_stand_with_the_deal():
    deal = cards()["deal"]

    assert deal.title == "Initech rollout"
    assert of(deal, Progress)[0].stages[1] == ("Proposal", "current")
    assert of(deal, Status)[0].text == "You are protected: 4 Oct to 1 Jan 2027"
    assert [(f.name, f.value) for f in inside(deal, FieldItem)] == [
        ("deal.close_date", "12 December 2026"),
        ("deal.amount", "$50,000 to $100,000"),
        ("company.name", "Initech"),
    ]


@pytest.mark.parametrize(
    ("registration", "said"),
    [
        ({"state": "submitted"}, "Your registration was received and waits for a decision"),
        ({"state": "refused"}, "Your registration was not accepted"),
        ({"state": "expired"}, "Your registration has expired"),
        ({"state": "approved", "protected_until": "2026-11-01T00:00:00Z"}, "Your protection has ended"),
    ],
)
def test_every_state_of_a_registration_has_its_sentence(registration, said):
    assert of(cards(registration=registration)["deal"], Status)[0].text == said


def test_dates_are_in_the_viewers_zone():
    late = [{"id": "m", "author": "A", "side": "us", "body": "b", "at": "2026-11-21T23:30:00Z"}]

    (thread,) = of(cards(messages=late)["thread"], Thread)

    assert (thread.messages[0].when, thread.messages[0].day) == ("00:30", "Today")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-12-12", "12 December 2026"),
        ("2026-12-12T23:30:00Z", "13 December 2026"),
        ("2026-13-45", "2026-13-45"),
        ("2026", "2026"),
    ],
)
def test_only_real_dates_are_written_out(value, said):
    fields = [{"name": "close_date", "label": "Close", "value": value, "object": "deal"}]

    assert inside(cards(fields=fields)["deal"], FieldItem)[0].value == said


def test_the_reply_form_says_who_reads_it():
    (form,) = of(cards()["thread"], Form)

    assert (form.command, form.note) == ("reply", "Vandelay will see this")
    assert [field.name for field in form.fields] == ["body"]


def test_what_the_content_does_not_speak_of_is_absent():
    assert list(cards("bare")) == ["changes"]
    assert "bare" not in json.dumps([to_json(card) for card in cards("bare").values()])


def test_an_empty_room_invites_a_message_and_asks_nothing():
    found = cards("empty")

    assert list(found) == ["asked", "changes", "thread"]
    assert of(found["asked"], Text)[0].text == "Nothing is asked of you right now."
    assert of(found["thread"], Empty)[0].title == "No messages yet"


def test_every_text_of_the_room_comes_from_the_content_or_is_a_fixed_phrase():
    secret = {"fields_hidden": [{"name": "margin", "value": "CANARY"}], "notes": "CANARY"}

    assert "CANARY" not in json.dumps([to_json(card) for card in cards(**secret).values()])


def test_the_newest_fifty_messages_are_shown():
    many = [
        {
            "id": f"m{i}",
            "author": "A",
            "side": "us",
            "body": "b",
            "at": f"2026-11-20T{i // 60:02}:{i % 60:02}:00Z",
        }
        for i in range(500)
    ]

    (thread,) = of(cards(messages=many)["thread"], Thread)

    assert len(thread.messages) == 50
    assert thread.messages[-1].id == "m499"


def test_below_the_plan_one_may_comment_show_evidence_of_ones_own_and_ask_for_another_date():
    forms = {form.command: form for form in of(cards()["plan"], Form)}

    about = {command: [value for value, _ in form.fields[0].options] for command, form in forms.items()}
    assert about == {
        "comment_step": ["s0", "s1", "s2", "s3"],
        "add_evidence": ["s1", "s3"],
        "propose_date": ["s1", "s2", "s3"],
    }
    assert all(form.folded for form in forms.values())


def test_without_messages_there_is_no_comment():
    content, viewer = rooms.ROOMS["back_again"]()
    del content["messages"]

    plan = {card.name: card for card in room.build(content, viewer, make.NOW)}["plan"]

    assert [form.command for form in of(plan, Form)] == ["add_evidence", "propose_date"]


def test_what_was_asked_for_a_step_stands_with_it():
    steps = rooms.content()["steps"]
    steps[1] |= {"proposed": "2026-11-30", "evidence": [{"label": "By phone, to Sam", "url": ""}]}
    sent = room.Pending(id="q", command="propose_date", at=make.NOW, step_id="s3")

    plan = room.build(rooms.content(steps=steps), rooms.viewer(pending=(sent,)), make.NOW)
    notes = {s.id: s.note for card in plan if card.name == "plan" for s in inside(card, StepItem)}

    assert notes["s1"] == "Evidence: By phone, to Sam · You asked for 30 Nov"
    assert notes["s3"] == "You asked for another date. It is on its way"
