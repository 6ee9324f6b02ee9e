"""What a programme asks of one partner's registrations, by region: all of the rules that its form may know. Who
decides, for how long and by which rule stays inside."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.partner import Partner
from app.domain.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked for in some regions, everywhere where none is named, and how soon a decision is promised."""

    regions: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    sla_hours: int = 48
    business_days: bool = False


def asks_of(programme: Programme, partner: Partner) -> tuple[Ask, ...]:
    """The rules that may hold for the partner, in the order in which the first that fits a region counts."""
    holding = [one for one in programme.rules if not one.partner_types or partner.type in one.partner_types]
    holding.sort(
        key=lambda one: (bool(one.partner_types) + bool(one.regions), bool(one.partner_types)), reverse=True
    )
    return tuple(
        Ask(
            regions=rule.regions,
            required=rule.required,
            sla_hours=programme.terms(rule, partner.tier, 0, "", "").sla_hours,
            business_days=rule.business_days,
        )
        for rule in holding
    )


def ask_for(asks: Sequence[Ask], region: str) -> Ask:
    """What counts in a region: what Programme.rule_for would ask."""
    wanted = region.strip().casefold()
    fitting = (one for one in asks if not one.regions or wanted in {name.casefold() for name in one.regions})
    return next(fitting, Ask())
