"""Which tier a firm has today: the one it was granted, or the highest below it whose certifications it holds.

People grant tiers; certifications carry them. Pure: registrations, cards, rooms and the CRM all say what stands here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from app.domain.certification import Certification
from app.domain.certification_rights import Eligibility, Requirement, eligible, fits, same
from app.domain.programme import Programme

NO_TIER = "no tier"
"""What counts for a firm that holds none."""

_SUFFIX = " tier"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierStanding:
    """`granted` is what a person gave the firm, `tier` what counts today: "" where nothing does. `why` says what the
    granted tier lacks. `until` is the last day on which `tier` counts if nobody renews; after it `then` counts."""

    granted: str = ""
    tier: str = ""
    why: tuple[str, ...] = ()
    until: date | None = None
    then: str = ""

    @classmethod
    def as_granted(cls, tier: str) -> Self:
        """Where certifications have no say."""
        return cls(granted=tier, tier=tier, then=tier)

    @property
    def is_lowered(self) -> bool:
        return not same(self.granted, self.tier)

    @property
    def in_grace(self) -> bool:
        """Whether the tier counts only because the programme gives time to renew."""
        return bool(self.why) and not self.is_lowered

    @property
    def note(self) -> str:
        """Why a tier is not what was granted, in one sentence for both sides; empty where it is."""
        return f"{self.granted} does not count: {_sentence(self.why)}" if self.is_lowered else ""

    @property
    def is_plain(self) -> bool:
        """Whether no certification has a say in it, now or later."""
        return not (self.is_lowered or self.why or self.until)


def tier_of(
    granted: str,
    programme: Programme,
    requirements: Sequence[Requirement],
    certifications: Sequence[Certification],
    today: date,
) -> TierStanding:
    """The standing of a firm with these certifications. A certification that has lapsed carries its tier on for the
    programme's grace period; one that was revoked does not."""
    ladder = _ladder(granted, programme)
    asked = {rung: _asked(rung, requirements) for rung in ladder}
    if not any(asked.values()):
        return TierStanding.as_granted(granted)
    grace = timedelta(days=programme.tier_grace_days)

    def held(rung: str, day: date) -> Eligibility:
        return eligible(rung, asked[rung], certifications, day)

    def highest(day: date) -> str:
        return next((rung for rung in ladder if held(rung, day - grace).met), "")

    tier = highest(today)
    ends = held(tier, today - grace).until if tier else None
    until = ends + grace if ends else None
    return TierStanding(
        granted=granted,
        tier=tier,
        why=held(granted, today).lacks,
        until=until,
        then=highest(until + timedelta(days=1)) if until else tier,
    )


def falls_with(
    one: Certification,
    granted: str,
    programme: Programme,
    requirements: Sequence[Requirement],
    certifications: Sequence[Certification],
) -> TierStanding | None:
    """The standing on the last day that this certification carries, if another tier counts on the day after."""
    if one.expires is None:
        return None
    ladder = _ladder(granted, programme)
    if not any(fits(need, one) for rung in ladder for need in _asked(rung, requirements)):
        return None
    last = one.expires + timedelta(days=programme.tier_grace_days)
    then = tier_of(granted, programme, requirements, certifications, last)
    return then if then.until == last and not same(then.tier, then.then) else None


def _ladder(granted: str, programme: Programme) -> tuple[str, ...]:
    """The granted tier and those below it. A tier that the programme does not order has none below it."""
    if not granted.strip():
        return ()
    places = [n for n, name in enumerate(programme.tier_order) if same(name, granted)]
    below = programme.tier_order[places[0] + 1 :] if places else ()
    return (granted, *below)


def _asked(tier: str, requirements: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """What a tier needs. People write the right "Gold" or "Gold tier" and mean the same."""
    return tuple(replace(one, right=tier) for one in requirements if same(_bare(one.right), _bare(tier)))


def _bare(name: str) -> str:
    words = " ".join(name.casefold().split())
    return words.removesuffix(_SUFFIX)


def _sentence(why: Sequence[str]) -> str:
    said = " ".join(why)
    return said[:1].lower() + said[1:]
