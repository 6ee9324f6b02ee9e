"""`alongside demo`: everything under one supervisor, from an empty directory to a page with something to see."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import requests

from app.demo import settings
from app.demo.load_hubspot import HubspotLoader
from app.demo.load_hubspot import connect as connect_hubspot
from app.demo.load_salesforce import SalesforceLoader
from app.demo.load_salesforce import connect as connect_salesforce
from app.demo.loading import Loaded, Wire
from app.demo.pipeline import Pipeline
from app.demo.sample import make_sample, told_deals
from app.demo.site import INTEGRATION_USER, PORTAL_ID, Ports, Secrets, Site
from app.demo.states.cast import cast
from app.demo.supervisor import Supervisor
from app.ground.clock import utc_now
from app.ground.config import read_config
from app.ground.errors import AppError, Reason
from app.ground.valkey import answers, forget_socket, socket_path

START_LIMIT = 90.0
"""Seconds for everything to answer: a cold start on a slow machine takes a third of it."""

HEALTH = {
    "hubspot": "/_sandbox/health",
    "salesforce": "/services/data",
    "mailbox": "/healthz",
    "web": "/readyz",
    "share": "/healthz",
}
"""Where each process says that it is up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    data: Path
    port: int
    workers: int = 2
    stand_ins_only: bool = False
    verbose: bool = False
    whole: bool = False


class Stopped(BaseException):
    """A signal asked the demo to end. Not an Exception, so that nothing on the way swallows it."""


def run_demo(options: Options, announce: Callable[[dict[str, Any]], None]) -> None:
    """Runs until a signal arrives. Calls `announce` once, when every address answers; the longer sample is told
    after that, or with `whole` before. Leaves nothing behind.

    Raises AppError with a sentence when the demo cannot start.
    """
    os.umask(0o077)  # databases, logs and mails of the demo are its owner's alone; every child inherits this
    site, ports = Site(options.data), Ports.starting_at(options.port)
    site.prepare()
    with site.lock(), _signals_stop(), _cleared_away(site):
        taken = ports.taken()
        if taken:
            listed = ", ".join(map(str, taken))
            raise AppError(
                Reason.STATE_CONFLICT, f"In use by another program: port {listed}. Choose others with --port."
            )
        site.note(ports=asdict(ports))
        try:
            with Supervisor(site.logs, echo=options.verbose, adopt=True) as supervisor:
                addresses = _start(options, site, ports, supervisor)
                if not options.whole:
                    announce(addresses)
                _tell_rest(options, site, ports)
                if options.whole:
                    announce(addresses)
                while True:
                    time.sleep(3600)
        except Stopped:
            return


def _start(options: Options, site: Site, ports: Ports, supervisor: Supervisor) -> dict[str, Any]:
    """Starts every process, fills what is empty, and answers the addresses once all is ready."""
    secrets = site.secrets()
    for child in settings.stand_ins(site, ports):
        supervisor.add(child)
    if not options.stand_ins_only:
        _migrate(read_config(settings.web_settings(site, ports, secrets)))
        for child in settings.pages(site, ports, secrets):
            supervisor.add(child)
    _wait(lambda: answers(socket_path(site.directory)), "valkey", supervisor)
    _wait_for(("hubspot", "salesforce", "mailbox"), ports, supervisor)
    addresses = _fill(options, site, ports, secrets)  # while the web processes still come up
    if not options.stand_ins_only:
        # Not earlier: what the agent writes would be counted with what the sample reads, and both wait at the limit.
        supervisor.add(settings.agent(site, ports, secrets, options.workers))
        _wait_for(("web", "share"), ports, supervisor)
        wire = Wire(ports.origin("hubspot"))
        wire.call("PUT", "/_sandbox/webhooks", {"url": f"{ports.origin('web')}/hubspot/webhooks"})
        wire.close()
    return addresses


def _wait_for(names: tuple[str, ...], ports: Ports, supervisor: Supervisor) -> None:
    for name in names:
        address = ports.origin(name) + HEALTH[name]
        _wait(lambda address=address: _is_up(address), name, supervisor)  # type: ignore[misc]


def _migrate(config: Any) -> None:
    from app.storage.engine import Database
    from app.storage.migrate import upgrade

    database = Database(config.database_url)
    try:
        upgrade(database)
    finally:
        database.close()


def _fill(options: Options, site: Site, ports: Ports, secrets: Secrets) -> dict[str, Any]:
    """Loads the sample once, and lets the story be told."""
    today = utc_now().date()
    sample = make_sample(today)
    held = site.state().get("loaded", {})
    for part in _missing((sample, cast(today)), held):
        held = _joined(held, _load(part, ports, secrets))
        site.note(loaded=held)
    addresses = _addresses(ports) | {"records": _records(sample, held, ports)}
    if not options.stand_ins_only:
        story = _tell_story(site, ports, secrets, sample)
        site.note(story=story)
        addresses |= story
    return addresses | {"ready": True}


def _missing(parts: tuple[Pipeline, ...], held: dict[str, Any]) -> list[Pipeline]:
    """Those that no earlier start has loaded whole."""
    known = held.get("salesforce", {}).get("deals", {})
    return [part for part in parts if not {deal.key for deal in part.deals} <= known.keys()]


