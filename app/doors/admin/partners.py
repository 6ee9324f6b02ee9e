"""Partners, their people, and the links to forms that need no login."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, request

from app.domain.partner import PartnerType
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id

FORM_DAYS = (30, 90, 180, 365)
"""How long a form link may live. A room's link lives shorter; a form shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What just happened: `url` is a new link, shown this once, and `qr` the same as a picture."""

    message: str
    url: str = ""
    qr: str = ""
    partner_id: str = ""
    offboarding_id: str = ""


def add_partners(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/partners")
    def partners() -> Response:
        return _page(door, signed_in(door))

    @blueprint.post("/partners")
    def create() -> Response:
        return _run(door, "partner.create", ("name", "type", "tier", "domain"))

    @blueprint.post("/partners/<partner_id>")
    def update(partner_id: str) -> Response:
        return _run(door, "partner.update", ("name", "type", "tier", "domain"), partner_id)

    @blueprint.post("/partners/<partner_id>/contacts")
    def add_contact(partner_id: str) -> Response:
        return _run(door, "partner.add_contact", ("name", "email", "title"), partner_id)

    @blueprint.post("/partners/<partner_id>/form-link")
    def form_link(partner_id: str) -> Response:
        return _run(door, "sharing.create_form_link", ("days",), partner_id)


def add_offboarding(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.post("/partners/<partner_id>/offboard")
    def offboard(partner_id: str) -> Response:
        """One person of the partner where one is named, else everybody there."""
        if request.form.get("contact"):
            return _run(door, "partner.offboard", ("contact", "reason"), partner_id)
        return _run(door, "partner.offboard", ("reason",), partner_id)

    @blueprint.post("/offboardings/<offboarding_id>/lift")
    def lift(offboarding_id: str) -> Response:
        session = signed_in(door)
        require_own_form(door)
        fields = {"offboarding_id": offboarding_id}
        key = request.form.get("key") or new_id()
        result = door.commands.run(
            session.tenant_id, session.actor, "partner.lift_offboarding", None, fields, key
        )
        return _page(door, session, done=Done(message=result.message))

    @blueprint.get("/offboardings/<offboarding_id>.zip")
    def evidence(offboarding_id: str) -> Response:
        session = signed_in(door)
        body = door.evidence(session.tenant_id, offboarding_id)
        answer = Response(body, mimetype="application/zip")
        answer.headers["Content-Disposition"] = 'attachment; filename="offboarding.zip"'
        answer.headers["Cache-Control"] = "private, no-store"
        return answer


def _run(door: AdminDoor, command: str, names: tuple[str, ...], partner_id: str = "") -> Response:
    session = signed_in(door)
    require_own_form(door)
    if partner_id and partner_id not in {row.partner.id for row in door.desk.partners(session.tenant_id)}:
        raise NOBODY
    fields: dict[str, object] = {name: request.form.get(name, "").strip() for name in names}
    if partner_id and not fields.get("contact"):
        fields["partner_id"] = partner_id
    try:
        if "days" in fields:
            fields["days"] = _days(str(fields["days"]))
        result = door.commands.run(
            session.tenant_id, session.actor, command, None, fields, request.form.get("key") or new_id()
        )
    except AppError as error:
        if error.status == NOBODY.status:
            raise
        return _page(door, session, error=error, typed=request.form, open_partner=partner_id)
    done = Done(
        message=result.message,
        url=str(result.result.get("url", "")),
        qr=str(result.result.get("qr", "")),
        partner_id=partner_id,
        offboarding_id=str(result.result.get("offboarding_id", "")),
    )
    return _page(door, session, done=done, open_partner=partner_id)


def _days(text: str) -> int:
    if text not in map(str, FORM_DAYS):
        raise AppError(Reason.INVALID, "Choose how long the link lives.", field="days")
    return int(text)


def _page(
    door: AdminDoor,
    session: AdminSession,
    *,
    done: Done | None = None,
    error: AppError | None = None,
    typed: Mapping[str, str] | None = None,
    open_partner: str = "",
) -> Response:
    return show(
        "partners.html",
        door,
        session,
        error.status if error else 200,
        rows=door.desk.partners(session.tenant_id),
        types=list(PartnerType),
        form_days=FORM_DAYS,
        ended=door.desk.offboardings(session.tenant_id),
        done=done,
        error=error,
        typed=typed or {},
        open_partner=open_partner,
    )
