"""Our writes as rows of the package's objects, upserted by external id, 200 a call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from app.crm.kept import to_text
from app.crm.port import (
    CertificationWrite,
    ConflictWrite,
    MessageWrite,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    PlanWrite,
    Refused,
    RegistrationWrite,
    ShareLinkWrite,
    StepWrite,
    Unavailable,
    Write,
    WriteResult,
    Written,
)
from app.crm.salesforce_client import SalesforceClient
from app.crm.salesforce_errors import BUSY, codes, sentence
from app.domain.plan_words import due_words
from app.domain.programme import number_in
from app.ground.clock import to_iso

ROWS = 200
"""Rows a collection call takes."""

EXTERNAL_ID = "External_Id__c"

DATA = "Data__c"
"""What a rebuild reads: the whole write as it was meant, beside the fields that people read."""

DATA_CHARS = 32_768
EMAIL_CHARS, URL_CHARS = 80, 255
"""What Salesforce takes in these fields. What is longer stands in the data alone: half an address leads nowhere."""

TOO_MUCH = "This is more than Salesforce keeps in one field. Share fewer files, or shorten the note."

Row = dict[str, Any]
T = TypeVar("T")

CONFLICT_KINDS = {
    "partner_partner": "Partner and Partner",
    "partner_direct": "Partner and Direct",
    "own_duplicate": "Own Duplicate",
    "parent_subsidiary": "Parent and Subsidiary",
    "renewal_incumbent": "Renewal and Incumbent",
}

OWNER_ROLES = {
    "person": "Person",
    "deal_owner": "Deal Owner",
    "main_contact": "Main Contact",
    "firm": "Firm",
}

PLAN_HEALTH = {"": None, "on_track": "On Track", "at_risk": "At Risk", "late": "Late", "done": "Done"}
WAITING_ON = {None: None, True: "Partner", False: "Us"}

ON_THE_DEAL = ("approved", "expired")
"""Registration states that also show on the opportunity: only a granted claim attributes the deal."""


def _on(
    write: MessageWrite | StepWrite | RegistrationWrite | ConflictWrite | ShareLinkWrite | PlacementWrite,
) -> Row:
    return {"Opportunity__c": write.deal_id, "Account__c": write.company_id}


def _partner(
    write: MessageWrite
    | StepWrite
    | RegistrationWrite
    | CertificationWrite
    | ShareLinkWrite
    | PersonWrite
    | PlacementWrite,
) -> Row:
    return {"Partner_Name__c": write.partner_name, "Partner_External_Id__c": write.partner_external_id}


def visibility(team_only: bool) -> str:
    return "Internal" if team_only else "Shared"


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def moment(value: datetime | None) -> str | None:
    return to_iso(value) if value else None


def message_row(write: MessageWrite) -> Row:
    return {
        **_on(write),
        **_partner(write),
        "Body__c": write.body,
        "Author_Name__c": write.author_name,
        "Author_Email__c": write.author_email or None,
        "Author_Kind__c": "Partner" if write.from_partner else "Internal",
        "Visibility__c": visibility(write.team_only),
        "Sent_At__c": moment(write.sent_at),
        DATA: to_text(write),
    }


def step_row(write: StepWrite) -> Row:
    return {
        **_on(write),
        **_partner(write),
        "Milestone__c": write.milestone,
        "Title__c": write.title,
        "Status__c": "Dropped" if write.dropped else "Done" if write.done else "Open",
        "Due_Date__c": day(write.due),
        "Done_At__c": moment(write.done_at),
        "Owner_Side__c": "Partner" if write.owner_is_partner else "Us",
        "Owner_Name__c": write.owner_name,
        "Owner_Email__c": write.owner_email or None,
        "Order__c": write.position,
        "Visibility__c": visibility(write.team_only),
        "Need__c": "Required" if write.required else "Optional",
        "Owner_Role__c": OWNER_ROLES[write.owner_role],
        "Due_Rule__c": due_words(write.rule)[:255],
        "Baseline_Date__c": day(write.baseline),
        "Proposed_Date__c": day(write.proposal.due) if write.proposal else None,
        "Evidence__c": "\n".join(f"{one.label} {one.url}" for one in write.evidence),
        DATA: to_text(write),
    }


def registration_row(write: RegistrationWrite) -> Row:
    return {
        **_on(write),
        **_partner(write),
        "Customer_Name__c": write.customer_name,
        "Customer_Domain__c": write.customer_domain,
        "Amount__c": amount(write.amount),
        "Amount_Text__c": write.amount,
        "Status__c": write.state.capitalize(),
        "Received_At__c": moment(write.received_at),
        "Decided_At__c": moment(write.decided_at),
        "Decided_By__c": write.decided_by,
        "Decision_Reason__c": write.decision_reason,
        "Protected_From__c": moment(write.protected_from),
        "Protected_Until__c": moment(write.protected_until),
        "Region__c": write.region,
        "Product__c": write.product,
        "Motion__c": write.motion.label,
        "Decision_Due__c": moment(write.due_at),
        "Rule__c": write.rule[:255],
        "Partner_Asks__c": write.asks or None,
        **_terms_of_partner(write, ""),
        DATA: to_text(write),
    }


def _terms_of_partner(write: RegistrationWrite, prefix: str) -> Row:
    """What reports ask of a registration, on its own row and on the opportunity under the package's prefix."""
    pause = write.pause
    return {
        f"{prefix}Attribution__c": write.attribution.capitalize() if write.attribution else None,
        f"{prefix}Partner_Share__c": write.share,
        f"{prefix}Incumbent__c": write.incumbent or None,
        f"{prefix}Partner_Tier__c": write.terms.tier[:80] or None,
        f"{prefix}Waiting_For__c": pause.blocker.label if pause else None,
        f"{prefix}Paused_Since__c": moment(pause.since) if pause else None,
    }


