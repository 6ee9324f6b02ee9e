"""The documents of a share page, built from a snapshot's content and the viewer's own answers, nothing else.

`side` in these documents is the reader's: "us" is the partner who reads, "partner" the vendor.

A snapshot's content is plain JSON:

    {"deal": {"name"?: str, ...},
     "fields": [{"name", "label", "value", "object"}],
     "stages": [{"label", "state"}],                       state: done, current, ahead
     "registration": {"state", "protected_from", "protected_until", "paused": {"since", "for"} | null,
                      "question": {"since", "text"} | null, "asked", "amending"?, "more_time", "due"} | null,
     "steps": [{"id", "milestone", "title", "side", "owner", "due", "status", "position", "proposed"?}],
     "messages": [{"id", "author", "side", "body", "at"}],
     "files": [{"id", "name", "type", "size", "at"}],
     "tier": {"granted", "tier", "why": [str], "until", "then"} | null,
     "certifications": [{"id", "name", "level", "person", "expires", "revoked"}],
     "content": [{"id", "title", "url", "needs"}],
     "changes": [{"at", "what"}],
     "vendor": {"name", "color"}}

Times are ISO 8601 in UTC, dates ISO dates, `side` us (the vendor) or partner, `status` open or done. A key that is
absent says nothing about its subject.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.thread import MESSAGE_LIMIT
from app.ground.clock import from_iso, to_iso
from cards import room_certifications, room_content, room_registration, room_talk, room_tier, words
from cards.blocks import (
    Action,
    Block,
    Card,
    Empty,
    FieldItem,
    Fields,
    FieldType,
    Form,
    FormField,
    Heading,
    ListItem,
    Milestone,
    Progress,
    SideName,
    Status,
    StepItem,
    Steps,
    Style,
    Text,
    Thread,
    ThreadMessage,
    Tone,
)
from cards.blocks import List as Rows
from cards.room_plan import calendar_link, evidence, forecast_blocks, picture, step_note, steps_of
from cards.version import finish

Content = Mapping[str, Any]

REPLY = "reply"
COMPLETE = "complete_step"
REOPEN = "reopen_step"
DOWNLOAD = "download"

MESSAGES_SHOWN = 50
CHANGES_SHOWN = 20
"""Newest ones; more is no longer news."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An answer of this viewer that the agent has not carried out yet: `body` is what was said, `step_id` the step
    it is about."""

    id: str
    command: str
    at: datetime
    body: str = ""
    step_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomViewer:
    """Who looks in. `last_visit` is the visit before this one, None on the first. `calendar_url` holds the
    plan's dates; content is opened below `content_url`."""

    name: str
    email: str
    last_visit: datetime | None = None
    zone: str = "UTC"
    locale: str = "en"
    pending: tuple[Pending, ...] = ()
    calendar_url: str = ""
    content_url: str = ""

    def today(self, now: datetime) -> date:
        return words.local_day(now, self.zone)

    def has_sent(self, command: str) -> bool:
        """Whether such an answer is on its way."""
        return any(p.command == command for p in self.pending)

    def sent_steps(self) -> frozenset[str]:
        return frozenset(p.step_id for p in self.pending if p.command == COMPLETE)


def build(content: Content, viewer: RoomViewer, now: datetime) -> tuple[Card, ...]:
    """The sections of the page in reading order: what is asked of the viewer first."""
    cards = (
        _asked(content, viewer, now),
        _changes(content, viewer, now),
        _deal(content, viewer, now),
        _plan(content, viewer, now),
        _thread(content, viewer, now),
        _files(content, viewer, now),
        room_tier.build(content.get("tier"), viewer.today(now), viewer.locale),
        room_certifications.build(_rows(content, "certifications"), viewer.today(now), viewer.locale),
        room_content.build(_rows(content, "content"), viewer.content_url),
    )
    return tuple(finish(card) for card in cards if card is not None)


def vendor_name(content: Content) -> str:
    return str((content.get("vendor") or {}).get("name") or "the vendor")


def _rows(content: Content, key: str) -> list[Mapping[str, Any]]:
    return list(content.get(key) or ())


def _asked(content: Content, viewer: RoomViewer, now: datetime) -> Card | None:
    if "steps" not in content:
        return None
    mine = [s for s in _steps(content) if s["side"] == "partner" and s["status"] != "done"]
    open_ = [s for s in mine if s["id"] not in viewer.sent_steps()]
    title = "What is asked of you"
    if not mine:
        return Card(name="asked", title=title, blocks=(Text(text="Nothing is asked of you right now."),))
    blocks: list[Block] = []
    if not open_:
        blocks.append(Status(text=f"All done. {vendor_name(content)} is being told.", tone=Tone.SUCCESS))
    mine.sort(key=lambda s: (s["id"] in viewer.sent_steps(), not s.get("due"), s.get("due") or ""))
    items = tuple(_step(s, content, viewer, now) for s in mine)
    blocks.append(Steps(label=title, milestones=(Milestone(title="", state="current", steps=items),)))
    return Card(name="asked", title=title, blocks=tuple(blocks))


