"""The plan: milestones as a stepper, due dates in words, and what it says about the close date."""

import pytest

from app.domain.actor import Side
from app.domain.plan import StepStatus
from app.domain.plan_template import Content, Motion, Template, TemplateState
from app.domain.thread import Audience
from cards.blocks import Chart, Empty, Progress, Steps
from tests.cards import make
from tests.cards.look import actions, build, choices, forms, lines, names, of

TEMPLATE = Template(
    id="t",
    version=1,
    revision=1,
    state=TemplateState.PUBLISHED,
    content=Content(name="Co-sell", motion=Motion.CO_SELL, steps=()),
    author="Helene",
    changed_at=make.NOW,
)


def plan_with(*steps, **more):
    return build("plan", partners=(make.known(steps=steps),), **more)


def items(card):
    (plan,) = of(card, Steps)
    return [step for milestone in plan.milestones for step in milestone.steps]


def test_milestones_are_done_current_or_ahead():
    (progress,) = of(build("plan"), Progress)

    assert progress.stages == (("Start", "done"), ("Validate", "current"), ("Close", "ahead"))
    assert progress.detail == "1 of 4 steps done"


def test_due_dates_are_words_with_the_full_date_behind_them():
    late, near, far = items(plan_with(make.step("a", due=-2), make.step("b", due=2), make.step("c", due=21)))

    assert [(s.state, s.when) for s in (late, near, far)] == [
        ("late", "2 days late"),
        ("open", "Tue"),
        ("open", "in 3 weeks"),
    ]
    assert near.full == "Tuesday, 24 November 2026"


def test_a_done_step_says_when_and_by_whom():
    (done,) = items(
        plan_with(make.step(status=StepStatus.DONE, done_at=make.NOW - make.days(3), done_by="Maria Quint"))
    )

    assert (done.state, done.when, done.note) == ("done", "19 Nov", "Done by Maria Quint")


def test_completing_offers_an_undo_and_a_done_step_can_be_reopened():
    card = plan_with(make.step("a"), make.step("b", status=StepStatus.DONE))

    (complete,) = actions(card, "plan.complete_step")
    (reopen,) = actions(card, "plan.reopen_step")
    assert (complete.fields, complete.undo) == ({"step_id": "a"}, "plan.reopen_step")
    assert reopen.fields == {"step_id": "b"}


def test_an_edit_names_the_version_that_the_editor_saw():
    card = plan_with(make.step("a", version=7))

    edit = forms(card)["plan.edit_step"]
    assert edit.fixed == {"step_id": "a", "version": "7"}
    planning = ["due_from", "due_days", "due_unit", "after", "owner_side", "owner_role", "need"]
    assert names(edit) == ["title", "due", *planning]
    assert [field.value for field in edit.fields][:2] == ["Security questionnaire", "2026-11-24"]


def test_the_form_for_a_step_offers_milestones_owners_and_no_past_date():
    add = forms(build("plan"))["plan.add_step"]

    assert names(add) == ["title", "milestone", "owner_side", "owner_email", "due", "audience"]
    assert choices(add, "milestone") == ["Start", "Validate", "Close"]
    assert choices(add, "owner_email") == ["", "ada@us.example", "c1@northwind.example"]
    assert [field.min for field in add.fields if field.name == "due"] == ["2026-11-22"]


@pytest.mark.parametrize(
    ("close", "said"),
    [
        ("2026-12-12", "On track for 12 Dec"),
        ("2026-12-12T00:00:00Z", "On track for 12 Dec"),
        ("1797033600000", "On track for 12 Dec"),
        ("2026-11-03", "The close date, 3 Nov, has passed"),
        ("", "This deal has no close date, so the plan has no forecast."),
        ("soon", "This deal has no close date, so the plan has no forecast."),
        ("9" * 30, "This deal has no close date, so the plan has no forecast."),
    ],
)
def test_the_forecast_reads_the_close_date_as_either_crm_writes_it(close, said):
    card = plan_with(make.step(), record=make.record(close_date=close))

    assert lines(card)[0] == said


