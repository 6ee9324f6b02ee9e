"""The editor of the programme: a form that works without script. What is edited lives in the form alone until it is
saved; every button sends the whole form and gets it back changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from app.domain.partner import PartnerType
from app.domain.programme import REQUIRABLE, Precedence
from app.domain.programme_file import LIMIT, read_file
from app.domain.programme_form import problems, read_programme, read_rule, to_json
from app.doors.admin.pages import see_other
from app.doors.admin.ports import AdminDoor, AdminSession
from app.doors.admin.programme_fields import change, percent, read_form, sum_of, written
from app.doors.admin.safelist import NOBODY
from app.doors.admin.session import require_own_form, show, signed_in
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.reading.programme import remarks, scope, sentences
from cards import words

VERSION_DIGITS = 9

NOT_YET = AppError(Reason.INVALID, "Put right what is marked. Nothing is saved yet.")

LABELS = {
    "name": "Name",
    "tier": "Tier",
    "approvers": "Who decides",
    "min_amount": "From an amount of",
    "regions": "Regions",
    "products": "Products",
    "certifications": "Certifications",
    "sla_hours": "Hours to decide",
    "holidays": "Holidays",
    "escalate_to": "A late decision goes to",
    "protection_days": "Days of protection",
    "extension_days": "Days of an extension",
    "extension_limit": "Extensions",
    "reminder_days": "Days of the reminders",
    "idle_days": "Idle days",
    "steps": "Approval steps",
    "tiers": "Tiers",
    "rules": "Rules",
    "precedence": "Who wins",
    "named_accounts": "Named accounts",
    "possible_from": "Ask a person from",
    "same_from": "Sure from",
    "dispute_days": "Days to settle a dispute",
    "dispute_to": "A late dispute goes to",
    "probing_per_day": "Unusually many registrations",
    "tier_order": "Tiers, the highest first",
    "tier_grace_days": "Days of grace",
}
"""What the form calls a field; the list of what is wrong says it likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing that has to be put right: the field it is at, whose it is, and what is wrong."""

    place: str
    label: str
    said: str


def add_programme_editor(blueprint: Blueprint, door: AdminDoor) -> None:
    @blueprint.get("/programme/edit")
    def edit_programme() -> Response:
        session = signed_in(door)
        return _page(door, session, to_json(door.programme.programme(session.tenant_id)))

    @blueprint.post("/programme/edit")
    def change_programme() -> Response:
        session = signed_in(door)
        require_own_form(door)
        order = request.form.get("do", "")
        body = read_form(request.form)
        if order == "read":
            return _page(door, session, body)
        if order not in ("review", "save"):
            body, focus = change(body, order)
            return _page(door, session, body, focus=focus)
        return _judge(door, session, body, saving=order == "save")

    @blueprint.post("/programme/file")
    def bring_in() -> Response:
        session = signed_in(door)
        require_own_form(door)
        try:
            brought = read_programme(read_file(_text()), 0)
        except AppError as error:
            return _page(door, session, to_json(door.programme.programme(session.tenant_id)), error=error)
        return _page(door, session, to_json(brought), reviewed=True)


def _judge(door: AdminDoor, session: AdminSession, body: Mapping[str, Any], *, saving: bool) -> Response:
    found = _wrongs(body)
    if found:
        return _page(door, session, body, wrongs=found, error=NOT_YET)
    if not saving:
        return _page(door, session, body, reviewed=True)
    try:
        return save_programme(door, session, body)
    except AppError as error:
        if error.status == NOBODY.status:
            raise
        return _page(door, session, body, error=error, reviewed=True)


def save_programme(door: AdminDoor, session: AdminSession, body: Mapping[str, Any]) -> Response:
    """Saves what the request's form makes of the programme, and leads to the page that says so. Raises AppError."""
    done = door.commands.run(
        session.tenant_id,
        session.actor,
        "programme.save",
        None,
        {"body": dict(body), "version": edited_version(), "reason": request.form.get("reason", "")},
        request.form.get("key") or new_id(),
    )
    return see_other(f"/admin/programme?done={done.result.get('version', '')}")


