"""What a partner firm and its people are certified for: one record for each award, whoever told us of it.

Issuers repeat themselves and speak out of order, so a record keeps the issuer's newest word by the issuer's own time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

LAPSES_SOON = timedelta(days=60)


class Standing(StrEnum):
    ACTIVE = "active"
    LAPSING = "lapsing"
    LAPSED = "lapsed"
    REVOKED = "revoked"

    @property
    def counts(self) -> bool:
        """Whether it still gives its holder any right."""
        return self in (Standing.ACTIVE, Standing.LAPSING)


class Source(StrEnum):
    """Where the newest word comes from."""

    MANUAL = "manual"
    CSV = "csv"
    WEBHOOK = "webhook"
    SKILLJAR = "skilljar"
    DOCEBO = "docebo"
    CREDLY = "credly"
    ACCREDIBLE = "accredible"
    XAPI = "xapi"
    OPEN_BADGE = "open_badge"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Source.MANUAL: "entered by hand",
    Source.CSV: "CSV file",
    Source.WEBHOOK: "webhook",
    Source.SKILLJAR: "Skilljar",
    Source.DOCEBO: "Docebo",
    Source.CREDLY: "Credly",
    Source.ACCREDIBLE: "Accredible",
    Source.XAPI: "learning records (xAPI)",
    Source.OPEN_BADGE: "Open Badge",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """`person_name` and `person_email` are empty for a certification of the firm. `expires` is the last day it is
    valid. `credential` is the issuer's own id of what is certified, which stays when its name changes.

    `said_at` and `revoked_at` are the issuer's times of the newest award and of the newest revocation; of the two the
    later one holds. `moved` says that a person placed it with this partner, which no feed undoes. `reminded` is the
    last reminder that was given, in days before the end.
    """

    id: str
    partner_id: str
    name: str
    level: str = ""
    person_name: str = ""
    person_email: str = ""
    issuer: str = ""
    issued: date | None = None
    expires: date | None = None
    credential: str = ""
    evidence: str = ""
    source: Source = Source.MANUAL
    source_id: str = ""
    said_at: datetime | None = None
    observed_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_reason: str = ""
    moved: bool = False
    former_partner_id: str = ""
    reminded: int | None = None

    @property
    def is_personal(self) -> bool:
        return bool(self.person_name or self.person_email)

    @property
    def is_revoked(self) -> bool:
        """An award that is made again after its revocation holds again."""
        return self.revoked_at is not None and (self.said_at is None or self.revoked_at >= self.said_at)

    @property
    def person(self) -> str:
        return self.person_name or self.person_email

    def is_valid(self, today: date) -> bool:
        return not self.is_revoked and (self.expires is None or today <= self.expires)

    def lapses_soon(self, today: date) -> bool:
        return self.expires is not None and self.is_valid(today) and self.expires - today <= LAPSES_SOON

    def standing(self, today: date) -> Standing:
        if self.is_revoked:
            return Standing.REVOKED
        if not self.is_valid(today):
            return Standing.LAPSED
        return Standing.LAPSING if self.lapses_soon(today) else Standing.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One word of an issuer about one award, as of `said_at`. `revokes` takes it back and needs to say no more than
    which award is meant. `firm` is the name of the person's firm as the issuer has it."""

    source: Source
    source_id: str
    said_at: datetime
    revokes: bool = False
    reason: str = ""
    name: str = ""
    credential: str = ""
    level: str = ""
    person_name: str = ""
    person_email: str = ""
    firm: str = ""
    issuer: str = ""
    issued: date | None = None
    expires: date | None = None
    evidence: str = ""


AWARD = (
    "name",
    "credential",
    "level",
    "person_name",
    "person_email",
    "issuer",
    "issued",
    "expires",
    "evidence",
)
"""What an award says, in a record and in a statement alike."""


def told(held: Certification, statement: Statement, seen_at: datetime) -> Certification:
    """The record after the statement. Late and repeated statements change nothing: whatever the order of arrival, the
    end is the same. `seen_at` is only kept as the time at which the record changed last."""
    if statement.revokes:
        mine = (held.revoked_at, held.revoked_reason)
        if mine[0] is not None and (statement.said_at, statement.reason) <= mine:
            return held
        return replace(
            held, revoked_at=statement.said_at, revoked_reason=statement.reason, observed_at=seen_at
        )
    if held.said_at is not None and _rank(statement) <= _rank(held):
        return held
    award = {name: getattr(statement, name) for name in AWARD}
    reminded = held.reminded if held.expires == statement.expires else None
    return replace(held, **award, said_at=statement.said_at, observed_at=seen_at, reminded=reminded)


def _rank(word: Certification | Statement) -> tuple[datetime | None, tuple[str, ...]]:
    """Of two awards of one instant the same one wins everywhere."""
    return word.said_at, tuple(str(getattr(word, name) or "") for name in AWARD)


