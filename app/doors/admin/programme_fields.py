"""The programme as a form: its fields are named like places in the body ("rules.1.steps.0.name"), lists of words are
written with commas, and each button that adds, moves or removes something names the place it acts on."""

import csv
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from werkzeug.datastructures import MultiDict

from app.domain.programme import Precedence, Rule, number_in
from app.domain.programme_form import MOST, MOST_STEPS
from app.ground.plain import plain

NEW: Mapping[str, Any] = {
    "rules": {**plain(Rule(name="")), "steps": []},
    "steps": {"name": "", "approvers": [], "min_amount": 0.0, "regions": [], "products": []},
    "tiers": {"tier": "", "protection_days": 0, "sla_hours": 0},
}
"""What a new entry of each list begins with."""

LIMITS = {"rules": MOST, "steps": MOST_STEPS, "tiers": MOST, "precedence": len(Precedence)}

FIRST_FIELD = {"rules": "name", "steps": "name", "tiers": "tier"}

_ORDER = re.compile(
    r"(?P<list>(?:rules\.\d{1,2}\.)?(?:rules|steps|tiers)|precedence)"
    r"(?:\.(?P<at>\d{1,2}))?:(?P<verb>add|copy|up|down|remove)(?:=(?P<what>[a-z_]{1,30}))?"
)


def written(values: object) -> str:
    """A list as one types it: with commas, and in quotes where an entry holds a comma itself."""
    entries = [str(one) for one in values] if isinstance(values, list | tuple) else [str(values)]
    marked = ['"{}"'.format(one.replace('"', '""')) if set(one) & set(',"') else one for one in entries]
    return ", ".join(marked)


def sum_of(amount: object) -> str:
    """An amount as one types it; nothing for nought. What is no amount stays as it was typed."""
    if not isinstance(amount, int | float):
        return str(amount)
    return (f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}") if amount else ""


def percent(share: object) -> str:
    return f"{round(share * 100, 4):g}" if isinstance(share, int | float) else str(share)


def read_form(form: MultiDict[str, str]) -> dict[str, Any]:
    """The body as the form says it, whatever makes sense of it."""
    return {
        "rules": [_rule(form, f"rules.{n}") for n in range(MOST) if f"rules.{n}.name" in form],
        "precedence": form.getlist("precedence"),
        "named_accounts": _lines(form, "named_accounts"),
        "possible_from": _percent(form, "possible_from"),
        "same_from": _percent(form, "same_from"),
        "dispute_days": _whole(form, "dispute_days"),
        "dispute_to": _line(form, "dispute_to"),
        "probing_per_day": _whole(form, "probing_per_day"),
        "tier_order": _words(form, "tier_order"),
        "tier_grace_days": _whole(form, "tier_grace_days"),
    }


def change(body: Mapping[str, Any], order: str) -> tuple[dict[str, Any], str]:
    """The body after a button was pressed, and the name of the field or button to go on from. An order that fits
    nothing changes nothing."""
    edited = deepcopy(dict(body))
    found = _ORDER.fullmatch(order)
    held = _list(edited, found["list"]) if found else None
    if found is None or held is None:
        return edited, ""
    path, verb = found["list"], found["verb"]
    kind = path.rpartition(".")[2]
    at = int(found["at"]) if found["at"] else None
    if verb == "add" and len(held) < LIMITS[kind]:
        return edited, _add(held, path, kind, found["what"] or "")
    if at is None or at >= len(held):
        return edited, ""
    if verb == "remove":
        del held[at]
        return edited, f"{path}:add"
    if verb == "copy" and kind == "rules" and len(held) < LIMITS[kind]:
        held.insert(at + 1, {**deepcopy(held[at]), "name": f"{held[at]['name']} (copy)"})
        return edited, f"{path}.{at + 1}.name"
    return edited, _move(held, path, at, verb)


def _add(held: list[Any], path: str, kind: str, what: str) -> str:
    if kind != "precedence":
        held.append(deepcopy(NEW[kind]))
        return f"{path}.{len(held) - 1}.{FIRST_FIELD[kind]}"
    if what in set(Precedence) - set(held):
        held.append(what)
    return f"{path}.{len(held) - 1}:up"