def certification_row(write: CertificationWrite) -> Row:
    return {
        **_partner(write),
        "Partner_Account__c": write.partner_company_id,
        "Contact__c": write.contact_id,
        "Person_Name__c": write.person_name,
        "Certification_Name__c": write.name,
        "Level__c": write.level,
        "Issued_On__c": day(write.issued),
        "Expires_On__c": day(write.expires),
        "Person_Email__c": write.person_email if 0 < len(write.person_email) <= EMAIL_CHARS else None,
        "Issuer__c": write.issuer,
        "Status__c": write.status.capitalize() or None,
        "Source__c": write.source,
        "Source_Id__c": write.source_id[:255],
        "Evidence__c": write.evidence if 0 < len(write.evidence) <= URL_CHARS else None,
        DATA: to_text(write),
    }


def conflict_row(write: ConflictWrite) -> Row:
    return {
        **_on(write),
        "Kind__c": CONFLICT_KINDS[write.kind],
        "Sentence__c": write.sentence,
        "Evidence__c": write.evidence,
        "Rule__c": write.rule,
        "Status__c": write.state.capitalize(),
        "Resolution__c": write.resolution,
        "Found_At__c": moment(write.found_at),
        "Dispute_Deadline__c": moment(write.deadline),
        "Positions__c": positions(write) or None,
        DATA: to_text(write),
    }


def positions(write: ConflictWrite) -> str:
    """What both sides said in a dispute, a line each."""
    return "\n".join(
        f"{one.side}, {one.by}: {one.text}" + (f" ({one.evidence})" if one.evidence else "")
        for one in write.positions
    )


def share_link_row(write: ShareLinkWrite) -> Row:
    return {
        **_on(write),
        **_partner(write),
        "Created_For__c": write.contact_email or None,
        "Token_Hash__c": write.token_hash,
        "Expires_At__c": moment(write.expires_at),
        "Revoked_At__c": moment(write.revoked_at),
        "Views__c": write.views,
        "Last_Viewed_At__c": moment(write.last_viewed_at),
    }


def partner_row(write: PartnerWrite) -> Row:
    return {
        "Kind__c": "Partner",
        "Partner_Name__c": write.partner_name,
        "Partner_External_Id__c": write.external_id,
        "Type__c": write.type_label,
        "Level__c": write.tier,
        "Level_In_Force__c": write.tier_in_force[:80] or None,
        "Level_Note__c": write.tier_note or None,
        "Domain__c": write.domain,
        "Partner_Account__c": write.company_id,
        DATA: to_text(write),
    }


def person_row(write: PersonWrite) -> Row:
    return {
        **_partner(write),
        "Kind__c": "Person",
        "Person_Name__c": write.person_name,
        "Person_Title__c": write.title,
        "Partner_Account__c": write.company_id,
        "Contact__c": write.contact_id,
        DATA: to_text(write),
    }


def placement_row(write: PlacementWrite) -> Row:
    return {
        **_on(write),
        **_partner(write),
        "Status__c": "Active" if write.active else "Ended",
        "Since__c": moment(write.attached_at),
        "Brought_In_By__c": write.attached_by[:255],
        DATA: to_text(write),
    }


TABLE: Mapping[type[Write], tuple[str, Callable[[Any], Row]]] = {
    MessageWrite: ("Partner_Message__c", message_row),
    RegistrationWrite: ("Deal_Registration__c", registration_row),
    CertificationWrite: ("Partner_Certification__c", certification_row),
    ConflictWrite: ("Channel_Conflict__c", conflict_row),
    ShareLinkWrite: ("Share_Link__c", share_link_row),
    PartnerWrite: ("Alongside_Partner__c", partner_row),
    PersonWrite: ("Alongside_Partner__c", person_row),
    PlacementWrite: ("Deal_Partner__c", placement_row),
}
"""Steps are not here: each is two rows (salesforce_steps.py)."""


def amount(value: str) -> float | None:
    """The number in an amount as the programme reads it, such as "12.000,50 EUR"; None where there is none."""
    return round(number_in(value), 2) if any(c.isdigit() for c in value) else None


