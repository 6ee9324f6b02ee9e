"""What can reach a share page at all is written down here once, apart from the product. A column or a key that is
added to it fails a test until somebody has said how it is kept from partners, or which policy lets it through."""

from dataclasses import fields, replace
from datetime import UTC, datetime

from app.disclosure.policy import ROOM_SECTIONS, Policy, Treatment, default_policy
from app.disclosure.snapshot import Source, compose, narrow
from app.domain.certification import Certification
from app.domain.content import ContentItem
from app.domain.link import FileCopy, SharedFile
from app.domain.partner import PartnerType
from app.domain.tier import TierStanding
from app.storage import changes, fault, published_tables, tables
from app.storage.schema import metadata
from tests.disclosure.strategies import COMPANY_FIELDS, DEAL_FIELDS, record
from tests.domain.make import NOON, message, registration, step

VIEWERS_OWN = "the viewer's own: the address it proved, its link, its answers"
FACE = "how the vendor presents itself to every partner"
BY_POLICY = "composed under the policy and narrowed by today's"
INNER = "read to decide, never shown"

PUBLISHED = {
    "face": {"tenant_id": INNER, "vendor_name": FACE, "vendor_color": FACE},
    "registration_form": {
        "asks": "which fields the programme asks this one partner for, and how soon it is answered: its form says so",
        **dict.fromkeys(("tenant_id", "partner_id"), INNER),
    },
    "live_policy": dict.fromkeys(("tenant_id", "version", "body"), INNER),
    "snapshot": {
        "content": BY_POLICY,
        **dict.fromkeys(
            (
                "id",
                "tenant_id",
                "object",
                "crm_id",
                "partner_id",
                "partner_type",
                "version",
                "content_hash",
                "policy_version",
                "published_at",
            ),
            INNER,
        ),
    },
    "share_link": {
        **dict.fromkeys(("code", "contact_name", "contact_email"), VIEWERS_OWN),
        **dict.fromkeys(
            (
                "id",
                "tenant_id",
                "token_hash",
                "purpose",
                "object",
                "crm_id",
                "partner_id",
                "rules",
                "created_at",
                "created_by",
                "not_before",
                "expires_at",
                "revoked_at",
                "withdrawn_at",
                "views",
                "last_viewed_at",
            ),
            INNER,
        ),
    },
    "viewer_code": dict.fromkeys(
        ("link_id", "email", "code_hash", "expires_at", "tries", "sent_at", "sent_count"), INNER
    ),
    "viewer_session": {
        "email": VIEWERS_OWN,
        "last_visit_at": VIEWERS_OWN,
        **dict.fromkeys(("token_hash", "link_id", "created_at", "expires_at", "passcode", "terms"), INNER),
    },
    "link_terms": {
        "text": FACE,
        **dict.fromkeys(("tenant_id", "version", "created_at", "created_by"), INNER),
    },
    "acceptance": dict.fromkeys(("id", "tenant_id", "link_id", "email", "terms", "at"), INNER),
    "access_request": dict.fromkeys(
        (
            "id",
            "tenant_id",
            "link_id",
            "email",
            "name",
            "note",
            "asked_at",
            "state",
            "decided_at",
            "decided_by",
        ),
        INNER,
    ),
    "view": dict.fromkeys(("id", "tenant_id", "link_id", "email", "at", "device", "address_hash"), INNER),
    "exposure": dict.fromkeys(
        (
            "link_id",
            "email",
            "snapshot_id",
            "policy_version",
            "tenant_id",
            "partner_id",
            "object",
            "crm_id",
            "first_at",
            "last_at",
        ),
        INNER,
    ),
    "pdf_copy": dict.fromkeys(
        (
            "id",
            "tenant_id",
            "link_id",
            "email",
            "snapshot_id",
            "policy_version",
            "sha256",
            "at",
            "file_id",
            "file_version",
        ),
        INNER,
    ),
    "copy_key": {
        "said": "in the viewer's own PDF: a public key, and the day it is good for",
        "root": "in the viewer's own PDF: the vendor's public key",
        "certificate": "in the viewer's own PDF: a signature",
        "secret": "signs the viewer's own PDF",
        **dict.fromkeys(("tenant_id", "number", "begins_at", "ends_at"), INNER),
    },
    "room_file": {
        "body": "room.files; it leaves with marks alone",
        **dict.fromkeys(("tenant_id", "file_id", "version", "digest", "kind", "pages", "fetched_at"), INNER),
    },
    "partner_inbox": {
        **dict.fromkeys(
            ("id", "email", "name", "command", "fields", "created_at", "state", "reason"), VIEWERS_OWN
        ),
        **dict.fromkeys(
            (
                "tenant_id",
                "link_id",
                "partner_id",
                "object",
                "crm_id",
                "key",
                "done_at",
                "due_at",
                "attempts",
            ),
            INNER,
        ),
    },
    "attempt": dict.fromkeys(("key", "slice", "count", "until"), INNER),
    "tracing_key": {"version": INNER, "secret": "the key of the marks, which say nothing without it"},
    "viewing": {
        "id": "stands in the viewer's own marks",
        **dict.fromkeys(("tenant_id", "link_id", "email", "session_hash", "minute"), INNER),
    },
}
"""Every column of every table that the share pages read, and why it may stand there."""