def _move(held: list[Any], path: str, at: int, verb: str) -> str:
    """Goes on from the same button at the new place, or its opposite at either end."""
    to = at - 1 if verb == "up" else at + 1
    if verb not in ("up", "down") or not 0 <= to < len(held):
        return f"{path}.{at}:{verb}"
    held[at], held[to] = held[to], held[at]
    ends = (verb == "up" and to == 0) or (verb == "down" and to == len(held) - 1)
    return f"{path}.{to}:{({'up': 'down', 'down': 'up'}[verb]) if ends else verb}"


def _list(body: dict[str, Any], path: str) -> list[Any] | None:
    held: Any = body
    for part in path.split("."):
        try:
            held = held[int(part)] if part.isdigit() else held[part]
        except LookupError:
            return None
    return held if isinstance(held, list) else None


def _rule(form: MultiDict[str, str], at: str) -> dict[str, Any]:
    numbers = ("sla_hours", "protection_days", "extension_days", "extension_limit", "idle_days")
    return {
        "name": _line(form, f"{at}.name"),
        "partner_types": form.getlist(f"{at}.partner_types"),
        "regions": _words(form, f"{at}.regions"),
        "required": form.getlist(f"{at}.required"),
        "certifications": _words(form, f"{at}.certifications"),
        "steps": [
            _step(form, f"{at}.steps.{n}") for n in range(MOST_STEPS) if f"{at}.steps.{n}.name" in form
        ],
        "business_days": form.get(f"{at}.business_days") == "yes",
        "holidays": _lines(form, f"{at}.holidays"),
        "escalate_to": _line(form, f"{at}.escalate_to"),
        "protection_starts": form.get(f"{at}.protection_starts", "approval"),
        "reminder_days": [_number(one) for one in _words(form, f"{at}.reminder_days")],
        "tiers": [_tier(form, f"{at}.tiers.{n}") for n in range(MOST) if f"{at}.tiers.{n}.tier" in form],
        **{name: _whole(form, f"{at}.{name}") for name in numbers},
    }


def _step(form: MultiDict[str, str], at: str) -> dict[str, Any]:
    return {
        "name": _line(form, f"{at}.name"),
        "approvers": _words(form, f"{at}.approvers"),
        "min_amount": _amount(_line(form, f"{at}.min_amount")),
        "regions": _words(form, f"{at}.regions"),
        "products": _words(form, f"{at}.products"),
    }


def _tier(form: MultiDict[str, str], at: str) -> dict[str, Any]:
    days, hours = (_number(_line(form, f"{at}.{name}") or "0") for name in ("protection_days", "sla_hours"))
    return {"tier": _line(form, f"{at}.tier"), "protection_days": days, "sla_hours": hours}


def _line(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").strip()


def _words(form: MultiDict[str, str], name: str) -> list[str]:
    """What stands between commas; quotes keep a comma within an entry."""
    try:
        rows = list(csv.reader(_line(form, name).splitlines(), skipinitialspace=True, strict=True))
    except csv.Error:  # a quote that never ends: then it is no quote
        rows = [_line(form, name).split(",")]
    return [one.strip() for row in rows for one in row if one.strip()]


def _lines(form: MultiDict[str, str], name: str) -> list[str]:
    return [one.strip() for one in re.split(r"[\n,;]", _line(form, name)) if one.strip()]


def _number(typed: str) -> int | str:
    """What is no whole number stays as it was typed, to be refused and shown again."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else typed  # noqa: PLR2004


def _whole(form: MultiDict[str, str], name: str) -> int | str:
    typed = _line(form, name)
    return 0 if not typed and name.endswith("idle_days") else _number(typed)


def _amount(typed: str) -> float | str:
    if not typed:
        return 0.0
    return number_in(typed) if re.fullmatch(r"[\d][\d.,' \u00a0]*", typed, re.ASCII) else typed


def _percent(form: MultiDict[str, str], name: str) -> float | str:
    typed = _line(form, name).removesuffix("%").strip()
    return round(float(typed) / 100, 6) if re.fullmatch(r"\d{1,3}(\.\d{1,4})?", typed, re.ASCII) else typed
