"""Renders a room from its latest snapshot as today's policy allows it, with the viewer's mark in it.

Rendered pages are kept in memory, but only what cannot go stale is: the link, the session, the policy's version,
the snapshot and the answers are read from the database for every request and name the kept page.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.disclosure.policy import Policy
from app.disclosure.policy_body import stored_policy
from app.disclosure.snapshot import Content
from app.domain.actor import Side
from app.domain.plan import Step, StepStatus
from app.doors.share.pages import markup, render
from app.ground.errors import AppError
from app.ground.ids import new_id, new_token
from app.sharing.calendar import Day, to_ics
from app.sharing.exposure import ExposureLedger
from app.sharing.gate import Admitted, Gate
from app.sharing.rules import Failure
from app.sharing.showing import allowed
from app.sharing.watermark import mark, plain
from app.storage.engine import Database
from app.storage.published.answers import Answer, recent_answers
from app.storage.published.rooms import Published, live_policy_of, snapshot_by_id
from cards import room as room_cards
from cards import room_registration
from cards.blocks import Alert, Block, Card, Form, Tone
from cards.html import render_all, share_host
from cards.room_plan import steps_of

PAGES_KEPT = 256
"""Rendered pages in memory, about 20 kB each. A page is made anew every minute, since it says "5 min ago"."""

_KEY_SLOT, _MARK_SLOT = new_token(), new_token()
"""Where a request's own parts go. Random, so that no text of a CRM or a partner can stand for them."""

PATHS = {
    "reply": "reply",
    "complete_step": "complete",
    "reopen_step": "reopen",
    room_registration.MORE_TIME: "more-time",
    room_registration.ANSWER: "answer",
}
"""The room's commands and the paths their forms post to."""

COMMANDS = {
    "thread.post": room_cards.REPLY,
    "plan.complete_step": room_cards.COMPLETE,
    "plan.reopen_step": "reopen_step",
    "registration.ask_extension": room_registration.MORE_TIME,
    "registration.answer": room_registration.ANSWER,
}
"""What the agent executes, in the room's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why the viewer's last action was not taken, and what they had typed."""

    error: AppError
    body: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    parts: tuple[bytes, ...]
    tail: bytes
    viewer: Admitted

    def for_request(self, at: datetime) -> bytes:
        """The page with a fresh key in every form, and the mark."""
        viewer = self.viewer
        shown = mark(viewer.email, viewer.link.code, at)
        return b"".join((new_id().encode().join(self.parts), shown, self.tail))


class Rooms:
    def __init__(self, database: Database, gate: Gate, ledger: ExposureLedger) -> None:
        self._database = database
        self._gate = gate
        self._ledger = ledger
        self._kept: OrderedDict[tuple[object, ...], _Page] = OrderedDict()
        self._lock = threading.Lock()

    def serve(self, code: str, session_token: str, zone: str, at: datetime) -> bytes | Failure:
        """The room as this session may see it at this moment, or why it may not."""
        viewer = self._gate.inside(code, session_token, at)
        return viewer if isinstance(viewer, Failure) else self.show(viewer, zone, at)

    def show(self, viewer: Admitted, zone: str, at: datetime, trouble: Trouble | None = None) -> bytes:
        """The room of someone whom the gate has just admitted. That it was shown is on record when this returns."""
        key = (
            viewer.link.id,
            viewer.snapshot_id,
            viewer.policy_version,
            viewer.answers,
            viewer.session.token_hash if viewer.session else "",
            viewer.face.name,
            viewer.face.color,
            zone,
            int(at.timestamp()) // 60,
        )
        page = None if trouble else self._kept.get(key)
        if page is None:
            page = self._render(viewer, zone, at, trouble)
            if trouble is None and page.viewer == viewer:
                self._keep(key, page)
        self._ledger.note(page.viewer, at)
        return page.for_request(at)

    def content(self, viewer: Admitted) -> Content:
        """What this viewer may see now: the snapshot, narrowed by today's policy."""
        return self._read(viewer)[1]

    def document(self, viewer: Admitted, at: datetime) -> tuple[Admitted, Content]:
        """The viewer with the versions that were read, and what may stand in a copy of the room; empty before
        anything was published. That it was shown is on record when this returns."""
        read, content, published = self._read(viewer)
        if published is not None:
            self._ledger.note(read, at)
        return read, content

    def calendar(self, viewer: Admitted, at: datetime) -> bytes | None:
        """The dates of the plan that this viewer is shown, with its mark in every entry; None without any. That they
        were shown is on record when this returns."""
        read, content, _ = self._read(viewer)
        steps = [step for step in steps_of(content) if step.due]
        if not steps:
            return None
        self._ledger.note(read, at)
        vendor = viewer.face.name
        sides = {Side.PARTNER: "Your side", Side.US: vendor}
        days = [
            Day(id=step.id, title=step.title, due=step.due, note=_said(step, sides[step.owner_side]))
            for step in steps
            if step.due
        ]
        shown = f"{plain(viewer.email)} · {at:%Y-%m-%d %H:%M} UTC · {plain(viewer.link.code)}"
        return to_ics(f"Plan with {vendor}", days, at, shown)

    def _keep(self, key: tuple[object, ...], page: _Page) -> None:
        with self._lock:
            self._kept[key] = page
            while len(self._kept) > PAGES_KEPT:
                self._kept.popitem(last=False)

    def _read(self, viewer: Admitted) -> tuple[Admitted, Content, Published | None]:
        """The viewer with the versions that were truly read, the narrowed content, and its snapshot."""
        tenant = viewer.link.tenant_id
        with self._database.read() as connection:
            today = live_policy_of(connection, tenant)
            published = snapshot_by_id(connection, tenant, viewer.snapshot_id) if viewer.snapshot_id else None
        policy = stored_policy(today.body, today.version) if today else Policy(version=0, cells={})
        read = replace(viewer, policy_version=today.version if today else None)
        if published is None:
            return read, {}, None
        content = allowed(published, policy, viewer.email)
        content["vendor"] = {"name": viewer.face.name, "color": viewer.face.color}
        return read, content, published

    def _render(self, viewer: Admitted, zone: str, at: datetime, trouble: Trouble | None) -> _Page:
        read, content, published = self._read(viewer)
        answers: list[Answer] = []
        if published is not None:
            with self._database.read() as connection:
                answers = recent_answers(connection, viewer.link, viewer.email, published.published_at, at)
        guest = room_cards.RoomViewer(
            name=viewer.name,
            email=viewer.email,
            last_visit=viewer.session.last_visit_at if viewer.session else None,
            zone=zone,
            pending=tuple(_pending(answers, content)),
            calendar_url=f"/s/room/{viewer.link.code}/plan.ics",
        )
        cards = room_cards.build(_reopened(content, answers), guest, at) if published else ()
        html = render(
            "room.html",
            face=viewer.face,
            viewer=guest,
            code=viewer.link.code,
            cards=markup(
                render_all((*_refusals(answers), *_with(cards, trouble)), host=_host(viewer.link.code))
            ),
            trouble=trouble.error if trouble else None,
            waiting=any(a.state != "refused" for a in answers) or published is None,
            empty=published is None,
            mark=_MARK_SLOT,
        )
        head, _, tail = html.encode("utf-8", "replace").partition(_MARK_SLOT.encode())
        return _Page(parts=tuple(head.split(_KEY_SLOT.encode())), tail=tail, viewer=read)