def _changes(content: Content, viewer: RoomViewer, now: datetime) -> Card | None:
    since = viewer.last_visit
    if since is None:
        return None
    when = words.ago(since, now, viewer.locale)
    news = [change for change in _rows(content, "changes") if from_iso(change["at"]) > since]
    news.sort(key=lambda change: from_iso(change["at"]), reverse=True)
    if not news:
        block: Block = Text(text=f"Nothing has changed since you were here {when}.", muted=True)
    else:
        block = Rows(items=tuple(_change(change, viewer, now) for change in news[:CHANGES_SHOWN]))
    return Card(name="changes", title="Since your last visit", blocks=(block,))


def _change(change: Mapping[str, Any], viewer: RoomViewer, now: datetime) -> ListItem:
    at = from_iso(change["at"])
    return ListItem(
        text=str(change["what"]),
        detail=words.ago(at, now, viewer.locale),
        title=words.absolute(at, viewer.zone, viewer.locale),
    )


def _deal(content: Content, viewer: RoomViewer, now: datetime) -> Card | None:
    name = str((content.get("deal") or {}).get("name") or "")
    blocks: list[Block] = []
    stages = tuple((str(s["label"]), s["state"]) for s in _rows(content, "stages"))
    if stages:
        done = sum(state == "done" for _, state in stages)
        blocks.append(Progress(label="Stage", percent=round(100 * done / len(stages)), stages=stages))
    blocks.extend(room_registration.clock(content, viewer, now))
    blocks.extend(_fields(content, viewer))
    return Card(name="deal", title=name or "The deal", blocks=tuple(blocks)) if blocks or name else None


def _fields(content: Content, viewer: RoomViewer) -> Iterator[Block]:
    shown = [field for field in _rows(content, "fields") if field.get("value")]
    for kind, title in (("deal", ""), ("company", "Customer"), ("contact", "Contact")):
        of_kind = [field for field in shown if field.get("object", "deal") == kind]
        if of_kind and title:
            yield Heading(text=title)
        if of_kind:
            yield Fields(items=tuple(_field(field, viewer) for field in of_kind))


def _field(field: Mapping[str, Any], viewer: RoomViewer) -> FieldItem:
    value = str(field["value"])
    name = f"{field.get('object', 'deal')}.{field['name']}"
    if not _DATE.fullmatch(value):
        return FieldItem(label=str(field["label"]), value=value, name=name)
    try:
        # A date without a time is the same day everywhere; a time is a day in the reader's zone.
        day = date.fromisoformat(value) if "T" not in value else words.local_day(from_iso(value), viewer.zone)
    except ValueError:
        return FieldItem(label=str(field["label"]), value=value, name=name)
    full = words.full_day(day, viewer.locale)
    return FieldItem(label=str(field["label"]), value=full.partition(", ")[2] or full, title=full, name=name)


def _steps(content: Content) -> list[Mapping[str, Any]]:
    return sorted(_rows(content, "steps"), key=lambda s: (s.get("position") or 0, str(s["id"])))


def _plan(content: Content, viewer: RoomViewer, now: datetime) -> Card | None:
    steps = _steps(content)
    if not steps:
        return None
    groups: dict[str, list[StepItem]] = {}
    for step in steps:
        title = str(step.get("milestone") or "Steps")
        groups.setdefault(title, []).append(_step(step, content, viewer, now, act=False))
    done = sum(item.state == "done" for items in groups.values() for item in items)
    detail = f"{done} of {words.count(len(steps), 'step')} done"
    bar = Progress(label="Progress", percent=round(100 * done / len(steps)), detail=detail)
    plan = Steps(label="Plan", milestones=tuple(_milestones(groups)))
    today, known = viewer.today(now), steps_of(content, viewer.sent_steps())
    blocks = (
        *forecast_blocks(content, known, today, viewer.locale),
        bar,
        plan,
        *picture(content, known, today, viewer.locale),
        *calendar_link(viewer.calendar_url, known),
        *room_talk.forms(content, steps, today),
    )
    return Card(name="plan", title="Plan", blocks=blocks)


def _milestones(groups: Mapping[str, Iterable[StepItem]]) -> Iterator[Milestone]:
    seen_open = False
    for title, items in groups.items():
        steps = tuple(items)
        if all(step.state == "done" for step in steps):
            yield Milestone(title=title, state="done", steps=steps)
        else:
            yield Milestone(title=title, state="ahead" if seen_open else "current", steps=steps)
            seen_open = True


