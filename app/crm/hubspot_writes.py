"""Partner data as HubSpot's own notes, tasks and properties. One function per kind of write; each is repeatable."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from app.crm.hubspot_batches import Batches
from app.crm.hubspot_certifications import write_certifications
from app.crm.hubspot_notes import (
    certification_note,
    conflict_note,
    message_note,
    partner_note,
    person_note,
    placement_note,
    registration_note,
    step_note,
)
from app.crm.hubspot_paths import ASSOCIATION, NOTE_CHARS
from app.crm.hubspot_properties import DATA, EXTERNAL_ID
from app.crm.hubspot_transport import Transport
from app.crm.kept import to_text
from app.crm.port import (
    CertificationWrite,
    ConflictWrite,
    MessageWrite,
    Owner,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    PlanWrite,
    Refused,
    RegistrationWrite,
    ShareLinkWrite,
    StepWrite,
    Write,
    WriteResult,
    Written,
)
from app.ground.clock import Clock, to_iso

NOWHERE = "Put this on a deal or a company first: HubSpot keeps it on a record."

TOO_MUCH = "This is more than HubSpot keeps in one note. Share fewer files, or shorten the note."

OnRecord = MessageWrite | StepWrite | RegistrationWrite | ConflictWrite | ShareLinkWrite | PlacementWrite
_UNKEPT = (ShareLinkWrite, PlanWrite)
"""What no note is written of."""

Noted = RegistrationWrite | ConflictWrite | CertificationWrite | PartnerWrite | PersonWrite | PlacementWrite
W = TypeVar("W", RegistrationWrite, ConflictWrite, PlacementWrite)
N = TypeVar("N", bound=Noted)


_ENDS = (("deals", ("deal_id",)), ("companies", ("company_id", "partner_company_id")))
"""What a note or task is associated with, and which fields of a write name it."""


class Writer:
    """`owners` and `zone` are asked only when a write needs them."""

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        owners: Callable[[], Sequence[Owner]],
        zone: Callable[[], ZoneInfo],
    ) -> None:
        self._transport = transport
        self._batches = Batches(transport)
        self._clock = clock
        self._owners = owners
        self._zone = zone

    def write(self, writes: Sequence[Write]) -> list[WriteResult]:
        """One result per write, in order."""
        # Of two writes of one thing the later says how it is; both get the same answer.
        latest = {one.external_id: one for one in writes}
        fitting = [one for one in latest.values() if _fits(one)]
        results = {key: Refused(external_id=key, reason=TOO_MUCH) for key in latest} | dict(
            self._by_class(fitting)
        )
        return [results[one.external_id] for one in writes]

    def _by_class(self, writes: Sequence[Any]) -> Mapping[str, WriteResult]:
        by_class: dict[type[Write], Callable[[Sequence[Any]], Mapping[str, WriteResult]]] = {
            MessageWrite: self._messages,
            StepWrite: self._steps,
            RegistrationWrite: self._registrations,
            ConflictWrite: self._conflicts,
            CertificationWrite: self._certifications,
            ShareLinkWrite: lambda mine: self._on_records(mine, _link_properties),
            PartnerWrite: self._partners,
            PersonWrite: lambda mine: self._notes(mine, "person", person_note),
            PlacementWrite: self._placements,
            PlanWrite: lambda mine: self._on_records(mine, _plan_properties),
        }
        return by_class[type(writes[0])](writes) if writes else {}

    def _registrations(self, writes: Sequence[RegistrationWrite]) -> Mapping[str, WriteResult]:
        return self._flagged(writes, _registration_properties, registration_note, "registration")

    def _conflicts(self, writes: Sequence[ConflictWrite]) -> Mapping[str, WriteResult]:
        return self._flagged(writes, _conflict_properties, conflict_note, "conflict")

    def _placements(self, writes: Sequence[PlacementWrite]) -> Mapping[str, WriteResult]:
        return self._flagged(
            writes, lambda one: {"alongside_partners": one.everyone}, placement_note, "placement"
        )

    def _partners(self, writes: Sequence[PartnerWrite]) -> Mapping[str, WriteResult]:
        """The tier on the partner's own company where the CRM has it, and always a note."""
        homed = {one.company_id: _tier_properties(one) for one in writes if one.company_id}
        outcome = self._batches.update("companies", homed)
        refused: dict[str, WriteResult] = {
            one.external_id: Refused(external_id=one.external_id, reason=outcome.refused[one.company_id])
            for one in writes
            if one.company_id and one.company_id in outcome.refused
        }
        told = [one for one in writes if one.external_id not in refused]
        return refused | self._notes(told, "partner", partner_note)

    def _certifications(self, writes: Sequence[CertificationWrite]) -> Mapping[str, WriteResult]:
        """A line on the firm and on the person where the CRM has them, and always a note."""
        homed = [one for one in writes if one.partner_company_id or one.contact_id]
        results = dict(write_certifications(self._transport, self._batches, homed))
        told = [one for one in writes if not isinstance(results.get(one.external_id), Refused)]
        return results | self._notes(told, "certification", certification_note)

    def _messages(self, messages: Sequence[MessageWrite]) -> Mapping[str, WriteResult]:
        inputs = {
            message.external_id: {
                "properties": {
                    EXTERNAL_ID: message.external_id,
                    "alongside_kind": "message",
                    "alongside_partner_id": message.partner_external_id,
                    "hs_timestamp": to_iso(message.sent_at),
                    "hs_note_body": message_note(message),
                    DATA: to_text(message),
                },
                "associations": _associations("notes", message),
            }
            for message in messages
        }
        results, _ = self._batches.create_once("notes", inputs)
        return results

    def _steps(self, steps: Sequence[StepWrite]) -> Mapping[str, WriteResult]:
        by_id = {step.external_id: step for step in steps}
        properties = {step.external_id: self._step_properties(step) for step in steps}
        fresh = [step for step in steps if step.crm_id is None]
        results, existed = self._batches.create_once(
            "tasks",
            {
                step.external_id: {
                    "properties": {**properties[step.external_id], EXTERNAL_ID: step.external_id},
                    "associations": _associations("tasks", step),
                }
                for step in fresh
            },
        )
        known = {
            key: {"properties": properties[key]} for key in by_id if key in existed or key not in results
        }
        outcome = self._batches.upsert("tasks", known)
        made_anew: list[tuple[str, OnRecord]] = []
        for key, record in outcome.done.items():
            results[key] = Written(external_id=key, crm_id=str(record["id"]))
            if record.get("new"):  # someone had deleted the task
                made_anew.append((str(record["id"]), by_id[key]))
        self._associate("tasks", made_anew)
        results |= {key: Refused(external_id=key, reason=reason) for key, reason in outcome.refused.items()}
        return results

    def _step_properties(self, step: StepWrite) -> dict[str, str]:
        due = self._due_time(step.due) if step.due else ""
        when = due or to_iso(self._clock())
        return {
            "hs_task_subject": step.title,
            "hs_task_body": step_note(step),
            "hs_task_status": "DEFERRED" if step.dropped else "COMPLETED" if step.done else "NOT_STARTED",
            "hs_task_type": "TODO",
            "hs_timestamp": when,
            "alongside_undated": "" if due else when,
            "alongside_milestone": step.milestone,
            "alongside_partner_id": step.partner_external_id,
            DATA: to_text(step),
            "hubspot_owner_id": "" if step.owner_is_partner else self._owner_id(step.owner_email),
        }

    def _due_time(self, due: date) -> str:
        """Noon where the account is: the same day for everyone who works near it."""
        return to_iso(datetime.combine(due, time(12), self._zone()))

    def _owner_id(self, email: str) -> str:
        if not email:
            return ""
        return next((owner.id for owner in self._owners() if owner.email.lower() == email.lower()), "")

    def _flagged(
        self,
        writes: Sequence[W],
        properties: Callable[[W], dict[str, str]],
        note: Callable[[W], str],
        kind: str,
    ) -> Mapping[str, WriteResult]:
        """The state as reportable properties of the record, and the whole story as one note on it. What has no
        record yet has its note alone."""
        results = self._on_records([one for one in writes if _place(one)[0]], properties)
        told = [one for one in writes if not isinstance(results.get(one.external_id), Refused)]
        return results | self._notes(told, kind, note)

    def _notes(self, writes: Sequence[N], kind: str, note: Callable[[N], str]) -> dict[str, WriteResult]:
        """One note for each, found again by its external id, on the records it names."""
        outcome = self._batches.upsert(
            "notes",
            {
                one.external_id: {
                    "properties": {
                        "alongside_kind": kind,
                        "alongside_partner_id": _partner_of(one),
                        "hs_timestamp": to_iso(_moment(one) or self._clock()),
                        "hs_note_body": note(one),
                        DATA: to_text(one),
                    }
                }
                for one in writes
            },
        )
        by_id = {one.external_id: one for one in writes}
        made = [(str(record["id"]), by_id[key]) for key, record in outcome.done.items()]
        self._associate("notes", made)
        results: dict[str, WriteResult] = {
            key: Written(external_id=key, crm_id=str(record["id"])) for key, record in outcome.done.items()
        }
        return results | {
            key: Refused(external_id=key, reason=reason) for key, reason in outcome.refused.items()
        }

    def _on_records(
        self, writes: Sequence[Any], properties: Callable[[Any], dict[str, str]]
    ) -> dict[str, WriteResult]:
        """Properties on each write's deal, or on its company. Several writes on one record become one update."""
        results: dict[str, WriteResult] = {}
        for object_type in ("deals", "companies"):
            mine = [one for one in writes if _place(one)[0] == object_type]
            merged: dict[str, dict[str, str]] = {}
            for one in mine:
                merged.setdefault(_place(one)[1], {}).update(properties(one))
            outcome = self._batches.update(object_type, merged)
            for one in mine:
                record, key = _place(one)[1], one.external_id
                results[key] = (
                    Refused(external_id=key, reason=outcome.refused[record])
                    if record in outcome.refused
                    else Written(external_id=key, crm_id=record)
                )
        for one in writes:
            results.setdefault(one.external_id, Refused(external_id=one.external_id, reason=NOWHERE))
        return results

    def _associate(self, object_type: str, made: Sequence[tuple[str, OnRecord | Noted]]) -> None:
        for to, attributes in _ENDS:
            pairs = [
                (crm_id, getattr(one, name))
                for crm_id, one in made
                for name in attributes
                if getattr(one, name, None)
            ]
            self._batches.associate(object_type, to, pairs)


