"""Generated companies, their accounts, what partners register of them, and the exact truth.

Every world comes from its seed alone. Names are coined from parts in many languages; registrations describe a company
with the noise that people and systems add. Some companies are namesakes or neighbours of another one on purpose.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from anyascii import anyascii

from benchmarks import conflict_words as words
from benchmarks.conflict_noise import renamed, typo, with_form

SAME, RELATED = "same", "related"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """`domain` is its own, `extra` another one it has; `former` an older name; `parent` the company of a branch."""

    id: int
    name: str
    short: str
    form: str
    country: str
    domain: str
    extra: str = ""
    former: str = ""
    parent: int | None = None


@dataclass(slots=True)
class World:
    """Rows as in the CSV files, and the relation of each pair that is not "different"."""

    accounts: list[dict[str, str]] = field(default_factory=list)
    registrations: list[dict[str, str]] = field(default_factory=list)
    truth: dict[tuple[str, str], str] = field(default_factory=dict)


def world(seed: int, *, accounts: int = 900, registrations: int = 600, noise: float = 1.0) -> World:
    """A world. `noise` scales how often something is added, cut, misspelt or left out."""
    rng = random.Random(seed)
    made = World()
    companies = list(_companies(rng, round(accounts * 1.5)))
    held: dict[int, list[str]] = {}
    known = companies[: round(accounts * 0.85)]
    for number in range(accounts):
        company = known[number] if number < len(known) else rng.choice(known)
        row = {"id": f"A{number:06}", "source": rng.choice(["opportunity", "opportunity", "registration"])}
        made.accounts.append(row | _account(rng, company, noise))
        held.setdefault(company.id, []).append(row["id"])
    rng.shuffle(made.accounts)
    contacts = {row["id"]: row["contacts"] for row in made.accounts}
    family = _families(companies)
    for number in range(registrations):
        company = rng.choice(known if rng.random() < 0.5 else companies)
        mails = [m for a in held.get(company.id, ()) for m in contacts[a].split(";") if m]
        row = {"id": f"R{number:06}"} | _registration(rng, company, noise, mails, companies)
        made.registrations.append(row)
        for account in held.get(company.id, ()):
            made.truth[row["id"], account] = SAME
        for relative in family.get(company.id, ()):
            for account in held.get(relative, ()):
                # A branch that registers means its parent's customer too; the other way round it is a sister.
                same = company.parent == relative
                made.truth.setdefault((row["id"], account), SAME if same else RELATED)
    return made


def crowd(rng: random.Random, base: World) -> Iterator[dict[str, str]]:
    """The accounts of a world, and after them accounts of other companies without end."""
    yield from base.accounts
    number = len(base.accounts)
    while True:
        row = {"id": f"A{number:06}", "source": "opportunity"}
        yield row | _account(rng, _fresh(rng, number), 1.0)
        number += 1


def _families(companies: list[Company]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for company in companies:
        groups.setdefault(company.parent if company.parent is not None else company.id, []).append(company.id)
    return {one: [o for o in group if o != one] for group in groups.values() for one in group}


def _companies(rng: random.Random, count: int) -> Iterator[Company]:
    """Fresh companies, and among them branches, namesakes and neighbours of earlier ones."""
    made: list[Company] = []
    domains: set[str] = set()
    names: set[str] = set()
    while len(made) < count:
        kind = rng.random()
        whole = [c for c in made[-300:] if c.parent is None]
        company = next((c for c in (_fresh(rng, len(made)) for _ in range(5)) if c.name not in names), None)
        if company is None:
            continue
        if whole and kind < 0.06:
            company = _branch(rng, rng.choice(whole), len(made))
        elif whole and kind < 0.13:
            company = _namesake(rng, rng.choice(whole), company)
        elif whole and kind < 0.20:
            company = _neighbour(rng, rng.choice(whole), company)
        if company.parent is None and kind >= 0.05:
            head, _, ending = company.domain.partition(".")
            while head in domains:
                head = f"{head}{rng.choice(words.COINED)}"
            domains.add(head)
            company = replace(company, domain=f"{head}.{ending}")
        names.add(company.name)
        made.append(company)
    order = made[:]
    rng.shuffle(order)
    yield from order


def _fresh(rng: random.Random, number: int) -> Company:
    country = rng.choices(
        list(words.COUNTRIES), [6 if c in ("us", "gb", "de") else 1.5 for c in words.COUNTRIES]
    )[0]
    language, forms, ending, _ = words.COUNTRIES[country]
    root = _root(rng, language)
    trade = rng.choice(words.TRADES[language].replace("\n", "|").split("|")).strip()
    kind = rng.random()
    if kind < 0.30:
        name, short = root, root
    elif kind < 0.66:
        joined = language in ("zh", "ko") or (not trade.isascii() and language in ("ja", "ru"))
        name, short = (root + trade if joined else f"{root} {trade}"), root
    elif kind < 0.74:
        other = _root(rng, language)
        name, short = f"{root} & {other}", f"{root}{other}"
    elif kind < 0.82 and language == "en":
        adjective = rng.choice(words.ADJECTIVES)
        name, short = f"{adjective} {rng.choice(words.PLACES)} {trade}", f"{adjective}"
    elif kind < 0.90:
        place = rng.choice(words.PLACES)
        name, short = f"{place} {trade}", place
    else:
        letters = "".join(rng.choice("ABCDEFGHIKLMNOPRSTVWZ") for _ in range(rng.choice((2, 3, 3, 4))))
        name, short = (letters, letters) if rng.random() < 0.4 else (f"{letters} {trade}", letters)
    domain = _domain(rng, name, short, rng.choice([ending, ending, "com", "com", "net", "io", "eu", "group"]))
    return Company(
        id=number, name=name, short=short, form=rng.choice(forms), country=country, domain=domain,
        extra=_domain(rng, name, short, "biz") if rng.random() < 0.04 else "",
        former=_root(rng, language) if rng.random() < 0.04 else "",
    )  # fmt: skip


def _root(rng: random.Random, language: str) -> str:
    if (language in ("en", "th", "ar", "he", "ja") and rng.random() < 0.4) or rng.random() < 0.15:
        return "".join(rng.choice(words.COINED) for _ in range(rng.choice((2, 3, 3, 4)))).capitalize()
    parts = words.SYLLABLES[language].split()
    return "".join(rng.choice(parts) for _ in range(rng.choice((2, 2, 3)))).capitalize()


def _plain(text: str) -> str:
    return "".join(c for c in anyascii(text).lower() if c.isalnum())


def _domain(rng: random.Random, name: str, short: str, ending: str) -> str:
    parts = [_plain(p) for p in name.replace("&", " ").split() if _plain(p)]
    acronym = "".join(p[0] for p in parts)
    forms = [
        *("".join(parts) for _ in range(4)),
        *(_plain(short) for _ in range(3)),
        "-".join(parts),
        _plain(short) + rng.choice(["group", "corp", "online", "inc", "hq"]),
        acronym if len(acronym) > 2 else "".join(parts),
        "".join(rng.choice(words.COINED) for _ in range(4)) if rng.random() < 0.5 else _plain(short),
    ]
    return f"{(rng.choice(forms) or 'x').strip('-')[:40]}.{ending}"


def _branch(rng: random.Random, parent: Company, number: int) -> Company:
    country = rng.choice([c for c in words.COUNTRIES if c != parent.country])
    _, forms, ending, called = words.COUNTRIES[country]
    head = parent.domain.partition(".")[0]
    domain = rng.choice([parent.domain, f"{head}.{ending}", f"{head}.{ending}"])
    return replace(
        parent, id=number, name=f"{parent.name} {called}", form=rng.choice(forms), country=country, domain=domain,
        extra=parent.domain, former="", parent=parent.id,
    )  # fmt: skip


def _namesake(rng: random.Random, other: Company, fresh: Company) -> Company:
    """Another company of the same name: in another country, or with another trade's domain."""
    country = (
        fresh.country
        if rng.random() < 0.85 and fresh.country != other.country
        else rng.choice(list(words.COUNTRIES))
    )
    if country == other.country:
        country = "nz" if other.country != "nz" else "us"
    ending = words.COUNTRIES[country][2] if country in words.COUNTRIES else "co.nz"
    forms = words.COUNTRIES[country][1] if country in words.COUNTRIES else ("Ltd",)
    trade = rng.choice(["solar", "pharma", "media", "dental", "law", "garden", "auto", "studio", "print"])
    head = _plain(other.short) or "x"
    domain = rng.choice(
        [f"{trade}-{head}.{ending}", f"{head}{trade}.{ending}", f"{head}{rng.randint(2, 99)}.{ending}"]
    )
    return replace(
        fresh, name=other.name, short=other.short, country=country, form=rng.choice(forms), domain=domain
    )


