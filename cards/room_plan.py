"""The plan as a partner sees it: its steps, what they mean for the close date, and a picture. Made from what the page
holds and nothing else, so that what a partner is not shown cannot be in it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.actor import Side
from app.domain.plan import Step, StepStatus
from app.domain.plan_calendar import Calendar
from app.domain.plan_dates import close_day
from cards import words
from cards.blocks import Action, Actions, Block, Style
from cards.plan_forecast import forecast_line
from cards.timeline import timeline

Content = Mapping[str, Any]


def steps_of(content: Content, sent: frozenset[str] = frozenset()) -> list[Step]:
    """The steps of the page as the plan's rules take them; those that the reader has just marked are done."""
    rows = sorted(content.get("steps") or (), key=lambda s: (s.get("position") or 0, str(s["id"])))
    return [
        Step(
            id=str(row["id"]),
            partner_id="",
            milestone=str(row.get("milestone") or "Steps"),
            title=str(row["title"]),
            owner_side=Side(row["side"]),
            due=_day(row.get("due")),
            status=StepStatus.DONE if row["status"] == "done" or row["id"] in sent else StepStatus.OPEN,
            position=int(row.get("position") or 0),
            required=bool(row.get("required", True)),
            after=tuple(str(one) for one in row.get("after") or ()),
        )
        for row in rows
    ]


def forecast_blocks(content: Content, steps: Sequence[Step], today: date, locale: str) -> Iterator[Block]:
    """The close date that the plan supports, where the page shows the close date as it is."""
    close = _close(content)
    if close and any(step.status is StepStatus.OPEN for step in steps):
        yield forecast_line(steps, close, today, locale, noun="deal", calendar=Calendar())


def picture(content: Content, steps: Sequence[Step], today: date, locale: str) -> Iterator[Block]:
    groups: dict[str, list[Step]] = {}
    for step in steps:
        groups.setdefault(step.milestone, []).append(step)
    found = timeline(list(groups.items()), _close(content), today, locale)
    if found:
        yield found


def calendar_link(url: str, steps: Sequence[Step]) -> Iterator[Block]:
    if url and any(step.due for step in steps):
        yield Actions(items=(Action(label="Dates for your calendar", href=url, style=Style.LINK),))


def step_note(row: Mapping[str, Any], content: Content, locale: str) -> str:
    """Whether the step is optional, and which open steps it waits for."""
    titles = {s["id"]: s["title"] for s in content.get("steps") or () if s["status"] != "done"}
    waits = [f"“{titles[one]}”" for one in row.get("after") or () if one in titles]
    said = (
        "" if row.get("required", True) else "Optional",
        f"Waits for {words.listing(waits, locale)}" if waits else "",
    )
    return " · ".join(filter(None, said))


def evidence(row: Mapping[str, Any]) -> tuple[Action, ...]:
    return tuple(
        Action(
            label=f"Evidence: {one['label']}", href=str(one["url"]), style=Style.LINK, hint=str(row["title"])
        )
        for one in row.get("evidence") or ()
        if one["url"]
    )


def _close(content: Content) -> date | None:
    for field in content.get("fields") or ():
        if (field.get("object", "deal"), field["name"]) == ("deal", "close_date"):
            return close_day(str(field["value"]))
    return None


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)[:10]) if text else None
