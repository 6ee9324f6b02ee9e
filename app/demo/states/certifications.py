"""Certificates of every standing, from every source, and a person who moved to another firm."""

from typing import Any

from app.demo.states.cast import customer, partner
from app.demo.states.scene import By, Day, Do, Firm, Noon, On, Scene, Shown, Words, do

MET_AT = {
    "adatum": "hollin",
    "litware": "ironbridge",
    "proseware": "farrow",
    "tailspin": "mossgate",
    "wingtip": "eastmoor",
    "woodgrove": "yarrow",
}
"""A deal on which each partner's certificates are looked at."""

ISSUER = "Alongside Academy"
OBSERVE, RECORD = "certification.observe", "certification.record"


def _award(
    firm: str, person: int, source: str, name: str, since: int, until: int, **more: Any
) -> dict[str, Any]:
    """`since` and `until` are days from today."""
    found = partner(firm)
    who = found.people[person]
    return {
        "source": source,
        "source_id": f"state-{source}-{firm}-{person}",
        "said_at": Noon(since),
        "name": name,
        "person_name": f"{who.first_name} {who.last_name}",
        "person_email": who.email,
        "firm": found.name,
        "issuer": ISSUER,
        "issued": Day(since),
        "expires": Day(until),
        **more,
    }


def _taken_back(firm: str, source: str, reason: str) -> dict[str, Any]:
    named = {"source": source, "source_id": f"state-{source}-{firm}-0", "said_at": Noon(-5)}
    return {**named, "revokes": True, "reason": reason}


def _observed(*statements: dict[str, Any]) -> Do:
    return do(OBSERVE, By.ADMIN, On.NOTHING, statements=list(statements))


def _scene(key: str, firm: str, state: str, *does: Do) -> Scene:
    deal, where = customer(MET_AT[firm]).deal, f"Certifications card: {partner(firm).name}"
    shown = Shown(subject="Certificate", state=state, record=deal, where=where)
    return Scene(key=f"certificate-{key}", partner=firm, does=does, shows=(shown,))


FILE = (
    "Certification,Partner,Person,Email,Issued,Expires\n"
    "Edge Fundamentals,Tailspin Advisors,Mirela Popescu,mirela.popescu@tailspin.example,{since},{until}\n"
)

CERTIFICATIONS = (
    _scene(
        *("firm", "woodgrove", "valid, of the firm, entered by hand"),
        do(
            *(RECORD, By.SELLER, On.NOTHING),
            name="Delivery Partner",
            level="Advanced",
            issued=Day(-200),
            expires=Day(165),
        ),
    ),
    _scene(
        *("soon", "woodgrove", "about to expire, before a step of its owner is due"),
        _observed(_award("woodgrove", 1, "webhook", "Implementation", -345, 20)),
    ),
    _scene(
        *("expired", "wingtip", "expired"),
        _observed(_award("wingtip", 0, "skilljar", "Implementation", -400, -35)),
    ),
    _scene(
        *("revoked", "proseware", "revoked by its issuer"),
        _observed(
            _award("proseware", 0, "docebo", "Security Fundamentals", -90, 275),
            _taken_back("proseware", "docebo", "The exam was taken by somebody else"),
        ),
    ),
    _scene(
        *("moved", "adatum", "person moved: counts for Woodgrove Consulting now"),
        _observed(_award("adatum", 1, "credly", "Edge Fundamentals", -120, 245)),
        do(
            *("certification.move", By.ADMIN, On.NOTHING),
            person_email="ruben.castillo@adatum.example",
            to_partner_id=Firm("woodgrove"),
        ),
    ),
    _scene(
        *("many", "litware", "valid, from Accredible, an Open Badge and learning records"),
        _observed(
            _award("litware", 0, "accredible", "Edge Fundamentals", -60, 305),
            _award("litware", 0, "open_badge", "Integration Builder", -50, 315),
            _award("litware", 0, "xapi", "Security Fundamentals", -40, 325),
        ),
    ),
    _scene(
        *("file", "tailspin", "valid, from a CSV file"),
        do("certification.import", By.ADMIN, On.NOTHING, text=Words(FILE, since=Day(-30), until=Day(335))),
    ),
)
