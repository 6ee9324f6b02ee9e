"""What a partner sees now, or saw on a day, drawn by the code that draws it for the partner, with every form off."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.disclosure.policy import Policy
from app.disclosure.snapshot import Content
from app.domain.record import ObjectKind, RecordKey
from app.doors.admin.ports import AdminDoor, AdminSession, PartnerRow
from app.doors.admin.safelist import NOBODY, edited_policy
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError, Reason
from app.reading.past_rooms import PastRoom, as_read_by
from cards import room
from cards.html import render_all, share_host

ID_LIMIT = 64
"""Characters of a CRM id at most."""

EMAIL_LIMIT = 320


def add_preview(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/preview")
    def preview() -> Response:
        session = signed_in(door)
        if not request.args.get("record"):
            return _choose(door, session)
        return _room(door, session, None)

    @blueprint.post("/preview")
    def preview_edited() -> Response:
        session = signed_in(door)
        require_own_form(door)
        edited = edited_policy(door, session)
        if not request.form.get("record"):
            return _choose(door, session, edited=True)
        return _room(door, session, edited)


def _choose(door: AdminDoor, session: AdminSession, *, edited: bool = False) -> Response:
    query = request.values.get("pq", "").strip()[:100]
    cells = [
        (k, v)
        for k, v in request.form.items()
        if k.startswith("cell:") or k in ("version", "object", "reason")
    ]
    return show(
        "preview_choose.html",
        door,
        session,
        records=door.desk.records(session.tenant_id, query),
        query=query,
        edited=edited,
        cells=cells,
    )


def _room(door: AdminDoor, session: AdminSession, edited: Policy | None) -> Response:
    record = _record(request.values.get("record", ""))
    wanted = request.values.get("partner", "")
    row = next((p for p in door.desk.partners(session.tenant_id) if p.partner.id == wanted), None)
    if row is None:
        raise NOBODY
    person = request.values.get("person", "").strip()[:EMAIL_LIMIT]
    day = _day(request.values.get("day", "")) if edited is None else None
    asked = {
        "record": str(record),
        "partner": wanted,
        "person": person,
        "day": day.isoformat() if day else "",
    }
    if day is not None:
        past = door.desk.past(session.tenant_id, record, wanted, person, day)
        if past is None:
            raise NOBODY
        return _shown(door, session, row, asked, past.content, past=past)
    content = door.desk.preview(session.tenant_id, record, wanted, edited)
    if content is None:
        raise NOBODY
    policy = edited or door.desk.policy(session.tenant_id)
    content = as_read_by(content, policy, wanted, row.partner.type, person)
    return _shown(door, session, row, asked, content, edited=edited is not None, policy=policy)


def _shown(
    door: AdminDoor,
    session: AdminSession,
    row: PartnerRow,
    asked: Mapping[str, str],
    content: Content | None,
    *,
    past: PastRoom | None = None,
    edited: bool = False,
    policy: Policy | None = None,
) -> Response:
    names = {contact.email.lower(): contact.name for contact in row.contacts}
    person = asked["person"] or "someone@partner.example"
    viewer = room.RoomViewer(name=names.get(person.lower()) or row.partner.name, email=person)
    drawn = ""
    if content is not None:
        cards = room.build(content, viewer, past.until if past else door.clock())
        # The card renderer has escaped every text already.
        drawn = Markup(render_all(cards, host=share_host(lambda _: "/admin/preview")))  # noqa: S704
    return show(
        "preview.html",
        door,
        session,
        partner=row.partner,
        contacts=row.contacts,
        asked=asked,
        today=door.clock().date().isoformat(),
        vendor=room.vendor_name(content) if content is not None else "",
        room=drawn,
        past=past,
        edited=edited,
        policy=policy,
    )


def _day(text: str) -> date | None:
    """The day that was asked for; None for today's page. Raises AppError for what is no day."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise AppError(
            Reason.INVALID, "This is not a day. Choose one from the calendar.", field="day"
        ) from None


def _record(text: str) -> RecordKey:
    kind, _, crm_id = text.partition(":")
    if kind not in (ObjectKind.DEAL, ObjectKind.COMPANY) or not crm_id or len(crm_id) > ID_LIMIT:
        raise NOBODY
    return RecordKey(ObjectKind(kind), crm_id)
