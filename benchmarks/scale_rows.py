"""The rows of a large installation, all alike: what stands in it for tenant `t` and deal, link or other row `n`."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from app.domain import matching
from app.domain.record import RecordKey
from app.ground.ids import hash_token
from benchmarks.scale_names import (
    EMAIL,
    EPOCH,
    EVENTS,
    KEPT_MINUTES,
    NOW,
    STAGES,
    code_of,
    company_fields,
    company_of,
    deal_fields,
    deal_of,
    partner_of,
    session_of,
    tenant_name,
    token_of,
)


def tenant(t: int) -> dict[str, Any]:
    return {
        "id": tenant_name(t),
        "crm": "hubspot",
        "account_id": str(100_000 + t),
        "name": f"Vendor {t}",
        "instance_url": "",
        "username": "",
        "admin_emails": ["ada@vendor.example"],
        "brand_color": "#3b5bdb",
        "ui_origin": "",
        "time_zone": "UTC",
        "currency": "USD",
        "connected": True,
        "trouble": "",
        "created_at": EPOCH,
    }


def face(t: int) -> dict[str, Any]:
    return {"tenant_id": tenant_name(t), "vendor_name": f"Vendor {t}", "vendor_color": "#3b5bdb"}


def policy(t: int, body: object) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "version": 1,
        "body": body,
        "author": "setup",
        "reason": "First safelist",
        "created_at": EPOCH,
    }


def owner(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "crm_id": f"o{n}",
        "user_id": f"u{n}",
        "name": f"Seller {n}",
        "email": f"seller{n}@vendor.example",
    }


def stage(t: int, n: int) -> dict[str, Any]:
    return {"tenant_id": tenant_name(t), "value": f"s{n}", "label": STAGES[n], "position": n, "closed": False}


def fields(t: int) -> Iterator[dict[str, Any]]:
    for kind, names in (
        ("deal", ("name", "stage", "amount", "close_date", "next_step", "owner")),
        ("company", ("name", "domain", "country", "owner")),
    ):
        for name in names:
            yield {
                "tenant_id": tenant_name(t),
                "object": kind,
                "name": name,
                "api_name": name,
                "label": name.title(),
                "type": "string",
            }


def partner(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "id": f"p{t:015x}{n:016x}",
        "name": f"Partner {n:03}",
        "type": "reseller",
        "tier": "Gold",
        "domain": f"partner{n}.example",
        "crm_company_id": None,
    }


def contact(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "id": f"c{t:015x}{n:016x}",
        "partner_id": f"p{t:015x}{n:016x}",
        "name": f"Kim {n}",
        "email": EMAIL,
        "title": "",
        "crm_contact_id": None,
    }


def record(t: int, key: RecordKey, fields: dict[str, str | None], company_id: str | None) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "object": str(key.object),
        "crm_id": key.crm_id,
        "name": fields["name"],
        "company_id": company_id,
        "fields": fields,
        "read_at": NOW,
        "modified_at": EPOCH,
        "archived": False,
    }


def deal(t: int, n: int) -> dict[str, Any]:
    return record(t, deal_of(n), deal_fields(n), company_of(n).crm_id)


def company(t: int, n: int) -> dict[str, Any]:
    return record(t, company_of(n), company_fields(n), None)


def keys(t: int, n: int) -> Iterator[dict[str, Any]]:
    fields = company_fields(n)
    for key in sorted(matching.keys(fields["name"] or "", fields["domain"] or "", ())):
        yield {
            "tenant_id": tenant_name(t),
            "key": key[:300],
            "source": "company",
            "source_id": company_of(n).crm_id,
        }


def room(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "object": "deal",
        "crm_id": deal_of(n).crm_id,
        "partner_id": partner_of(t, n),
    }


def attachment(t: int, n: int) -> dict[str, Any]:
    return room(t, n) | {"attached_at": EPOCH, "attached_by": "seller0@vendor.example", "seen_at": NOW}


def row_id(kind: int, t: int, n: int, m: int = 0) -> str:
    return f"{kind:02x}{t:010x}{n:010x}{m:010x}"


def message(t: int, n: int, m: int) -> dict[str, Any]:
    return room(t, n) | {
        "id": row_id(1, t, n, m),
        "author_name": "Seller 0",
        "author_email": "seller0@vendor.example",
        "side": "partner" if m % 2 else "us",
        "audience": "partner",
        "body": f"Message {m}: can you fill in the security questionnaire before Friday?",
        "sent_at": EPOCH + timedelta(hours=m),
        "channel": "card",
        "delivery": "in_crm",
        "refusal": "",
    }


def step(t: int, n: int, s: int) -> dict[str, Any]:
    return room(t, n) | {
        "id": row_id(2, t, n, s),
        "milestone": "Evaluation",
        "title": f"Step {s}",
        "owner_side": "partner",
        "owner_name": "",
        "owner_email": "",
        "due": (NOW + timedelta(days=s)).date().isoformat(),
        "status": "open",
        "audience": "partner",
        "done_at": None,
        "done_by": "",
        "version": 1,
        "position": s,
        "delivery": "in_crm",
        "refusal": "",
        "crm_task_id": f"{n}{s}",
        "agreed": None,
    }


def registration(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "id": row_id(3, t, n),
        "partner_id": partner_of(t, n),
        "customer_name": f"Customer {n // 4}",
        "customer_domain": f"customer{n // 4}.example",
        "received_at": EPOCH,
        "state": "approved",
        "deal_id": deal_of(n).crm_id,
        "company_id": company_of(n).crm_id,
        "contact_name": "",
        "contact_email": "",
        "amount": "",
        "note": "",
        "decided_at": EPOCH,
        "decided_by": "",
        "decision_reason": "",
        "protected_from": EPOCH,
        "protected_until": NOW + timedelta(days=30),
        "extensions": 0,
        "remind_at": NOW + timedelta(days=16, minutes=n),
    }


def conflict(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "id": row_id(7, t, n),
        "kind": "partner_direct",
        "registration_id": row_id(3, t, n),
        "partner_id": partner_of(t, n),
        "other_partner_id": None,
        "deal_id": deal_of(n).crm_id,
        "company_id": company_of(n).crm_id,
        "sentence": "Both of you work on it.",
        "evidence": ["The same domain."],
        "rule": "first come",
        "probability": 0.97,
        "found_at": EPOCH,
        "state": "resolved",
        "resolution": "",
        "resolved_by": "",
        "resolved_at": NOW,
    }


def certification(t: int, n: int) -> dict[str, Any]:
    empty = ("level", "issuer", "credential", "evidence", "source_id", "revoked_reason", "former_partner_id")
    whose = {"partner_id": partner_of(t, n), "person_name": "Kim", "person_email": EMAIL}
    ends = (NOW + timedelta(days=100 + n % 700)).date().isoformat()
    told = {"name": f"Implementation {n}", "expires": ends, "source": "manual", "moved": False}
    return {"tenant_id": tenant_name(t), "id": row_id(9, t, n), **whose, **told, **dict.fromkeys(empty, "")}


def snapshot(t: int, n: int) -> dict[str, Any]:
    label = {"object": "deal", "treatment": "show"}
    return room(t, n) | {
        "id": row_id(4, t, n),
        "partner_type": "reseller",
        "version": 1,
        "content": {
            "deal": {"name": f"Rollout {n}"},
            "fields": [
                {"name": "name", "label": "Deal", "value": f"Rollout {n}", **label},
                {"name": "stage", "label": "Stage", "value": "Proposal", **label},
            ],
            "stages": [{"label": "Proposal", "state": "current"}],
            "registration": None,
            "steps": [],
            "messages": [],
            "files": [],
            "vendor": {"name": f"Vendor {t}", "color": "#3b5bdb"},
            "changes": [],
        },
        "content_hash": row_id(4, t, n) * 2,
        "policy_version": 1,
        "published_at": EPOCH,
    }


def link(t: int, n: int) -> dict[str, Any]:
    return room(t, n) | {
        "id": row_id(5, t, n),
        "token_hash": hash_token(token_of(t, n)),
        "code": code_of(t, n),
        "purpose": "room",
        "contact_name": "Kim",
        "contact_email": EMAIL,
        "rules": [["mailbox", EMAIL]],
        "created_at": EPOCH,
        "created_by": "seller0@vendor.example",
        "not_before": EPOCH,
        "expires_at": NOW + timedelta(days=300),
        "revoked_at": None,
        "views": 1,
        "last_viewed_at": NOW,
    }


def session(t: int, n: int) -> dict[str, Any]:
    return {
        "token_hash": hash_token(session_of(t, n)),
        "link_id": row_id(5, t, n),
        "email": EMAIL,
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=300),
        "last_visit_at": None,
    }


def view(t: int, n: int) -> dict[str, Any]:
    return {
        "id": row_id(6, t, n),
        "tenant_id": tenant_name(t),
        "link_id": row_id(5, t, n),
        "email": EMAIL,
        "at": NOW,
        "device": "phone",
        "address_hash": "a" * 64,
    }


def exposure(t: int, n: int) -> dict[str, Any]:
    return {
        "link_id": row_id(5, t, n),
        "email": EMAIL,
        "snapshot_id": row_id(4, t, n),
        "policy_version": 1,
        "tenant_id": tenant_name(t),
        "first_at": EPOCH,
        "last_at": NOW,
    }


def changed(t: int, n: int) -> dict[str, Any]:
    return {"tenant_id": tenant_name(t), "part": n, "mark": f"{n:032x}"}


def write(t: int, n: int) -> dict[str, Any]:
    """One in ten was refused; the others back off."""
    place = room(t, n)
    return {
        "id": row_id(8, t, n),
        "tenant_id": place["tenant_id"],
        "lane": f"deal:{place['crm_id']}:old",
        "kind": "message",
        "subject_id": row_id(1, t, n),
        "partner_id": place["partner_id"],
        "object": "deal",
        "crm_id": place["crm_id"],
        "state": "waiting" if n % 10 else "refused",
        "created_at": EPOCH,
        "due_at": NOW + timedelta(days=400, seconds=n),
        "attempts": 3,
        "fence": "",
        "refusal": "" if n % 10 else "The note is too long.",
    }


def audit(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "sequence": n + 1,
        "at": EPOCH,
        "actor_kind": "seller",
        "actor_id": "u0",
        "actor_name": "Seller 0",
        "command": "thread.post",
        "object": "deal",
        "crm_id": deal_of(n).crm_id,
        "detail": {},
        "previous": "",
        "hash": f"{n:064x}",
    }


def done(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "key": f"key-{n}",
        "command": "thread.post",
        "request_hash": "h" * 64,
        "result": {},
        "at": NOW,
    }


def event(t: int, n: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_name(t),
        "key": f"event-{n}",
        "body": {},
        "received_at": EPOCH,
        "applied_at": NOW - timedelta(minutes=(t * EVENTS + n) % KEPT_MINUTES),
    }