def _said(step: Step, who: str) -> str:
    return f"{who} · {'done' if step.status is StepStatus.DONE else 'open'}"


def _host(code: str) -> Any:
    """Every form posts to its own path below the room's and carries a key of its own, so that sending it twice
    is sending it once."""
    numbers = iter(range(1_000_000))

    def hidden(_: str) -> Mapping[str, str]:
        return {"key": f"{_KEY_SLOT}.{next(numbers)}"}

    return share_host(lambda command: f"/s/room/{code}/{PATHS[command]}", hidden)


def _pending(answers: list[Answer], content: Content) -> Iterator[room_cards.Pending]:
    """The viewer's own answers that the room does not show yet. A step that was reopened after it was completed is
    as if nothing had been sent."""
    said = {(m["side"], m["body"]) for m in content.get("messages", ())}
    last = {a.fields.get("step_id"): a.id for a in answers if a.state != "refused" and "step_id" in a.fields}
    for answer in answers:
        command = COMMANDS.get(answer.command)
        if answer.state == "refused" or command is None:
            continue
        if answer.state == "done" and ("partner", answer.fields.get("body")) in said:
            continue
        step_id = str(answer.fields.get("step_id", ""))
        if step_id and last[step_id] != answer.id:
            continue
        yield room_cards.Pending(
            id=answer.id,
            command=command,
            at=answer.created_at,
            body=str(answer.fields.get("body", "")),
            step_id=step_id,
        )


def _reopened(content: Content, answers: list[Answer]) -> Content:
    """The content with the steps open that the viewer has just reopened."""
    last = {a.fields["step_id"]: a.command for a in answers if a.state != "refused" and "step_id" in a.fields}
    if "plan.reopen_step" not in last.values():
        return content
    steps = [
        {**step, "status": "open"} if last.get(step["id"]) == "plan.reopen_step" else step
        for step in content.get("steps", ())
    ]
    return {**content, "steps": steps}


def _refusals(answers: list[Answer]) -> Iterator[Card]:
    """What was not accepted, with the reason and the words, so that nothing a person wrote is lost."""
    refused = [a for a in answers if a.state == "refused"]
    if refused:
        alerts = tuple(
            Alert(
                title=a.reason or "This was not accepted.",
                text=f"You wrote: {a.fields['body']}" if "body" in a.fields else "",
            )
            for a in refused
        )
        yield Card(name="refused", title="Not accepted", blocks=alerts)


def _with(cards: tuple[Card, ...], trouble: Trouble | None) -> Iterator[Card]:
    """The cards; where the viewer's message was refused, with the reason above it and the text still in it."""
    for card in cards:
        if trouble is None or card.name != "thread" or not trouble.body:
            yield card
            continue
        blocks: list[Block] = []
        for block in card.blocks:
            if isinstance(block, Form):
                blocks.append(Alert(title="Not sent", text=trouble.error.message, tone=Tone.DANGER))
                block = replace(  # noqa: PLW2901 - the form with what was typed takes its place
                    block, fields=tuple(replace(f, value=trouble.body) for f in block.fields)
                )
            blocks.append(block)
        yield replace(card, blocks=tuple(blocks))
