"""What simpler ways of matching find, for comparison."""

from rapidfuzz import fuzz, process

from app.domain.matching.domains import FREE_MAIL, email_domain, site_domain
from benchmarks.conflict_world import World

Pairs = list[tuple[str, str]]


def exact_host(world: World) -> Pairs:
    """The same host of website or mailbox, free mail left out: what most products do."""
    return _meet(world, _host, lambda mail: _free(mail.rpartition("@")[2].casefold()))


def registrable_domain(world: World) -> Pairs:
    """The same registrable domain of website or mailbox, free mail and platforms left out."""
    return _meet(world, site_domain, email_domain)


def token_set(world: World, threshold: float = 95) -> Pairs:
    """Names alone, by the share of words in common."""
    names = {row["id"]: row["company"].casefold() for row in world.accounts}
    return [
        (row["id"], account)
        for row in world.registrations
        for _, _, account in process.extract(
            row["company"].casefold(), names, scorer=fuzz.token_set_ratio, score_cutoff=threshold, limit=None
        )
    ]


def _host(website: str) -> str:
    host = website.casefold().partition("://")[2] or website.casefold()
    return _free(host.partition("/")[0].removeprefix("www."))


def _free(host: str) -> str:
    return "" if host in FREE_MAIL else host


def _meet(world: World, site, mail) -> Pairs:  # noqa: ANN001
    held: dict[str, set[str]] = {}
    for row in world.accounts:
        for key in {site(row["website"]), *map(mail, row["contacts"].split(";"))} - {""}:
            held.setdefault(key, set()).add(row["id"])
    return [
        (row["id"], account)
        for row in world.registrations
        for account in set().union(
            *(held.get(key, set()) for key in {site(row["website"]), mail(row["contact_email"])} - {""})
        )
    ]
