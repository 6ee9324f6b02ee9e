"""The tier that counts follows certifications: whatever changes them, or what they are asked for, settles it here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema

from app.commands.announcing import announce, newest_open_deal
from app.commands.context import Command, CommandResult, Context
from app.commands.forms import publish_form
from app.domain.actor import ActorKind
from app.domain.certification import Certification
from app.domain.certification_rights import Requirement
from app.domain.partner import Partner
from app.domain.programme import Programme
from app.domain.thread import Audience
from app.domain.tier import NO_TIER, TierStanding, tier_of
from app.storage import certification as certifications
from app.storage import partner as partners
from app.storage import policy as policies
from app.storage import programme as programmes
from app.storage import tier as tiers
from app.storage.outbox import OutboxKind

AT_ONCE = 500
"""Partners whose certifications are read in one question."""


def standing_of(context: Context, partner: Partner, programme: Programme) -> TierStanding:
    """Which tier the partner has at this moment; a partner without one asks the database nothing."""
    if not partner.tier:
        return TierStanding()
    tenant = context.tenant.id
    needs = certifications.requirements(context.connection, tenant)
    held = certifications.of_partners(context.connection, tenant, [partner.id]) if needs else []
    today = context.now.astimezone(ZoneInfo(context.tenant.time_zone)).date()
    return tier_of(partner.tier, programme, needs, held, today)


def settle(context: Context, partner_ids: Iterable[str]) -> int:
    """How many of these partners stand otherwise than they did. Each change is told: to the CRM, to the partner's
    rooms and form, and to the team where another tier counts."""
    tenant = context.tenant.id
    needs = certifications.requirements(context.connection, tenant)
    ids = sorted(set(partner_ids))
    changed = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        before = tiers.standings(context.connection, tenant, some)
        if needs or before:
            changed += _settle(context, some, before, needs)
    return changed


def settle_all(context: Context) -> int:
    """As `settle`, for every partner that was granted a tier."""
    everyone = partners.all_of(context.connection, context.tenant.id)
    return settle(context, [one.id for one in everyone if one.tier])


def settle_tiers(context: Context, _: Mapping[str, Any]) -> CommandResult:
    """Every partner has the tier that its certifications carry today."""
    changed = settle_all(context)
    return CommandResult(result={"changed": changed}, message="Settled.")


def _settle(
    context: Context,
    ids: Sequence[str],
    before: Mapping[str, TierStanding],
    needs: Sequence[Requirement],
) -> int:
    programme = programmes.current(context.connection, context.tenant.id)
    held: dict[str, list[Certification]] = defaultdict(list)
    for one in certifications.of_partners(context.connection, context.tenant.id, ids):
        held[one.partner_id].append(one)
    today = context.now.astimezone(ZoneInfo(context.tenant.time_zone)).date()
    changed = 0
    for partner in partners.some(context.connection, context.tenant.id, ids):
        was = before.get(partner.id, TierStanding.as_granted(partner.tier))
        now = tier_of(partner.tier, programme, needs, held[partner.id], today)
        if was != now:
            tiers.keep(context.connection, context.tenant.id, partner.id, now)
            _tell(context, partner, was, now)
            changed += 1
    return changed


def _tell(context: Context, partner: Partner, was: TierStanding, now: TierStanding) -> None:
    if (was.tier, was.note) != (now.tier, now.note):
        context.tell_crm(OutboxKind.PARTNER, partner.id, partner.id)
    if "tier" in policies.current(context.connection, context.tenant.id).visible("room"):
        keys = partners.records_of(context.connection, context.tenant.id, partner.id)
        if keys:
            context.publish(*keys)
    if was.tier == now.tier:
        return
    publish_form(context, partner)
    place = newest_open_deal(context.connection, context.tenant, partner.id)
    if place is not None and was.granted == now.granted:
        announce(context, place, partner.id, Audience.TEAM, _sentence(partner, now))


def _sentence(partner: Partner, now: TierStanding) -> str:
    if not now.is_lowered:
        return f"{partner.name} has what {now.granted} needs again: {now.granted} counts from now on."
    return f"{partner.name} counts as {now.tier or NO_TIER} from now on. {now.note}"


COMMANDS = (
    Command(
        name="partner.settle_tiers",
        schema=Schema,
        run=settle_tiers,
        actors=frozenset({ActorKind.SYSTEM}),
        needs_record=False,
    ),
)
