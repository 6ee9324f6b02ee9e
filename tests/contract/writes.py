"""Writes with everything filled in; a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime

from app.crm.port import (
    CertificationWrite,
    ConflictWrite,
    MessageWrite,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    RegistrationWrite,
    SharedFileFacts,
    ShareLinkWrite,
    StepWrite,
)
from app.ground.ids import new_id

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def message(**changes: object) -> MessageWrite:
    return replace(
        MessageWrite(
            external_id=new_id(),
            deal_id=None,
            company_id=None,
            partner_name="Northwind Traders",
            partner_external_id="partner-1",
            author_name="Dana Reed",
            author_email="dana@seller.example",
            from_partner=False,
            team_only=False,
            body="Can you join the call on Friday?",
            sent_at=NOON,
        ),
        **changes,
    )


def step(**changes: object) -> StepWrite:
    return replace(
        StepWrite(
            external_id=new_id(),
            deal_id=None,
            company_id=None,
            partner_name="Northwind Traders",
            partner_external_id="partner-1",
            milestone="Evaluation",
            title="Send the security questionnaire",
            owner_is_partner=True,
            owner_name="Priya Patel",
            owner_email="priya@partner.example",
            due=date(2026, 12, 1),
            done=False,
            done_at=None,
            team_only=False,
            position=1,
        ),
        **changes,
    )


def registration(**changes: object) -> RegistrationWrite:
    return replace(
        RegistrationWrite(
            external_id=new_id(),
            deal_id=None,
            company_id=None,
            partner_name="Northwind Traders",
            partner_external_id="partner-1",
            customer_name="Acme",
            customer_domain="acme.example",
            amount="12000",
            state="submitted",
            received_at=NOON,
            decided_at=None,
            decided_by="",
            decision_reason="",
            protected_from=None,
            protected_until=None,
        ),
        **changes,
    )


def conflict(**changes: object) -> ConflictWrite:
    return replace(
        ConflictWrite(
            external_id=new_id(),
            deal_id=None,
            company_id=None,
            kind="partner_partner",
            sentence="Contoso already has protection at Acme.",
            evidence="Same domain: acme.example",
            rule="First registered wins.",
            state="open",
            resolution="",
            found_at=NOON,
        ),
        **changes,
    )


def certification(**changes: object) -> CertificationWrite:
    return replace(
        CertificationWrite(
            external_id=new_id(),
            partner_name="Northwind Traders",
            partner_external_id="partner-1",
            partner_company_id=None,
            contact_id=None,
            person_name="Priya Patel",
            name="Implementation Expert",
            level="Gold",
            issued=date(2026, 1, 15),
            expires=date(2027, 1, 15),
        ),
        **changes,
    )


def share_link(**changes: object) -> ShareLinkWrite:
    return replace(
        ShareLinkWrite(
            external_id=new_id(),
            deal_id=None,
            company_id=None,
            partner_name="Northwind Traders",
            partner_external_id="partner-1",
            contact_email="priya@partner.example",
            token_hash="ab" * 32,
            expires_at=datetime(2026, 11, 27, 12, tzinfo=UTC),
            revoked_at=None,
            active_links=1,
            views=3,
            last_viewed_at=NOON,
        ),
        **changes,
    )


def partner(**changes: object) -> PartnerWrite:
    return replace(
        PartnerWrite(
            external_id=new_id(),
            partner_name="Northwind Traders",
            type="reseller",
            type_label="Reseller",
            tier="Gold",
            domain="northwind.example",
            company_id=None,
        ),
        **changes,
    )


def person(**changes: object) -> PersonWrite:
    return replace(
        PersonWrite(
            external_id=new_id(),
            partner_name="Northwind Traders",
            partner_external_id="partner-1",
            company_id=None,
            contact_id=None,
            person_name="Priya Patel",
            email="priya@partner.example",
            title="Channel manager",
        ),
        **changes,
    )


def placement(**changes: object) -> PlacementWrite:
    file = SharedFileFacts(
        id=new_id(), name="Offer.pdf", type="application/pdf", size=12345, added_at=NOON, crm_id="77"
    )
    return replace(
        PlacementWrite(
            external_id=new_id(),
            deal_id=None,
            company_id=None,
            partner_name="Northwind Traders",
            partner_external_id="partner-1",
            active=True,
            attached_at=NOON,
            attached_by="dana@seller.example",
            seen_at=None,
            files=(file,),
            everyone="Northwind Traders",
        ),
        **changes,
    )
