"""Every conflict of an account as it stands now, whether flagged or not: a table for people and a file for them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields

from app.commands.claims import Scene, drafts_for
from app.domain.conflict import ConflictDecision, ConflictDraft, ConflictFlag, ConflictKind
from app.domain.registration import Registration
from app.storage import conflict as conflicts
from app.storage import partner as partners
from app.storage import registration as registrations

KINDS = {
    ConflictKind.PARTNER_PARTNER: "Partner and partner",
    ConflictKind.PARTNER_DIRECT: "Partner and our own sales",
    ConflictKind.OWN_DUPLICATE: "The same partner twice",
    ConflictKind.PARENT_SUBSIDIARY: "Parent and subsidiary",
    ConflictKind.RENEWAL_INCUMBENT: "Renewal and incumbent",
}

WINNERS = {
    ConflictDecision.UPHOLD.value: "The registration",
    ConflictDecision.DISMISS.value: "The other claim",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One conflict. Every value is text, as a spreadsheet takes it; `flagged` says whether somebody was told."""

    kind: str
    customer: str
    partner: str
    against: str
    certainty: str
    received: str
    state: str
    protected_until: str
    winner: str
    rule: str
    flagged: str
    what: str
    evidence: str
    registration: str
    deal: str
    company: str


def audit(scene: Scene) -> list[AuditLine]:
    """Every conflict between what is registered and what is sold, each pair once, the most certain first. Reads our
    copy alone; its work grows with the registrations that wait or protect, not with the account."""
    live = registrations.live(scene.connection, scene.id)
    flags = conflicts.of_registrations(scene.connection, scene.id, [one.id for one in live])
    states = {(flag.registration_id, flag.kind, flag.other_partner_id): flag for flag in flags}
    names = {one.id: one.name for one in partners.all_of(scene.connection, scene.id)}
    seen: set[tuple[object, ...]] = set()
    found: list[tuple[float, AuditLine]] = []
    for registration in live:
        for draft in drafts_for(scene, registration):
            key = _pair(draft)
            if key in seen:
                continue
            seen.add(key)
            flag = states.get((draft.registration_id, draft.kind, draft.other_partner_id)) or states.get(
                ("", draft.kind, draft.partner_id)
            )
            found.append(
                (draft.probability, _line(scene, registration, draft, flag or _mirror(flags, draft), names))
            )
    return [
        line for _, line in sorted(found, key=lambda one: (-one[0], one[1].customer, one[1].registration))
    ]


def to_csv(lines: Sequence[AuditLine]) -> str:
    """The table as a file. No cell of it is run by a spreadsheet, whatever a partner wrote."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [field.name for field in fields(AuditLine)]
    writer.writerow([name.replace("_", " ") for name in names])
    for line in lines:
        writer.writerow([safe_cell(getattr(line, name)) for name in names])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula, wherever it looks for one."""
    flat = text.replace("\r", " ").replace("\n", " | ")
    return (
        f"'{flat}"
        if flat.lstrip(" \t\u00a0")[:1] in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
        else flat
    )


def _pair(draft: ConflictDraft) -> tuple[object, ...]:
    """Two partners' claims meet once, from whichever side one looks."""
    if draft.other_partner_id:
        both = frozenset({draft.partner_id, draft.other_partner_id})
        return draft.kind, both, draft.company_id or draft.deal_id or draft.sentence
    if draft.kind is ConflictKind.OWN_DUPLICATE:
        return draft.kind, draft.partner_id, draft.sentence
    return draft.kind, draft.registration_id, draft.company_id or draft.deal_id


def _mirror(flags: Sequence[ConflictFlag], draft: ConflictDraft) -> ConflictFlag | None:
    """The flag of the same conflict that was raised from the other side."""
    return next(
        (
            flag
            for flag in flags
            if draft.other_partner_id
            and (flag.kind, flag.partner_id, flag.other_partner_id)
            == (draft.kind, draft.other_partner_id, draft.partner_id)
        ),
        None,
    )


def _line(
    scene: Scene,
    registration: Registration,
    draft: ConflictDraft,
    flag: ConflictFlag | None,
    names: dict[str, str],
) -> AuditLine:
    until = registration.ends(scene.now)
    other = names.get(draft.other_partner_id or "", "")
    if draft.kind is ConflictKind.OWN_DUPLICATE:
        other = names.get(draft.partner_id, "")
    return AuditLine(
        kind=KINDS[draft.kind],
        customer=registration.customer_name,
        partner=names.get(draft.partner_id, draft.partner_id),
        against=other or "Our own sales",
        certainty=f"{draft.probability:.0%}",
        received=registration.received_at.date().isoformat(),
        state=str(registration.state),
        protected_until=until.date().isoformat() if until else "",
        winner=WINNERS.get(draft.winner, "A person decides"),
        rule=draft.rule,
        flagged=str(flag.state) if flag else "not flagged",
        what=draft.sentence,
        evidence="\n".join(draft.evidence),
        registration=draft.registration_id,
        deal=draft.deal_id or "",
        company=draft.company_id or "",
    )
