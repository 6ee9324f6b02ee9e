"""How partner data reads as a note on a HubSpot record, and how it is read back.

A note is text for people with one plain line for machines at its end. Everything a person wrote is escaped, so no
message can forge that line.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.crm.hubspot_paths import NOTE_CHARS
from app.crm.port import (
    CertificationWrite,
    ConflictWrite,
    MessageWrite,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    RegistrationWrite,
    StepWrite,
)
from app.domain.plan_words import due_words
from app.ground.clock import from_iso, to_iso

_PARAGRAPH = re.compile(r"<p[^>]*>(.*?)</p>", re.DOTALL)
_MARKER = re.compile(
    r"Alongside message (?P<id>\S+) · (?P<by>partner|seller) to (?P<to>team|partner) · (?P<email>\S+) · "
    r"(?P<at>\S+) · (?P<partner_id>\S+) · (?P<partner>.*)",
    re.DOTALL,
)
_NO_EMAIL = "-"
SHORTENED = "… (shortened: the whole message stands in Alongside)"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What a message's note says, as the write that made it said it."""

    external_id: str
    partner_name: str
    partner_external_id: str
    author_name: str
    author_email: str
    from_partner: bool
    team_only: bool
    body: str
    sent_at: datetime


def message_note(message: MessageWrite) -> str:
    """The note's HTML, never longer than HubSpot takes."""
    marker = _paragraph(
        f"Alongside message {message.external_id} · {'partner' if message.from_partner else 'seller'} to "
        f"{'team' if message.team_only else 'partner'} · {message.author_email or _NO_EMAIL} · "
        f"{to_iso(message.sent_at)} · {message.partner_external_id} · {message.partner_name}"
    )
    head = f"<p><strong>{_text(message.author_name)}</strong> {_text(_direction(message))}</p>"
    room = NOTE_CHARS - len(head) - len(marker) - len("<p></p>")
    return head + f"<p>{_fitting(message.body, room)}</p>" + marker


def _direction(message: MessageWrite) -> str:
    if message.team_only:
        return f"to the team, about {message.partner_name}:"
    if message.from_partner:
        return f"of {message.partner_name}:"
    return f"to {message.partner_name}:"


def read_message_note(note: str) -> MessageFacts | None:
    """The message a note holds, or None if it is none of ours."""
    paragraphs = _PARAGRAPH.findall(note)
    if len(paragraphs) < 3:  # noqa: PLR2004 - author, body, marker
        return None
    marker = _MARKER.fullmatch(_plain(paragraphs[-1]))
    author = re.match(r"<strong>(.*?)</strong>", paragraphs[0], re.DOTALL)
    if marker is None or author is None:
        return None
    try:
        sent_at = from_iso(marker["at"])
    except ValueError:
        return None
    return MessageFacts(
        external_id=marker["id"],
        partner_name=marker["partner"],
        partner_external_id=marker["partner_id"],
        author_name=_plain(author[1]),
        author_email="" if marker["email"] == _NO_EMAIL else marker["email"],
        from_partner=marker["by"] == "partner",
        team_only=marker["to"] == "team",
        body="\n".join(_plain(part) for part in re.split(r"<br\s*/?>", "<br>".join(paragraphs[1:-1]))),
        sent_at=sent_at,
    )


def registration_note(registration: RegistrationWrite) -> str:
    return _facts(
        f"Deal registration of {registration.partner_name}: {registration.state}",
        (
            ("Partner", registration.partner_name),
            ("Customer", registration.customer_name),
            ("Domain", registration.customer_domain),
            ("Amount", registration.amount),
            ("State", registration.state),
            ("Received", _when(registration.received_at)),
            ("Decided", _when(registration.decided_at)),
            ("Decided by", registration.decided_by),
            ("Reason", registration.decision_reason),
            ("Protected from", _when(registration.protected_from)),
            ("Protected until", _when(registration.protected_until)),
            ("Rule", registration.rule),
            ("Attribution", _attribution(registration)),
            ("Incumbent", registration.incumbent),
            ("Partner tier", registration.terms.tier),
            ("Why this tier", registration.terms.tier_note),
            ("Partner asks for", registration.asks),
            ("What happened", "; ".join(_happened(registration))),
        ),
        f"Alongside registration {registration.external_id} · {registration.partner_external_id}",
    )


def _attribution(registration: RegistrationWrite) -> str:
    share = "" if registration.share is None else f", {registration.share} percent"
    return f"{registration.attribution}{share}" if registration.attribution else ""


def _happened(registration: RegistrationWrite) -> list[str]:
    """Who did what and when, for whoever asks later."""
    return [
        f"{_when(one.at)} {one.by}: {one.what}" + (f" ({one.why})" if one.why else "")
        for one in registration.history
    ]