def write_plain(client: SalesforceClient, writes: Sequence[Write]) -> list[WriteResult]:
    """The results of writes that are one row each, in order."""
    if isinstance(writes[0], PlanWrite):
        return _plans(client, [write for write in writes if isinstance(write, PlanWrite)])
    target, make = TABLE[type(writes[0])]
    newest = {write.external_id: write for write in writes}  # of two writes of one thing the later one holds
    rows = [{EXTERNAL_ID: write.external_id, **make(write)} for write in newest.values()]
    found = dict(zip(newest, upsert(client, target, rows), strict=True))
    registrations = [w for w in newest.values() if isinstance(w, RegistrationWrite)]
    refused = _attribute(client, [w for w in registrations if found[w.external_id]["success"]])
    return [refused.get(w.external_id) or result(w.external_id, found[w.external_id]) for w in writes]


def _attribute(client: SalesforceClient, writes: Sequence[RegistrationWrite]) -> dict[str, Refused]:
    """Shows granted registrations on their opportunities; what that refuses, by external id."""
    deals = {w.deal_id: w for w in writes if w.deal_id and w.state in ON_THE_DEAL}
    rows = [
        {
            "id": deal_id,
            "Alongside_Registration__c": write.state.capitalize(),
            "Alongside_Registration_Id__c": write.external_id,
            "Alongside_Protected_From__c": moment(write.protected_from),
            "Alongside_Protected_Until__c": moment(write.protected_until),
            "Alongside_Partner__c": write.partner_name,
            **_terms_of_partner(write, "Alongside_"),
        }
        for deal_id, write in deals.items()
    ]
    answers = update(client, "Opportunity", rows)
    return {
        write.external_id: Refused(external_id=write.external_id, reason=sentence(answer["errors"]))
        for write, answer in zip(deals.values(), answers, strict=True)
        if not answer["success"]
    }


def _plans(client: SalesforceClient, writes: Sequence[PlanWrite]) -> list[WriteResult]:
    """How the plans are doing, as fields of their opportunities."""
    newest = {write.external_id: write for write in writes}
    rows = [{"id": write.deal_id, **plan_row(write)} for write in newest.values()]
    found = dict(zip(newest, update(client, "Opportunity", rows), strict=True))
    return [result(write.external_id, {**found[write.external_id], "id": write.deal_id}) for write in writes]


def plan_row(write: PlanWrite) -> Row:
    return {
        "Alongside_Plan_Health__c": PLAN_HEALTH[write.health],
        "Alongside_Plan_Waiting_On__c": WAITING_ON[write.waiting_on_partner],
        "Alongside_Plan_Next_Step__c": write.next_step[:255] or None,
        "Alongside_Plan_Next_Due__c": day(write.next_due),
        "Alongside_Plan_Forecast__c": day(write.forecast),
        "Alongside_Plan_Progress__c": write.progress,
        "Alongside_Plan_On_Time__c": write.on_time,
    }


def fits(write: Write) -> bool:
    """Whether what a rebuild needs of it has room in one field."""
    return isinstance(write, ShareLinkWrite | PlanWrite) or len(to_text(write)) <= DATA_CHARS


def result(external_id: str, answer: Mapping[str, Any]) -> WriteResult:
    if answer["success"]:
        return Written(external_id=external_id, crm_id=answer["id"])
    return Refused(external_id=external_id, reason=sentence(answer["errors"]))


def upsert(client: SalesforceClient, target: str, rows: Sequence[Row]) -> list[Row]:
    """One answer per row, in order; locked rows are tried again."""
    return _send(client, f"composite/sobjects/{target}/{EXTERNAL_ID}", target, rows)


def update(client: SalesforceClient, target: str, rows: Sequence[Row]) -> list[Row]:
    """Like upsert, for rows with an `id`."""
    return _send(client, "composite/sobjects", target, rows)


def _send(client: SalesforceClient, path: str, target: str, rows: Sequence[Row]) -> list[Row]:
    return [answer for batch in chunks(rows, ROWS) for answer in _send_batch(client, path, target, batch)]


def _send_batch(client: SalesforceClient, path: str, target: str, rows: Sequence[Row]) -> list[Row]:
    """Raises Unavailable when rows are still locked after the last try."""
    answers: dict[int, Row] = {}
    waiting = list(range(len(rows)))
    attempt = 0
    while waiting:
        records = [{"attributes": {"type": target}, **rows[index]} for index in waiting]
        body = {"allOrNone": False, "records": records}
        got = client.call("PATCH", path, body, operation=f"write {target}")
        if not isinstance(got, list) or len(got) != len(waiting):
            raise Unavailable("Salesforce's answer does not match what was sent.")
        answers |= dict(zip(waiting, got, strict=True))
        waiting = [index for index in waiting if is_busy(answers[index])]
        if waiting and not client.pause(attempt):
            raise Unavailable(sentence(answers[waiting[0]]["errors"]))
        attempt += 1
    return [answers[index] for index in range(len(rows))]


def is_busy(answer: Mapping[str, Any]) -> bool:
    return not answer["success"] and bool(codes(answer["errors"]) & BUSY)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
