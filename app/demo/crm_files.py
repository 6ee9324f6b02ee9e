"""What people do with files in the CRMs themselves: attach one to a deal, put a newer one in its place, delete it."""

from base64 import b64encode
from typing import Any, Protocol

from app.demo.loading import Wire
from app.domain.record import CrmKind

DOCUMENT, VERSION = "ContentDocument", "ContentVersion"


class CrmFiles(Protocol):
    """`size` is told of a file without bytes: nobody can share it."""

    def attach(self, deal_id: str, name: str, body: bytes | None, size: int = 0) -> str: ...

    def replace(self, file_id: str, body: bytes) -> None: ...

    def delete(self, file_id: str) -> None: ...


def crm_files(crm: CrmKind, origin: str) -> CrmFiles:
    """The files of the sandbox there."""
    return HubspotFiles(origin) if crm is CrmKind.HUBSPOT else SalesforceFiles(origin)


class HubspotFiles:
    def __init__(self, origin: str) -> None:
        self._origin = origin

    def attach(self, deal_id: str, name: str, body: bytes | None, size: int = 0) -> str:
        row: dict[str, Any] = {"objectType": "deals", "objectId": deal_id, "name": name, "size": size}
        if body is not None:
            row["content"] = b64encode(body).decode()
        return str(self._call("POST", "", row)["id"])

    def replace(self, file_id: str, body: bytes) -> None:
        self._call("PUT", f"/{file_id}", {"content": b64encode(body).decode()})

    def delete(self, file_id: str) -> None:
        self._call("DELETE", f"/{file_id}")

    def _call(self, method: str, path: str, body: object = None) -> Any:
        return _call(self._origin, method, f"files{path}", body)


class SalesforceFiles:
    def __init__(self, origin: str) -> None:
        self._origin = origin

    def attach(self, deal_id: str, name: str, body: bytes | None, size: int = 0) -> str:
        title, _, extension = name.rpartition(".")
        row = {
            "Title": title,
            "FileExtension": extension,
            "FileType": extension.upper(),
            "ContentSize": size if body is None else len(body),
        }
        document = self._load(DOCUMENT, row)
        self._load("ContentDocumentLink", {"ContentDocumentId": document, "LinkedEntityId": deal_id})
        if body is not None:
            self._add_version(document, body)
        return document

    def replace(self, file_id: str, body: bytes) -> None:
        for old in self._versions(file_id):
            self._call("POST", f"rows/{VERSION}/{old}", {"IsLatest": False})
        version = self._add_version(file_id, body)
        values = {"ContentSize": len(body), "LatestPublishedVersionId": version}
        self._call("POST", f"rows/{DOCUMENT}/{file_id}", values)

    def delete(self, file_id: str) -> None:
        for old in self._versions(file_id):
            self._call("DELETE", f"rows/{VERSION}/{old}")  # an org does this by itself
        self._call("DELETE", f"rows/{DOCUMENT}/{file_id}")

    def _versions(self, document: str) -> list[str]:
        rows = self._call("GET", f"rows/{VERSION}?ContentDocumentId={document}")
        return [row["Id"] for row in rows if not row["IsDeleted"]]

    def _add_version(self, document: str, body: bytes) -> str:
        row = {"Title": "Version", "ContentDocumentId": document, "ContentSize": len(body), "IsLatest": True}
        return self._load(VERSION, row | {"VersionData": b64encode(body).decode()})

    def _load(self, name: str, row: dict[str, Any]) -> str:
        return str(self._call("POST", "load", {name: [row]})[name][0])

    def _call(self, method: str, path: str, body: object = None) -> Any:
        return _call(self._origin, method, path, body)


def _call(origin: str, method: str, path: str, body: object) -> Any:
    wire = Wire(origin)
    try:
        return wire.call(method, f"/_sandbox/{path}", body)
    finally:
        wire.close()


def paper(title: str, *lines: str, password: str = "") -> bytes:
    """A PDF of one page, which opens with the password alone where there is one."""
    from fpdf import FPDF

    made = FPDF(unit="pt")
    if password:
        made.set_encryption(owner_password=password, user_password=password)
    made.add_page()
    made.set_font("helvetica", size=22)
    made.text(60, 90, title)
    made.set_font("helvetica", size=12)
    for number, text in enumerate(lines):
        made.text(60, 130 + number * 22, text)
    return bytes(made.output())
