"""What new share links begin with, for each type of partner; and the terms that viewers accept."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from app.domain.link import LinkPreset
from app.domain.partner import PartnerType
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError
from app.ground.ids import new_id

_TEXTS = ("days", "longest", "views", "zone", "opens", "closes")
_BOXES = ("passcode", "terms")
WEEKDAYS = (("1", "Mon"), ("2", "Tue"), ("3", "Wed"), ("4", "Thu"), ("5", "Fri"), ("6", "Sat"), ("7", "Sun"))


def add_links(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/links")
    def links() -> Response:
        return _page(door, signed_in(door))

    @blueprint.post("/links/<kind>")
    def preset(kind: str) -> Response:
        if kind not in set(PartnerType):
            raise NOBODY
        fields: dict[str, object] = {name: request.form.get(name, "").strip() for name in _TEXTS}
        fields |= {name: name in request.form for name in _BOXES}
        fields["weekdays"] = "".join(day for day, _ in WEEKDAYS if day in request.form.getlist("weekdays"))
        return _run(door, "sharing.save_preset", {**fields, "type": kind}, kind)

    @blueprint.post("/links/terms")
    def terms() -> Response:
        return _run(door, "sharing.save_terms", {"text": request.form.get("text", "")}, "terms")


def _run(door: AdminDoor, command: str, fields: Mapping[str, object], part: str) -> Response:
    session = signed_in(door)
    require_own_form(door)
    key = request.form.get("key") or new_id()
    try:
        result = door.commands.run(session.tenant_id, session.actor, command, None, fields, key)
    except AppError as error:
        return _page(door, session, error=error, typed=fields, part=part)
    return _page(door, session, done=result.message, part=part)


def _page(
    door: AdminDoor,
    session: AdminSession,
    *,
    done: str = "",
    error: AppError | None = None,
    typed: Mapping[str, object] | None = None,
    part: str = "",
) -> Response:
    saved = door.desk.link_presets(session.tenant_id)
    return show(
        "links.html",
        door,
        session,
        error.status if error else 200,
        types=[(kind, saved.get(kind, LinkPreset()), kind in saved) for kind in PartnerType],
        terms=door.desk.link_terms(session.tenant_id),
        weekdays=WEEKDAYS,
        done=done,
        error=error,
        typed=typed or {},
        opened=part,
    )