CONTENT = {
    "vendor": FACE,
    "deal": "deal.name",
    "fields": "deal.* and company.*",
    "stages": "deal.stage",
    "steps": "room.plan",
    "messages": "room.thread",
    "files": "room.files",
    "registration": "room.registration",
    "tier": "room.tier",
    "certifications": "room.certifications",
    "content": "room.content",
    "changes": "each names the cell it was published under",
}
"""Every key of a snapshot and the policy's cell that opens it."""

SOURCE = {
    "scope",
    "deal",
    "company",
    "partner_type",
    "stages",
    "steps",
    "messages",
    "registration",
    "files",
    "standing",
    "certifications",
    "content",
    "vendor_name",
    "vendor_color",
    "labels",
}
"""All that composing gets to see."""

ITEMS = {
    "fields": {"name", "label", "value", "object", "treatment"},
    "stages": {"label", "state"},
    "steps": {
        "id",
        "milestone",
        "title",
        "side",
        "owner",
        "due",
        "status",
        "position",
        "required",
        "after",
        "evidence",
    },
    "messages": {"id", "author", "side", "body", "at"},
    "files": {"id", "name", "type", "size", "at", "version", "kind", "digest"},
    "certifications": {"id", "name", "level", "person", "expires", "revoked"},
    "content": {"id", "title", "url", "needs"},
}


def source() -> Source:
    """Something of everything."""
    return Source(
        deal=record("deal", DEAL_FIELDS),
        company=record("company", COMPANY_FIELDS),
        partner_type=PartnerType.RESELLER,
        stages=[("Proposal", "current")],
        steps=[step()],
        messages=[message()],
        registration=registration(),
        files=[
            SharedFile(
                id="f1",
                partner_id="p1",
                name="Offer.pdf",
                type="pdf",
                size=1,
                added_at=NOON,
                copy=FileCopy(version=1, digest="0" * 64, kind="pdf", size=1),
            )
        ],
        vendor_name="Contoso",
        vendor_color="#3b5bdb",
        labels={},
        content=[ContentItem(id="i1", version=1, title="Deck", url="https://x.example", author="nobody's")],
        standing=TierStanding(granted="Gold", tier="Silver", why=("Needs 2 people; 1 now.",), then="Silver"),
        certifications=[Certification(id="c1", partner_id="p1", name="Gold", evidence="https://x.example")],
    )


def everything() -> Policy:
    """The first policy with every part of a room open."""
    first = default_policy()
    opened = {(PartnerType.RESELLER, "room", name): Treatment.SHOW for name in ROOM_SECTIONS}
    return replace(first, cells={**first.cells, **opened})


def test_every_column_the_share_pages_reach_has_a_reason_to_be_there() -> None:
    published = {
        table.name: set(table.c.keys())
        for table in metadata.tables.values()
        if getattr(published_tables, table.name, None) is table
    }

    assert published == {name: set(columns) for name, columns in PUBLISHED.items()}


def test_no_table_is_both_live_and_published() -> None:
    live = {name for name in metadata.tables if getattr(tables, name, None) is not None} | {fault.table.name}
    live.add(
        changes.changed.name
    )  # which part of whose records changed: ids and marks, read by the cards' side only

    assert live.isdisjoint(PUBLISHED)
    assert live | set(PUBLISHED) == set(metadata.tables)


def test_composing_sees_nothing_that_no_policy_speaks_of() -> None:
    assert {field.name for field in fields(Source)} == SOURCE


def test_a_snapshot_holds_the_known_keys_and_no_other() -> None:
    content = compose(source(), everything()) | {"changes": []}

    assert set(content) == set(CONTENT)
    for section, keys in ITEMS.items():
        assert content[section], section
        assert {key for item in content[section] for key in item} == keys


def test_a_tier_is_published_with_what_it_lacks_and_without_who_holds_what() -> None:
    content = compose(source(), default_policy())

    assert set(content["tier"]) == {"granted", "tier", "why", "until", "then"}


def test_a_registration_is_published_without_who_decides_by_which_rule_and_what_happened() -> None:
    content = compose(source(), default_policy())

    assert set(content["registration"]) == {
        "state",
        "protected_from",
        "protected_until",
        "paused",
        "question",
        "asked",
        "more_time",
        "due",
    }


def test_an_empty_policy_leaves_nothing_but_the_vendors_face() -> None:
    content = compose(source(), default_policy()) | {
        "changes": [
            {
                "at": datetime.now(UTC).isoformat(),
                "what": "x",
                "object": "room",
                "field": "plan",
                "treatment": "show",
            }
        ]
    }

    left = narrow(content, Policy(version=2, cells={}), PartnerType.RESELLER)

    assert {key: value for key, value in left.items() if value} == {"vendor": content["vendor"]}


def test_what_is_added_to_a_snapshot_is_dropped_when_it_is_served() -> None:
    content = compose(source(), default_policy()) | {"margin_hint": "12 %", "changes": []}

    assert "margin_hint" not in narrow(content, default_policy(), PartnerType.RESELLER)