def test_a_late_step_moves_the_close_date_by_as_many_days():
    card = plan_with(make.step(due=-7), make.step("b", "Other", due=-2))

    assert lines(card)[0] == "Slips to 19 Dec because “Security questionnaire” is 7 days late"


def test_a_plan_that_is_done_needs_no_forecast():
    assert not lines(plan_with(make.step(status=StepStatus.DONE)))


def test_a_plan_without_steps_invites_the_first_one():
    card = plan_with()

    assert of(card, Empty)[0].title == "No steps yet"
    assert not forms(card)["plan.add_step"].folded
    assert not of(card, Chart)


def test_forty_steps_keep_their_order():
    card = build("plan", partners=(make.busy(),))

    assert [s.title for s in items(card)] == [f"Step number {i}" for i in range(40)]


def test_the_timeline_needs_two_dates_and_says_in_words_what_it_shows():
    (chart,) = of(build("plan"), Chart)

    assert not of(plan_with(make.step()), Chart)
    assert chart.alternative.startswith("Start: 16 Nov, done. Validate: 24 Nov to 4 Dec, ahead.")
    assert chart.alternative.endswith("Close date 12 Dec.")


def test_every_bar_of_the_timeline_stays_within_the_picture():
    (chart,) = of(build("plan", partners=(make.busy(),)), Chart)

    assert all(bar.start >= 0 and bar.start + bar.length <= 100 for bar in chart.bars)
    assert 0 <= chart.today <= 100


def test_a_refused_step_keeps_the_words_of_the_crm_and_a_retry():
    card = plan_with(make.step(), rejected=(make.rejected(),))

    (step,) = items(card)
    assert step.refusal.startswith("HubSpot refused the task: “Due date is required on Enterprise deals”")
    assert [action.command for action in step.actions] == [
        "plan.complete_step",
        "plan.drop_step",
        "outbox.retry",
    ]


def test_a_step_for_the_team_only_says_so():
    (step,) = items(plan_with(make.step(audience=Audience.TEAM)))

    assert step.audience == "team"


def test_the_side_stands_for_an_owner_nobody_named():
    theirs, ours = items(plan_with(make.step("a"), make.step("b", side=Side.US)))

    assert (theirs.owner, ours.owner) == ("Northwind Integrators", "Us")


@pytest.mark.parametrize(
    ("email", "due", "warned"), [("m@n.example", 50, True), ("m@n.example", 40, False), ("", 50, False)]
)
def test_a_step_warns_when_its_owners_certificate_lapses_before_it_is_due(email, due, warned):
    held = make.certification("a", "Data engineer", 45, person_name="Maria Quint", person_email="m@n.example")
    step = make.step(due=due, owner_email=email, owner_name="")
    mine = make.known(steps=(step,), certifications=(held,))

    (item,) = [
        item
        for block in of(build("plan", partners=(mine,)), Steps)
        for m in block.milestones
        for item in m.steps
    ]

    assert item.note == (
        "Maria Quint’s certification Data engineer lapses 6 Jan 2027, before this is due" if warned else ""
    )


def test_a_template_that_was_applied_today_is_taken_back_until_somebody_works_on_it():
    of_template = {"template_id": "t", "plan_start": make.TODAY}
    fresh = plan_with(make.step("a", **of_template), templates=(TEMPLATE,))
    worked_on = plan_with(
        make.step("a", **of_template),
        make.step("b", status=StepStatus.DONE, **of_template),
        templates=(TEMPLATE,),
    )

    (back,) = actions(fresh, "plan.take_back_template")
    assert (back.fields["template_id"], back.confirm) == (
        "t",
        "Set aside the 1 step that this template added?",
    )
    assert actions(worked_on, "plan.take_back_template") == []
