"""The rules of the partner programme, read in sentences, with how well the matching does; taken away as a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from app.domain.measured import Point
from app.domain.programme import Programme
from app.domain.programme_file import as_json, as_yaml
from app.domain.programme_form import to_json
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.programme_edit import save_programme
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError, Reason
from app.reading.conflict_audit import to_csv
from app.reading.programme import remarks, scope, sentences

WIDTH, HEIGHT, MARGIN = 560, 200, 32
"""Pixels of the picture of the curve."""

FILES = {"json": (as_json, "application/json"), "yaml": (as_yaml, "text/yaml")}
"""How the programme is written as a file of each kind."""


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
        return _move_threshold(door, session)

    @blueprint.get("/programme.<kind>")
    def export_programme(kind: str) -> Response:
        session = signed_in(door)
        if kind not in FILES:
            raise NOBODY
        write, mimetype = FILES[kind]
        now = door.programme.programme(session.tenant_id)
        answer = Response(write(now), mimetype=mimetype)
        answer.headers["Content-Disposition"] = f'attachment; filename="programme-{now.version}.{kind}"'
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


def _move_threshold(door: AdminDoor, session: AdminSession) -> Response:
    """Saves today's programme with another threshold; everything else stays."""
    now = door.programme.programme(session.tenant_id)
    try:
        return save_programme(door, session, _moved(now))
    except AppError as error:
        if error.status == NOBODY.status:
            raise
        return _page(door, session, now, error=error)


def _moved(now: Programme) -> Mapping[str, Any]:
    try:
        moved = float(request.form.get("possible_from", ""))
    except ValueError:
        raise AppError(Reason.INVALID, "Choose a threshold.", field="possible_from") from None
    return {**to_json(now), "possible_from": moved, "same_from": max(now.same_from, moved)}


def _page(
    door: AdminDoor,
    session: AdminSession,
    now: Programme,
    *,
    error: AppError | None = None,
    message: str = "",
) -> Response:
    desk, tenant_id = door.programme, session.tenant_id
    measured = desk.measured(tenant_id, now.possible_from)
    return show(
        "programme.html",
        door,
        session,
        error.status if error else 200,
        programme=now,
        rules=[(rule, scope(rule), list(sentences(rule))) for rule in now.rules],
        remarks=list(remarks(now)),
        versions=desk.versions(tenant_id),
        trial=desk.dry_run(tenant_id, now),
        measured=measured,
        lines=_lines(measured.points, now.possible_from),
        probing=desk.probing(tenant_id),
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
