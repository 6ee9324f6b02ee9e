"""Plan templates: written row by row, published, retired; and whose holidays count."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from app.domain.plan_calendar import countries
from app.domain.plan_dates import read_rule
from app.domain.plan_template import MOST_STEPS, Motion, Template, TemplateState
from app.doors.admin.pages import see_other
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError
from app.ground.ids import new_id
from app.reading.plan_settings import OWNERS, owner_words, template_due

SPARE_ROWS = 3
"""Empty rows at the end of the form; saving brings three more."""

EMPTY: Mapping[str, Any] = {
    "key": "",
    "milestone": "",
    "title": "",
    "side": "partner",
    "role": "firm",
    "rule": "",
    "after": (),
    "required": True,
    "audience": "partner",
}

ACTIONS = {"publish": "template.publish", "retire": "template.retire", "discard": "template.discard"}


def add_plans(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/plans")
    def plans() -> Response:
        return _page(door, signed_in(door))

    @blueprint.post("/plans")
    def begin_template() -> Response:
        return _run(door, "template.from_sample", {"sample": request.form.get("sample", "")})

    @blueprint.post("/plans/country")
    def holidays() -> Response:
        names = ("partner_id", "country")
        return _run(door, "plan.set_country", {name: request.form.get(name, "").strip() for name in names})

    @blueprint.post("/plans/<template_id>/<int:version>/<action>")
    def act_on_template(template_id: str, version: int, action: str) -> Response:
        if action not in ACTIONS:
            raise NOBODY
        return _run(door, ACTIONS[action], {"template_id": template_id, "version": version})

    @blueprint.get("/plans/<template_id>/<int:version>")
    def edit_template(template_id: str, version: int) -> Response:
        session = signed_in(door)
        return _editor(door, session, _template(door, session, template_id, version))

    @blueprint.post("/plans/<template_id>/<int:version>")
    def save_template(template_id: str, version: int) -> Response:
        session = signed_in(door)
        require_own_form(door)
        held = _template(door, session, template_id, version)
        body = _typed(request.form, request.form.getlist)
        seen = {"template_id": held.id, "version": held.version, "revision": request.form.get("revision", "")}
        try:
            done = door.commands.run(
                session.tenant_id,
                session.actor,
                "template.save",
                None,
                {"body": body, **seen},
                request.form.get("key") or new_id(),
            )
        except AppError as error:
            return _editor(door, session, held, error=error, body=body)
        return see_other(f"/admin/plans/{held.id}/{done.result['version']}")


def _run(door: AdminDoor, command: str, fields: Mapping[str, object]) -> Response:
    session = signed_in(door)
    require_own_form(door)
    key = request.form.get("key") or new_id()
    try:
        result = door.commands.run(session.tenant_id, session.actor, command, None, fields, key)
    except AppError as error:
        if error.status == NOBODY.status:
            raise
        return _page(door, session, error=error)
    return _page(door, session, done=result.message)


def _template(door: AdminDoor, session: AdminSession, template_id: str, version: int) -> Template:
    for template in door.desk.templates(session.tenant_id):
        if (template.id, template.version) == (template_id, version):
            return template
    raise NOBODY


def _page(
    door: AdminDoor, session: AdminSession, *, done: str = "", error: AppError | None = None
) -> Response:
    every = door.desk.templates(session.tenant_id)
    groups = [list(found) for _, found in groupby(every, lambda one: one.id)]
    groups.sort(key=lambda found: found[0].name.lower())
    return show(
        "plans.html",
        door,
        session,
        error.status if error else 200,
        groups=groups,
        motions=list(Motion),
        states=TemplateState,
        when=template_due,
        who=owner_words,
        firms=list(_firms(door, session)),
        countries=countries(),
        done=done,
        error=error,
    )


def _firms(door: AdminDoor, session: AdminSession) -> Iterator[tuple[str, str, str]]:
    """Our firm and every partner, with the country whose holidays count."""
    tenant = door.desk.tenant(session.tenant_id)
    yield "", tenant.name, tenant.country
    for row in door.desk.partners(session.tenant_id):
        yield row.partner.id, row.partner.name, row.partner.country


def _editor(
    door: AdminDoor,
    session: AdminSession,
    held: Template,
    *,
    error: AppError | None = None,
    body: Mapping[str, Any] | None = None,
) -> Response:
    said = body or held.content.to_json()
    rows = [*said["steps"], *(EMPTY for _ in range(SPARE_ROWS))][:MOST_STEPS]
    return show(
        "plan_edit.html",
        door,
        session,
        error.status if error else 200,
        held=held,
        said=said,
        rows=[(row, read_rule(row.get("rule", "")) if not error else _loose(row)) for row in rows],
        motions=list(Motion),
        who=[(f"{side}:{role}", label) for side, role, label in OWNERS],
        stages=door.desk.stages(session.tenant_id),
        states=TemplateState,
        error=error,
    )


def _loose(row: Mapping[str, Any]) -> Any:
    """The rule of a row that was refused, if it is not the rule that was wrong."""
    try:
        return read_rule(row.get("rule", ""))
    except AppError:
        return None


def _typed(form: Mapping[str, str], many: Any) -> dict[str, Any]:
    """The template as the form describes it; a row without a title is not there."""
    return {
        "name": form.get("name", ""),
        "motion": form.get("motion", ""),
        "steps": list(_rows(form, many)),
    }


def _rows(form: Mapping[str, str], many: Any) -> Iterator[dict[str, Any]]:
    for number in range(MOST_STEPS):
        get = _row_of(form, number)
        if not get("title"):
            continue
        side, _, role = get("who").partition(":")
        yield {
            "key": get("key") or new_id()[-12:],
            "milestone": get("milestone"),
            "title": get("title"),
            "side": side,
            "role": role,
            "rule": _rule(get("from"), get("days"), get("unit")),
            "after": _after(many(f"after-{number}")),
            "required": get("required") != "no",
            "audience": get("audience") or "partner",
        }


def _row_of(form: Mapping[str, str], number: int) -> Any:
    return lambda name: form.get(f"{name}-{number}", "").strip()


def _after(named: Sequence[str]) -> list[str]:
    return [one for one in named if one]


def _rule(source: str, days: str, unit: str) -> str:
    """As a rule is written; what is no number is left for the command to refuse."""
    if not source:
        return ""
    digits = days.lstrip("+-")
    count = f"{int(days):+d}" if digits.isascii() and digits.isdigit() and len(digits) < 5 else days  # noqa: PLR2004
    return f"{source}{count or '+0'}{unit or 'b'}"