def conflict_note(conflict: ConflictWrite) -> str:
    return _facts(
        f"Channel conflict: {conflict.state}",
        (
            ("What", conflict.sentence),
            ("Evidence", conflict.evidence),
            ("Rule", conflict.rule),
            ("Kind", conflict.kind),
            ("State", conflict.state),
            ("Resolution", conflict.resolution),
            ("To be settled by", _when(conflict.deadline)),
            ("Positions", "; ".join(f"{one.side}, {one.by}: {one.text}" for one in conflict.positions)),
            ("Found", _when(conflict.found_at)),
        ),
        f"Alongside conflict {conflict.external_id}",
    )


def step_note(step: StepWrite) -> str:
    """The body of a plan step's task."""
    owner = f"{step.owner_name} ({step.partner_name})" if step.owner_is_partner else step.owner_name
    return _facts(
        "A step of the mutual action plan",
        (
            ("Milestone", step.milestone),
            ("Partner", step.partner_name),
            ("Owner", owner),
            ("Owner's address", step.owner_email),
            ("Shown to", "the team only" if step.team_only else "the partner"),
            ("Position", str(step.position)),
            ("Needed", "no longer" if step.dropped else "yes" if step.required else "optional"),
            ("Due", due_words(step.rule)),
            ("First agreed for", step.baseline.isoformat() if step.baseline else ""),
            ("Evidence", ", ".join(f"{one.label} {one.url}" for one in step.evidence)),
            ("Partner proposes", _proposed(step)),
        ),
        f"Alongside step {step.external_id} · {step.partner_external_id}",
    )


def _proposed(step: StepWrite) -> str:
    asked = step.proposal
    return f"{asked.due.isoformat()} ({asked.by}: {asked.reason})" if asked else ""


def certification_note(one: CertificationWrite) -> str:
    return _facts(
        f"Certification of {one.partner_name}",
        (
            ("Certification", one.name),
            ("Level", one.level),
            ("Person", one.person_name),
            ("Issued", one.issued.isoformat() if one.issued else ""),
            ("Expires", one.expires.isoformat() if one.expires else ""),
            ("Status", one.status),
            ("Revoked because", one.revoked_reason if one.status == "revoked" else ""),
            ("Issuer", one.issuer),
            ("Source", one.source),
            ("Evidence", one.evidence),
        ),
        f"Alongside certification {one.external_id} · {one.partner_external_id}",
    )


def partner_note(partner: PartnerWrite) -> str:
    return _facts(
        f"Partner: {partner.partner_name}",
        (
            ("Type", partner.type_label),
            ("Level", partner.tier),
            ("Level in force", partner.tier_in_force),
            ("Why", partner.tier_note),
            ("Domain", partner.domain),
        ),
        f"Alongside partner {partner.external_id}",
    )


def person_note(person: PersonWrite) -> str:
    return _facts(
        f"Contact of {person.partner_name}",
        (("Name", person.person_name), ("Title", person.title), ("Address", person.email)),
        f"Alongside person {person.external_id} · {person.partner_external_id}",
    )


def placement_note(placement: PlacementWrite) -> str:
    works = "works on this" if placement.active else "no longer works on this"
    return _facts(
        f"{placement.partner_name} {works}",
        (
            ("Since", _when(placement.attached_at)),
            ("Brought in by", placement.attached_by),
            ("Files shown", ", ".join(file.name for file in placement.files)),
        ),
        f"Alongside placement {placement.external_id} · {placement.partner_external_id}",
    )


def _facts(title: str, facts: Iterable[tuple[str, str]], marker: str) -> str:
    lines = "<br>".join(f"{label}: {_text(value)}" for label, value in facts if value)
    room = NOTE_CHARS - len(marker) * 6 - len(title) * 6 - 100
    body = lines if len(lines) <= room else _fitting(html.unescape(lines.replace("<br>", "\n")), room)
    return f"<p><strong>{_text(title)}</strong></p><p>{body}</p>" + _paragraph(marker)


def _fitting(text: str, room: int) -> str:
    """The text as HTML in at most `room` characters, cut between characters and never inside an escape."""
    whole = _text(text)
    if len(whole) <= room:
        return whole
    kept: list[str] = []
    left = room - len(SHORTENED)
    for character in text:
        escaped = _text(character)
        left -= len(escaped)
        if left < 0:
            break
        kept.append(escaped)
    return "".join(kept) + SHORTENED


def _text(text: str) -> str:
    return html.escape(text).replace("\r\n", "<br>").replace("\n", "<br>")


def _paragraph(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _plain(fragment: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", fragment))


def _when(moment: datetime | None) -> str:
    return to_iso(moment) if moment else ""
