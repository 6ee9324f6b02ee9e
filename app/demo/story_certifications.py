"""The certifications of the sample: every state, from several sources, and what the programme asks for."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.demo.sample_words import MANAGER
from app.domain.actor import Actor, ActorKind
from app.domain.certification import Source

if TYPE_CHECKING:
    from app.demo.story import Teller

ADMIN = Actor(kind=ActorKind.ADMIN, id="story-admin", name=MANAGER)
ISSUER = "Alongside Academy"
EVIDENCE = "https://badges.example/"

NEEDS = (
    ("Delivering projects", "Implementation", 0),
    ("Gold tier", "Security Fundamentals", 2),
)
"""(right, certification, people): no people means the firm itself."""


def certify(teller: "Teller", northwind: str, today: date) -> None:
    """Northwind is certified, and one of its people will not be for long; at Fabrikam one certificate has lapsed and
    one was taken back."""
    _by_hand(teller, northwind, today)
    statements = [
        _award("nw-1", "Northwind", teller, 0, "Security Fundamentals", today, -40, 325),
        _award("fk-1", "Fabrikam", teller, 0, "Implementation", today, -400, -35),
        _award("fk-2", "Fabrikam", teller, 0, "Security Fundamentals", today, -90, 275),
        {
            "source": str(Source.CREDLY),
            "source_id": "story-fk-2",
            "said_at": _noon(today - timedelta(days=3)),
            "revokes": True,
            "reason": "The exam was taken by somebody else",
        },
    ]
    teller.run("certs", "certification.observe", None, actor=ADMIN, statements=statements)
    for number, (right, credential, people) in enumerate(NEEDS):
        rule = {"right": right, "credential": credential, "people": people}
        teller.run(f"cert-need-{number}", "certification.require", None, actor=ADMIN, **rule)


def _by_hand(teller: "Teller", northwind: str, today: date) -> None:
    person = teller.partner("Northwind").people[1]
    teller.run(
        "h-c1",
        "certification.record",
        None,
        partner_id=northwind,
        name="Implementation",
        level="Professional",
        issued=str(today - timedelta(days=240)),
        expires=str(today + timedelta(days=125)),
    )
    teller.run(
        "h-c2",
        "certification.record",
        None,
        partner_id=northwind,
        name="Security Fundamentals",
        person_name=f"{person.first_name} {person.last_name}",
        person_email=person.email,
        issued=str(today - timedelta(days=330)),
        expires=str(today + timedelta(days=25)),
    )


def _award(
    key: str, firm: str, teller: "Teller", person: int, name: str, today: date, since: int, until: int
) -> dict[str, str]:
    partner = teller.partner(firm)
    who = partner.people[min(person, len(partner.people) - 1)]
    return {
        "source": str(Source.CREDLY),
        "source_id": f"story-{key}",
        "said_at": _noon(today + timedelta(days=since)),
        "name": name,
        "person_name": f"{who.first_name} {who.last_name}",
        "person_email": who.email,
        "firm": partner.name,
        "issuer": ISSUER,
        "issued": str(today + timedelta(days=since)),
        "expires": str(today + timedelta(days=until)),
        "evidence": f"{EVIDENCE}{key}",
    }


def _noon(day: date) -> str:
    return datetime.combine(day, time(12), UTC).isoformat()
