"""The safelist as a grid: read, edited, reviewed, saved, and put back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, request

from app.disclosure.changes import Change, RuleChange, changes, rule_changes
from app.disclosure.policy import OBJECTS, Policy, Treatment
from app.disclosure.policy_body import read_policy
from app.domain.partner import PartnerType
from app.doors.admin.pages import see_other
from app.doors.admin.ports import AdminDoor, AdminSession, FieldRow
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.reading import safelist

CELL = "cell"
"""A cell posts as cell:<object>:<partner type>:<field> = treatment."""

WAITS = "Not in force yet. A second admin has to agree to a change that reaches so many people."

NOBODY = AppError(Reason.NOT_FOUND, "There is nothing at this address.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One select of the grid; `options` are (treatment, label) pairs."""

    name: str
    label: str
    type_label: str
    value: Treatment
    saved: Treatment
    options: Sequence[tuple[Treatment, str]]

    @property
    def changed(self) -> bool:
        return self.value is not self.saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    field: FieldRow
    cells: Sequence[Cell]


def add_safelist(blueprint: Blueprint, door: AdminDoor) -> None:
    """The routes of the grid and its history."""

    @blueprint.get("/safelist")
    def show_grid() -> Response:
        session = signed_in(door)
        door.look(session.tenant_id)
        saved = door.desk.policy(session.tenant_id)
        done = request.args.get("done", "")
        message = f"Saved as version {saved.version}." if done == str(saved.version) else ""
        return grid(door, session, saved, message=WAITS if done == "waits" else message)

    @blueprint.post("/safelist")
    def save() -> Response:
        session = signed_in(door)
        require_own_form(door)
        obj = _object()
        edited = edited_policy(door, session)
        if request.form.get("do") == "review":
            return grid(door, session, edited)
        try:
            done = save_policy(door, session, edited, request.form.get("reason", ""))
        except AppError as error:
            return grid(door, session, edited, error=error)
        return see_other(f"{done}&object={obj}")

    @blueprint.post("/safelist/reach")
    def reach() -> Response:
        session = signed_in(door)
        require_own_form(door)
        sentences = reach_of(door, session, edited_policy(door, session))
        return Response(json.dumps({"ok": True, "sentences": sentences}), mimetype="application/json")

    _add_history(blueprint, door)


def _add_history(blueprint: Blueprint, door: AdminDoor) -> None:
    """Every version there was, and the way back to one."""

    @blueprint.get("/safelist/history")
    def history() -> Response:
        return _history(door, signed_in(door))

    @blueprint.post("/safelist/restore")
    def restore() -> Response:
        session = signed_in(door)
        require_own_form(door)
        wanted = request.form.get("version", "")
        found = next(
            (v for v in door.desk.history(session.tenant_id) if str(v.policy.version) == wanted), None
        )
        if found is None:
            raise NOBODY
        try:
            reason = request.form.get("reason", "").strip() or f"Back to version {wanted}: {found.reason}"
            done = save_policy(door, session, found.policy, reason)
        except AppError as error:
            return _history(door, session, error)
        return see_other(done)


def grid(
    door: AdminDoor,
    session: AdminSession,
    edited: Policy,
    *,
    error: AppError | None = None,
    message: str = "",
) -> Response:
    """The page with one object's fields under the edited policy, what differs from the saved one marked."""
    obj = _object()
    saved = door.desk.policy(session.tenant_id)
    query = request.values.get("q", "").strip()[:100]
    fields = [f for f in door.desk.fields(session.tenant_id, obj) if _matches(f, query)]
    return show(
        "safelist.html",
        door,
        session,
        error.status if error else 200,
        obj=obj,
        objects=OBJECTS,
        types=list(PartnerType),
        rows=[_row(obj, field, saved, edited) for field in fields],
        query=query,
        base=_base(saved, error),
        saved=saved,
        reason=request.form.get("reason", ""),
        sentences=reach_of(door, session, edited),
        waiting=len(door.desk.proposals(session.tenant_id)),
        error=error,
        message=message,
    )


def edited_policy(door: AdminDoor, session: AdminSession) -> Policy:
    """Today's policy with the cells of this form laid over it. Raises AppError for a cell that cannot be."""
    saved = door.desk.policy(session.tenant_id)
    body = saved.grid_json()
    known: dict[str, frozenset[str]] = {}
    for key, value in request.form.items():
        kind, _, rest = key.partition(":")
        if kind != CELL:
            continue
        obj, _, rest = rest.partition(":")
        partner_type, _, field = rest.partition(":")
        if obj in OBJECTS and obj not in known:
            known[obj] = frozenset(row.name for row in door.desk.fields(session.tenant_id, obj))
        if field not in known.get(obj, ()):
            raise AppError(Reason.INVALID, f"There is no field called {field[:40]!r}. Load the page again.")
        body.setdefault(partner_type, {}).setdefault(obj, {})[field] = value
    return replace(read_policy(body, saved.version), exceptions=saved.exceptions)


