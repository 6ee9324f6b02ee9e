"""What the grid cannot say: exceptions, a second admin's consent, and the whole safelist as YAML."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, request

from app.disclosure.policy import OBJECTS, Policy
from app.disclosure.policy_body import read_policy
from app.disclosure.policy_yaml import from_yaml, to_yaml
from app.disclosure.rules import Motion
from app.domain.partner import PartnerType
from app.doors.admin.pages import see_other
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.safelist import NOBODY, reach_of, save_policy
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError, Reason

CONDITIONS = ("partner_type", "partner_id", "motion", "stage")


def add_exceptions(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/safelist/exceptions")
    def exceptions() -> Response:
        session = signed_in(door)
        return _page(door, session, door.desk.policy(session.tenant_id))

    @blueprint.post("/safelist/exceptions")
    def change() -> Response:
        session = signed_in(door)
        require_own_form(door)
        saved = door.desk.policy(session.tenant_id)
        try:
            edited = _edited(door, session, saved)
            if request.form.get("do") == "review":
                return _page(door, session, edited)
            done = save_policy(door, session, edited, request.form.get("reason", ""))
        except AppError as error:
            return _page(door, session, saved, error=error)
        return see_other(done)

    @blueprint.get("/safelist/export")
    def export() -> Response:
        session = signed_in(door)
        policy = door.desk.policy(session.tenant_id)
        name = f"safelist-{policy.version}.yaml"
        headers = [("Content-Disposition", f'attachment; filename="{name}"'), ("Cache-Control", "no-store")]
        return Response(to_yaml(policy), mimetype="text/yaml", headers=headers)

    _add_proposals(blueprint, door)


def _add_proposals(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/safelist/proposals")
    def proposals() -> Response:
        return _proposals(door, signed_in(door))

    @blueprint.post("/safelist/proposals")
    def decide() -> Response:
        session = signed_in(door)
        require_own_form(door)
        command = {"approve": "policy.approve", "decline": "policy.decline"}.get(request.form.get("do", ""))
        if command is None:
            raise NOBODY
        fields = {
            "proposal_id": request.form.get("proposal_id", "")[:64],
            "reason": request.form.get("reason", "").strip(),
        }
        try:
            done = door.commands.run(
                session.tenant_id, session.actor, command, None, fields, request.form.get("key", "")
            )
        except AppError as error:
            return _proposals(door, session, error=error)
        return _proposals(door, session, message=done.message)


def _edited(door: AdminDoor, session: AdminSession, saved: Policy) -> Policy:
    """The saved policy with this form's change in it. Raises AppError for one that cannot be."""
    form = request.form
    if form.get("yaml", "").strip():
        return read_policy(from_yaml(form["yaml"]), saved.version)
    body = {"format": 2, "grid": saved.grid_json(), **saved.exceptions.to_json()}
    rules = list(body.get("rules", []))
    if form.get("remove", "").isdigit():
        rules = [rule for n, rule in enumerate(rules) if str(n) != form["remove"]]
    if form.get("field"):
        rules.append(_rule(form))
    body["rules"] = rules
    if "approval" in form:
        body["approval"] = _people(form["approval"])
    edited = read_policy(body, saved.version)
    known = {row.partner.id for row in door.desk.partners(session.tenant_id)}
    for rule in edited.exceptions.rules[len(saved.exceptions.rules) :]:
        if rule.partner_id and rule.partner_id not in known:
            raise AppError(Reason.INVALID, "There is no such partner.", field="partner_id")
        if rule.field not in {row.name for row in door.desk.fields(session.tenant_id, rule.object)}:
            raise AppError(Reason.INVALID, f"There is no field called {rule.field[:40]!r}.", field="field")
    return edited


def _rule(form: Mapping[str, str]) -> dict[str, str]:
    obj, _, field = form["field"].partition("/")
    rule = {"object": obj, "field": field, "treatment": form.get("treatment", "")}
    return rule | {name: form[name] for name in CONDITIONS if form.get(name)}


def _people(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9):  # noqa: PLR2004 - more people than anybody has
        raise AppError(Reason.INVALID, "Give a number of people, or nothing.", field="approval")
    return int(text)


def _page(
    door: AdminDoor, session: AdminSession, edited: Policy, *, error: AppError | None = None
) -> Response:
    saved = door.desk.policy(session.tenant_id)
    tenant = session.tenant_id
    return show(
        "exceptions.html",
        door,
        session,
        error.status if error else 200,
        saved=saved,
        edited=edited,
        sentences=reach_of(door, session, edited),
        labels=door.desk.labels(tenant),
        partners={row.partner.id: row.partner.name for row in door.desk.partners(tenant)},
        stages={stage.value: stage.label for stage in door.desk.pipeline(tenant)},
        motions=list(Motion),
        types=list(PartnerType),
        fields=[(obj, f) for obj in OBJECTS for f in door.desk.fields(tenant, obj) if not f.never_reason],
        yaml=to_yaml(replace(edited, version=saved.version)),
        typed=request.form,
        error=error,
    )


def _proposals(
    door: AdminDoor, session: AdminSession, *, error: AppError | None = None, message: str = ""
) -> Response:
    found = door.desk.proposals(session.tenant_id)
    saved = door.desk.policy(session.tenant_id)
    return show(
        "proposals.html",
        door,
        session,
        error.status if error else 200,
        entries=[
            (one, reach_of(door, session, one.policy), one.base_version == saved.version) for one in found
        ],
        error=error,
        message=message,
    )