def edited_version() -> int:
    """The version that the form began with. Raises AppError for a form that names none."""
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) <= VERSION_DIGITS):
        raise AppError(Reason.MALFORMED, "The form does not say which version it edits. Load the page again.")
    return int(version)


def _text() -> str:
    """The chosen file, or what was pasted."""
    file = request.files.get("file")
    try:
        typed = file.read(LIMIT * 4).decode("utf-8-sig") if file else ""
    except UnicodeDecodeError:
        raise AppError(
            Reason.INVALID, "Save the file as UTF-8, then choose it again.", field="body"
        ) from None
    return typed or request.form.get("body", "")


def _wrongs(body: Mapping[str, Any]) -> list[Wrong]:
    """Everything to put right, each at the field it stands in: an entry of a list is named by what was typed."""
    found: dict[str, Wrong] = {}
    for path, said in problems(body).items():
        place, _, entry = path.rpartition(".") if re.search(r"[a-z_]\.\d+$", path) else (path, "", "")
        typed = _at(body, path) if entry else None
        sentence = f"“{typed}” {said}" if isinstance(typed, str | int) else words.sentence(said)
        found.setdefault(place, Wrong(place=place, label=_label(body, place), said=sentence))
    return list(found.values())


def _label(body: Mapping[str, Any], place: str) -> str:
    """Such as "Rule 2 (Resellers), step 1, hours to decide"."""
    parts = []
    for kind, number in re.findall(r"(rules|steps|tiers)\.(\d+)", place):
        name = _at(body, f"{kind}.{number}.name") if kind == "rules" else ""
        parts.append(f"{kind[:-1]} {int(number) + 1}{f' ({name})' if name else ''}")
    last = place.rpartition(".")[2]
    parts.append(LABELS.get(last, last) if not parts else LABELS.get(last, last).lower())
    return words.sentence(", ".join(parts))


def _at(body: Mapping[str, Any], path: str) -> Any:
    held: Any = body
    for part in path.split("."):
        try:
            held = held[int(part)] if part.isdigit() else held[part]
        except (LookupError, TypeError):
            return None
    return held


def _page(
    door: AdminDoor,
    session: AdminSession,
    body: Mapping[str, Any],
    *,
    focus: str = "",
    wrongs: Sequence[Wrong] = (),
    error: AppError | None = None,
    reviewed: bool = False,
) -> Response:
    desk, tenant_id = door.programme, session.tenant_id
    saved = desk.programme(tenant_id)
    means = [read_rule(rule) for rule in body["rules"]]
    edited = None if wrongs or problems(body) else read_programme(body, saved.version)
    said = {wrong.place: wrong.said for wrong in wrongs}
    touched = {int(found[1]) for place in (*said, focus) if (found := re.match(r"rules\.(\d+)", place))}
    return show(
        "programme_edit.html",
        door,
        session,
        error.status if error else 200,
        saved=saved,
        base=request.form.get("version") or saved.version,
        body=body,
        means=[(scope(rule), list(sentences(rule))) if rule else ("", []) for rule in means],
        remarks=list(remarks(edited)) if edited else [],
        dry=desk.dry_run(tenant_id, edited) if reviewed and edited else None,
        past=desk.trial(tenant_id, edited) if reviewed and edited else None,
        draft=request.method == "POST",
        changed=edited is not None and to_json(edited) != to_json(saved),
        types=[(one.value, one.label) for one in PartnerType],
        requirable=[(name, words.sentence(label)) for name, label in REQUIRABLE.items()],
        ranks={one.value: one.label for one in Precedence},
        labels=LABELS,
        said=said,
        wrongs=wrongs,
        touched=touched,
        focus=focus,
        written=written,
        sum_of=sum_of,
        percent=percent,
        reason=request.form.get("reason", ""),
        error=error,
    )
