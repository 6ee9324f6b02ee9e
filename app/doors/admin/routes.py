"""The admin pages as one blueprint."""

from flask import Blueprint, Response, request

from app.doors.admin.certifications import add_certifications
from app.doors.admin.content import add_content
from app.doors.admin.exceptions import add_exceptions
from app.doors.admin.exposures import add_exposures
from app.doors.admin.links import add_links
from app.doors.admin.pages import FILES, HEADERS, TYPES, VERSION, page, render, see_other
from app.doors.admin.partners import add_offboarding, add_partners
from app.doors.admin.plans import add_plans
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.preview import add_preview
from app.doors.admin.programme import add_programme
from app.doors.admin.programme_edit import add_programme_editor
from app.doors.admin.safelist import NOBODY, add_safelist
from app.doors.admin.session import (
    TICKET_USED,
    cookie_name,
    drop_cookie,
    require_own_form,
    set_cookie,
    show,
    signed_in,
)
from app.doors.problems import as_app_error
from app.ground.errors import AppError
from app.ground.ids import new_id

FORM_LIMIT = 1024 * 1024
"""Bytes of a form: a safelist of 1,000 fields is some 500 kB."""

TICKET_LIMIT = 200


def create_blueprint(door: AdminDoor) -> Blueprint:
    """The routes under /admin. Every failure is a page with a sentence and a reason."""
    blueprint = Blueprint("admin", __name__, url_prefix="/admin")
    _add_entrance(blueprint, door)
    _add_overview(blueprint, door)
    add_safelist(blueprint, door)
    add_exceptions(blueprint, door)
    add_preview(blueprint, door)
    add_partners(blueprint, door)
    add_offboarding(blueprint, door)
    add_plans(blueprint, door)
    add_programme(blueprint, door)
    add_programme_editor(blueprint, door)
    add_certifications(blueprint, door)
    add_content(blueprint, door)
    add_links(blueprint, door)
    add_exposures(blueprint, door)

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = FORM_LIMIT
        request.max_form_memory_size = FORM_LIMIT

    @blueprint.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        return _refusal(*as_app_error(error))

    @blueprint.after_request
    def harden(answer: Response) -> Response:
        for name, value in HEADERS:
            answer.headers[name] = value
        if door.https:
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        return answer

    @blueprint.route("/<path:_rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def nothing(_rest: str) -> Response:
        raise NOBODY

    return blueprint


def _refusal(error: AppError, status: int | None = None) -> Response:
    # One page for all that does not exist, whoever owns it.
    shown = NOBODY if error.status == NOBODY.status else error
    return page(render("refused.html", error=shown), status or shown.status)


def _add_entrance(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/enter")
    def knock() -> Response:
        """A page with a button: whoever merely loads the address does not use the ticket up."""
        return page(render("enter.html", ticket=request.args.get("ticket", "")[:TICKET_LIMIT]))

    @blueprint.post("/enter")
    def enter() -> Response:
        require_own_form(door)
        session = door.desk.enter(request.form.get("ticket", "")[:TICKET_LIMIT])
        if session is None:
            raise TICKET_USED
        answer = see_other("/admin/")
        set_cookie(door, answer, session)
        return answer

    @blueprint.post("/leave")
    def leave() -> Response:
        require_own_form(door)
        door.desk.leave(request.cookies.get(cookie_name(door), ""))
        answer = page(render("left.html"))
        drop_cookie(door, answer)
        return answer

    @blueprint.get("/static/<name>")
    def static(name: str) -> Response:
        path = FILES.get(name)
        if path is None:
            raise NOBODY
        age = 31_536_000 if request.args.get("v") == VERSION else 60
        answer = Response(path.read_bytes(), headers=[("Content-Type", TYPES[path.suffix])])
        answer.headers["Cache-Control"] = f"public, max-age={age}"
        return answer


def _overview(
    door: AdminDoor, session: AdminSession, *, message: str = "", error: AppError | None = None
) -> Response:
    status = error.status if error else 200
    health = door.desk.health(session.tenant_id)
    return show("overview.html", door, session, status, health=health, message=message, error=error)


def _add_overview(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/")
    def overview() -> Response:
        return _overview(door, signed_in(door))

    @blueprint.post("/refused/<outbox_id>/<what>")
    def settle(outbox_id: str, what: str) -> Response:
        session = signed_in(door)
        require_own_form(door)
        if what not in ("retry", "drop"):
            raise NOBODY
        fields = {"outbox_id": outbox_id, "reason": request.form.get("reason", "").strip()}
        key = request.form.get("key") or new_id()
        try:
            done = door.commands.run(session.tenant_id, session.actor, f"outbox.{what}", None, fields, key)
        except AppError as error:
            return _overview(door, session, error=error)
        return _overview(door, session, message=done.message)

    @blueprint.get("/audit")
    def audit() -> Response:
        session = signed_in(door)
        before = request.args.get("before", "")
        if before and not (before.isascii() and before.isdigit() and len(before) < 16):  # noqa: PLR2004 - a bigint
            raise NOBODY
        rows = door.desk.audit(session.tenant_id, int(before) if before else None)
        return show("audit.html", door, session, rows=rows, paged=bool(before))
