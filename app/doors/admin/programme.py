"""The rules of the partner programme: read in sentences, edited as JSON, tried on past cases, saved as a version."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from app.domain.measured import Point
from app.domain.programme import Programme
from app.domain.programme_form import read_programme, to_json
from app.doors.admin.pages import see_other
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.reading.conflict_audit import to_csv
from app.reading.programme import scope, sentences

WIDTH, HEIGHT, MARGIN = 560, 200, 32
"""Pixels of the picture of the curve."""

BODY_LIMIT = 200_000
VERSION_DIGITS = 9


def add_programme(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/programme")
    def show_programme() -> Response:
        session = signed_in(door)
        done = request.args.get("done", "")
        now = door.programme.programme(session.tenant_id)
        said = f"Saved as version {now.version}. It holds for what is registered from now on."
        return _page(door, session, now, message=said if done == str(now.version) else "")

    @blueprint.post("/programme")
    def save_programme() -> Response:
        session = signed_in(door)
        require_own_form(door)
        return _edit(door, session)

    @blueprint.get("/programme.json")
    def export_programme() -> Response:
        session = signed_in(door)
        now = door.programme.programme(session.tenant_id)
        answer = Response(_text(now), mimetype="application/json")
        answer.headers["Content-Disposition"] = f'attachment; filename="programme-{now.version}.json"'
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    @blueprint.get("/conflicts")
    def conflict_report() -> Response:
        session = signed_in(door)
        lines = door.programme.conflicts(session.tenant_id)
        return show("conflicts.html", door, session, lines=lines)

    @blueprint.get("/conflicts.csv")
    def conflicts_file() -> Response:
        session = signed_in(door)
        body = to_csv(door.programme.conflicts(session.tenant_id))
        name = f"conflicts-{door.clock():%Y-%m-%d}.csv"
        answer = Response("\ufeff" + body, mimetype="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        answer.headers["Cache-Control"] = "private, no-store"
        return answer


def _edit(door: AdminDoor, session: AdminSession) -> Response:
    """Reviews or saves what was written; a threshold that was moved alone becomes part of today's programme."""
    now = door.programme.programme(session.tenant_id)
    typed = request.form.get("body", "")[:BODY_LIMIT]
    try:
        body = _body(now, typed)
        edited = read_programme(body, now.version)
        if request.form.get("do") == "review":
            return _page(door, session, edited, typed=typed, reviewed=True)
        done = door.commands.run(
            session.tenant_id,
            session.actor,
            "programme.save",
            None,
            {"body": body, "version": _version(), "reason": request.form.get("reason", "")},
            request.form.get("key") or new_id(),
        )
    except AppError as error:
        if error.status == NOBODY.status:
            raise
        return _page(door, session, now, typed=typed, error=error)
    return see_other(f"/admin/programme?done={done.result.get('version', '')}")


def _body(now: Programme, typed: str) -> Mapping[str, Any]:
    threshold = request.form.get("possible_from", "")
    if not typed and threshold:
        try:
            moved = float(threshold)
        except ValueError:
            raise AppError(Reason.INVALID, "Choose a threshold.", field="possible_from") from None
        return {**to_json(now), "possible_from": moved, "same_from": max(now.same_from, moved)}
    try:
        body = json.loads(typed)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise AppError(Reason.INVALID, f"This is no JSON: look at line {line}.", field="body") from None
    if not isinstance(body, dict):
        raise AppError(Reason.INVALID, "A programme is one JSON object.", field="body")
    return body


def _version() -> int:
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) <= VERSION_DIGITS):
        raise AppError(Reason.MALFORMED, "The form does not say which version it edits. Load the page again.")
    return int(version)


def _text(programme: Programme) -> str:
    return json.dumps(to_json(programme), indent=2, ensure_ascii=False)


def _page(
    door: AdminDoor,
    session: AdminSession,
    edited: Programme,
    *,
    typed: str = "",
    reviewed: bool = False,
    error: AppError | None = None,
    message: str = "",
) -> Response:
    desk, tenant_id = door.programme, session.tenant_id
    saved = desk.programme(tenant_id)
    measured = desk.measured(tenant_id, saved.possible_from)
    return show(
        "programme.html",
        door,
        session,
        error.status if error else 200,
        saved=saved,
        programme=edited,
        rules=[(rule, scope(rule), list(sentences(rule))) for rule in edited.rules],
        text=typed or _text(saved),
        versions=desk.versions(tenant_id),
        trial=desk.dry_run(tenant_id, edited),
        reviewed=reviewed,
        measured=measured,
        lines=_lines(measured.points, saved.possible_from),
        probing=desk.probing(tenant_id),
        reason=request.form.get("reason", ""),
        editing=bool(typed),
        error=error,
        message=message,
    )


def _lines(points: Sequence[Point], threshold: float) -> Mapping[str, str]:
    """The curve as points of two lines, and where today's threshold stands."""
    first, last = points[0].threshold, points[-1].threshold

    def x(value: float) -> float:
        return MARGIN + (value - first) / (last - first) * (WIDTH - 2 * MARGIN)

    def line(values: Sequence[float | None]) -> str:
        pairs = zip(points, values, strict=True)
        return " ".join(
            f"{x(one.threshold):.1f},{HEIGHT - MARGIN - value * (HEIGHT - 2 * MARGIN):.1f}"
            for one, value in pairs
            if value is not None
        )

    return {
        "precision": line([one.precision for one in points]),
        "recall": line([one.recall for one in points]),
        "now": f"{x(min(max(threshold, first), last)):.1f}",
    }
