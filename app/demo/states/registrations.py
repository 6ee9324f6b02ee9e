"""Registrations in every state, under a programme with rules for some types of partner."""

from dataclasses import replace
from typing import Any

from app.demo.sample import owner_email
from app.demo.sample_words import MANAGER, OWNERS
from app.demo.states.cast import customer
from app.demo.states.scene import By, Do, On, Scene, Shown, do, early

SUBMIT, APPROVE = "registration.submit", "registration.approve"
CARD = "Registration card, share page"

EVERYONE = {"name": "Everyone"}
STEPS = {
    "name": "Distributors and service providers",
    "partner_types": ["distributor", "msp"],
    "steps": [
        {"name": "Channel manager", "approvers": [owner_email(OWNERS[0][0])]},
        {"name": "Finance", "min_amount": 100_000, "approvers": [owner_email(MANAGER)]},
        {"name": "Plant safety", "products": ["Managed Rollout"]},
    ],
    "escalate_to": MANAGER,
    "tiers": [{"tier": "Gold", "protection_days": 120}],
}
SHORT = {
    "name": "Referrals and agencies",
    "partner_types": ["referral", "agency"],
    "required": ["customer_domain"],
    "protection_days": 60,
    "protection_starts": "receipt",
    "idle_days": 45,
}
PROGRAMME = {
    "rules": [EVERYONE, STEPS, SHORT],
    "dispute_to": MANAGER,
    "tier_order": ["Platinum", "Gold", "Silver"],
    "tier_grace_days": 30,
}

WHY = "Three kinds of partner, three sets of rules"


def _received(key: str, *, ago: float = 0, motion: str = "new", **more: Any) -> Do:
    it = customer(key)
    values = {"customer_name": it.name, "customer_domain": it.domain, "amount": f"{it.amount:,} EUR"}
    return do(SUBMIT, ago=ago, motion=motion, product=it.product, **values, **more)


def _granted(key: str, ago: float, reason: str, **more: Any) -> tuple[Do, ...]:
    """Received `ago` days ago and approved a day later."""
    return early(_received(key, ago=ago, **more), do(APPROVE, ago=ago - 1, reason=reason))


def _scene(key: str, partner: str, state: str, *does: Do) -> Scene:
    shown = Shown(subject="Registration", state=state, record=customer(key).deal, where=CARD)
    return Scene(key=f"registration-{key}", customer=key, partner=partner, does=does, shows=(shown,))


def _rules() -> Scene:
    saved = do("programme.save", By.ADMIN, On.NOTHING, ago=200, body=PROGRAMME, version=0, reason=WHY)
    shown = Shown(
        subject="Programme",
        state="rules for types of partner, several steps, tiers, named dispute owner",
        record="Programme, version 1",
        where="Admin pages: Programme",
    )
    return Scene(key="programme", does=early(saved), shows=(shown,))


def _waiting() -> tuple[Scene, ...]:
    received = _received("cobalt", note="They asked us for a fleet-wide offer after the trade fair.")
    return (
        _scene(
            "cobalt",
            "relecloud",
            "received, from the login-free form",
            do("partner.attach"),
            replace(received, by=By.FORM, on=On.NOTHING),
        ),
        _scene(
            *("duskwood", "adatum", "needs information: our time stands still until they answer"),
            _received("duskwood"),
            do("registration.ask", question="Which of the 31 hotels are in the first wave, and who signs?"),
        ),
        _scene(
            *("eastmoor", "wingtip", "in review: one of three steps taken, the time for it runs out"),
            *early(_received("eastmoor", ago=1.8), do(APPROVE, ago=1, reason="They know the plant")),
        ),
        _scene(
            *("farrow", "proseware", "escalated: the decision is late"),
            *early(_received("farrow", ago=4)),
            replace(do("registration.escalate", By.AGENT, On.NOTHING, ago=2), early=True),
        ),
    )


def _running() -> tuple[Scene, ...]:
    stops = (("engineer", 30, 26), ("legal", 20, 15), ("other", 9, 8))
    stood = [
        each
        for blocker, since, until in stops
        for each in (
            do("registration.pause", ago=since, blocker=blocker),
            do("registration.resume", ago=until),
        )
    ]
    return (
        _scene(
            *("greystone", "woodgrove", "approved, protection running, 60 percent theirs"),
            *_granted("greystone", 23, "They wrote the tender with the port"),
            do("registration.attribute", ago=21, attribution="sourced", share=60),
        ),
        _scene(
            *("hollin", "adatum", "paused by the fair clock, for the fourth time"),
            *_granted("hollin", 40, "First meeting was theirs", motion="expansion"),
            *stood,
            do("registration.pause", ago=3, blocker="pricing", note="Price for two sites at once"),
        ),
        _scene(
            *("ironbridge", "litware", "extension asked, the clock stands still until we answer"),
            *_granted("ironbridge", 80, "Their platform is what the customer runs on"),
            do(
                "registration.ask_extension",
                By.PARTNER,
                ago=1,
                reason="The grid operator moved its audit by a month.",
            ),
        ),
        _scene(
            *("juniper", "woodgrove", "amendment asked"),
            *_granted("juniper", 30, "Validation experience in pharma"),
            do(
                "registration.ask_amendment",
                *(By.PARTNER,),
                ago=0.5,
                amount="231,000 EUR",
                region="Switzerland",
                reason="The customer adds its second laboratory.",
            ),
        ),
        _scene(
            *("kingsmere", "adatum", "approved, about to expire: reminded"),
            *_granted("kingsmere", 88, "They run the branch network"),
        ),
    )


def _over() -> tuple[Scene, ...]:
    return (
        _scene(
            *("larkfield", "tailspin", "expired"),
            *_granted("larkfield", 100, "Introduced us to the board"),
            replace(do("registration.expire", By.AGENT, On.NOTHING, ago=39), early=True),
        ),
        _scene(
            *("mossgate", "tailspin", "declined"),
            _received("mossgate"),
            do("registration.refuse", reason="The customer bought from our own shop in March already."),
        ),
        _scene(
            *("nettle", "relecloud", "pulled back after 45 idle days"),
            *_granted("nettle", 75, "Campaign for the loyalty fleet"),
            *early(
                do(
                    *("registration.pull_back", By.AGENT, On.NOTHING),
                    ago=20,
                    reason="Nothing has happened for 45 days.",
                )
            ),
        ),
    )


REGISTRATIONS = (_rules(), *_waiting(), *_running(), *_over())
