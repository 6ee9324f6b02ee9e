"""The files that lie on the story's deal in the CRM."""

from app.demo.crm_files import crm_files, paper
from app.demo.site import Ports
from app.domain.record import CrmKind

FILES = (
    ("Fleet Insight offer.pdf", 412_000),
    ("Vessel list.xlsx", 38_400),
    ("Price floor, internal.xlsx", 21_000),
)
"""What lies on the deal in the CRM; the story shares the first with the partner."""

OFFER = ("Scope: 14 vessels, one dashboard.", "Pilot: six weeks.", "Valid for 60 days.")


def attach(crm: CrmKind, ports: Ports, deal_id: str) -> None:
    """Files that somebody of the vendor attached to the deal in the CRM: the offer has bytes, so that the demo's
    partner has something to download."""
    held = crm_files(crm, ports.origin(str(crm)))
    for name, size in FILES:
        stem, _, ending = name.rpartition(".")
        held.attach(deal_id, name, paper(stem, *OFFER) if ending == "pdf" else None, size)
