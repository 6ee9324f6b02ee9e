"""How a partner may get a value, and what no partner ever gets: the never-list wins over every policy (law 5)."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache


class Treatment(StrEnum):
    """How a partner gets a value: as it is, as a mask of it, or not at all."""

    SHOW = "show"
    BAND = "band"
    INITIALS = "initials"
    DOMAIN = "domain"
    MONTH = "month"
    ABSENT = "absent"


OBJECTS = ("deal", "company", "room")
"""`room` is what is ours, not the CRM's: its fields are the sections of the share page."""

ROOM_SECTIONS = ("plan", "thread", "registration", "files", "tier", "certifications", "content")

OPEN_AT_FIRST = ROOM_SECTIONS[:5]
"""What a new tenant's rooms show. The partner's own certificates name people, so an admin opens them."""

NEVER: Mapping[str, str] = {
    "margin": "Your margin is never shared with a partner.",
    "discount": "Discounts are never shared: a partner could read your price floor from them.",
    "internal_notes": "Internal notes are written for your team only.",
    "competitor": "Competitors on a deal are never shared.",
    "other_partners": "What another partner does on a record is never shared with this one.",
    "activity": "When and how often a record was worked on tells one partner of the others on it.",
}
"""Field names that no policy can open, each with the reason an admin reads."""

_ACTIVITY = (
    r"^crm:(num_(contacted_)?notes|num_associated_\w+|notes_(last|next)_\w+|engagements_last_\w+"
    r"|hs_last(_|modified)\w*|hs_latest_(?!source)\w+|hs_next_(activity|meeting)\w*|hs_updated_by_\w+"
    r"|hs_num_(associated|times)_\w+"
    r"|LastModified\w+|SystemModstamp|Last(Activity|Viewed|Referenced)Date|Has(OpenActivity|OverdueTask))$"
    r"|^(last|next) (activity|modified|contacted|viewed|referenced)\b"
    r"|^number of (times contacted|sales activities)"
)
"""What HubSpot and Salesforce themselves note of a record's last change and count of its notes and tasks. It moves
with everything that is written there, for whichever partner."""

_NEVER_LIKE = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"margin|mark[ _-]?up|gross[ _-]?profit", "margin"),
        (r"discount|rebate", "discount"),
        (
            r"(internal|private).*(note|comment|remark)|(note|comment|remark).*(internal|private)",
            "internal_notes",
        ),
        (r"competit", "competitor"),
        (r"other.*partner|channel[ _-]?conflict|^crm:alongside_", "other_partners"),
        (_ACTIVITY, "activity"),
    )
)
"""The same ban for CRM fields we have no name for: a custom field called Gross_Margin__c is a margin. The fields we
write ourselves (alongside_…) speak of every partner on the record."""

FIELD_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,200}")
"""What CRMs allow in API names, our prefix, and nothing that a database or a page could stumble over."""


@lru_cache(maxsize=4096)
def never_reason(field: str) -> str | None:
    """Why no policy can open a field of this name (or label), or None if one may."""
    if field in NEVER:
        return NEVER[field]
    return next((NEVER[name] for pattern, name in _NEVER_LIKE if pattern.search(field)), None)


_RANK = {
    Treatment.SHOW: 0,
    Treatment.BAND: 1,
    Treatment.INITIALS: 1,
    Treatment.DOMAIN: 1,
    Treatment.MONTH: 1,
    Treatment.ABSENT: 2,
}


def hides_more(one: Treatment, other: Treatment) -> bool:
    """Whether `one` leaves less of a value than `other`. Two masks hide different things, so neither hides more."""
    return _RANK[one] > _RANK[other]


def narrowest(*treatments: Treatment) -> Treatment:
    """What obeys all of them. Two different masks cannot both be obeyed with anything but absence."""
    least = max(treatments, key=_RANK.__getitem__)
    same = all(_RANK[t] < _RANK[least] or t is least for t in treatments)
    return least if same else Treatment.ABSENT
