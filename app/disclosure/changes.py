"""What lies between two policies, and how far a change reaches: what an admin reads before saving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.disclosure.policy import Policy, Treatment
from app.domain.partner import PartnerType


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One cell of the safelist that two policies treat differently."""

    partner_type: PartnerType
    object: str
    field: str
    before: Treatment
    after: Treatment

    @property
    def shows_more(self) -> bool:
        """Whether a partner gets something it did not get before. Another mask is something new."""
        return self.after is not Treatment.ABSENT and self.before is not Treatment.SHOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many partners of a type there are, and how many links of theirs are open."""

    partners: int = 0
    links: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Radius:
    """How many would see one field differently: `after` is what they would get, `more` whether it is news to them."""

    object: str
    field: str
    after: Treatment
    more: bool
    partners: int
    links: int


def changes(before: Policy, after: Policy) -> list[Change]:
    """The cells that the two treat differently, in order of object, field and partner type."""
    cells = before.cells.keys() | after.cells.keys()
    found = [
        Change(
            partner_type=cell[0],
            object=cell[1],
            field=cell[2],
            before=before.treatment(*cell),
            after=after.treatment(*cell),
        )
        for cell in sorted(cells, key=lambda c: (c[1], c[2], list(PartnerType).index(c[0])))
    ]
    return [change for change in found if change.before is not change.after]


def radius(found: Sequence[Change], reach: Mapping[PartnerType, Reach]) -> list[Radius]:
    """The changes summed over partner types, what shows more first. Types without partners count as nobody."""
    sums: dict[tuple[bool, str, str, Treatment], tuple[int, int]] = {}
    for change in found:
        key = (change.shows_more, change.object, change.field, change.after)
        partners, links = sums.get(key, (0, 0))
        hit = reach.get(change.partner_type, Reach())
        sums[key] = (partners + hit.partners, links + hit.links)
    ordered = sorted(sums.items(), key=lambda item: not item[0][0])
    return [
        Radius(object=obj, field=field, after=after, more=more, partners=partners, links=links)
        for (more, obj, field, after), (partners, links) in ordered
    ]
