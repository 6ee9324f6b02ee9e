"""Taking in what issuers say: each award once, by the issuer's newest word, with the partner it belongs to."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from app.commands.certification import EVIDENCE_LIMIT, keep, show
from app.commands.context import ADMINS, Command, CommandResult, Context
from app.domain import matching
from app.domain.actor import ActorKind
from app.domain.certification import AWARD, Certification, Source, Statement, told
from app.domain.matching.domains import is_shared
from app.domain.partner import Partner
from app.ground.errors import AppError, Reason
from app.storage import certification as certifications
from app.storage import partner as partners

AT_ONCE = 2_000
"""Statements one command takes: a transaction of a few seconds on SQLite."""

AHEAD = timedelta(minutes=5)
"""How far an issuer's clock may run ahead of ours. Later words would outrank the truth for as long."""


class StatementSchema(Schema):
    source = fields.Enum(Source, by_value=True, required=True)
    source_id = fields.String(required=True, validate=validate.Length(min=1, max=300))
    said_at = fields.AwareDateTime(
        required=True,
        error_messages=dict.fromkeys(("invalid", "invalid_awareness"), "Give a time with its zone."),
    )
    revokes = fields.Boolean(load_default=False)
    reason = fields.String(load_default="", validate=validate.Length(max=500))
    name = fields.String(load_default="", validate=validate.Length(max=200))
    credential = fields.String(load_default="", validate=validate.Length(max=300))
    level = fields.String(load_default="", validate=validate.Length(max=60))
    person_name = fields.String(load_default="", validate=validate.Length(max=200))
    person_email = fields.Email(load_default="", validate=validate.Length(max=320))
    firm = fields.String(load_default="", validate=validate.Length(max=200))
    issuer = fields.String(load_default="", validate=validate.Length(max=200))
    issued = fields.Date(load_default=None)
    expires = fields.Date(load_default=None)
    evidence = fields.Url(
        load_default="", schemes={"https", "http"}, validate=validate.Length(max=EVIDENCE_LIMIT)
    )

    @pre_load
    def without_blanks(self, data: Any, **_: object) -> Any:
        if not isinstance(data, Mapping):
            return data  # what it has to be is marshmallow's to say
        return {name: value for name, value in data.items() if value not in ("", None)}

    @validates_schema
    def whole(self, data: Mapping[str, Any], **_: object) -> None:
        if not data.get("revokes"):
            if not data.get("name", "").strip():
                raise ValidationError("Name the certification.", "name")
            if not any(data.get(part) for part in ("person_name", "person_email", "firm")):
                raise ValidationError("Name the person or the firm.", "person_email")
        if data.get("issued") and data.get("expires") and data["expires"] < data["issued"]:
            raise ValidationError("It cannot expire before it was issued.", "expires")


class ObserveSchema(Schema):
    statements = fields.List(
        fields.Nested(StatementSchema), required=True, validate=validate.Length(min=1, max=AT_ONCE)
    )


class PlaceAwardSchema(Schema):
    certification_id = fields.String(required=True)
    partner_id = fields.String(required=True, error_messages={"required": "Choose the partner."})


