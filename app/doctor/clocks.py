"""Whether our clock agrees with the CRMs': both sign with the time, and refuse what seems too old or too young."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

from app.doctor.finding import Finding
from app.ground.clock import Clock
from app.ground.config import Config

ALLOWED = timedelta(seconds=90)
"""Salesforce's JWT lives three minutes, HubSpot's signatures five: half of the shorter one is left for the way."""

TIMEOUT = (3.0, 5.0)


def against_crms(config: Config, clock: Clock) -> Iterator[Finding]:
    """One finding for each CRM that is configured."""
    if config.hubspot_client_id and config.hubspot_client_secret:
        yield _against("HubSpot", config.hubspot_api_origin, clock)
    if config.salesforce_consumer_key and config.salesforce_private_key:
        yield _against("Salesforce", config.salesforce_login_origin, clock)


def _against(name: str, origin: str, clock: Clock) -> Finding:
    try:
        answer = requests.head(origin, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException:
        return Finding(
            name="clock",
            ok=False,
            sentence=f"{name} does not answer at {origin}.",
            advice="Let this server open https connections to it.",
        )
    theirs = _date(answer.headers.get("Date", ""))
    if theirs is None:
        return Finding(name="clock", ok=True, sentence=f"{name} answers, and does not say what time it is.")
    skew = clock() - theirs
    if abs(skew) <= ALLOWED:
        return Finding(name="clock", ok=True, sentence=f"The clock agrees with {name}’s.")
    seconds = round(abs(skew).total_seconds())
    word = "ahead of" if skew > timedelta() else "behind"
    return Finding(
        name="clock",
        ok=False,
        sentence=f"The clock is {seconds} seconds {word} {name}’s.",
        advice="Run a time service: signatures are refused when they seem too old.",
    )


def _date(header: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
