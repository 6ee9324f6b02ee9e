"""What people and systems do to a company's name on its way into a form."""

import random
from typing import TYPE_CHECKING

from anyascii import anyascii

from benchmarks import conflict_words as words

if TYPE_CHECKING:
    from benchmarks.conflict_world import Company


def with_form(rng: random.Random, company: "Company", name: str) -> str:
    form = (
        company.form
        if rng.random() < 0.6
        else rng.choice([*words.COUNTRIES.get(company.country, ("", ("Ltd", "")))[1], ""])
    )
    if not form:
        return name
    if form in ("株式会社", "ООО", "ПАО", "АО", "(주)", "주식회사") and rng.random() < 0.7:
        return (
            f"{form} {name}"
            if form.isalpha() and form[0] > "Ѐ" and rng.random() < 0.5
            else f"{form}{name}"
            if form[0] > "〇"
            else f"{form} {name}"
        )
    return f"{name}, {form}" if rng.random() < 0.15 else f"{name} {form}"


def renamed(rng: random.Random, company: "Company") -> str:
    """The name as somebody else writes it: one change, at times two."""
    name = company.name
    if company.former and rng.random() < 0.3:
        return _former(rng, company, name)
    for _ in range(1 if rng.random() < 0.85 else 2):
        name = rng.choice(_CHANGES)(rng, company, name)
    return with_form(rng, company, name) if rng.random() < 0.5 else name


def typo(rng: random.Random, text: str) -> str:
    if len(text) < 4:
        return text
    at = rng.randrange(1, len(text) - 1)
    return rng.choice([
        text[:at] + text[at + 1 :],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        text[:at] + text[at] + text[at:],
        text[:at] + (rng.choice("aeiorstn") if text.isascii() else text[at - 1]) + text[at + 1 :],
    ])  # fmt: skip


def _slip(rng: random.Random, company: "Company", name: str) -> str:
    return typo(rng, name)


def _shortened(rng: random.Random, company: "Company", name: str) -> str:
    parts = [rng.choice(words.SHORT[p]) if p in words.SHORT else p for p in name.split()]
    return " ".join(parts)


def _reordered(rng: random.Random, company: "Company", name: str) -> str:
    parts = name.split()
    return f"{' '.join(parts[1:])}, {parts[0]}" if len(parts) > 1 and "&" not in parts else name


def _cut(rng: random.Random, company: "Company", name: str) -> str:
    return name[: rng.randint(max(6, len(name) * 2 // 3), len(name))].rstrip() if len(name) > 8 else name


def _added(rng: random.Random, company: "Company", name: str) -> str:
    place = words.COUNTRIES.get(company.country, ("", (), "", "Office"))[3]
    return rng.choice(words.ADDITIONS).format(name, place)


def _acronym(rng: random.Random, company: "Company", name: str) -> str:
    parts = [p for p in name.replace("&", " ").split() if p[0].isalnum()]
    short = "".join(p[0] for p in parts).upper()
    return rng.choice([short, f"{name} ({short})", f"{short} ({name})"]) if len(parts) > 2 else name


def _former(rng: random.Random, company: "Company", name: str) -> str:
    if not company.former:
        return name
    return rng.choice(
        [
            f"{name} (formerly {company.former})",
            f"{company.former} now {name}",
            f"{name} fka {company.former}",
        ]
    )


def _latin(rng: random.Random, company: "Company", name: str) -> str:
    german = (
        name.replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").replace("ø", "oe").replace("å", "aa")
    )
    return rng.choice([anyascii(name), german])


_CHANGES = (
    _slip, _slip,
    lambda rng, company, name: rng.choice([name.upper(), name.lower(), name.title()]),
    lambda rng, company, name: name.replace(" ", rng.choice(["", "-", "  ", "_"])),
    lambda rng, company, name: name.replace("&", rng.choice(["and", "+", "und", ""])),
    lambda rng, company, name: f"{name} {rng.choice(['Group', 'Holding', 'International', 'Co'])}",
    lambda rng, company, name: company.short if company.short in name and rng.random() < 0.15 else name,
    _shortened, _shortened, _reordered, _cut, _added, _added, _acronym, _former, _latin,
)  # fmt: skip
