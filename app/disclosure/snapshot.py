"""The one door out: everything a partner can see is composed here, and only what the policy lists gets in (law 2).

A snapshot's content is plain JSON:
{"deal": {"name"?}, "fields": [{"name", "label", "value", "object", "treatment"}],
 "stages": [{"label", "state": done|current|ahead}],
 "registration": {"state", "protected_from", "protected_until", "paused": {"since", "for"}|null,
   "question": {"since", "text"}|null, "asked", "amending"?, "values"?: {…}, "more_time", "due"}|null,
 "steps": [{"id", "milestone", "title", "side", "owner", "due", "status", "position",
            "required", "after", "evidence": [{"label", "url"}], "proposed"?}],
 "messages": [{"id", "author", "side", "body", "at"}],
 "files": [{"id", "name", "type", "size", "at", "version"?, "kind"?, "digest"?}],
 "tier": {"granted", "tier", "why": [str], "until", "then"}|null,
 "certifications": [{"id", "name", "level", "person", "expires", "revoked"}],
 "content": [{"id", "title", "url", "needs": ["stage" | "product"]}],
 "changes": [{"at", "what", "object", "field", "treatment"}], "vendor": {"name", "color"},
 "scope"?: {"motion", "stage", "territory"}}
`scope` is what the policy's exceptions depend on, for narrowing alone: narrowing takes it out, and no page has it.
A section of ours (steps, messages, files, registration) that the policy does not list is absent, not empty: nobody
learns from it that there is a plan, and an answer to it is refused.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from app.disclosure import tier
from app.disclosure.policy import Policy, View
from app.disclosure.redaction import narrower, redact
from app.disclosure.rules import UNKNOWN, Motion, Scope
from app.disclosure.treatment import Treatment, never_reason
from app.domain.certification import Certification
from app.domain.content import ContentItem
from app.domain.link import FileState, SharedFile
from app.domain.partner import PartnerType
from app.domain.plan import Step, live
from app.domain.plan_graph import counted_from
from app.domain.record import Record
from app.domain.registration import Registration, RegistrationState
from app.domain.thread import Audience, Message
from app.domain.tier import TierStanding
from app.ground.clock import to_iso

LABELS: Mapping[tuple[str, str], str] = {
    ("deal", "name"): "Deal",
    ("deal", "stage"): "Stage",
    ("deal", "amount"): "Amount",
    ("deal", "close_date"): "Expected close",
    ("deal", "next_step"): "Next step",
    ("deal", "description"): "Description",
    ("deal", "type"): "Type",
    ("deal", "product"): "Product",
    ("deal", "created"): "Created",
    ("deal", "owner"): "Owner",
    ("company", "name"): "Customer",
    ("company", "domain"): "Website",
    ("company", "industry"): "Industry",
    ("company", "city"): "City",
    ("company", "country"): "Country",
    ("company", "employees"): "Employees",
    ("company", "revenue"): "Revenue",
    ("company", "phone"): "Phone",
    ("company", "owner"): "Account owner",
    ("company", "parent"): "Parent company",
    ("room", "plan"): "Plan",
    ("room", "thread"): "Messages",
    ("room", "registration"): "Registration",
    ("room", "files"): "Files",
    ("room", "tier"): "Tier",
    ("room", "certifications"): "Certifications",
    ("room", "content"): "Content",
}

_ORDER = {key: place for place, key in enumerate(LABELS)}

_SECTIONS = {
    "plan": "steps",
    "thread": "messages",
    "registration": "registration",
    "files": "files",
    "tier": "tier",
    "certifications": "certifications",
    "content": "content",
}
"""Under which key of the content a section of the room stands."""

CHANGES_KEPT = 20
"""How many of the latest changes a snapshot carries for "since your last visit"."""

Content = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Everything a snapshot may be composed from: one record and one partner's share of the work on it."""

    deal: Record | None
    company: Record | None
    partner_type: PartnerType
    stages: Sequence[tuple[str, str]]
    steps: Sequence[Step]
    messages: Sequence[Message]
    registration: Registration | None
    files: Sequence[SharedFile]
    vendor_name: str
    vendor_color: str
    labels: Mapping[tuple[str, str], str]
    scope: Scope = UNKNOWN
    standing: TierStanding | None = None
    certifications: Sequence[Certification] = ()
    content: Sequence[ContentItem] = ()


def compose(source: Source, policy: Policy) -> Content:
    """The content of a snapshot, without `changes`: nothing in it that the policy does not list."""
    view = policy.view(source.partner_type, source.scope)
    sections: Content = {
        "steps": _steps(source.steps),
        "messages": [_message(m) for m in source.messages if m.audience is Audience.PARTNER],
        "files": [_file(f) for f in source.files if f.state is not FileState.GONE],
        "registration": _registration(source.registration),
        "tier": tier.shown(source.standing),
        "certifications": [_certification(one) for one in source.certifications],
        "content": [_item(one) for one in source.content],
    }
    fields = [
        *_fields("deal", source.deal, source, view),
        *_fields("company", source.company, source, view),
    ]
    names = {(f["object"], f["name"]): f["value"] for f in fields}
    return {
        "deal": {"name": names["deal", "name"]} if ("deal", "name") in names else {},
        "fields": fields,
        "stages": [{"label": label, "state": state} for label, state in source.stages]
        if view.treatment("deal", "stage") is Treatment.SHOW
        else [],
        **_seen(sections, view),
        "vendor": {"name": source.vendor_name, "color": source.vendor_color},
        **({"scope": _scope_json(source.scope)} if policy.exceptions.ask_of_record else {}),
    }


