"""Reading a policy from JSON, as it is stored, sent and put under version control; Policy.to_json writes it.

The grid alone is {type: {object: {field: treatment}}}, as it has been from the start. With exceptions it is
{"format": 2, "grid": …, "rules": […], "motion": …, "territories": …, "people": …, "approval": …}: a release that does
not know them finds no partner type in it, and so shows nothing instead of too much.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from app.disclosure.policy import FORMAT, Cell, Policy
from app.disclosure.rules import Exceptions, Motion, MotionField, Rule, Territories
from app.disclosure.treatment import FIELD_NAME, OBJECTS, Treatment, never_reason
from app.domain.partner import PartnerType
from app.ground.errors import AppError, Reason

RULES = 200
"""Exceptions that a policy may have: more than anybody could keep in mind."""

ENTRIES = 2_000
"""Values of a motion, territories or people of one policy at most."""

TEXT = 320
_RECORDS = ("deal", "company")
_TREATMENTS = frozenset(Treatment)
_KEYS = frozenset({"format", "grid", "rules", "motion", "territories", "people", "approval"})
_T = TypeVar("_T")


def read_policy(body: object, version: int) -> Policy:
    """The policy that `body` describes. Raises AppError naming the first thing that is wrong: an unknown partner
    type, object, field name or treatment, or a field that is never shared."""
    whole = _mapping(body, "policy")
    if "format" not in whole:
        return Policy(version=version, cells=_grid(whole))
    if whole["format"] != FORMAT or not whole.keys() <= _KEYS:
        raise AppError(Reason.INVALID, "This release does not know this form of a safelist.", field="format")
    return Policy(version=version, cells=_grid(whole.get("grid", {})), exceptions=_exceptions(whole))


def stored_policy(body: object, version: int) -> Policy:
    """The policy that was stored as `body`. Never raises: a later release may have banned a field, or dropped a mask
    or a partner type. Such a cell is absent, and the rest holds; an exception that cannot be read closes the field it
    is about, and if not even that is clear, everything (law 5)."""
    try:
        return read_policy(body, version)
    except AppError:
        pass
    if not isinstance(body, dict) or "format" not in body:
        return Policy(version=version, cells=_readable(body))
    try:
        return _readable_rules(body, version)
    except AppError:
        return Policy(version=version, cells={})


def _readable_rules(body: Mapping[str, Any], version: int) -> Policy:
    """Raises AppError where it is not clear what is to be closed."""
    kept, closed = [], set()
    for rule in _list(body.get("rules", []), "rules", RULES):
        try:
            read = _rule(rule)
        except AppError as error:
            if error.reason is not Reason.NEVER_SHARED:  # the never-list closes that field anyway
                named = _mapping(rule, "rules")
                closed.add((_text(named.get("object"), "object"), _text(named.get("field"), "field")))
            continue
        kept.append(read)
    rest = _exceptions({**body, "rules": []})
    if body["format"] != FORMAT or not body.keys() <= _KEYS:
        raise AppError(Reason.INVALID, "This release does not know this form of a safelist.", field="format")
    said = Exceptions(
        rules=tuple(kept),
        motion=rest.motion,
        territories=rest.territories,
        people=rest.people,
        approval=rest.approval,
    )
    return Policy(
        version=version,
        cells=_readable(body.get("grid", {})),
        exceptions=said,
        closed=frozenset(closed),
    )


def _grid(body: object) -> dict[Cell, Treatment]:
    cells: dict[Cell, Treatment] = {}
    for type_name, objects in _mapping(body, "policy").items():
        partner_type = _partner_type(type_name)
        for obj, fields in _mapping(objects, type_name).items():
            _object(obj, OBJECTS)
            for field, value in _mapping(fields, obj).items():
                cells[partner_type, obj, _field(field, obj)] = _treatment(field, value)
    return cells


def _exceptions(body: Mapping[str, Any]) -> Exceptions:
    rules = tuple(_rule(rule) for rule in _list(body.get("rules", []), "rules", RULES))
    motion = _optional(body, "motion", _motion)
    if motion is None and any(rule.motion for rule in rules):
        raise AppError(
            Reason.INVALID,
            "Say first which field holds the deal motion, then add rules by motion.",
            field="motion",
        )
    approval = body.get("approval")
    if approval is not None and (not isinstance(approval, int) or isinstance(approval, bool) or approval < 1):
        raise AppError(
            Reason.INVALID, "Give the number of people from which on a second admin agrees.", field="approval"
        )
    return Exceptions(
        rules=rules,
        motion=motion,
        territories=_optional(body, "territories", _territories),
        people={
            partner: tuple(_person(who) for who in _list(people, "people", ENTRIES))
            for partner, people in _entries(body.get("people", {}), "people").items()
        },
        approval=approval,
    )


def _optional(body: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any]], _T]) -> _T | None:
    return read(_mapping(body[name], name)) if body.get(name) is not None else None


def _rule(body: object) -> Rule:
    said = _mapping(body, "rules")
    known = {"object", "field", "treatment", "partner_type", "partner_id", "motion", "stage"}
    if not said.keys() <= known or not {"object", "field", "treatment"} <= said.keys():
        raise AppError(
            Reason.INVALID,
            "A rule names an object, a field, a treatment, and for whom or when.",
            field="rules",
        )
    rule = Rule(
        object=_object(_text(said["object"], "object"), OBJECTS),
        field=_field(_text(said["field"], "field"), "field"),
        treatment=_treatment(_text(said["field"], "field"), said["treatment"]),
        partner_type=_partner_type(_text(said["partner_type"], "partner_type"))
        if said.get("partner_type")
        else None,
        partner_id=_text(said["partner_id"], "partner_id") if said.get("partner_id") else "",
        motion=_one_motion(said["motion"]) if said.get("motion") else None,
        stage=_text(said["stage"], "stage") if said.get("stage") else "",
    )
    if not (rule.partner_id or rule.motion or rule.stage):
        raise AppError(
            Reason.INVALID,
            "Say for which partner, motion or stage. The grid decides for a type.",
            field="rules",
        )
    return rule


def _motion(body: Mapping[str, Any]) -> MotionField:
    values = _entries(body.get("values", {}), "motion")
    field = _field(_text(body.get("field"), "motion"), "motion")
    return MotionField(field=field, values={value: _one_motion(m) for value, m in values.items()})


def _one_motion(name: object) -> Motion:
    try:
        return Motion(str(name))
    except ValueError:
        raise AppError(
            Reason.INVALID, f"There is no deal motion called {str(name)[:40]!r}.", field="motion"
        ) from None


def _territories(body: Mapping[str, Any]) -> Territories:
    return Territories(
        object=_object(_text(body.get("object"), "territories"), _RECORDS),
        field=_field(_text(body.get("field"), "territories"), "territories"),
        partners={
            partner: tuple(_text(value, "territories") for value in _list(values, "territories", ENTRIES))
            for partner, values in _entries(body.get("partners", {}), "territories").items()
        },
    )


def _person(who: object) -> str:
    text = _text(who, "people").strip().lower()
    if "@" not in text:
        raise AppError(Reason.INVALID, f"{text[:40]!r} is no address and no @domain.", field="people")
    return text


def _readable(body: object) -> dict[Cell, Treatment]:
    cells: dict[Cell, Treatment] = {}
    for type_name, objects in _held(body):
        for obj, fields in _held(objects):
            for field, value in _held(fields):
                try:
                    cells |= _grid({type_name: {obj: {field: value}}})
                except AppError:
                    continue
    return cells


def _held(value: object) -> list[tuple[str, object]]:
    return [(k, v) for k, v in value.items() if isinstance(k, str)] if isinstance(value, dict) else []


def _mapping(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) and len(key) <= 200 for key in value):  # noqa: PLR2004
        raise AppError(Reason.MALFORMED, f"{name[:40]!r} must be an object with text keys.")
    return value


def _entries(value: object, name: str) -> dict[str, Any]:
    found = _mapping(value, name)
    if len(found) > ENTRIES:
        raise AppError(Reason.TOO_LARGE, f"{name!r} has more than {ENTRIES:,} entries.", field=name)
    return found


def _list(value: object, name: str, limit: int) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > limit:
        raise AppError(Reason.INVALID, f"{name!r} must be a list of at most {limit:,}.", field=name)
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= TEXT or not value.isprintable():
        raise AppError(Reason.INVALID, f"{name!r} must be a short text.", field=name)
    return value


def _object(obj: str, known: Sequence[str]) -> str:
    if obj not in known:
        raise AppError(Reason.INVALID, f"There is no object called {obj[:40]!r}.", field=obj[:40])
    return obj


def _field(field: str, where: str) -> str:
    if not FIELD_NAME.fullmatch(field):
        raise AppError(Reason.INVALID, f"{field[:40]!r} is not the name of a field.", field=where)
    return field


def _partner_type(name: str) -> PartnerType:
    try:
        return PartnerType(name)
    except ValueError:
        raise AppError(
            Reason.UNKNOWN_PARTNER_TYPE, f"There is no partner type called {name[:40]!r}."
        ) from None


def _treatment(field: str, value: object) -> Treatment:
    if not isinstance(value, str) or value not in _TREATMENTS:
        shown = repr(value[:40]) if isinstance(value, str) else f"A {type(value).__name__}"
        raise AppError(Reason.INVALID, f"{shown} is not show, a mask or absent.", field=field)
    treatment = Treatment(value)
    reason = never_reason(field)
    if treatment is not Treatment.ABSENT and reason:
        raise AppError(Reason.NEVER_SHARED, reason, field=field)
    return treatment