def last_day(text: str) -> date | None:
    """The last day on which something holds that ends at `text`: an ISO date is that day itself; an instant ends the
    day that runs just before it on the issuer's own clock. None for no text. Raises ValueError for any other."""
    if not text:
        return None
    if len(text) == len("2026-11-22"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    try:
        return (moment - timedelta(microseconds=1)).date()
    except OverflowError:
        raise ValueError("this time lies outside the calendar") from None


def first_day(text: str) -> date | None:
    """The day on which something began, on the issuer's own clock. None for no text; ValueError for nonsense."""
    return datetime.fromisoformat(text).date() if text else None


def kind_of(certification: Certification) -> tuple[str, str]:
    """What is certified: two awards of one kind to one person are a renewal."""
    what = certification.credential or certification.name
    return " ".join(what.casefold().split()), " ".join(certification.level.casefold().split())


def current(certifications: Sequence[Certification]) -> list[Certification]:
    """The certifications without those that a later award of the same kind to the same holder has replaced."""
    people = _people(certifications)
    best: dict[tuple[object, ...], Certification] = {}
    for one in certifications:
        key = (one.partner_id, people.get(one.id, ""), *kind_of(one))
        if key not in best or _lasts(one) > _lasts(best[key]):
            best[key] = one
    kept = {one.id for one in best.values()}
    return [one for one in certifications if one.id in kept]


def _lasts(one: Certification) -> tuple[bool, date, str]:
    return not one.is_revoked, one.expires or date.max, one.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far a firm is certified for one thing: `certified` of its `people`, of whom `lapsing` will not be for
    long."""

    name: str
    level: str
    certified: int
    lapsing: int
    people: int


def coverage(
    certifications: Sequence[Certification], staff: Iterable[tuple[str, str]], today: date
) -> list[Coverage]:
    """For each thing that people of one firm are certified for: how many of them are. `staff` are the firm's known
    people as (name, e-mail); whoever is certified counts as one of them."""
    personal = [one for one in certifications if one.is_personal]
    everyone = len(set(_groups([*((c.person_name, c.person_email) for c in personal), *staff])))
    people = _people(personal)
    kinds: dict[tuple[str, str], list[Certification]] = {}
    for one in current(personal):
        kinds.setdefault(kind_of(one), []).append(one)
    found = []
    for held in kinds.values():
        valid = [one for one in held if one.is_valid(today)]
        newest = max(held, key=lambda one: (one.issued or date.min, one.id))
        found.append(
            Coverage(
                name=newest.name,
                level=newest.level,
                certified=len({people[one.id] for one in valid}),
                lapsing=len({people[one.id] for one in valid if one.lapses_soon(today)}),
                people=everyone,
            )
        )
    return sorted(found, key=lambda c: (c.name.casefold(), c.level.casefold()))


def holders(certifications: Sequence[Certification]) -> dict[str, int]:
    """By certification id, a number for its holder: the same for one person under several addresses."""
    return _people([one for one in certifications if one.is_personal])


def _people(certifications: Sequence[Certification]) -> dict[str, int]:
    personal = [one for one in certifications if one.is_personal]
    groups = _groups([(one.person_name, one.person_email) for one in personal])
    return dict(zip((one.id for one in personal), groups, strict=True))


def _groups(people: Sequence[tuple[str, str]]) -> list[int]:
    """For each (name, e-mail) the number of a person. Who shares an address or a name is one person: counting too few
    gives nobody a right that is not theirs."""
    parent = list(range(len(people)))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    first: dict[str, int] = {}
    for at, (name, email) in enumerate(people):
        for word in (" ".join(name.casefold().split()), email.casefold().strip()):
            if word:
                parent[root(at)] = root(first.setdefault(word, at))
    return [root(at) for at in range(len(people))]


REMINDERS = (60, 30, 7)
"""Days before the end at which somebody hears of it. LAPSED stands for the day after."""

LAPSED = -1


def reminder_due(one: Certification, today: date) -> int | None:
    """The reminder that is due and was not given: the latest one only, where several were missed."""
    if one.expires is None:
        return None
    left = (one.expires - today).days
    stage = LAPSED if left < 0 else min((days for days in REMINDERS if left <= days), default=None)
    if stage is None or (one.reminded is not None and one.reminded <= stage):
        return None
    return stage


def lapses_before(
    certifications: Sequence[Certification], name: str, email: str, due: date | None, today: date
) -> Certification | None:
    """The certification of this person that holds today and will not on the day `due`, the first to end."""
    if due is None or not (name or email):
        return None
    mine = [
        one
        for one in current(certifications)
        if one.is_personal
        and (
            (email and one.person_email.casefold() == email.casefold())
            or (name and one.person_name.casefold() == name.casefold())
        )
    ]
    return ends_before(mine, due, today)


def ends_before(
    certifications: Iterable[Certification], due: date | None, today: date
) -> Certification | None:
    """Of these the first that holds today and will not on the day `due`."""
    if due is None:
        return None
    ending = [one for one in certifications if one.expires and one.is_valid(today) and one.expires < due]
    return min(ending, key=lambda one: (one.expires or date.max, one.id), default=None)