def _fits(write: Write) -> bool:
    return isinstance(write, _UNKEPT) or len(to_text(write)) <= NOTE_CHARS


def _partner_of(write: Noted) -> str:
    return write.external_id if isinstance(write, PartnerWrite) else write.partner_external_id


def _place(write: OnRecord | PlanWrite) -> tuple[str, str]:
    if isinstance(write, PlanWrite):
        return "deals", write.deal_id
    if write.deal_id:
        return "deals", write.deal_id
    return ("companies", write.company_id) if write.company_id else ("", "")


def _associations(object_type: str, write: OnRecord) -> list[dict[str, Any]]:
    return [
        {
            "to": {"id": target},
            "types": [
                {
                    "associationCategory": "HUBSPOT_DEFINED",
                    "associationTypeId": ASSOCIATION[object_type, to],
                }
            ],
        }
        for to, target in (("deals", write.deal_id), ("companies", write.company_id))
        if target
    ]


def _moment(write: Noted) -> datetime | None:
    """When it happened; None where only the day of writing can be told."""
    match write:
        case RegistrationWrite():
            return write.received_at
        case ConflictWrite():
            return write.found_at
        case PlacementWrite():
            return write.attached_at
    return None


def _iso(moment: datetime | None) -> str:
    return to_iso(moment) if moment else ""