def _neighbour(rng: random.Random, other: Company, fresh: Company) -> Company:
    """A company of its own that shares the first word with another, or differs by a letter."""
    language, _, ending, _ = words.COUNTRIES.get(fresh.country, ("en", (), "com", ""))
    if rng.random() < 0.75 or len(other.short) < 4 or not other.short.isascii():
        trade = rng.choice(words.TRADES[language].replace("\n", "|").split("|")).strip()
        name, short = f"{other.short} {trade}", f"{other.short}{trade}"
        if name == other.name:
            name, short = f"{name} Works", f"{short}works"
    else:
        spot = rng.randrange(1, len(other.short))
        letter = rng.choice([c for c in "aeiorstln" if c != other.short[spot]])
        name = short = other.short[:spot] + letter + other.short[spot + 1 :]
    return replace(fresh, name=name, short=short, domain=_domain(rng, name, short, ending))


def _account(rng: random.Random, company: Company, noise: float) -> dict[str, str]:
    mails = [_mail(rng, company, noise) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    return {
        "company": with_form(rng, company, company.name) if rng.random() < 0.9 else renamed(rng, company),
        "website": _website(rng, company, noise, missing=0.15),
        "country": company.country if rng.random() > 0.03 * noise else "",
        "contacts": ";".join(mails),
    }


def _registration(
    rng: random.Random, company: Company, noise: float, known: list[str], companies: list[Company]
) -> dict[str, str]:
    partner = rng.choice(words.PARTNERS)
    first, last = rng.choice(words.FIRST), rng.choice(words.LAST)
    email, luck = _mail(rng, company, noise, first, last), rng.random()
    if luck < 0.10 * noise:
        email = ""
    elif luck < 0.18 * noise:
        email = f"{first}@{_plain(partner)}.example"
    elif luck < 0.20 * noise:
        email = _mail(rng, rng.choice(companies), 0, first, last)  # moved to another firm
    elif luck < 0.27 and known:
        email = rng.choice(known)
    name = renamed(rng, company) if rng.random() < 0.6 * noise else with_form(rng, company, company.name)
    return {
        "partner": partner,
        "company": name,
        "website": _website(rng, company, noise, missing=0.28),
        "country": company.country
        if rng.random() > 0.05 * noise
        else rng.choice(["", "", rng.choice(list(words.COUNTRIES))]),
        "contact_name": f"{first.capitalize()} {last.capitalize()}",
        "contact_email": email.upper() if rng.random() < 0.03 else email,
    }


def _mail(rng: random.Random, company: Company, noise: float, first: str = "", last: str = "") -> str:
    first, last = first or rng.choice(words.FIRST), last or rng.choice(words.LAST)
    local = rng.choice([first, f"{first}.{last}", f"{first[0]}{last}", f"{last}.{first}", f"{first}_{last}"])
    if rng.random() < 0.22 * noise:
        return f"{local}{rng.randint(1, 9999)}@{rng.choice(words.FREE_MAIL)}"
    domain = company.extra if company.extra and rng.random() < 0.5 else company.domain
    return f"{local}@{rng.choice(['', '', '', 'mail.', 'eu.']) if rng.random() < 0.1 else ''}{domain}"


def _website(rng: random.Random, company: Company, noise: float, missing: float) -> str:
    luck, domain = rng.random(), company.domain
    if luck < missing:
        return ""
    luck = rng.random()
    if luck < 0.03 * noise:
        return rng.choice(words.PLATFORMS).format(_plain(company.short) or "home")
    if luck < 0.08 * noise:
        domain = (
            f"{domain.partition('.')[0]}.{rng.choice(['com', 'de', 'fr', 'co.uk', 'net', 'co.jp', 'com.br'])}"
        )
    elif luck < 0.11 * noise:
        domain = typo(rng, domain.partition(".")[0]) + "." + domain.partition(".")[2]
    elif luck < 0.13 * noise and company.extra:
        domain = company.extra
    elif luck < 0.14 * noise:
        domain = rng.choice(words.FREE_MAIL)
    style = rng.choice(
        [
            "{}",
            "{}",
            "www.{}",
            "https://www.{}",
            "http://{}/",
            "https://{}/en/about?utm_source=x",
            "shop.{}",
            "HTTPS://WWW.{}",
        ]
    )
    return style.format(domain)
