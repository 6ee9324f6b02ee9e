"""Every live table by name. Share pages reach none of these (law 2)."""

from app.storage.tables.account import (
    admin_session,
    credential,
    field_info,
    owner,
    policy,
    sighting,
    stage,
    tenant,
)
from app.storage.tables.content import content_item, content_use
from app.storage.tables.enablement import (
    certification_requirement,
    credential_feed,
    credential_hint,
    unplaced_certification,
)
from app.storage.tables.feed import event_feed
from app.storage.tables.file import file_fetch
from app.storage.tables.flow import (
    audit,
    crm_event,
    cursor,
    dirty,
    done_command,
    nonce,
    outbox,
    slot,
)
from app.storage.tables.following import erased_person, merged_record, person
from app.storage.tables.link import link_preset
from app.storage.tables.offboarding import offboarding
from app.storage.tables.plan_template import plan_template
from app.storage.tables.plan_undo import plan_undo
from app.storage.tables.programme import programme
from app.storage.tables.proof import audit_checkpoint, signing_key
from app.storage.tables.proposal import policy_proposal
from app.storage.tables.tier import tier_standing
from app.storage.tables.work import (
    attachment,
    certification,
    conflict,
    match_key,
    message,
    partner,
    partner_contact,
    record,
    registration,
    shared_file,
    step,
)

__all__ = [
    "admin_session",
    "attachment",
    "audit",
    "audit_checkpoint",
    "certification",
    "certification_requirement",
    "conflict",
    "content_item",
    "content_use",
    "credential",
    "credential_feed",
    "credential_hint",
    "crm_event",
    "cursor",
    "dirty",
    "done_command",
    "erased_person",
    "event_feed",
    "field_info",
    "file_fetch",
    "link_preset",
    "match_key",
    "merged_record",
    "message",
    "nonce",
    "offboarding",
    "outbox",
    "owner",
    "partner",
    "partner_contact",
    "person",
    "plan_template",
    "plan_undo",
    "policy",
    "policy_proposal",
    "programme",
    "record",
    "registration",
    "shared_file",
    "sighting",
    "signing_key",
    "slot",
    "stage",
    "step",
    "tenant",
    "tier_standing",
    "unplaced_certification",
]
