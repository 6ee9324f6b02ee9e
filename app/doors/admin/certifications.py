"""Certifications: files of them, what waits for its partner, and what the programme asks for."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from app.commands.credential_feed import KINDS
from app.domain.certification import Source
from app.domain.certification_rights import wanted
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id

REFUSALS_SHOWN = 50

_LEADS = {Source.WEBHOOK: "webhook", Source.XAPI: "xapi"}
"""What stands at the end of a feed's address; for issuers it is hint."""


def add_certifications(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/certifications")
    def certifications() -> Response:
        return _page(door, signed_in(door))

    @blueprint.post("/certifications/import")
    def import_file() -> Response:
        session = _own(door)
        try:
            fields: dict[str, object] = {"text": _text()}
        except AppError as error:
            return _page(door, session, error=error)
        return _run(door, session, "certification.import", fields)

    @blueprint.post("/certifications/badge")
    def badge() -> Response:
        session = _own(door)
        typed = _typed("badge", "person_name", "person_email")
        file = request.files.get("file")
        raw = (file.read() if file else b"") or str(typed["badge"]).encode()
        try:
            found = door.desk.badge(raw, str(typed["person_name"]), str(typed["person_email"]))
        except AppError as error:
            return _page(door, session, error=error, typed=typed)
        return _run(door, session, "certification.observe", {"statements": [found]})

    @blueprint.post("/certifications/place")
    def place() -> Response:
        return _run(door, _own(door), "certification.place", _typed("certification_id", "partner_id"))

    @blueprint.post("/certifications/require")
    def require() -> Response:
        return _run(
            door, _own(door), "certification.require", _typed("right", "credential", "level", "people")
        )

    @blueprint.post("/certifications/drop")
    def drop() -> Response:
        return _run(door, _own(door), "certification.drop_requirement", _typed("requirement_id"))

    _add_feeds(blueprint, door)


def _add_feeds(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.post("/certifications/feeds")
    def open_feed() -> Response:
        return _feed(door, _own(door), "credential.open_feed", _typed("kind", "name"))

    @blueprint.post("/certifications/feeds/<feed_id>/secret")
    def rotate(feed_id: str) -> Response:
        session = _own(door)
        known = {feed.id: feed for feed in door.desk.certifying(session.tenant_id).feeds}
        if feed_id not in known:
            raise NOBODY
        fields: dict[str, object] = {"kind": str(known[feed_id].kind), "feed_id": feed_id}
        return _feed(door, session, "credential.rotate_feed", fields)

    @blueprint.post("/certifications/feeds/<feed_id>/close")
    def close(feed_id: str) -> Response:
        return _run(door, _own(door), "credential.close_feed", {"feed_id": feed_id})


def _own(door: AdminDoor) -> AdminSession:
    session = signed_in(door)
    require_own_form(door)
    return session


def _typed(*names: str) -> dict[str, object]:
    return {name: request.form.get(name, "").strip() for name in names}


def _text() -> str:
    """The chosen file, or what was pasted."""
    file = request.files.get("file")
    raw = file.read() if file else b""
    try:
        return raw.decode("utf-8-sig") or request.form.get("text", "")
    except UnicodeDecodeError:
        raise AppError(Reason.MALFORMED, "Save the file as UTF-8, then choose it again.") from None


def _feed(door: AdminDoor, session: AdminSession, command: str, fields: dict[str, object]) -> Response:
    """Seals what the feed goes by before the command sees it; a new secret is shown this once."""
    feed_id = str(fields.get("feed_id", ""))
    try:
        kind = _kind(str(fields["kind"]))
        typed = {name: request.form.get(name, "") for name in ("origin", "organisation", "token", "months")}
        secret, sealed = door.desk.seal_feed(session.tenant_id, kind, typed, feed_id)
    except AppError as error:
        return _page(door, session, error=error, typed=fields)
    return _run(door, session, command, {**fields, "sealed": sealed}, secret=secret)


def _kind(text: str) -> Source:
    try:
        return Source(text)
    except ValueError:
        raise AppError(Reason.INVALID, "Choose what the feed comes from.", field="kind") from None


def _run(
    door: AdminDoor, session: AdminSession, command: str, fields: Mapping[str, object], *, secret: str = ""
) -> Response:
    key = request.form.get("key") or new_id()
    try:
        result = door.commands.run(session.tenant_id, session.actor, command, None, fields, key)
    except AppError as error:
        return _page(door, session, error=error, typed=fields)
    refused = result.result.get("refused", ())
    return _page(
        door,
        session,
        done=result.message,
        refused=refused if isinstance(refused, list) else (),
        secret=secret if result.result.get("feed_id") else "",
    )


def _page(
    door: AdminDoor,
    session: AdminSession,
    *,
    done: str = "",
    refused: object = (),
    secret: str = "",
    error: AppError | None = None,
    typed: Mapping[str, object] | None = None,
) -> Response:
    return show(
        "certifications.html",
        door,
        session,
        error.status if error else 200,
        desk=door.desk.certifying(session.tenant_id),
        wanted=wanted,
        done=done,
        refused=refused,
        shown=REFUSALS_SHOWN,
        secret=secret,
        kinds=KINDS,
        address_of=lambda feed: f"{door.origin}/credentials/{feed.id}/{_LEADS.get(feed.kind, 'hint')}",
        error=error,
        typed=typed or {},
    )