def observe(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Every statement is taken in. Late and repeated ones change nothing; one whose partner we do not know waits."""
    counts = take(context, data["statements"])
    return CommandResult(
        result=dict(counts),
        message=", ".join(f"{count} {word}" for word, count in counts.items() if count) + ".",
        told={word: str(count) for word, count in counts.items()},
    )


def take(context: Context, statements: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many of these (as StatementSchema reads them) were new, changed something, changed nothing, or wait."""
    everyone = partners.all_of(context.connection, context.tenant.id)
    touched: set[str] = set()
    found = Counter(_take(context, _statement(values), everyone, touched) for values in statements)
    show(context, touched)
    return {word: found[word] for word in ("new", "changed", "unchanged", "waiting")}


def first_fault(error: ValidationError) -> str:
    """What is wrong with a statement, in one sentence that names the column."""
    name, sentences = next(iter(error.messages_dict.items()))
    sentence = sentences[0] if isinstance(sentences, list) and sentences else "Not valid."
    return f"{str(name).replace('_', ' ').capitalize()}: {sentence}"


def place(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """What waited for its partner stands with that one, and so does all else that waits for the same person."""
    partner = context.partner(data["partner_id"])
    waiting = certifications.unplaced(context.connection, context.tenant.id, data["certification_id"])
    if waiting is None:
        raise AppError(Reason.NOT_FOUND, "This certification does not wait any more.")
    first, _ = waiting
    everything = certifications.all_unplaced(context.connection, context.tenant.id)
    same = [
        one for one, _ in everything if first.person_email and one.person_email == first.person_email
    ] or [first]
    for one in same:
        keep(context, replace(one, partner_id=partner.id, moved=True))
        certifications.forget_unplaced(context.connection, context.tenant.id, one.id)
    show(context, [partner.id])
    return CommandResult(
        result={"placed": len(same)}, message=f"{first.person or first.name} counts for {partner.name} now."
    )


def certification_id(source: Source, source_id: str) -> str:
    """The same award has the same id on every host, and again after a rebuild."""
    return hashlib.sha256(f"{source}\n{source_id}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _statement(values: Mapping[str, Any]) -> Statement:
    clean: dict[str, Any] = {k: v.strip() if type(v) is str else v for k, v in values.items()}
    said_at: datetime = clean["said_at"]
    # A CRM's copy keeps milliseconds; finer parts would make an award differ from its own copy.
    clean["said_at"] = said_at.astimezone(UTC).replace(microsecond=said_at.microsecond // 1000 * 1000)
    clean["person_email"] = clean["person_email"].lower()
    return Statement(**clean)


def _take(context: Context, statement: Statement, everyone: list[Partner], touched: set[str]) -> str:
    if statement.said_at > context.now + AHEAD:
        raise AppError(Reason.INVALID, "An issuer's time lies in the future. Check the clock of the sender.")
    tenant = context.tenant.id
    id_ = certification_id(statement.source, statement.source_id)
    held = certifications.get(context.connection, tenant, id_)
    waiting = None if held else certifications.unplaced(context.connection, tenant, id_)
    empty = Certification(
        id=id_, partner_id="", name="", source=statement.source, source_id=statement.source_id
    )
    before = held or (waiting[0] if waiting else empty)
    after = told(before, statement, context.now)
    if after is before or _says_the_same(before, after):
        return "unchanged"
    firm = statement.firm or (waiting[1] if waiting else "")
    if not after.moved and after.said_at is not None:
        after = _placed(context, after, firm, everyone)
    if not after.partner_id:
        certifications.keep_unplaced(context.connection, tenant, after, firm, context.now)
        return "waiting"
    keep(context, after)
    touched |= {after.partner_id, before.partner_id} - {""}
    certifications.forget_unplaced(context.connection, tenant, id_)
    return "changed" if held else "new"


def _says_the_same(before: Certification, after: Certification) -> bool:
    """A file is imported again and again: a row that says nothing new is not written to the CRM anew. Feeds have
    times of their own, which must be kept."""
    same = all(getattr(before, name) == getattr(after, name) for name in AWARD)
    return after.source is Source.CSV and same and before.is_revoked == after.is_revoked


def _placed(context: Context, one: Certification, firm: str, everyone: list[Partner]) -> Certification:
    """With the partner that the newest word points to. Who is known nowhere any more stays where they were."""
    found = partner_of(context, one.person_email, firm, everyone)
    if found is None or found == one.partner_id:
        return one
    return replace(one, partner_id=found, former_partner_id=one.partner_id)


def partner_of(context: Context, email: str, firm: str, everyone: list[Partner]) -> str | None:
    """Whom the person works for: the firm by its exact name, else the one partner with such a contact, else the one
    whose domain the address has. None where that is nobody, or more than one."""
    if firm:
        named = [p.id for p in everyone if matching.normalise(p.name) == matching.normalise(firm)]
        if len(named) == 1:
            return named[0]
    known = partners.of_person(context.connection, context.tenant.id, email) if email else []
    if known:
        return known[0] if len(known) == 1 else None
    host = email.rpartition("@")[2]
    owners = [p.id for p in everyone if _is_at(host, p.domain.strip().lower())]
    return owners[0] if len(owners) == 1 else None


def _is_at(host: str, domain: str) -> bool:
    """Whether an address there is one of the firm's: at its domain or below it, and no mail provider's."""
    return bool(domain) and not is_shared(domain) and (host == domain or host.endswith(f".{domain}"))


COMMANDS = (
    Command(
        name="certification.observe",
        schema=ObserveSchema,
        run=observe,
        actors=frozenset({ActorKind.SYSTEM, ActorKind.ADMIN}),
        needs_record=False,
    ),
    Command(
        name="certification.place", schema=PlaceAwardSchema, run=place, actors=ADMINS, needs_record=False
    ),
)
