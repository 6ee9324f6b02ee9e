"""What the partner asks of a plan: another date for a step, which somebody of our side takes or leaves."""

from collections.abc import Iterator
from datetime import date

from app.domain.plan import Step
from cards import words
from cards.blocks import Action, Alert, Style, Tone
from cards.facts import PartnerFacts, RecordFacts


def asked_line(facts: RecordFacts, step: Step, today: date) -> str:
    """As in “Kim asks for 4 Dec: Security questionnaire”; empty where nobody asks."""
    asked = step.asked
    return f"{asked.by} asks for {words.day(asked.due, today, facts.locale)}: {step.title}" if asked else ""


def proposals(facts: RecordFacts, known: PartnerFacts, today: date) -> Iterator[Alert]:
    """Each date that is asked for, with its reason and both answers."""
    for step in known.plan:
        asked = step.asked
        if asked is None:
            continue
        day = words.day(asked.due, today, facts.locale)
        now = f" It is due {words.day(step.due, today, facts.locale)}." if step.due else ""
        fields = {"step_id": step.id, "due": asked.due.isoformat()}
        answers = (
            Action(label=f"Take {day}", command="plan.accept_date", fields=fields, hint=step.title),
            Action(
                label="Keep the date",
                command="plan.decline_date",
                fields=fields,
                style=Style.LINK,
                hint=step.title,
            ),
        )
        yield Alert(
            title=f"{asked.by} asks for another date: “{step.title}” on {day}",
            text=f"{asked.reason}{now}",
            tone=Tone.WARNING,
            actions=answers if facts.may_write else (),
        )