def _registration_properties(registration: RegistrationWrite) -> dict[str, str]:
    return {
        "alongside_registration_state": registration.state,
        "alongside_registration_id": registration.external_id,
        "alongside_registration_partner": registration.partner_name,
        "alongside_registration_partner_id": registration.partner_external_id,
        "alongside_registered_at": _iso(registration.received_at),
        "alongside_registration_reason": registration.decision_reason,
        "alongside_protected_from": _iso(registration.protected_from),
        "alongside_protected_until": _iso(registration.protected_until),
        "alongside_registration_due": _iso(registration.due_at),
        "alongside_registration_rule": registration.rule,
        "alongside_protection_paused": registration.pause.blocker.label if registration.pause else "",
        "alongside_protection_paused_since": _iso(registration.pause.since if registration.pause else None),
        "alongside_partner_asks": registration.asks,
        "alongside_attribution": str(registration.attribution or ""),
        "alongside_partner_share": "" if registration.share is None else str(registration.share),
        "alongside_incumbent": registration.incumbent,
        "alongside_price_tier": registration.terms.tier,
    }


def _tier_properties(partner: PartnerWrite) -> dict[str, str]:
    return {
        "alongside_tier": partner.tier,
        "alongside_tier_in_force": partner.tier_in_force,
        "alongside_tier_note": partner.tier_note,
    }


def _conflict_properties(conflict: ConflictWrite) -> dict[str, str]:
    return {
        "alongside_conflict": conflict.state,
        "alongside_conflict_kind": conflict.kind,
        "alongside_conflict_sentence": conflict.sentence,
        "alongside_conflict_resolution": conflict.resolution,
        "alongside_conflict_rule": conflict.rule,
        "alongside_conflict_deadline": _iso(conflict.deadline),
    }


def _link_properties(link: ShareLinkWrite) -> dict[str, str]:
    """Counts and times only: neither the token nor its hash leaves our own store for HubSpot."""
    return {
        "alongside_active_links": str(link.active_links),
        "alongside_link_views": str(link.views),
        "alongside_link_last_viewed": _iso(link.last_viewed_at),
        "alongside_link_expires": _iso(link.expires_at),
    }


def _plan_properties(plan: PlanWrite) -> dict[str, str]:
    sides = {None: "", True: "partner", False: "us"}
    return {
        "alongside_plan_health": plan.health,
        "alongside_plan_waiting_on": sides[plan.waiting_on_partner],
        "alongside_plan_next_step": plan.next_step,
        "alongside_plan_next_due": plan.next_due.isoformat() if plan.next_due else "",
        "alongside_plan_forecast": plan.forecast.isoformat() if plan.forecast else "",
        "alongside_plan_progress": str(plan.progress),
        "alongside_plan_on_time": "" if plan.on_time is None else str(plan.on_time),
    }
