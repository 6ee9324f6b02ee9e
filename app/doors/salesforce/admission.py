"""From a signed request to a bearer: the only way into the panel."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.doors.salesforce.door import CrmSession, SalesforceDoor
from app.doors.salesforce.origins import trusted_instance
from app.ground.errors import AppError, Reason
from app.identity.canvas_request import CanvasRequest, verify
from app.identity.tokens import Audience, Bearer

REPLAY_MEMORY = timedelta(hours=24)
"""A signed request carries no time and verifies until the secret rotates. A day is the longest session an
organization can set, so by then the access token inside is dead and the liveness check refuses it."""

RENEWAL_GRACE = timedelta(hours=12)
"""How long after its end a bearer still says whose panel it was: a laptop may sleep through a working day. The new
signed request is the proof; the old bearer only ties it to the same panel."""

NO_RECORD = "This record is not one Alongside works on, or you may not see it."


ADMIN_PAGE = "admin"
"""What the admin tab sends as `page`, in the place of a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A user whom Salesforce vouches for, before it is known what they came for."""

    request: CanvasRequest
    tenant: Tenant
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    request: CanvasRequest
    tenant: Tenant
    record: RecordKey
    actor: Actor
    bearer: str


def enter(door: SalesforceDoor, signed_request: str) -> Entry:
    """Lets a user in, once per signed request. Raises AppError with the reason otherwise."""
    request = verify(signed_request, door.secrets)
    if not door.nonces.take(f"canvas:{request.digest}", door.clock() + REPLAY_MEMORY):
        raise AppError(Reason.REPLAYED, "This page was opened before. Reload the record page.")
    tenant = door.tenants.by_account(CrmKind.SALESFORCE, request.organization_id)
    if tenant is None:
        raise AppError(
            Reason.UNKNOWN_TENANT,
            "This Salesforce organization is not connected to Alongside. Ask your admin.",
        )
    session = _live_session(door, request)
    return Entry(request=request, tenant=tenant, actor=_actor(request, session, tenant))


def admit(door: SalesforceDoor, entry: Entry) -> Admission:
    """Lets who entered to the record of the page. Raises AppError UNKNOWN_RECORD."""
    record = _readable_record(door, entry.request)
    bearer = door.tokens.mint(
        Audience.SALESFORCE_PANEL, tenant_id=entry.tenant.id, record=record, actor=entry.actor
    )
    return Admission(
        request=entry.request, tenant=entry.tenant, record=record, actor=entry.actor, bearer=bearer
    )


def admit_admin(door: SalesforceDoor, entry: Entry) -> str:
    """A bearer that opens the admin pages and nothing else. Raises AppError FORBIDDEN for who is no admin."""
    if door.tickets is None or entry.actor.kind is not ActorKind.ADMIN:
        raise AppError(
            Reason.FORBIDDEN, "Ask your Salesforce admin to assign you the permission set “Alongside Admin”."
        )
    nowhere = RecordKey(
        ObjectKind.COMPANY, entry.request.organization_id
    )  # the organization stands for no record
    return door.tokens.mint(
        Audience.SALESFORCE_ADMIN, tenant_id=entry.tenant.id, record=nowhere, actor=entry.actor
    )


def renew(door: SalesforceDoor, signed_request: str, old: Bearer) -> str:
    """A new bearer for the panel that `old` belongs to. Raises AppError FORBIDDEN when the new request is another
    organization's, user's or record's: that would be someone else's session pushed into this panel."""
    admission = admit(door, enter(door, signed_request))
    same_panel(old, admission.tenant.id, admission.actor.id, admission.record)
    return admission.bearer


def same_panel(old: Bearer, tenant_id: str, user_id: str, record: RecordKey) -> None:
    """Raises AppError FORBIDDEN unless `old` is a bearer of this organization, user and record."""
    if (tenant_id, user_id, record) != (old.tenant_id, old.actor.id, old.record):
        raise AppError(Reason.FORBIDDEN, "This session belongs to another panel. Reload the record page.")


def _live_session(door: SalesforceDoor, request: CanvasRequest) -> CrmSession:
    if not trusted_instance(request.instance_url, door.stand_in_origin):
        raise AppError(Reason.BAD_SIGNATURE, "The request names an address that is not Salesforce's.")
    session = door.session_owner(request.instance_url, request.oauth_token)
    if session is None or (session.organization_id, session.user_id) != (
        request.organization_id,
        request.user_id,
    ):
        raise AppError(Reason.UNAUTHENTICATED, "Your Salesforce session has ended. Reload the record page.")
    return session


def _readable_record(door: SalesforceDoor, request: CanvasRequest) -> RecordKey:
    """The record is a parameter of the page, and a user can alter it before Salesforce signs it: so Salesforce is
    asked whether this user may read it."""
    if request.record is None or not door.can_read(request.instance_url, request.oauth_token, request.record):
        raise AppError(Reason.UNKNOWN_RECORD, NO_RECORD)
    return request.record


def _actor(request: CanvasRequest, session: CrmSession, tenant: Tenant) -> Actor:
    return actor_of(request.user_id, request.full_name, request.email, tenant, manages=session.manages)


def actor_of(user_id: str, name: str, email: str, tenant: Tenant, *, manages: bool) -> Actor:
    """Who acts. An admin has the custom permission, or an address that was named when the account was connected."""
    admins = {known.lower() for known in tenant.admin_emails}
    admin = manages or (bool(email) and email.lower() in admins)
    return Actor(
        kind=ActorKind.ADMIN if admin else ActorKind.SELLER,
        id=user_id,
        name=name,
        email=email,
    )
