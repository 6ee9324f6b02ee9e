"""What a partner would see, drawn by the code that draws it for the partner, with every form switched off."""

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.disclosure.policy import Policy
from app.domain.record import ObjectKind, RecordKey
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.safelist import NOBODY, edited_policy
from app.doors.admin.session import require_own_form, show, signed_in
from cards import room
from cards.html import render_all, share_host

ID_LIMIT = 64
"""Characters of a CRM id at most."""


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
    content = door.desk.preview(session.tenant_id, record, wanted, edited) if row else None
    if row is None or content is None:
        raise NOBODY
    viewer = room.RoomViewer(name=row.partner.name, email="someone@partner.example")
    cards = room.build(content, viewer, door.clock())
    host = share_host(lambda _: "/admin/preview")
    return show(
        "preview.html",
        door,
        session,
        partner=row.partner,
        vendor=room.vendor_name(content),
        # The card renderer has escaped every text already.
        room=Markup(render_all(cards, host=host)),  # noqa: S704
        edited=edited is not None,
        policy=door.desk.policy(session.tenant_id),
    )


def _record(text: str) -> RecordKey:
    kind, _, crm_id = text.partition(":")
    if kind not in (ObjectKind.DEAL, ObjectKind.COMPANY) or not crm_id or len(crm_id) > ID_LIMIT:
        raise NOBODY
    return RecordKey(ObjectKind(kind), crm_id)
