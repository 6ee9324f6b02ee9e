"""The rules a new link gets: what the seller chose, within what the admin set for the type of partner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.commands.context import Context
from app.domain.link import LinkPreset
from app.domain.matching.domains import is_shared, registrable
from app.domain.partner import PartnerType
from app.ground.errors import AppError, Reason
from app.identity.passcode import make_passcode
from app.sharing.questions import clean_mailbox
from app.sharing.rules import Audience, MailboxProof, Passcode, Stored, Terms, ViewLimit, hours, write_rule
from app.storage.link_preset import presets
from app.storage.published.requests import newest_terms

MOST_PEOPLE = 50
"""Addresses and domains on one link; more is a mailing list, and nobody knows who reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`passcode` is what to tell the people, in this answer and nowhere else."""

    rules: tuple[Stored, ...]
    passcode: str = ""


def preset_of(context: Context, kind: PartnerType) -> LinkPreset:
    return presets(context.connection, context.tenant.id).get(kind, LinkPreset())


def choose(context: Context, preset: LinkPreset, contact_email: str, data: Mapping[str, Any]) -> Chosen:
    """The rules of a link for this contact. A preset is never loosened: the smaller number of openings holds, and
    what the admin requires is there whatever the seller chose."""
    also = read_people(data["also_for"])
    rules: list[Stored] = []
    if also:
        rules.append(write_rule(Audience(tuple(dict.fromkeys((contact_email, *also))))))
    else:
        rules.append(write_rule(MailboxProof(contact_email)))
    views = [n for n in (preset.views, data["max_views"]) if n]
    if views:
        rules.append(write_rule(ViewLimit(min(views))))
    said = ""
    if preset.passcode or data["passcode"]:
        said, hashed = make_passcode()
        rules.append(write_rule(Passcode(hashed)))
    if preset.terms or data["terms"]:
        rules.append(_terms(context))
    if preset.zone:
        rules.append(write_rule(hours(preset.zone, preset.opens, preset.closes, preset.weekdays)))
    return Chosen(rules=tuple(rules), passcode=said)


def check_days(preset: LinkPreset, days: int) -> None:
    """Raises AppError for a longer life than the admin allows."""
    if days > preset.longest:
        raise AppError(
            Reason.INVALID,
            f"A link for this type of partner lives {preset.longest} days at most.",
            field="days",
        )


def read_people(text: str) -> Sequence[str]:
    """The addresses and domains in a text, in small letters. Raises AppError for what is neither, and for a domain
    where anybody can get a mailbox."""
    entries = list(dict.fromkeys(text.lower().replace(",", " ").replace(";", " ").split()))
    if len(entries) > MOST_PEOPLE:
        raise AppError(Reason.INVALID, f"Name at most {MOST_PEOPLE} people on one link.", field="also_for")
    for entry in entries:
        domain = entry.startswith("@")
        if not clean_mailbox(f"anybody{entry}" if domain else entry):
            raise AppError(
                Reason.INVALID,
                f"“{entry[:80]}” is no e-mail address. Write addresses, or @company.example for everybody there.",
                field="also_for",
            )
        if domain and is_shared(registrable(entry[1:])):
            raise AppError(
                Reason.INVALID,
                f"Anybody can get a mailbox at {entry[1:80]}. Name the people instead.",
                field="also_for",
            )
    return entries


def with_mailbox(rules: Sequence[Stored], contact_email: str, mailbox: str) -> tuple[Stored, ...]:
    """The rules with one more mailbox to open for."""
    audience = next((rule[1:] for rule in rules if rule[0] == "audience"), (contact_email,))
    others = tuple(rule for rule in rules if rule[0] not in ("audience", "mailbox"))
    return (write_rule(Audience(tuple(dict.fromkeys((*audience, mailbox))))), *others)


def _terms(context: Context) -> Stored:
    version, _ = newest_terms(context.connection, context.tenant.id)
    if not version:
        raise AppError(
            Reason.INVALID, "There are no terms to accept yet. An admin writes them first.", field="terms"
        )
    return write_rule(Terms(version))
