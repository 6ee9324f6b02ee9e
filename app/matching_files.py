"""Matches a CSV file of registrations against one of accounts, of any size.

Only registrations are kept in memory. Accounts pass by: those that share a key with a registration are noted in a
file of our own, the others are forgotten.
"""

import csv
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from app.domain.matching import Band, Index, Match, Profile, compare, profile
from app.domain.matching.keys import keys_of
from app.ground.errors import AppError, Reason
from app.matching_rows import read_rows

ACCOUNT = ("id", "source", "partner", "company", "website", "country", "contacts")
REGISTRATION = ("id", "partner", "company", "website", "country", "contact_name", "contact_email")
HEADER = ("registration", "account", "band", "probability", "evidence")

POSSIBLE, BLOCKED, OWN = "possible", "blocked", "own duplicate"

CROWD = 4
"""Companies with names that begin differently: a domain that so many use tells none of them."""

_BEGINNING = 4
"""Letters by which two names are told apart when a domain's users are counted."""


@dataclass(slots=True)
class Summary:
    """What was read and found. `skipped` counts rows without an id."""

    accounts: int = 0
    registrations: int = 0
    pairs: int = 0
    bands: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    shared_domains: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "ok": True,
            "accounts": self.accounts,
            "registrations": self.registrations,
            "pairs": self.pairs,
            "bands": {band: self.bands[band] for band in (BLOCKED, POSSIBLE, OWN)},
            "skipped": {name: self.skipped[name] for name in ("accounts", "registrations")},
            "shared_domains": self.shared_domains,
        }

    def lines(self) -> list[str]:
        found = ", ".join(f"{self.bands[band]} {band}" for band in (BLOCKED, POSSIBLE, OWN))
        said = [
            f"{self.registrations} registrations against {self.accounts} accounts: {self.pairs} pairs ({found})."
        ]
        said += [
            f"Skipped in {name}: {count} rows without an id." for name, count in self.skipped.items() if count
        ]
        return said


@dataclass(slots=True)
class _Claim:
    id: str
    partner: str
    company: Profile


def match_files(accounts: Path, registrations: Path, out: Path) -> Summary:
    """Writes a row for each pair that may be one customer, the likeliest first for each registration. Raises
    AppError where a file cannot be read or written; `out` is then as it was."""
    if out.resolve() in (accounts.resolve(), registrations.resolve()):
        raise AppError(Reason.INVALID, "The result would overwrite a file it is made from.")
    summary = Summary()
    claims = list(_claims(registrations, summary))
    index: Index[int] = Index({key for claim in claims for key in keys_of(claim.company)})
    domains = {domain for claim in claims for domain in claim.company.domains}
    with tempfile.TemporaryFile() as noted:
        crowd = _file(accounts, index, domains, noted, summary)
        summary.shared_domains = sorted(crowd)[:100]
        _write(out, _found(claims, index, crowd, noted), summary)
    return summary


def _claims(path: Path, summary: Summary) -> Iterator[_Claim]:
    """The registrations, without the domains that a partner gives for several customers: those are its own."""
    read = []
    users: dict[tuple[str, str], set[str]] = {}
    for row in read_rows(path, REGISTRATION):
        summary.registrations += 1
        if not row["id"]:
            summary.skipped["registrations"] += 1
            continue
        mails = _mails(row["contact_email"])
        company = profile(row["company"], row["website"], mails, row["country"], partner_name=row["partner"])
        for domain in company.mail if row["partner"] else ():
            users.setdefault((row["partner"], domain), set()).add(company.name.sound[:_BEGINNING])
        read.append(_Claim(row["id"], row["partner"], company))
    for claim in read:
        own = {d for d in claim.company.mail if len(users.get((claim.partner, d), ())) >= CROWD}
        yield _Claim(claim.id, claim.partner, _without(claim.company, own))


def _mails(cell: str) -> list[str]:
    return [mail for mail in cell.replace(",", ";").replace(" ", ";").split(";") if "@" in mail]


def _file(
    path: Path, index: Index[int], domains: Iterable[str], noted: IO[bytes], summary: Summary
) -> frozenset[str]:
    """Files the accounts that somebody may ask for; the domains that many companies share."""
    users: dict[str, set[str]] = {domain: set() for domain in domains}
    place = 0
    for row in read_rows(path, ACCOUNT):
        summary.accounts += 1
        if not row["id"]:
            summary.skipped["accounts"] += 1
            continue
        company = _account(row)
        for domain in company.domains & users.keys():
            if len(users[domain]) < CROWD:
                users[domain].add(company.name.sound[:_BEGINNING])
        if index.add(place, company):
            line = json.dumps(row).encode() + b"\n"
            noted.write(line)
            place += len(line)
    return frozenset(domain for domain, names in users.items() if len(names) >= CROWD)


def _account(row: dict[str, str]) -> Profile:
    return profile(row["company"], row["website"], _mails(row["contacts"]), row["country"])


def _without(company: Profile, domains: Iterable[str]) -> Profile:
    gone = frozenset(domains) & company.domains
    if not gone:
        return company
    return replace(company, mail=company.mail - gone, site="" if company.site in gone else company.site)


def _found(
    claims: Iterable[_Claim], index: Index[int], crowd: frozenset[str], noted: IO[bytes]
) -> Iterator[tuple[str, str, str, float, str]]:
    @lru_cache(maxsize=4096)
    def account(place: int) -> tuple[dict[str, str], Profile]:
        noted.seek(place)
        row = json.loads(noted.readline())
        return row, _without(_account(row), crowd)

    for claim in claims:
        company = _without(claim.company, crowd)
        best: dict[str, tuple[Match, str]] = {}
        for place in index.candidates(claim.company):
            row, candidate = account(place)
            match = compare(company, candidate)
            known = best.get(row["id"])
            if match.band is not Band.DIFFERENT and (
                known is None or known[0].probability < match.probability
            ):
                best[row["id"]] = match, _band(match, claim, row)
        for account_id, (match, said) in sorted(
            best.items(), key=lambda pair: (-pair[1][0].probability, pair[0])
        ):
            yield claim.id, account_id, said, match.probability, " ".join(match.evidence)


def _band(match: Match, claim: _Claim, row: dict[str, str]) -> str:
    """What to do: look at it, stop, or tell the partner that it has registered this customer before."""
    same_partner = claim.partner and claim.partner.casefold() == row["partner"].casefold()
    if same_partner and row["source"].casefold() == "registration":
        return OWN
    return BLOCKED if match.band is Band.SAME else POSSIBLE


def _write(out: Path, rows: Iterable[tuple[str, str, str, float, str]], summary: Summary) -> None:
    """All rows or none: the file takes its place once it is whole."""
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(HEADER)
            for registration, account, band, probability, evidence in rows:
                writer.writerow(
                    [_safe(registration), _safe(account), band, f"{probability:.4f}", _safe(evidence)]
                )
                summary.pairs += 1
                summary.bands[band] += 1
        os.replace(part, out)  # noqa: PTH105 - Path.replace does the same, but says less
    except OSError as error:
        raise AppError(Reason.INVALID, f"{out} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _safe(cell: str) -> str:
    """A spreadsheet runs a cell that begins like a formula; a number stays one."""
    if cell[:1] not in ("=", "+", "-", "@", "\t", "\r") or cell[1:].isdigit():
        return cell
    return f"'{cell}"