def _base(saved: Policy, error: AppError | None) -> str:
    """The version that the form edits, not today's, so that saving over somebody else's change is refused. Once it
    was, the page marks what differs from today's, and saving again is meant."""
    if error is not None and error.reason is Reason.EDIT_CONFLICT:
        return str(saved.version)
    return request.form.get("version") or str(saved.version)


def save_policy(door: AdminDoor, session: AdminSession, policy: Policy, reason: str) -> str:
    """Where to go on once the policy is saved, or waits for a second admin. Raises AppError when it is refused."""
    if not reason.strip():
        raise AppError(
            Reason.INVALID, "Say why you change this, for those who come after you.", field="reason"
        )
    version = request.form.get("base") or request.form.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):  # noqa: PLR2004 - no tenant saves so often
        raise AppError(Reason.MALFORMED, "The form does not say which version it edits. Load the page again.")
    saved = door.desk.policy(session.tenant_id)
    # A form that is sent twice names the version before, and gets its first answer from the command.
    if int(version) == saved.version and policy.to_json() == saved.to_json():
        raise AppError(Reason.INVALID, "Nothing is changed, so there is nothing to save.")
    done = door.commands.run(
        session.tenant_id,
        session.actor,
        "policy.save",
        None,
        {"body": policy.to_json(), "whole": True, "reason": reason, "version": int(version)},
        request.form.get("key") or new_id(),
    )
    if done.result.get("proposal_id"):
        return "/admin/safelist?done=waits"
    return f"/admin/safelist?done={done.result.get('version', '')}"


def _object() -> str:
    obj = request.values.get("object", "deal")
    if obj not in OBJECTS:
        raise NOBODY
    return obj


def _matches(field: FieldRow, query: str) -> bool:
    return query.casefold() in f"{field.label}\n{field.api_name}\n{field.sample}".casefold()


def _row(obj: str, field: FieldRow, saved: Policy, edited: Policy) -> Row:
    if field.never_reason:
        return Row(field=field, cells=())
    return Row(field=field, cells=[_cell(obj, field, t, saved, edited) for t in PartnerType])


def _cell(obj: str, field: FieldRow, partner_type: PartnerType, saved: Policy, edited: Policy) -> Cell:
    value = edited.treatment(partner_type, obj, field.name)
    return Cell(
        name=f"{CELL}:{obj}:{partner_type}:{field.name}",
        label=f"{field.label} for {partner_type.label}",
        type_label=partner_type.label,
        value=value,
        saved=saved.treatment(partner_type, obj, field.name),
        options=safelist.options(obj, field.sample, value),
    )


def reach_of(door: AdminDoor, session: AdminSession, edited: Policy) -> list[str]:
    """How far it would reach to put this policy in force, in sentences; none when it is in force."""
    saved = door.desk.policy(session.tenant_id)
    if edited.to_json() == saved.to_json():
        return []
    found = door.desk.blast(session.tenant_id, edited)
    return safelist.sentences(found, saved, edited, door.desk.labels(session.tenant_id))


def _history(door: AdminDoor, session: AdminSession, error: AppError | None = None) -> Response:
    versions = list(door.desk.history(session.tenant_id))
    partners = {row.partner.id: row.partner.name for row in door.desk.partners(session.tenant_id)}
    earlier: list[Policy | None] = [v.policy for v in versions[1:]]
    entries = [
        (version, _differences(before, version.policy, partners))
        for version, before in zip(versions, [*earlier, None], strict=True)
    ]
    return show(
        "history.html",
        door,
        session,
        error.status if error else 200,
        entries=entries,
        labels=door.desk.labels(session.tenant_id),
        partners=partners,
        stages={stage.value: stage.label for stage in door.desk.pipeline(session.tenant_id)},
        current=door.desk.policy(session.tenant_id).version,
        error=error,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What a version says that the one before did not, or said otherwise."""

    cells: Sequence[Change] = ()
    rules: Sequence[RuleChange] = ()
    settled: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.cells) + len(self.rules) + len(self.settled)


def _differences(before: Policy | None, after: Policy, partners: Mapping[str, str]) -> Differences:
    if before is None:
        return Differences()
    return Differences(
        cells=changes(before, after),
        rules=rule_changes(before, after),
        settled=safelist.settled(before.exceptions, after.exceptions, partners),
    )