def _load(part: Pipeline, ports: Ports, secrets: Secrets) -> dict[str, Any]:
    """The part in both CRMs at once, and the ids it got there."""
    with ThreadPoolExecutor(1) as other:
        salesforce = other.submit(lambda: salesforce_loader(ports, secrets).load(part))
        hubspot = hubspot_loader(ports, secrets).load(part)
        return {"hubspot": _ids(hubspot), "salesforce": _ids(salesforce.result())}


def _joined(held: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {
        crm: {kind: {**held.get(crm, {}).get(kind, {}), **ids} for kind, ids in kinds.items()}
        for crm, kinds in more.items()
    }


def hubspot_loader(ports: Ports, secrets: Secrets) -> HubspotLoader:
    origin = ports.origin("hubspot")
    token = connect_hubspot(origin, secrets.hubspot_client_id, secrets.hubspot_client_secret)
    return HubspotLoader(origin, token)


def salesforce_loader(ports: Ports, secrets: Secrets) -> SalesforceLoader:
    origin = ports.origin("salesforce")
    token = connect_salesforce(
        origin, secrets.salesforce_consumer_key, secrets.salesforce_private_key, INTEGRATION_USER
    )
    return SalesforceLoader(origin, token)


def _ids(loaded: Loaded) -> dict[str, dict[str, str]]:
    if loaded.refused:
        key, sentence = next(iter(loaded.refused.items()))
        raise AppError(Reason.CRM_REFUSED, f"The sample was not taken whole: {key}: {sentence}")
    return {
        "owners": loaded.owners,
        "accounts": loaded.accounts,
        "contacts": loaded.contacts,
        "deals": loaded.deals,
    }


def _addresses(ports: Ports) -> dict[str, Any]:
    return {name: ports.origin(name) for name in ("web", "share", "hubspot", "salesforce", "mailbox")} | {
        "smtp": f"127.0.0.1:{ports.smtp}",
        "admin": f"{ports.origin('web')}/admin",
    }


def _records(sample: Pipeline, loaded: dict[str, Any], ports: Ports) -> dict[str, dict[str, str]]:
    """The first deal of the story in each CRM with its page, its company, and the first person of its partner."""
    deal = told_deals(sample)[0]
    firm = next(partner for partner in sample.partners if partner.key in deal.partner_keys)
    found = {}
    for crm in ("hubspot", "salesforce"):
        ids = loaded[crm]
        found[crm] = {
            "deal": ids["deals"][deal.key],
            "company": ids["accounts"][str(deal.account_key)],
            "contact": ids["contacts"][firm.people[0].key],
        }
    found["hubspot"]["url"] = (
        f"{ports.origin('hubspot')}/contacts/{PORTAL_ID}/record/0-3/{found['hubspot']['deal']}"
    )
    found["salesforce"]["url"] = (
        f"{ports.origin('salesforce')}/lightning/r/Opportunity/{found['salesforce']['deal']}/view"
    )
    return found


def _tell_story(site: Site, ports: Ports, secrets: Secrets, sample: Pipeline) -> dict[str, Any]:
    """Partners, threads and links, made by real commands: see app.demo.story. Told again, it changes nothing."""
    if find_spec("app.demo.story") is None:
        return {}
    from importlib import import_module

    story = import_module("app.demo.story")
    told: dict[str, Any] = story.seed(
        config=read_config(settings.web_settings(site, ports, secrets)),
        ports=ports,
        sample=sample,
        state=site.state(),
        folder=site.directory,
    )
    return told


def _tell_rest(options: Options, site: Site, ports: Ports) -> None:
    """The longer sample is told to its end, and the demo's folder says so; what is refused is said and left out."""
    if options.stand_ins_only:
        return
    from app.demo.states.starting import tell_rest

    config = read_config(settings.web_settings(site, ports, site.secrets()))
    refused = tell_rest(config, site.state()["loaded"], ports, site.directory)
    for sentence in refused:
        sys.stderr.write(f"A part of the sample is left out. {sentence}\n")
    site.note(whole={"complete": not refused, "refused": refused})


def _is_up(address: str) -> bool:
    try:
        return requests.get(address, timeout=2, allow_redirects=False).ok
    except requests.RequestException:
        return False


def _wait(ready: Callable[[], bool], name: str, supervisor: Supervisor) -> None:
    """Returns when the process is up. Raises AppError with the end of its log when it does not come up."""
    end = time.monotonic() + START_LIMIT
    while not ready():
        failing = supervisor.failing()
        if failing or time.monotonic() > end:
            culprit = failing or name
            sentence = f"{culprit} does not start. The end of its log:\n{supervisor.log_tail(culprit)}"
            raise AppError(Reason.INTERNAL, sentence)
        time.sleep(0.05)


@contextmanager
def _signals_stop() -> Iterator[None]:
    """Within, INT, TERM and HUP raise Stopped once; while things end, further signals are ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: Any) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _cleared_away(site: Site) -> Iterator[None]:
    try:
        yield
    finally:
        forget_socket(site.directory)
