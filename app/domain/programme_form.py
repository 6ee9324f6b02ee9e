"""A programme as an admin writes it: read from JSON and checked as a whole; a refusal names the place."""

from collections.abc import Callable, Mapping, Sequence
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


def _texts(check: Callable[[str], Any] | None = None) -> fields.List[str]:
    inner = fields.String(
        required=True, validate=[validate.Length(min=1, max=200), *([check] if check else [])]
    )
    return fields.List(inner, load_default=(), validate=validate.Length(max=MOST))


def _days(least: int, most: int, default: int) -> fields.Integer:
    return fields.Integer(
        strict=True,
        load_default=default,
        validate=validate.Range(least, most, error=f"has to be a whole number from {least} to {most}."),
    )


class _Strict(Schema):
    """What nobody knows is refused: a misspelt rule must not silently mean nothing."""

    class Meta:
        unknown = RAISE


class _Step(_Strict):
    name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    approvers = _texts(validate.Email(error="is not an e-mail address."))
    min_amount = fields.Float(load_default=0.0, validate=validate.Range(min=0))
    regions = _texts()
    products = _texts()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ApprovalStep:
        return ApprovalStep(**_frozen(data))


class _Tier(_Strict):
    tier = fields.String(required=True, validate=validate.Length(min=1, max=60))
    protection_days = _days(0, 365, 0)
    sla_hours = _days(0, 720, 0)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> TierBenefit:
        return TierBenefit(**data)


class _Rule(_Strict):
    name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    partner_types = fields.List(
        fields.Enum(PartnerType, by_value=True), load_default=(), validate=validate.Length(max=MOST)
    )
    regions = _texts()
    required = _texts(validate.OneOf(list(REQUIRABLE), error="is nothing a registration can be asked for."))
    certifications = _texts()
    steps = fields.List(fields.Nested(_Step), load_default=(), validate=validate.Length(max=10))
    sla_hours = _days(1, 720, 48)
    business_days = fields.Boolean(load_default=False)
    holidays = fields.List(fields.Date(), load_default=(), validate=validate.Length(max=200))
    escalate_to = fields.String(load_default="", validate=validate.Length(max=200))
    protection_days = _days(1, 365, 90)
    protection_starts = fields.Enum(Start, by_value=True, load_default=Start.APPROVAL)
    extension_days = _days(1, 365, 30)
    extension_limit = _days(0, 20, 2)
    reminder_days = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 180)),
        load_default=(14, 3),
        validate=validate.Length(max=10),
    )
    idle_days = _days(0, 365, 0)
    tiers = fields.List(fields.Nested(_Tier), load_default=(), validate=validate.Length(max=MOST))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        _once([step.name for step in data.get("steps", ())], "steps", "Two steps have the same name.")
        _once([one.tier.casefold() for one in data.get("tiers", ())], "tiers", "A tier is named twice.")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Rule:
        return Rule(**_frozen(data))


class _Programme(_Strict):
    version = fields.Integer(load_default=0)  # an export names it; saving gives the next one
    rules = fields.List(fields.Nested(_Rule), required=True, validate=validate.Length(min=1, max=MOST))
    precedence = fields.List(
        fields.Enum(Precedence, by_value=True),
        load_default=tuple(Precedence),
        validate=validate.Length(min=1),
    )
    named_accounts = fields.List(
        fields.String(validate=validate.Length(min=3, max=253)),
        load_default=(),
        validate=validate.Length(max=5_000),
    )
    possible_from = fields.Float(load_default=0.5, validate=validate.Range(0.05, 0.95))
    same_from = fields.Float(load_default=0.8, validate=validate.Range(0.05, 0.99))
    dispute_days = _days(1, 180, 10)
    dispute_to = fields.String(load_default="", validate=validate.Length(max=200))
    probing_per_day = _days(1, 1_000, 20)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        _once(
            [rule.name.casefold() for rule in data.get("rules", ())], "rules", "Two rules have the same name."
        )
        _once(data.get("precedence", ()), "precedence", "A rule of who wins stands there twice.")
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


def to_json(programme: Programme) -> dict[str, Any]:
    """What `read_programme` reads again as the same programme."""
    body: dict[str, Any] = plain(programme)
    return body


def _frozen(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _once(values: Sequence[object], field: str, sentence: str) -> None:
    if len(values) != len(set(values)):
        raise ValidationError(sentence, field)


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
