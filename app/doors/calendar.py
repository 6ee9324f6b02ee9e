"""A plan's dates for a seller's own calendar, and the plan on paper. The address carries a bearer of a quarter of an
hour, bound to seller and record; it is another one than the preview's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Response, request

from app.domain.plan import Step, StepStatus
from app.domain.record import RecordKey
from app.doors.problems import answer_problems
from app.doors.share.headers import NO_STORE, finish
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.identity.tokens import Audience, Bearer, Tokens
from app.sharing.calendar import TYPE, Day, to_ics
from app.sharing.plan_pdf import plan_pdf

PDF_NAME = ("Content-Disposition", 'attachment; filename="plan.pdf"')


class Plans(Protocol):
    def plan(self, tenant_id: str, record: RecordKey, partner_id: str) -> tuple[str, list[Step]]:
        """What the plan is called, and its steps. Raises AppError unless the partner works on the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDoor:
    plans: Plans
    tokens: Tokens
    clock: Clock
    https: bool


def create_blueprint(door: CalendarDoor) -> Blueprint:
    blueprint = Blueprint("calendar", __name__)

    def open_plan(token: str) -> tuple[Bearer, str, Sequence[Step]]:
        bearer = door.tokens.verify(Audience.CALENDAR, token)
        if bearer is None:
            raise AppError(Reason.UNAUTHENTICATED, "Open the plan from the card again.")
        return bearer, *door.plans.plan(bearer.tenant_id, bearer.record, request.args.get("partner", "")[:64])

    @blueprint.get("/calendar/<token>/plan.ics")
    def calendar(token: str) -> Response:
        _, name, steps = open_plan(token)
        days = [
            Day(id=step.id, title=step.title, due=step.due, note=_note(step)) for step in steps if step.due
        ]
        return Response(to_ics(name, days, door.clock()), headers=[TYPE, NO_STORE])

    @blueprint.get("/calendar/<token>/plan.pdf")
    def document(token: str) -> Response:
        bearer, name, steps = open_plan(token)
        whose = bearer.actor.email or bearer.actor.name
        body = plan_pdf(name, steps, email=whose, at=door.clock())
        return Response(body, mimetype="application/pdf", headers=[PDF_NAME, NO_STORE])

    @blueprint.after_request
    def harden(response: Response) -> Response:
        return finish(response, https=door.https)

    answer_problems(blueprint)
    return blueprint


def _note(step: Step) -> str:
    return f"{step.owner_name} · {'done' if step.status is StepStatus.DONE else 'open'}"
