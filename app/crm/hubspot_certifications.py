"""Certifications as properties that people can read and report on: one line each, on the firm and on the person."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from app.crm.hubspot_batches import Batches, chunks
from app.crm.hubspot_paths import BATCH, READ
from app.crm.hubspot_properties import CERTIFICATION_STATES as STATES
from app.crm.hubspot_transport import Transport
from app.crm.port import CertificationWrite, Refused, WriteResult, Written

LINES = "alongside_certifications"
NOWHERE = (
    "Link this partner to a company or the person to a contact first: HubSpot keeps certifications there."
)
_EXPIRES = re.compile(r" · expires (\d{4}-\d\d-\d\d)")
_STATE = f"(?P<state>{'|'.join(STATES)})"
_TAIL = re.compile(rf" · {_STATE} · from (?P<source>[a-z_]+)(?: · (?P<evidence>https?://\S+))? \[\S+\]$")
_ISSUER = re.compile(rf" · by (?P<issuer>[^·]+?) · {_STATE} · from ")


def write_certifications(
    transport: Transport, batches: Batches, writes: Sequence[CertificationWrite]
) -> Mapping[str, WriteResult]:
    """A result by external id. A certification that is there already gets its line replaced, and one whose holder
    has left a firm loses its line there."""
    results: dict[str, WriteResult] = {}
    for object_type, attribute in (("contacts", "contact_id"), ("companies", "partner_company_id")):
        mine = [(one, getattr(one, attribute)) for one in writes if getattr(one, attribute)]
        left = _left(writes) if object_type == "companies" else []
        touched = [record for _, record in (*mine, *left)]
        lines = _lines_now(transport, object_type, list(dict.fromkeys(touched)))
        gone = [(one, record) for one, record in left if lines.get(record, {}).pop(one.external_id, None)]
        for one, record in mine:
            lines.setdefault(record, {})[one.external_id] = certification_line(one)
        changed = {record for _, record in (*mine, *gone)}
        outcome = batches.update(
            object_type, {record: _properties(held) for record, held in lines.items() if record in changed}
        )
        for one, record in mine:
            key = one.external_id
            if record in outcome.refused:
                results[key] = Refused(external_id=key, reason=outcome.refused[record])
            elif not isinstance(results.get(key), Refused):
                results[key] = Written(external_id=key, crm_id=record)
    for one in writes:
        results.setdefault(one.external_id, Refused(external_id=one.external_id, reason=NOWHERE))
    return results


def certification_line(one: CertificationWrite) -> str:
    """One line for people, with our id in brackets at its end."""
    parts = [
        f"{one.name} ({one.level})" if one.level else one.name,
        one.person_name,
        f"issued {one.issued.isoformat()}" if one.issued else "",
        f"expires {one.expires.isoformat()}" if one.expires else "",
        f"by {one.issuer}" if one.issuer else "",
        one.status or STATES[0],
        f"from {one.source}",
        one.evidence,
    ]
    return " ".join(" · ".join(part for part in parts if part).split()) + f" [{one.external_id}]"


def _left(writes: Sequence[CertificationWrite]) -> list[tuple[CertificationWrite, str]]:
    return [
        (one, one.former_company_id)
        for one in writes
        if one.former_company_id and one.former_company_id != one.partner_company_id
    ]


def _lines_now(transport: Transport, object_type: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """The lines each record holds, by our id; a line that a person typed is kept under its own text."""
    held: dict[str, dict[str, str]] = {}
    # An id that is no number would refuse the whole batch; the update refuses it alone.
    for part in chunks([one for one in ids if one.isascii() and one.isdigit()], BATCH):
        body = {
            "properties": [LINES],
            "propertiesWithHistory": [],
            "inputs": [{"id": record} for record in part],
        }
        for record in transport.call(READ, path={"type": object_type}, body=body)["results"]:
            text = record["properties"].get(LINES) or ""
            lines = [line for line in text.splitlines() if line.strip()]
            held[str(record["id"])] = {_id_of(line): line for line in lines}
    return held


def _id_of(line: str) -> str:
    found = re.search(r"\[(\S+)\]$", line)
    return found[1] if found else line


def _properties(lines: Mapping[str, str]) -> dict[str, str]:
    dates = sorted(
        date.fromisoformat(found[1]) for line in lines.values() if (found := _EXPIRES.search(line))
    )
    tails = [found for line in lines.values() if (found := _TAIL.search(line))]
    issuers = {found["issuer"] for line in lines.values() if (found := _ISSUER.search(line))}
    states = {tail["state"] for tail in tails}
    return {
        LINES: "\n".join(lines.values()),
        "alongside_certification_count": str(len(lines)),
        "alongside_certification_valid": str(sum(tail["state"] in STATES[:2] for tail in tails)),
        "alongside_certification_expires": dates[0].isoformat() if dates else "",
        "alongside_certification_status": max(states, key=STATES.index, default=""),
        "alongside_certification_issuers": "; ".join(sorted(issuers)),
        "alongside_certification_sources": "; ".join(sorted({tail["source"] for tail in tails})),
        "alongside_certification_evidence": "\n".join(tail["evidence"] for tail in tails if tail["evidence"]),
    }
