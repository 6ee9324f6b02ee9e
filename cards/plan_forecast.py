"""What a plan means for the close date, in sentences: the same for a seller and, from what it sees, for a partner."""

from collections.abc import Iterator, Sequence
from datetime import date

from app.domain.plan import Step
from app.domain.plan_calendar import Calendar
from app.domain.plan_forecast import Forecast, drift, forecast
from cards import words
from cards.blocks import Action, Alert, Block, List, ListItem, Status, Style, Text, Tone
from cards.facts import PartnerFacts, UpgradeOffer

CHAIN_SHOWN = 4
"""Steps of the deciding chain that one line names; the rest is said as a number."""


def forecast_line(
    steps: Sequence[Step], close: date | None, today: date, locale: str, *, noun: str, calendar: Calendar
) -> Status:
    """Whether the plan carries the close date: "On track for 12 Dec", "Slips to 19 Dec because …"."""
    found = forecast(steps, close, today, calendar)
    if close is None:
        return Status(text=f"This {noun} has no close date, so the plan has no forecast.")
    said = words.day(close, today, locale)
    title = words.full_day(found.expected or close, locale)
    if found.late is not None and found.expected is not None:
        return Status(
            text=f"Slips to {words.day(found.expected, today, locale)} because {_cause(found, today, locale)}",
            detail=f"Close date {said}",
            tone=Tone.WARNING,
            title=title,
        )
    if close < today:
        return Status(text=f"The close date, {said}, has passed", tone=Tone.WARNING, title=title)
    return Status(text=f"On track for {said}", tone=Tone.SUCCESS, title=title)


def _cause(found: Forecast, today: date, locale: str) -> str:
    late = found.late
    if late is None or late.due is None:
        return f"“{late.title}” has to wait" if late else ""
    if late.due >= today:
        return f"“{late.title}” has to wait"
    cause = f"“{late.title}” is {words.due(late.due, today, locale)}"
    last = found.path[-1]
    return cause if last.id == late.id else f"{cause}, and “{last.title}” waits for it"


def chain_line(steps: Sequence[Step], today: date, calendar: Calendar) -> Iterator[Text]:
    """The chain that decides when the plan ends, where there is one."""
    path = forecast(steps, None, today, calendar).path
    if len(path) < 2:  # noqa: PLR2004 - one step is no chain
        return
    shown = [f"“{step.title}”" for step in path[:CHAIN_SHOWN]]
    more = len(path) - len(shown)
    yield Text(text=f"What decides: {' → '.join(shown)}{f' and {more} more' if more else ''}", muted=True)


def drift_line(steps: Sequence[Step], today: date, locale: str) -> Iterator[Text]:
    """How far the plan has moved from what was agreed on first."""
    found = drift(steps)
    if found is None:
        return
    moved = words.count(found.moved, "step")
    text = f"{moved} moved since it was agreed on"
    if found.end != found.planned_end:
        first, now = words.day(found.planned_end, today, locale), words.day(found.end, today, locale)
        text += f": the plan ends {now} instead of {first}"
    yield Text(text=text, muted=True)


def upgrade_blocks(known: PartnerFacts, *, may_write: bool) -> Iterator[Block]:
    """For each newer version of a template of this plan what it would do, and a button that asks first."""
    for offer in known.upgrades:
        does = offer.does
        yield Alert(
            title=f"“{offer.name}” has a version {offer.to_version}",
            text=f"This plan runs on version {offer.from_version}. The new one {does.summary}.",
            tone=Tone.INFO,
            actions=(_upgrade(known, offer),) if may_write else (),
        )
        rows = tuple(_rows(offer))
        if rows:
            yield List(label="What would change", folded=True, items=rows)


def _upgrade(known: PartnerFacts, offer: UpgradeOffer) -> Action:
    return Action(
        label=f"Upgrade to version {offer.to_version}",
        command="plan.upgrade",
        fields={
            "partner_id": known.partner.id,
            "template_id": offer.template_id,
            "from_version": str(offer.from_version),
            "to_version": str(offer.to_version),
        },
        style=Style.PRIMARY,
        confirm=f"Upgrading {offer.does.summary}. What is done, and what people changed, stays as it is.",
    )


def _rows(offer: UpgradeOffer) -> Iterator[ListItem]:
    for new in offer.does.added:
        yield ListItem(text=new.title, badge="Added", tone=Tone.SUCCESS, detail=new.milestone)
    for change in offer.does.changed:
        said = ", ".join(_FIELDS[name] for name in change.values)
        renamed = change.values.get("title")
        detail = f"{said}: “{renamed}”" if renamed and len(change.values) == 1 else said
        yield ListItem(text=change.step.title, badge="Changed", tone=Tone.INFO, detail=detail)
    for gone in offer.does.removed:
        yield ListItem(
            text=gone.title, badge="Set aside", tone=Tone.WARNING, detail="Still open; can be brought back"
        )
    for step in offer.does.kept:
        yield ListItem(text=step.title, badge="Stays", detail="Done, or changed by your team")


_FIELDS = {
    "title": "another title",
    "milestone": "another milestone",
    "owner": "another owner",
    "rule": "another due date",
    "after": "waits for other steps",
    "required": "required or optional",
}
