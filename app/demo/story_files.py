"""The files that lie on the story's deal in the CRM."""

from base64 import b64encode

from app.demo.loading import Wire
from app.demo.site import Ports
from app.domain.record import CrmKind

FILES = (
    ("Fleet Insight offer.pdf", 412_000),
    ("Vessel list.xlsx", 38_400),
    ("Price floor, internal.xlsx", 21_000),
)
"""What lies on the deal in the CRM; the story shares the first with the partner."""


def attach(crm: CrmKind, ports: Ports, deal_id: str) -> None:
    """Files that somebody of the vendor attached to the deal in the CRM."""
    for name, size in FILES:
        body = b64encode(_paper(name)).decode()
        if crm is CrmKind.HUBSPOT:
            wire = Wire(ports.origin("hubspot"))
            wire.call(
                "POST",
                "/_sandbox/files",
                {"objectType": "deals", "objectId": deal_id, "name": name, "size": size, "content": body}
                if name.endswith(".pdf")
                else {"objectType": "deals", "objectId": deal_id, "name": name, "size": size},
            )
        else:
            wire = Wire(ports.origin("salesforce"))
            title, _, extension = name.rpartition(".")
            row = {
                "Title": title,
                "FileExtension": extension,
                "FileType": extension.upper(),
                "ContentSize": size,
            }
            made = wire.call("POST", "/_sandbox/load", {"ContentDocument": [row]})
            link = {"ContentDocumentId": made["ContentDocument"][0], "LinkedEntityId": deal_id}
            wire.call("POST", "/_sandbox/load", {"ContentDocumentLink": [link]})
            version = {"Title": title, "ContentDocumentId": link["ContentDocumentId"], "ContentSize": size}
            version |= {"IsLatest": True, "VersionData": body}
            wire.call("POST", "/_sandbox/load", {"ContentVersion": [version]})
        wire.close()


def _paper(name: str) -> bytes:
    """An offer of one page, so that the demo's partner has something to download."""
    from fpdf import FPDF

    paper = FPDF(unit="pt")
    paper.add_page()
    paper.set_font("helvetica", size=22)
    paper.text(60, 90, name.rpartition(".")[0])
    paper.set_font("helvetica", size=12)
    for line, text in enumerate(
        ("Scope: 14 vessels, one dashboard.", "Pilot: six weeks.", "Valid for 60 days.")
    ):
        paper.text(60, 130 + line * 22, text)
    return bytes(paper.output())
