"""A programme as an admin writes it: read from JSON and checked as a whole; a refusal names the place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from app.domain.matching import registrable
from app.domain.partner import PartnerType
from app.domain.programme import (
    REQUIRABLE,
    ApprovalStep,
    Precedence,
    Programme,
    Rule,
    Start,
    TierBenefit,
)
from app.ground.errors import AppError, Reason
from app.ground.plain import plain

MOST = 50
"""Entries of one list: a programme that needs more is not read by anybody."""

MOST_STEPS = 10

AMOUNT = "has to be an amount such as 50,000, or empty."

REMINDER = "has to be whole numbers of days from 1 to 180."


def _text(most: int) -> fields.String:
    long = f"has to be no longer than {most} characters."
    return fields.String(load_default="", validate=validate.Length(max=most, error=long))


def _name(most: int) -> fields.String:
    said = f"has to be filled in, with at most {most} characters."
    return fields.String(required=True, validate=validate.Length(min=1, max=most, error=said))


def _texts(check: Callable[[str], Any] | None = None) -> fields.List[str]:
    inner = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, max=200, error="has an entry that is empty or too long."),
            *([check] if check else []),
        ],
    )
    return fields.List(inner, load_default=(), validate=_few(MOST))


def _few(most: int) -> validate.Length:
    return validate.Length(max=most, error=f"has to have at most {most} entries.")


def _days(least: int, most: int, default: int) -> fields.Integer:
    said = f"has to be a whole number from {least} to {most}."
    return fields.Integer(
        strict=True,
        load_default=default,
        validate=validate.Range(least, most, error=said),
        error_messages={"invalid": said, "null": said},
    )


def _chance(least: float, most: float, default: float) -> fields.Float:
    said = f"has to be a number from {least} to {most}."
    return fields.Float(
        load_default=default,
        validate=validate.Range(least, most, error=said),
        error_messages={"invalid": said, "null": said},
    )


class _Strict(Schema):
    """What nobody knows is refused: a misspelt rule must not silently mean nothing."""

    class Meta:
        unknown = RAISE


class _Step(_Strict):
    name = _name(80)
    approvers = _texts(validate.Email(error="is not an e-mail address."))
    min_amount = fields.Float(
        load_default=0.0,
        validate=validate.Range(min=0, error=AMOUNT),
        error_messages={"invalid": AMOUNT, "null": AMOUNT},
    )
    regions = _texts()
    products = _texts()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ApprovalStep:
        return ApprovalStep(**_frozen(data))


class _Tier(_Strict):
    tier = _name(60)
    protection_days = _days(0, 365, 0)
    sla_hours = _days(0, 720, 0)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> TierBenefit:
        return TierBenefit(**data)


class _Rule(_Strict):
    name = _name(80)
    partner_types = fields.List(fields.Enum(PartnerType, by_value=True), load_default=(), validate=_few(MOST))
    regions = _texts()
    required = _texts(validate.OneOf(list(REQUIRABLE), error="is nothing a registration can be asked for."))
    certifications = _texts()
    steps = fields.List(fields.Nested(_Step), load_default=(), validate=_few(MOST_STEPS))
    sla_hours = _days(1, 720, 48)
    business_days = fields.Boolean(load_default=False)
    holidays = fields.List(
        fields.Date(error_messages={"invalid": "is not a day such as 2026-12-25."}),
        load_default=(),
        validate=_few(200),
    )
    escalate_to = _text(200)
    protection_days = _days(1, 365, 90)
    protection_starts = fields.Enum(Start, by_value=True, load_default=Start.APPROVAL)
    extension_days = _days(1, 365, 30)
    extension_limit = _days(0, 20, 2)
    reminder_days = fields.List(
        fields.Integer(
            strict=True,
            validate=validate.Range(1, 180, error=REMINDER),
            error_messages={"invalid": REMINDER, "null": REMINDER},
        ),
        load_default=(14, 3),
        validate=_few(10),
    )
    idle_days = _days(0, 365, 0)
    tiers = fields.List(fields.Nested(_Tier), load_default=(), validate=_few(MOST))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        _once([step.name for step in data.get("steps", ())], "steps", "Two steps have the same name.")
        _once([one.tier.casefold() for one in data.get("tiers", ())], "tiers", "A tier is named twice.")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Rule:
        return Rule(**_frozen(data))


class _Programme(_Strict):
    version = fields.Integer(load_default=0)  # an export names it; saving gives the next one
    rules = fields.List(
        fields.Nested(_Rule),
        required=True,
        validate=validate.Length(min=1, max=MOST, error=f"has to have 1 to {MOST} entries."),
    )
    precedence = fields.List(
        fields.Enum(Precedence, by_value=True),
        load_default=tuple(Precedence),
        validate=validate.Length(min=1, error="has to have at least one rule."),
    )
    named_accounts = fields.List(
        fields.String(validate=validate.Length(min=3, max=253, error="is not a website.")),
        load_default=(),
        validate=_few(5_000),
    )
    possible_from = _chance(0.05, 0.95, 0.5)
    same_from = _chance(0.05, 0.99, 0.8)
    dispute_days = _days(1, 180, 10)
    dispute_to = _text(200)
    probing_per_day = _days(1, 1_000, 20)
    tier_order = _texts()
    tier_grace_days = _days(0, 180, 0)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        _once(
            [rule.name.casefold() for rule in data.get("rules", ())], "rules", "Two rules have the same name."
        )
        _once(data.get("precedence", ()), "precedence", "A rule of who wins stands there twice.")
        ranks = [" ".join(tier.casefold().split()) for tier in data.get("tier_order", ())]
        _once(ranks, "tier_order", "names a tier twice.")
        if data.get("possible_from", 0.5) > data.get("same_from", 0.8):
            raise ValidationError("A sure match needs at least what a possible one needs.", "same_from")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Programme:
        named = sorted({registrable(one) or one.strip().lower() for one in data["named_accounts"]})
        return Programme(**_frozen(data | {"named_accounts": named}))


def read_programme(body: object, version: int) -> Programme:
    """The programme that the JSON says, as this version. Raises AppError naming the first place that is wrong."""
    if not isinstance(body, Mapping):
        raise AppError(Reason.INVALID, "A programme is one JSON object with a list of rules.", field="body")
    try:
        made: Programme = _Programme().load(body)
    except ValidationError as error:
        place, sentence = _first(error.messages)
        raise AppError(Reason.INVALID, f"{place}: {sentence}" if place else sentence, field="body") from None
    return replace(made, version=version)


def problems(body: Mapping[str, Any]) -> dict[str, str]:
    """All that is wrong with a programme, by its place, such as "rules.1.sla_hours"; empty where nothing is."""
    return dict(_places(_Programme().validate(body)))


def read_rule(body: Mapping[str, Any]) -> Rule | None:
    """One rule that makes sense by itself, else nothing."""
    try:
        made: Rule = _Rule().load(body)
    except ValidationError:
        return None
    return made


def to_json(programme: Programme) -> dict[str, Any]:
    """What `read_programme` reads again as the same programme."""
    body: dict[str, Any] = plain(programme)
    return body


def _frozen(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _once(values: Sequence[object], field: str, sentence: str) -> None:
    if len(values) != len(set(values)):
        raise ValidationError(sentence, field)


def _places(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _places(inner, path if key == "_schema" else f"{path}.{key}".lstrip("."))
    elif messages:
        yield path, str(messages[0] if isinstance(messages, list) else messages)


def _first(messages: Any) -> tuple[str, str]:
    """The place of the first message as a path such as "rules 2, sla_hours", and the message."""
    path: list[str] = []
    while isinstance(messages, Mapping):
        key, messages = next(iter(messages.items()))
        if isinstance(key, int):
            path[-1:] = [f"{path[-1]} {key + 1}" if path else str(key + 1)]
        elif key != "_schema":
            path.append(str(key))
    return ", ".join(path), str(messages[0] if isinstance(messages, list) and messages else messages)