def _step(
    step: Mapping[str, Any], content: Content, viewer: RoomViewer, now: datetime, *, act: bool = True
) -> StepItem:
    today = viewer.today(now)
    due = date.fromisoformat(step["due"][:10]) if step.get("due") else None
    sent = step["id"] in viewer.sent_steps()
    done = step["status"] == "done" or sent
    mine = step["side"] == "partner"
    late = due is not None and due < today and not done
    return StepItem(
        id=str(step["id"]),
        title=str(step["title"]),
        state="done" if done else "late" if late else "open",
        owner=str(step.get("owner") or ("Your team" if mine else vendor_name(content))),
        side="us" if mine else "partner",
        due=due.isoformat() if due else "",
        when=words.due(due, today, viewer.locale) if due and not done else "",
        full=words.full_day(due, viewer.locale) if due and not done else "",
        note=_step_note(step, content, viewer, today),
        actions=(
            *((_answer(step, sent=sent),) if act and mine and (sent or not done) else ()),
            *(() if act else evidence(step)),
        ),
    )


def _step_note(step: Mapping[str, Any], content: Content, viewer: RoomViewer, today: date) -> str:
    if step["id"] in viewer.sent_steps():
        return "You marked this as done. It is on its way."
    said = [] if step["status"] == "done" else [step_note(step, content, viewer.locale)]
    said += room_talk.notes(step, viewer.pending, today, viewer.locale)
    return " · ".join(filter(None, said))


def _answer(step: Mapping[str, Any], *, sent: bool) -> Action:
    """What the viewer can say of a step: that it is done, or that it is not after all."""
    return Action(
        label="Take back" if sent else "Mark as done",
        command=REOPEN if sent else COMPLETE,
        fields={"step_id": str(step["id"])},
        style=Style.LINK if sent else Style.PRIMARY,
        hint=str(step["title"]),
    )


def _thread(content: Content, viewer: RoomViewer, now: datetime) -> Card | None:
    if "messages" not in content:
        return None
    vendor = vendor_name(content)
    messages = tuple(_messages(content, viewer, now))
    talk: Block = (
        Thread(messages=messages)
        if messages
        else Empty(title="No messages yet", text=f"What you write here reaches {vendor}.")
    )
    reply = Form(
        id=REPLY,
        title="Reply",
        command=REPLY,
        submit="Send",
        note=f"{vendor} will see this",
        fields=(
            FormField(
                name="body",
                label="Message",
                type=FieldType.TEXTAREA,
                required=True,
                max_length=MESSAGE_LIMIT,
            ),
        ),
    )
    return Card(name="thread", title="Messages", blocks=(talk, reply))


def _messages(content: Content, viewer: RoomViewer, now: datetime) -> Iterator[ThreadMessage]:
    known = _rows(content, "messages")
    ids = {message["id"] for message in known}
    said = [
        (from_iso(m["at"]), str(m["id"]), str(m["author"]), _reader_side(m["side"]), str(m["body"]), False)
        for m in known
    ]
    said += [
        (p.at, p.id, viewer.name or viewer.email, "us", p.body, True)
        for p in viewer.pending
        if p.command in (REPLY, room_talk.COMMENT) and p.id not in ids
    ]
    said.sort(key=lambda m: (m[0], m[1]))
    previous: date | None = None
    for at, key, author, side, body, sent in said[-MESSAGES_SHOWN:]:
        day = words.local_day(at, viewer.zone)
        name = words.sentence(words.day_name(day, viewer.today(now), viewer.locale))
        yield ThreadMessage(
            id=key,
            author=author,
            side=side,
            audience="",
            body=body,
            at=to_iso(at),
            when=words.clock(at, viewer.zone, viewer.locale),
            title=words.absolute(at, viewer.zone, viewer.locale),
            day=name if day != previous else "",
            delivery="sent" if sent else "",
        )
        previous = day


def _reader_side(side: object) -> SideName:
    return "us" if side == "partner" else "partner"


def _files(content: Content, viewer: RoomViewer, now: datetime) -> Card | None:
    files = _rows(content, "files")
    if not files:
        return None
    rows = tuple(
        ListItem(
            text=str(file["name"]),
            detail=" · ".join(
                (
                    words.size(int(file["size"]), viewer.locale),
                    *([f"version {file['version']}"] if int(file.get("version", 0)) > 1 else ()),
                    f"added {words.ago(from_iso(file['at']), now, viewer.locale)}",
                )
            ),
            title=words.absolute(from_iso(file["at"]), viewer.zone, viewer.locale),
            actions=_download(file),
        )
        for file in files
    )
    note = Text(text="A download bears your address and the time.", muted=True)
    offered = any(row.actions for row in rows)
    return Card(name="files", title="Files", blocks=(Rows(items=rows), *((note,) if offered else ())))


def _download(file: Mapping[str, Any]) -> tuple[Action, ...]:
    if not file.get("version"):
        return ()
    return (
        Action(label="Download", command=DOWNLOAD, fields={"file": str(file["id"])}, hint=str(file["name"])),
    )