def narrow(
    content: Content, policy: Policy, partner_type: PartnerType, partner_id: str | None = None
) -> Content:
    """The content as today's policy allows it: never more than was published, and less wherever today's policy
    is narrower. This is what makes taking a field away hold on the very next request. For a partner that is not
    named, what each partner gets is allowed as far as all of them get it."""
    view = policy.view(partner_type, _scope(content, partner_id))
    fields = [kept for field in content["fields"] if (kept := _narrow_field(field, view))]
    shown = {(f["object"], f["name"]): f["value"] for f in fields}
    stage = view.treatment("deal", "stage") is Treatment.SHOW
    return {
        "vendor": content["vendor"],
        "deal": {"name": shown["deal", "name"]} if ("deal", "name") in shown else {},
        "fields": fields,
        "stages": content["stages"] if stage else [],
        **_seen(content, view),
        "changes": [c for c in content.get("changes", []) if _still_told(c, view)],
    }


def _seen(content: Content, view: View) -> Content:
    """The sections of the content that the policy lists. What is recommended because of the stage or product would
    tell them: it goes only to who is shown them."""
    shown = {name for name in ("stage", "product") if view.treatment("deal", name) is Treatment.SHOW}
    items = [one for one in content.get("content", ()) if shown.issuperset(one["needs"])]
    return {
        key: items if key == "content" else content[key]
        for section, key in _SECTIONS.items()
        if key in content and view.treatment("room", section) is Treatment.SHOW
    }


def _scope_json(scope: Scope) -> dict[str, str | None]:
    return {
        "motion": str(scope.motion) if scope.motion else None,
        "stage": scope.stage,
        "territory": scope.territory,
    }


def _scope(content: Content, partner_id: str | None) -> Scope:
    """What was known of the record when the content was composed; not known where nothing depended on it then."""
    held = content.get("scope", {})
    motion = held.get("motion")
    return Scope(
        partner_id=partner_id,
        motion=Motion(motion) if motion in set(Motion) else None,
        stage=held.get("stage"),
        territory=held.get("territory"),
    )


def content_hash(content: Content) -> str:
    """Equal for what a partner is shown alike: `changes` is history, and `scope` is shown to nobody."""
    body = {key: value for key, value in content.items() if key not in ("changes", "scope")}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    # A CRM's text may hold half a surrogate pair; it must not stop the record from being published.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def differences(before: Content, after: Content, at: str) -> list[dict[str, str]]:
    """What a partner would call news between two contents, as `changes` entries. Each names the object, field and
    treatment it was published under, so that narrowing can take it back."""
    old = {(f["object"], f["name"]): f["value"] for f in before["fields"]}
    told = [
        {
            "at": at,
            "object": f["object"],
            "field": f["name"],
            "treatment": f["treatment"],
            "what": f"{f['label']} is now {f['value']}",
        }
        for f in after["fields"]
        if old.get((f["object"], f["name"])) != f["value"]
    ]
    told += _section(
        at, "thread", [f"{m['author']} wrote a message" for m in _new(before, after, "messages")]
    )
    told += _section(at, "files", [f"{f['name']} was added" for f in _new(before, after, "files")])
    offered = {f["id"]: f.get("version", 0) for f in before.get("files", ())}
    renewed = [f for f in after.get("files", ()) if offered.get(f["id"], 0) not in (0, f.get("version", 0))]
    told += _section(at, "files", [f"{f['name']} has a new version" for f in renewed])
    told += _section(at, "plan", [f"New step: {s['title']}" for s in _new(before, after, "steps")])
    done = {s["id"] for s in before.get("steps", ()) if s["status"] == "done"}
    told += _section(
        at,
        "plan",
        [
            f"{s['title']} is done"
            for s in after.get("steps", ())
            if s["status"] == "done" and s["id"] not in done
        ],
    )
    told += _section(at, "tier", tier.news(before.get("tier"), after.get("tier")))
    registration = after.get("registration")
    was = before.get("registration") or {}
    if registration and registration != was:
        told += _section(at, "registration", _told_of_registration(was, registration))
    return told


