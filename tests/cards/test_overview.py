"""The overview answers a seller's four questions, worst first, and is quiet when nothing is wrong."""

from datetime import timedelta

from app.domain.actor import Side
from app.domain.registration import RegistrationState
from cards import registry
from cards.blocks import Alert, Empty, Form, Heading, Tone
from tests.cards import make
from tests.cards.look import actions, build, forms, inside, lines, names, of

LOUD = (Tone.WARNING, Tone.DANGER)


def partner_with(**more):
    return {"partners": (make.known(**{"certifications": (), **more}),)}


def loud(card):
    return [block for block in card.blocks if getattr(block, "tone", None) in LOUD]


def test_when_nothing_is_wrong_no_line_is_loud():
    card = build("overview", **partner_with())

    assert not loud(card)


def test_at_most_one_line_of_a_partner_is_loud_and_it_is_the_worst():
    card = build(
        "overview",
        **partner_with(
            registrations=(make.registration(until=6),),
            steps=(make.step(due=-2),),
            certifications=(make.certification(expires=-1),),
        ),
        conflicts=(make.conflict(),),
        rejected=(make.rejected(),),
    )

    (worst,) = loud(card)
    assert worst.text == make.conflict().sentence
    assert [line.split(" ")[0] for line in lines(card)[:5]] == [
        "Northwind",
        "HubSpot",
        "Protection",
        "They",
        "Certification",
    ]


def test_protection_that_ends_soon_says_when_and_offers_to_extend():
    card = build("overview", **partner_with(registrations=(make.registration(until=6),)))

    (worst,) = loud(card)
    assert worst.text == "Protection ends in 6 days (28 Nov)"
    (extend,) = worst.actions
    assert (extend.command, extend.fields) == ("registration.extend", {"registration_id": "r1"})
    assert extend.confirm


def test_protection_with_time_left_is_not_mentioned():
    card = build("overview", **partner_with(registrations=(make.registration(until=15),)))

    assert not [line for line in lines(card) if "Protection" in line]


def test_it_says_who_is_waiting_for_whom():
    theirs = build("overview", **partner_with(steps=(make.step(due=2),)))
    ours = build("overview", **partner_with(steps=(make.step(due=None, side=Side.US),)))

    assert "Waiting on them: Security questionnaire, due Tue" in lines(theirs)
    assert "Waiting on us: Security questionnaire" in lines(ours)


def test_a_late_step_says_who_is_late_once():
    card = build("overview", **partner_with(steps=(make.step(due=-2), make.step("s2", "Next", due=-1))))

    late = [line for line in lines(card) if "Security questionnaire" in line]
    assert late == ["They are 2 days late: Security questionnaire and 1 more step"]


def test_it_quotes_what_was_said_last_without_the_team_notes():
    card = build("overview")

    assert "Maria Quint, 2 hours ago: Can you send the security questionnaire?" in lines(card)


def test_a_long_message_is_cut_to_a_few_lines():
    card = build("overview", **partner_with(messages=(make.message(body="word " * 100),)))

    (quote,) = [line for line in lines(card) if line.startswith("Maria")]
    assert quote.endswith("word…")
    assert len(quote) < 160


def test_it_says_whether_the_partner_has_looked():
    looked = build("overview")
    not_yet = build("overview", **partner_with(last_viewed_at=None, links=()))

    assert "Last opened the room 2 hours ago · 1 link active" in lines(looked)
    assert "Has not opened the room yet · no active link" in lines(not_yet)


def test_new_messages_are_counted_in_the_heading():
    card = build("overview", partners=(make.known(unread=2),))

    assert of(card, Heading)[0].badge == "2 new"


def test_a_registration_waits_quietly_until_its_decision_is_late():
    submitted = make.registration("r2", RegistrationState.SUBMITTED, received_at=make.NOW - make.days(1))
    late = make.registration("r2", RegistrationState.SUBMITTED, received_at=make.NOW - make.days(3))

    quiet = build("overview", **partner_with(registrations=(submitted,)))
    alarmed = build("overview", **partner_with(registrations=(late,)))

    assert not loud(quiet)
    assert "A registration waits for your decision, due in 24 hours" in lines(quiet)
    assert loud(alarmed)[0].text == "A decision on the registration was due 1 day ago"


def test_without_a_partner_there_is_one_sentence_and_a_form_to_add_one():
    card = build("overview", partners=(), available_partners=())

    (empty,) = of(card, Empty)
    (form,) = of(card, Form)
    assert empty.title == "No partner on this deal yet"
    assert form.command == "partner.attach"
    assert names(form) == ["name", "type", "domain"]


def test_known_partners_can_be_picked():
    card = build("overview", partners=())

    assert [form.id for form in of(card, Form)] == ["attach", "attach-new"]


def test_a_conflict_of_nobody_here_is_still_told():
    card = build("overview", partners=(), conflicts=(make.conflict(),))

    assert [alert.title for alert in of(card, Alert)] == [make.conflict().sentence]


def test_a_refused_write_shows_the_reason_of_the_crm_and_a_retry():
    card = build("overview", **partner_with(), rejected=(make.rejected(),))

    assert "HubSpot refused the task: “Due date is required on Enterprise deals”" in lines(card)
    assert [action.fields for action in actions(card, "outbox.retry")] == [{"outbox_id": "o1"}]


def test_who_may_only_read_gets_no_command_at_all():
    card = build("overview", may_write=False, conflicts=(make.conflict(),), rejected=(make.rejected(),))

    assert not [action for action in inside(card, type(actions(card)[0])) if action.command]
    assert not forms(card)


def test_a_stale_card_says_how_old_it_is_and_offers_to_refresh():
    card = build("overview", stale=True, as_of=make.NOW - timedelta(hours=7))

    assert lines(card)[0] == "HubSpot was last read 7 hours ago."
    assert any(action.card == "overview" and action.fields == {"refresh": "1"} for action in actions(card))


def test_a_company_gathers_each_partner_once_with_its_deals():
    card = make_company()

    assert [heading.text for heading in of(card, Heading)] == ["Contoso Resale", "Northwind Integrators"]
    assert "2 deals together" in str(card)


def test_on_a_company_what_happens_on_a_deal_leads_to_the_deal():
    card = make_company()

    assert {action.command for action in actions(card)} == {""}
    assert {action.href for action in actions(card) if action.href} >= {"https://crm.example/deal/d1"}


def make_company():
    return registry.build("overview", make.on_company(), make.NOW)


def test_what_is_worth_reading_is_one_quiet_line_with_the_way_to_the_rest():
    card = build("overview", **partner_with(content=make.CONTENT))

    (line,) = (line for line in lines(card) if "Worth reading" in line)
    assert line == "Worth reading now: Battle card and 1 more"
    assert [one.href for one in actions(card) if one.hint == "Battle card"] == ["https://a.example/i1"]
    assert [one.card for one in actions(card) if one.label == "All"] == ["certifications"]
