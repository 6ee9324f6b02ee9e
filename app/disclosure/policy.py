"""Who may see what: a policy says for each partner type, object and field whether a partner sees the value, a
mask of it, or nothing, and where a partner, a deal motion or a stage is an exception. What nobody listed is absent,
and the never-list wins over every policy (law 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.disclosure.rules import Exceptions, Motion, Rule, Scope, decide
from app.disclosure.treatment import NEVER, OBJECTS, OPEN_AT_FIRST, ROOM_SECTIONS, Treatment, never_reason
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, Record

__all__ = [
    "NEVER",
    "OBJECTS",
    "ROOM_SECTIONS",
    "Cell",
    "Cells",
    "Exceptions",
    "Motion",
    "Policy",
    "Rule",
    "Scope",
    "Treatment",
    "View",
    "default_policy",
    "never_reason",
]

FORMAT = 2
"""The form of a policy with exceptions. Without them it is the grid alone, as it has been from the start."""

Cell = tuple[PartnerType, str, str]
Cells = Mapping[Cell, Treatment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of a tenant's safelist: `cells` is the grid, which maps (partner type, object, field) to its
    treatment. `closed` are fields that something was said about which cannot be read: they are absent, whatever
    the rest says."""

    version: int
    cells: Cells
    exceptions: Exceptions = field(default_factory=Exceptions)
    closed: frozenset[tuple[str, str]] = frozenset()

    def treatment(self, partner_type: PartnerType, obj: str, name: str) -> Treatment:
        """What the grid says of a field, exceptions aside; one that is not listed, or never shared, is absent. What a
        partner gets is for `view` to say."""
        if never_reason(name):
            return Treatment.ABSENT
        return self.cells.get((partner_type, obj, name), Treatment.ABSENT)

    def view(self, partner_type: PartnerType, scope: Scope) -> "View":
        """The policy as it is for one partner on one record."""
        return View(self, partner_type, scope)

    def visible(self, obj: str) -> frozenset[str]:
        """The fields of an object that some partner sees in some form."""
        listed = [(o, f) for (_, o, f), t in self.cells.items() if t is not Treatment.ABSENT]
        listed += [(r.object, r.field) for r in self.exceptions.rules if r.treatment is not Treatment.ABSENT]
        return frozenset(
            f for o, f in listed if o == obj and not never_reason(f) and (o, f) not in self.closed
        )

    def needed(self, obj: str) -> frozenset[str]:
        """The fields of an object that are worth reading: what somebody sees, and what decides about it."""
        asked = set()
        if self.exceptions.motion and obj == ObjectKind.DEAL:
            asked.add(self.exceptions.motion.field)
        if self.exceptions.territories and obj == self.exceptions.territories.object:
            asked.add(self.exceptions.territories.field)
        return self.visible(obj) | asked

    def scope(self, partner_id: str, deal: Record | None, company: Record | None) -> Scope:
        """What there is to know of a partner's place on a record. The records are as the CRM has them."""
        held = {"deal": deal.fields if deal else {}, "company": company.fields if company else {}}
        source, where = self.exceptions.motion, self.exceptions.territories
        said = held["deal"].get(source.field) if source else None
        return Scope(
            partner_id=partner_id,
            motion=source.values.get(said) if source and said else None,
            stage=held["deal"].get("stage") or None,
            territory=held[where.object].get(where.field) if where else None,
        )

    def grid_json(self) -> dict[str, Any]:
        """{type: {object: {field: treatment}}}; what a partner does not get is left out."""
        body: dict[str, dict[str, dict[str, str]]] = {}
        for (kind, obj, name), treatment in sorted(self.cells.items()):
            if treatment is not Treatment.ABSENT and not never_reason(name):
                body.setdefault(kind, {}).setdefault(obj, {})[name] = treatment
        return body

    def to_json(self) -> dict[str, Any]:
        """The policy as `read_policy` takes it: the grid alone where there is nothing else to say."""
        said = self.exceptions.to_json()
        return {"format": FORMAT, "grid": self.grid_json()} | said if said else self.grid_json()


class View:
    """What one partner gets on one record, field by field."""

    __slots__ = ("_decided", "_nothing", "_policy", "_scope", "_type")

    def __init__(self, policy: Policy, partner_type: PartnerType, scope: Scope) -> None:
        self._policy = policy
        self._type = partner_type
        self._scope = scope
        self._nothing = not policy.exceptions.reach(scope)
        self._decided: dict[tuple[str, str], list[Rule]] = {}
        for rule in policy.exceptions.rules:
            self._decided.setdefault((rule.object, rule.field), []).append(rule)

    def treatment(self, obj: str, name: str) -> Treatment:
        """How the partner gets the field. Nothing opens what is never shared."""
        if self._nothing or (obj, name) in self._policy.closed:
            return Treatment.ABSENT
        base = self._policy.treatment(self._type, obj, name)
        rules = self._decided.get((obj, name))
        if not rules or never_reason(name):
            return base
        return decide(base, rules, self._type, self._scope)


_SHOWN_DEAL = ("name", "stage", "close_date", "next_step")
_SHOWN_COMPANY = ("name", "domain", "industry", "country")
_TRUSTED = (PartnerType.RESELLER, PartnerType.SYSTEM_INTEGRATOR, PartnerType.DISTRIBUTOR, PartnerType.MSP)


def default_policy() -> Policy:
    """The cautious start: the deal's name, stage, dates and next step, the customer's name; the amount as a band
    for partners who resell or deliver; nothing else."""
    cells: dict[Cell, Treatment] = {}
    for partner_type in PartnerType:
        _show(cells, partner_type, "deal", _SHOWN_DEAL)
        _show(cells, partner_type, "company", _SHOWN_COMPANY if partner_type in _TRUSTED else ("name",))
        _show(cells, partner_type, "room", OPEN_AT_FIRST)
        if partner_type in _TRUSTED:
            cells[partner_type, "deal", "amount"] = Treatment.BAND
            cells[partner_type, "deal", "product"] = Treatment.SHOW
    return Policy(version=1, cells=cells)


def _show(cells: dict[Cell, Treatment], partner_type: PartnerType, obj: str, names: Iterable[str]) -> None:
    for name in names:
        cells[partner_type, obj, name] = Treatment.SHOW
