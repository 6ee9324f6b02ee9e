"""A write as one line of JSON, which a CRM keeps beside what people read, and back: nothing is lost on the way.

What people see of a write is made for them (rounded, translated, shortened); this is what a rebuild reads.
"""

import json
from collections.abc import Mapping

from app.crm.port import (
    CertificationWrite,
    ConflictWrite,
    MessageWrite,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    RegistrationWrite,
    StepWrite,
    Write,
)
from app.domain.certification import Source
from app.domain.conflict import ConflictKind, ConflictState
from app.domain.partner import PartnerType
from app.domain.plan import OwnerRole
from app.domain.registration import RegistrationState
from app.ground.plain import from_plain, plain

VERSION = 1
"""Rises when a reader of the old form would misunderstand the new one; new fields alone need no new version."""

KINDS: Mapping[str, type[Write]] = {
    "message": MessageWrite,
    "step": StepWrite,
    "registration": RegistrationWrite,
    "conflict": ConflictWrite,
    "certification": CertificationWrite,
    "partner": PartnerWrite,
    "person": PersonWrite,
    "placement": PlacementWrite,
}
"""Share links are not among them: no CRM holds what a link needs, so a backup does. Nor is how a plan is doing, which
follows from its steps."""

_NAMES = {kind: name for name, kind in KINDS.items()}


def to_text(write: Write) -> str:
    """The write as JSON. Raises KeyError for what is not read back."""
    body = {"v": VERSION, "is": _NAMES[type(write)], **plain(write)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str | None) -> Write | None:
    """The write that a text holds, or None for any other text: people can edit what a CRM keeps."""
    try:
        body = json.loads(text or "")
        if body["v"] != VERSION:
            return None
        made: Write = from_plain(KINDS[body["is"]], body)
        _check(made)
    except (ValueError, KeyError, TypeError):
        return None
    return made


def _check(write: Write) -> None:
    """Raises ValueError for a state or type that we do not know: what is unknown is not brought back."""
    match write:
        case PartnerWrite():
            PartnerType(write.type)
        case RegistrationWrite():
            RegistrationState(write.state)
        case CertificationWrite():
            Source(write.source)
        case ConflictWrite():
            ConflictKind(write.kind)
            ConflictState(write.state)
        case StepWrite():
            OwnerRole(write.owner_role)