def _told_of_registration(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is new about it, worth a line; a change of nothing the partner waits for is worth none."""
    told = []
    if before.get("state") != after["state"]:
        told.append(f"Registration {after['state']}")
    if bool(before.get("paused")) != bool(after.get("paused")):
        told.append("Protection stands still" if after.get("paused") else "Protection runs again")
    elif before.get("protected_until") != after["protected_until"] and before.get("state") == after["state"]:
        told.append("Protection has a new end")
    if after.get("question") and before.get("question") != after["question"]:
        told.append("A question about your registration")
    return told


def _section(at: str, name: str, sentences: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"at": at, "object": "room", "field": name, "treatment": "show", "what": what} for what in sentences
    ]


def _new(before: Content, after: Content, section: str) -> list[dict[str, Any]]:
    known = {item["id"] for item in before.get(section, ())}
    return [item for item in after.get(section, ()) if item["id"] not in known]


def _still_told(change: Mapping[str, str], view: View) -> bool:
    today = view.treatment(change["object"], change["field"])
    return narrower(Treatment(change["treatment"]), today) is Treatment.SHOW


def _fields(obj: str, record: Record | None, source: Source, view: View) -> list[dict[str, str]]:
    if record is None:
        return []
    found = []
    for name in sorted(record.fields, key=lambda n: (_ORDER.get((obj, n), len(_ORDER)), n)):
        treatment = view.treatment(obj, name)
        value = record.fields[name]
        shown = redact(treatment, value) if value else None
        label = source.labels.get((obj, name)) or LABELS.get((obj, name)) or name
        # A field may be called Custom_7__c and be labelled "Gross margin".
        if shown is not None and not never_reason(label):
            found.append(
                {"name": name, "label": label, "value": shown, "object": obj, "treatment": str(treatment)}
            )
    return found


def _narrow_field(field: dict[str, str], view: View) -> dict[str, str] | None:
    today = view.treatment(field["object"], field["name"])
    left = narrower(Treatment(field["treatment"]), today)
    value = redact(left, field["value"])
    if value is None or never_reason(field["label"]):
        return None
    return {**field, "value": value, "treatment": field["treatment"] if left is Treatment.SHOW else str(left)}


def _registration(registration: Registration | None) -> dict[str, Any] | None:
    """What the partner knows of its own registration: its state, its clock, what is asked of it and what it wrote
    itself. Who of us decides, by which rule, and what a seller filled in stays inside."""
    if registration is None:
        return None
    pause, wait = registration.pause, registration.wait
    values = {name: value for name in registration.given if (value := getattr(registration, name))}
    return {
        "state": str(registration.state),
        "protected_from": to_iso(registration.protected_from) if registration.protected_from else None,
        "protected_until": to_iso(registration.protected_until) if registration.protected_until else None,
        "paused": {"since": to_iso(pause.since), "for": str(pause.blocker)} if pause else None,
        "question": {"since": to_iso(wait.since), "text": wait.note} if wait else None,
        "asked": registration.ask is not None,
        "more_time": registration.extensions < registration.terms.extension_limit,
        "due": to_iso(registration.due()) if registration.state is RegistrationState.SUBMITTED else None,
        **({"amending": True} if registration.amendment else {}),
        **({"values": values} if values else {}),
    }


def _steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Numbered anew, so that a step kept from the partner leaves no gap."""
    shown = [step for step in live(steps) if step.audience is Audience.PARTNER]
    ids = {step.id for step in shown}
    return [_step(step, position, ids) for position, step in enumerate(shown, 1)]


def _step(step: Step, position: int, shown: AbstractSet[str]) -> dict[str, Any]:
    """What the step waits for is named as far as the partner sees it."""
    waits = [one for one in step.after if one in shown]
    counted = counted_from(step.rule)
    if counted in shown and counted not in waits:
        waits.append(counted)
    return {
        "id": step.id,
        "milestone": step.milestone,
        "title": step.title,
        "side": str(step.owner_side),
        "owner": step.owner_name,
        "due": step.due.isoformat() if step.due else None,
        "status": str(step.status),
        "position": position,
        "required": step.required,
        "after": waits,
        "evidence": [{"label": one.label, "url": one.url} for one in step.evidence],
        **({"proposed": step.asked.due.isoformat()} if step.asked else {}),
    }


def _message(message: Message) -> dict[str, str]:
    return {
        "id": message.id,
        "author": message.author_name,
        "side": str(message.side),
        "body": message.body,
        "at": to_iso(message.sent_at),
    }


def _certification(one: Certification) -> dict[str, Any]:
    """What the partner's firm may know of its own people: not where we heard of it, nor why it was revoked."""
    return {
        "id": one.id,
        "name": one.name,
        "level": one.level,
        "person": one.person_name,
        "expires": one.expires.isoformat() if one.expires else None,
        "revoked": one.is_revoked,
    }


def _item(item: ContentItem) -> dict[str, Any]:
    needs = [name for name, value in (("stage", item.stage), ("product", item.product)) if value]
    return {"id": item.id, "title": item.title, "url": item.url, "needs": needs}


def _file(file: SharedFile) -> dict[str, Any]:
    """What there is to download is named by its digest, so that a snapshot says which bytes it offers."""
    copy = file.copy
    return {
        "id": file.id,
        "name": file.name,
        "type": file.type,
        "size": copy.size if copy else file.size,
        "at": to_iso(file.added_at),
        **({"version": copy.version, "kind": copy.kind, "digest": copy.digest} if copy else {}),
    }
