"""Conflicts of every kind and band, and a dispute in each of its stages."""

from dataclasses import replace
from typing import Any

from app.demo.states.cast import customer
from app.demo.states.scene import By, Do, Flag, On, Scene, Shown, do, early

WHERE = "Conflicts card of the deal and of its company"
SUBMIT, APPROVE, DISPUTE = "registration.submit", "registration.approve", "conflict.dispute"


def _claim(key: str, *, ago: float = 0, keep: str = "", **more: Any) -> Do:
    it = customer(key)
    buyer = {"contact_name": "Ilse Bergman", "contact_email": f"ilse.bergman@{it.domain}"}
    values = {"customer_name": it.name, "customer_domain": it.domain, "product": it.product, **buyer}
    return replace(do(SUBMIT, ago=ago, **values | more), keep=keep, customer=key)


def _beside(one: Do, partner: str) -> Do:
    """The same, by another partner than the scene's."""
    return replace(one, partner=partner)


def _settle(decision: str, reason: str, of: str = "second") -> Do:
    return do("conflict.resolve", conflict_id=Flag(of), decision=decision, reason=reason)


def _scene(key: str, partner: str, *states: str, does: tuple[Do, ...], record: str = "") -> Scene:
    name = record or customer(key).deal
    shown = tuple(Shown(subject="Conflict", state=one, record=name, where=WHERE) for one in states)
    return Scene(key=f"conflict-{key}", customer=key, partner=partner, does=does, shows=shown)


def _partners() -> tuple[Scene, ...]:
    ours = "Adatum has held the store managers since May, see the visit reports."
    theirs = "The customer's board asked us, not them. The letter is attached to the deal."
    return (
        _scene(
            *(
                "oakhurst",
                "adatum",
                "partner against partner, blocked",
                "dispute with both positions, in time",
            ),
            does=(
                *early(_claim("oakhurst", ago=15), do(APPROVE, ago=14, reason="First to bring the stores")),
                _beside(_claim("oakhurst", keep="second"), "woodgrove"),
                do(DISPUTE, conflict_id=Flag("second"), side="Adatum Resale", position=ours),
                do(
                    DISPUTE,
                    conflict_id=Flag("second"),
                    side="Woodgrove Consulting",
                    position=theirs,
                    evidence="https://files.alongside.example/oakhurst/letter.pdf",
                ),
            ),
        ),
    )


def _possible() -> tuple[Scene, ...]:
    return (
        _scene(
            *("ashdown", "litware", "possible: the names are close", "dispute overdue, escalated"),
            does=(
                *early(
                    replace(_beside(do("partner.attach", ago=17), "adatum"), customer="glassworks"),
                    _claim("ashdown", ago=16),
                    do(APPROVE, ago=15, reason="Their line control runs there"),
                    _beside(_claim("glassworks", ago=14, keep="second"), "adatum"),
                    do(
                        DISPUTE,
                        ago=13,
                        conflict_id=Flag("second"),
                        side="Litware Software",
                        position="One owner, one plant, two signs at the gate.",
                    ),
                ),
                do("conflict.escalate", By.AGENT, On.NOTHING, ago=2, conflict_id=Flag("second")),
            ),
        ),
        _scene(
            *("brackley", "woodgrove", "settled: these are different customers"),
            does=(
                *early(
                    replace(_beside(do("partner.attach", ago=1.9), "litware"), customer="brickworks"),
                    _claim("brackley", ago=1.8),
                    _beside(_claim("brickworks", ago=1.7, keep="second"), "litware"),
                ),
                _settle("other_customer", "Two families, two trade registers; we called both."),
            ),
        ),
    )


def _kinds() -> tuple[Scene, ...]:
    return (
        _scene(
            *("quillon", "litware", "parent and subsidiary", "dispute decided: the registration stands"),
            does=(
                *early(
                    replace(_beside(do("partner.attach", ago=1.6), "wingtip"), customer="quillonlog"),
                    _claim("quillon", ago=1.5),
                ),
                _beside(_claim("quillonlog", keep="second"), "wingtip"),
                do(
                    DISPUTE,
                    conflict_id=Flag("second"),
                    side="Wingtip Distribution",
                    position="The subsidiary buys on its own budget.",
                ),
                _settle("uphold", "The holding confirmed that Logistics decides alone."),
            ),
        ),
        _scene(
            *("silverlake", "adatum", "own duplicate, settled: the second gives way"),
            does=(
                *early(_claim("silverlake", ago=1.2)),
                _claim("silverlake", keep="second", note="Second studio"),
                _settle("dismiss", "One claim for each customer; the first one stands."),
            ),
        ),
        replace(
            _scene(
                *("larkfield", "proseware", "renewal against the incumbent"),
                does=(_claim("larkfield", motion="renewal"),),
            ),
            key="conflict-renewal",
        ),
        _direct(),
    )


def _direct() -> Scene:
    """A registration that names no record finds the customer; the deal there has no partner."""
    claim = replace(_claim("ravensworth"), on=On.NOTHING)
    return _scene("ravensworth", "tailspin", "partner against our own sales", does=(claim,))


def _clear() -> Scene:
    shown = Shown(
        subject="Conflict", state="clear: nothing found", record=customer("greystone").deal, where=WHERE
    )
    return Scene(key="conflict-clear", customer="greystone", does=(), shows=(shown,))


CONFLICTS = (_clear(), *_partners(), *_possible(), *_kinds())
