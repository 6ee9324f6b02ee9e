"""Renders a room from its latest snapshot as today's policy allows it, with the viewer's mark in it.

Rendered pages are kept in memory, but only what cannot go stale is: the link, the session, the policy's version,
the snapshot and the answers are read from the database for every request and name the kept page.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.disclosure.file_kind import Kind
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
from app.storage.published.files import body_of
from app.storage.published.rooms import Published, live_policy_of, snapshot_by_id
from cards import room as room_cards
from cards import room_registration, room_talk
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
    room_registration.AMEND: "amend",
    room_registration.ASK_AMENDMENT: "ask-amendment",
    room_talk.COMMENT: "comment",
    room_talk.EVIDENCE: "evidence",
    room_talk.PROPOSE: "propose",
    room_cards.DOWNLOAD: "file",
}
"""The room's commands and the paths their forms post to."""

OPENED = "content.open"
"""What the agent counts when a partner opens a piece of content."""

COMMANDS = {
    "thread.post": room_cards.REPLY,
    "plan.complete_step": room_cards.COMPLETE,
    "plan.reopen_step": "reopen_step",
    "registration.ask_extension": room_registration.MORE_TIME,
    "registration.answer": room_registration.ANSWER,
    "registration.amend": room_registration.AMEND,
    "registration.ask_amendment": room_registration.ASK_AMENDMENT,
    "plan.comment": room_talk.COMMENT,
    "plan.add_evidence": room_talk.EVIDENCE,
    "plan.propose_date": room_talk.PROPOSE,
}
"""What the agent executes, in the room's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why the viewer's last action was not taken, and what they had typed."""

    error: AppError
    path: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that a room offers. `body` bears no mark yet, so it must not leave."""

    viewer: Admitted
    name: str
    kind: Kind
    version: int
    body: bytes


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

    def file(self, viewer: Admitted, file_id: str, at: datetime) -> Download | None:
        """The file that this viewer's room offers under this id now, without marks yet; None for any other. That it
        was shown is on record when this returns."""
        read, content, _ = self._read(viewer)
        found = next((file for file in content.get("files", ()) if file["id"] == file_id), None)
        if found is None or not found.get("version"):
            return None
        tenant, version = viewer.link.tenant_id, int(found["version"])
        with self._database.read() as connection:
            body = body_of(connection, tenant, file_id, version, str(found["digest"]))
        if body is None:
            return None
        self._ledger.note(read, at)
        kind = Kind(found["kind"])
        return Download(viewer=read, name=str(found["name"]), kind=kind, version=version, body=body)

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
                sent = recent_answers(connection, viewer.link, viewer.email, published.published_at, at)
            answers = [one for one in sent if one.command != OPENED]  # nobody waits for what it read
        guest = room_cards.RoomViewer(
            name=viewer.name,
            email=viewer.email,
            last_visit=viewer.session.last_visit_at if viewer.session else None,
            zone=zone,
            pending=tuple(_pending(answers, content)),
            calendar_url=f"/s/room/{viewer.link.code}/plan.ics",
            content_url=f"/s/room/{viewer.link.code}/content",
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


_TOGGLES = ("plan.complete_step", "plan.reopen_step")
"""Of these only the last one about a step counts."""


def _last(answers: list[Answer]) -> dict[str, Answer]:
    """For each step the last answer that says whether it is done."""
    return {a.fields["step_id"]: a for a in answers if a.state != "refused" and a.command in _TOGGLES}


def _pending(answers: list[Answer], content: Content) -> Iterator[room_cards.Pending]:
    """The viewer's own answers that the room does not show yet. A step that was reopened after it was completed is
    as if nothing had been sent."""
    said = {(m["side"], m["body"]) for m in content.get("messages", ())}
    titles = {step["id"]: step["title"] for step in content.get("steps", ())}
    last = _last(answers)
    for answer in answers:
        command = COMMANDS.get(answer.command)
        if answer.state == "refused" or command is None:
            continue
        step_id, body = str(answer.fields.get("step_id", "")), str(answer.fields.get("body", ""))
        if command == room_talk.COMMENT:
            body = f"“{titles.get(step_id, '')}”: {body}"
        if answer.state == "done" and ("partner", body) in said:
            continue
        if answer.command in _TOGGLES and last[step_id].id != answer.id:
            continue
        yield room_cards.Pending(
            id=answer.id, command=command, at=answer.created_at, body=body, step_id=step_id
        )


def _reopened(content: Content, answers: list[Answer]) -> Content:
    """The content with the steps open that the viewer has just reopened."""
    last = {step_id: answer.command for step_id, answer in _last(answers).items()}
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
                text=f"You wrote: {typed}" if (typed := _words(a)) else "",
            )
            for a in refused
        )
        yield Card(name="refused", title="Not accepted", blocks=alerts)


def _words(answer: Answer) -> str:
    return "; ".join(str(said) for name, said in answer.fields.items() if said and name != "step_id")


def _with(cards: tuple[Card, ...], trouble: Trouble | None) -> Iterator[Card]:
    """The cards; where the viewer's answer was refused, with the reason above its form, and in it what was typed."""
    for card in cards:
        blocks: list[Block] = []
        for block in card.blocks:
            if trouble and isinstance(block, Form) and PATHS[block.command] == trouble.path:
                blocks.append(Alert(title="Not sent", text=trouble.error.message, tone=Tone.DANGER))
                blocks.append(_again(block, trouble))
            else:
                blocks.append(block)
        yield replace(card, blocks=tuple(blocks))


def _again(form: Form, trouble: Trouble) -> Form:
    """Unfolded, with what was typed."""
    typed = tuple(replace(each, value=trouble.typed.get(each.name, each.value)) for each in form.fields)
    return replace(form, fields=typed, folded=False)
