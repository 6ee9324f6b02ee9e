"""From a signed request to a bearer: the only way into the panel."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, RecordKey
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    request: CanvasRequest
    tenant: Tenant
    record: RecordKey
    actor: Actor
    bearer: str


def admit(door: SalesforceDoor, signed_request: str) -> Admission:
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
    record = _readable_record(door, request)
    actor = _actor(request, session, tenant)
    bearer = door.tokens.mint(Audience.SALESFORCE_PANEL, tenant_id=tenant.id, record=record, actor=actor)
    return Admission(request=request, tenant=tenant, record=record, actor=actor, bearer=bearer)


def renew(door: SalesforceDoor, signed_request: str, old: Bearer) -> str:
    """A new bearer for the panel that `old` belongs to. Raises AppError FORBIDDEN when the new request is another
    organization's, user's or record's: that would be someone else's session pushed into this panel."""
    admission = admit(door, signed_request)
    same = (admission.tenant.id, admission.actor.id, admission.record) == (
        old.tenant_id,
        old.actor.id,
        old.record,
    )
    if not same:
        raise AppError(Reason.FORBIDDEN, "This session belongs to another panel. Reload the record page.")
    return admission.bearer


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
    admins = {email.lower() for email in tenant.admin_emails}
    manages = session.manages or (bool(request.email) and request.email.lower() in admins)
    return Actor(
        kind=ActorKind.ADMIN if manages else ActorKind.SELLER,
        id=request.user_id,
        name=request.full_name,
        email=request.email,
    )
