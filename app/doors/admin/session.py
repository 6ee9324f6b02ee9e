"""Who is at the door: the session cookie, and whether a form is one of ours."""

from flask import Response, request

from app.domain.tenant import Tenant
from app.doors.admin.pages import page, render
from app.doors.admin.ports import AdminDoor, AdminSession
from app.ground.errors import AppError, Reason

SIGNED_OUT = AppError(
    Reason.UNAUTHENTICATED,
    "You are not signed in here. Open the admin pages from Alongside's settings in your CRM.",
)
TICKET_USED = AppError(
    Reason.EXPIRED, "This way in was used already or is too old. Open the admin pages from your CRM again."
)
FOREIGN_FORM = AppError(
    Reason.FORBIDDEN,
    "This form came from another site. Nothing was changed. Open the page here and try again.",
)


def cookie_name(door: AdminDoor) -> str:
    """The __Host- prefix binds the cookie to this very host, over https."""
    return "__Host-alongside-admin" if door.https else "alongside-admin"


def set_cookie(door: AdminDoor, answer: Response, session: AdminSession) -> None:
    # Lax, not Strict: the cards in the CRM link to the preview, and a Strict cookie stays away from such a visit.
    # An age, not a day: the browser counts it by its own clock, which may be wrong.
    answer.set_cookie(
        cookie_name(door),
        session.token,
        max_age=int((session.expires_at - door.clock()).total_seconds()),
        path="/",
        secure=door.https,
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(door: AdminDoor, answer: Response) -> None:
    answer.delete_cookie(cookie_name(door), path="/", secure=door.https, httponly=True, samesite="Lax")


def signed_in(door: AdminDoor) -> AdminSession:
    """The session of this request. Raises AppError without one."""
    token = request.cookies.get(cookie_name(door), "")
    session = door.desk.session(token) if token else None
    if session is None:
        raise SIGNED_OUT
    return session


def require_own_form(door: AdminDoor) -> None:
    """Raises AppError for a form that another site sent: Sec-Fetch-Site tells, Origin where a browser lacks it."""
    site = request.headers.get("Sec-Fetch-Site")
    same = site == "same-origin" if site else request.headers.get("Origin") == door.origin
    if not same:
        raise FOREIGN_FORM


def show(
    template: str, door: AdminDoor, session: AdminSession, status: int = 200, **values: object
) -> Response:
    """A page of a signed-in admin, within the frame that all of them share."""
    tenant: Tenant = door.desk.tenant(session.tenant_id)
    body = render(template, tenant=tenant, session=session, now=door.clock(), **values)
    return page(body, status)
