"""What everything in a large installation is called, so that it is found again."""

from datetime import UTC, datetime

from app.domain.record import ObjectKind, RecordKey

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PARTNERS = 10
KEPT_MINUTES = 3 * 24 * 60
"""Events that are older were cleaned away."""

MESSAGES, STEPS, AUDITED, DONE, EVENTS = 10, 5, 40, 20, 10
STAGES = ("Qualified", "Proposal", "Contract")
EMAIL = "kim@partner.example"


def tenant_name(number: int) -> str:
    return f"{number:032x}"


def deal_of(number: int) -> RecordKey:
    """The deal of this number, the same in every tenant. Those with a low one have a room."""
    return RecordKey(ObjectKind.DEAL, f"{10_000_000 + number}")


def company_of(number: int) -> RecordKey:
    """The company that the deal of this number belongs to."""
    return RecordKey(ObjectKind.COMPANY, f"{20_000_000 + number // 4}")


def token_of(tenant: int, link: int) -> str:
    return f"{tenant}-{link}-" + "t" * 32


def session_of(tenant: int, link: int) -> str:
    return f"{tenant}-{link}-" + "s" * 32


def code_of(tenant: int, link: int) -> str:
    return f"{tenant * 100_003 + link:08X}"[-8:]


def deal_fields(n: int) -> dict[str, str | None]:
    return {
        "name": f"Rollout {n}",
        "stage": f"s{n % len(STAGES)}",
        "amount": str(1000 + n),
        "close_date": "2026-12-12",
        "next_step": "Demo",
        "owner": f"o{n % 5}",
    }


def company_fields(n: int) -> dict[str, str | None]:
    name = f"{WORDS[n % len(WORDS)]} {WORDS[n // 4 % len(WORDS)]} {n // 4}"
    return {"name": name, "domain": f"customer{n // 4}.example", "country": "US", "owner": f"o{n % 5}"}


WORDS = (
    *("Aster", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Haven", "Iris", "Juniper"),
    *("Kestrel", "Larch", "Maple", "North", "Orchid", "Pine", "Quarry", "Raven", "Sable", "Tern"),
)


def partner_of(t: int, n: int) -> str:
    """The partner that works on the deal of this number."""
    return f"p{t:015x}{n % PARTNERS:016x}"
