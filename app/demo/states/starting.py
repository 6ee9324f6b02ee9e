"""When the scenes are told: what was received long ago before the demo's own story, and the rest once the addresses
are printed, so that nobody waits for it."""

import time
from collections.abc import Mapping
from itertools import product
from pathlib import Path

from app.bootstrap import House, build
from app.demo import load_hubspot, load_salesforce
from app.demo.crm_files import crm_files
from app.demo.loading import Wire
from app.demo.site import Ports
from app.demo.states.journal import Journal
from app.demo.states.scenes import SCENES
from app.demo.states.sharing import FORBIDDEN, RULE
from app.demo.states.telling import Teller
from app.domain.record import CrmKind
from app.domain.tenant import Tenant
from app.ground.config import Config
from app.ground.errors import AppError, Reason
from app.storage import tenant as tenants
from sync import ingest

JOURNAL = "states.jsonl"

BREATH = 0.02
"""Seconds between two commands: whoever opens the first page meanwhile goes first."""

ROUNDS, BUSY_FOR = 6, 5.0
"""How often, and after how many seconds, what a CRM was too busy for is tried again."""

BUSY = (Reason.CRM_UNAVAILABLE, Reason.RATE_LIMITED)

Ids = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By CRM, what a loader answered."""


def teller_of(house: House, tenant: Tenant, loaded: Ids, folder: Path) -> Teller:
    stages = load_hubspot.STAGES if tenant.crm is CrmKind.HUBSPOT else load_salesforce.STAGES
    journal = Journal(folder / JOURNAL, house.clock())
    config = house.config
    origin = config.hubspot_api_origin if tenant.crm is CrmKind.HUBSPOT else config.salesforce_login_origin
    return Teller(
        house=house,
        tenant=tenant,
        ids=loaded[str(tenant.crm)],
        stages=stages,
        journal=journal,
        files=crm_files(tenant.crm, origin),
    )


def tell_early(house: House, tenant: Tenant, loaded: Ids, folder: Path) -> None:
    """What was received long ago is told; the records it is about are known."""
    teller = teller_of(house, tenant, loaded, folder)
    ingest.fetch(house.agent(), tenant, teller.records(SCENES))
    teller.tell_early(SCENES)


RULES = {
    "hubspot": {
        "objectType": "notes",
        "property": "hs_note_body",
        "pattern": f"(?s)^(?!.*{FORBIDDEN})",
        "message": RULE,
    },
    "salesforce": {
        "object": "Partner_Message__c",
        "field": "Body__c",
        "contains": FORBIDDEN,
        "message": RULE,
    },
}
"""What the admin of each CRM has laid down there, so that a refusal can be seen."""


def _lay_down(ports: Ports, journal: Journal) -> None:
    for crm, rule in RULES.items():
        if journal.answer(f"{crm}-rule") is None:
            wire = Wire(ports.origin(crm))
            wire.call("POST", "/_sandbox/rules", rule)
            wire.close()
            journal.note(f"{crm}-rule", {})


def tell_rest(config: Config, loaded: Ids, ports: Ports, folder: Path) -> list[str]:
    """Everything is told afterwards, in both CRMs; what an earlier start has told is kept. The answer is what was
    refused, in sentences."""
    house = build(config)
    _lay_down(ports, Journal(folder / JOURNAL, house.clock()))
    try:
        for _ in range(ROUNDS):
            refused = _tell_round(house, loaded, folder)
            if not any(error.reason in BUSY for error in refused.values()):
                break
            time.sleep(BUSY_FOR)
    finally:
        house.database.close()
    return [f"{crm}: {error.message}" for crm, error in refused.items()]


def _tell_round(house: House, loaded: Ids, folder: Path) -> dict[str, AppError]:
    """What was refused, the last of each CRM."""
    with house.database.read() as connection:
        everyone = tenants.all_of(connection)
    refused = {}
    for late, tenant in product((False, True), everyone):
        for error in teller_of(house, tenant, loaded, folder).tell(SCENES, late=late):
            if error is not None:
                refused[str(tenant.crm)] = error
            time.sleep(BREATH)
    return refused
