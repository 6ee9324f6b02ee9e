"""The thread: newest last, its reader chosen before writing, refusals with the CRM's words."""

from dataclasses import replace

from app.domain.thread import Delivery
from cards.blocks import Empty, Form, Thread
from cards.blocks import List as Rows
from tests.cards import make
from tests.cards.look import actions, build, forms, names, of


def thread_of(card) -> Thread:
    (thread,) = of(card, Thread)
    return thread


def test_messages_stand_newest_last_with_one_separator_for_each_day():
    thread = thread_of(build("thread"))

    assert [m.id for m in thread.messages] == ["m0", "m1", "m2"]
    assert [m.day for m in thread.messages] == ["Fri 20 Nov", "Today", ""]


def test_days_and_times_are_the_viewers_own():
    late = make.known(messages=(make.message(ago=0.5),))  # 22:15 UTC the evening before

    at_home = thread_of(build("thread", partners=(late,)))
    in_tokyo = thread_of(build("thread", partners=(late,), zone="Asia/Tokyo"))

    assert (at_home.messages[0].day, at_home.messages[0].when) == ("Yesterday", "22:15")
    assert (in_tokyo.messages[0].day, in_tokyo.messages[0].when) == ("Today", "07:15")


def test_the_reader_is_chosen_before_writing_and_named_on_the_form():
    partner, team = [form for form in of(build("thread"), Form) if form.command == "thread.post"]

    assert (partner.note, partner.audience) == ("Northwind Integrators will see this", "partner")
    assert partner.fixed == {"partner_id": "p1", "audience": "partner"}
    assert (team.note, team.audience) == ("Only your team sees this", "team")
    assert team.fixed == {"partner_id": "p1", "audience": "team"}
    assert names(partner) == names(team) == ["body"]


def test_partner_contacts_can_be_mentioned_to_the_partner_only():
    partner, team = [form for form in of(build("thread"), Form) if form.command == "thread.post"]

    assert "c1@northwind.example" in dict(partner.fields[0].options)
    assert "c1@northwind.example" not in dict(team.fields[0].options)


def test_of_500_messages_the_newest_50_are_shown_and_the_page_before_is_offered():
    card = build("thread", partners=(make.busy(),))

    thread = thread_of(card)
    assert len(thread.messages) == 50
    assert thread.messages[-1].id == "m499"
    assert thread.older.label == "Older messages (450)"
    assert thread.older.card == "thread"
    assert thread.older.fields == {"partner_id": "p1", "before": "m450"}


def test_the_oldest_page_offers_nothing_older():
    assert thread_of(build("thread")).older is None


def test_a_page_of_older_messages_leads_back_to_the_newest():
    card = build("thread", before="m450")

    (back,) = [action for action in actions(card) if action.label == "Back to the newest"]
    assert (back.card, back.fields) == ("thread", {"partner_id": "p1"})


def test_a_message_says_how_far_it_got():
    mine = make.known(
        messages=(
            make.message("m1", delivery=Delivery.SENT),
            make.message("m2", delivery=Delivery.IN_CRM),
            make.message("m3", delivery=Delivery.REFUSED, refusal="No rights"),
        )
    )

    thread = thread_of(build("thread", partners=(mine,), rejected=(make.rejected(subject_id="m3"),)))

    assert [m.delivery for m in thread.messages] == ["sent", "in_crm", "refused"]
    assert "“No rights”" in thread.messages[2].refusal
    assert thread.messages[2].retry.fields == {"outbox_id": "o1"}


def test_a_channel_is_marked_unless_it_is_the_panel():
    mine = make.known(
        messages=tuple(make.message(c, channel=c) for c in ("panel", "share", "email", "slack"))
    )

    thread = thread_of(build("thread", partners=(mine,)))

    assert [m.channel for m in thread.messages] == ["", "share page", "e-mail", "slack"]


def test_the_card_opens_with_who_wrote_and_lists_the_others():
    quiet = replace(make.second(), unread=0)

    card = build("thread", partners=(quiet, make.known()))

    assert thread_of(card).label == "Messages with Northwind Integrators"
    (rows,) = of(card, Rows)
    assert rows.items[0].text == "Contoso Resale"
    assert rows.items[0].actions[0].fields == {"partner_id": "p2"}


def test_the_card_opens_with_the_partner_it_was_asked_for():
    card = build("thread", partners=(make.known(), make.second()), focus="p2")

    assert of(card, Empty)[0].title == "No messages yet"
    assert forms(card)["thread.post"].fixed["partner_id"] == "p2"


def test_without_a_partner_there_is_a_way_to_add_one():
    (action,) = actions(build("thread", partners=()))

    assert (action.label, action.card) == ("Add a partner", "overview")


def test_who_may_only_read_has_no_composer():
    assert not forms(build("thread", may_write=False))
