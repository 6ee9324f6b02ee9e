"""The content catalogue: what is recommended, to whom and when, and how often it was opened."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from app.domain.partner import PartnerType
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError
from app.ground.ids import new_id

ACTIONS = {"save": "content.save", "retire": "content.retire", "restore": "content.restore"}

VERSION_DIGITS = 9

BLANK = {"item_id": "", "title": "", "url": "", "product": "", "stage": "", "partner_types": ()}
"""What a form begins with."""


def add_content(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/content")
    def catalogue() -> Response:
        return _page(door, signed_in(door))

    @blueprint.post("/content")
    def add_item() -> Response:
        return _run(door, "content.save", _typed())

    @blueprint.post("/content/<item_id>/<what>")
    def change_item(item_id: str, what: str) -> Response:
        if what not in ACTIONS:
            raise NOBODY
        fields: dict[str, object] = {"item_id": item_id}
        if what == "save":
            version = request.form.get("version", "")
            known = version.isascii() and version.isdigit() and len(version) <= VERSION_DIGITS
            fields |= _typed() | {"version": int(version) if known else 0}
        return _run(door, ACTIONS[what], fields)


def _typed() -> dict[str, object]:
    names = ("title", "url", "product", "stage")
    return {
        **{name: request.form.get(name, "").strip() for name in names},
        "partner_types": request.form.getlist("partner_types"),
    }


def _run(door: AdminDoor, command: str, fields: Mapping[str, object]) -> Response:
    session = signed_in(door)
    require_own_form(door)
    key = request.form.get("key") or new_id()
    try:
        done = door.commands.run(session.tenant_id, session.actor, command, None, fields, key)
    except AppError as error:
        if error.status == NOBODY.status:
            raise
        return _page(door, session, error=error, typed=fields)
    return _page(door, session, done=done.message)


def _page(
    door: AdminDoor,
    session: AdminSession,
    *,
    done: str = "",
    error: AppError | None = None,
    typed: Mapping[str, object] | None = None,
) -> Response:
    stages = door.desk.stages(session.tenant_id)
    return show(
        "content.html",
        door,
        session,
        error.status if error else 200,
        items=door.programme.content(session.tenant_id),
        stages=stages,
        stage_labels=dict(stages),
        types=[(one.value, one.label) for one in PartnerType],
        done=done,
        error=error,
        blank=BLANK,
        typed={**BLANK, **(typed or {})},
    )
