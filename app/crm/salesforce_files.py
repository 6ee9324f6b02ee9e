"""Files of a Salesforce org: documents on records, as they are now, and the newest version's bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.crm.port import CrmFile, NotFound, Rejected
from app.crm.salesforce_client import SalesforceClient
from app.crm.salesforce_soql import literal, select
from app.crm.salesforce_values import is_id, moment

TOO_LARGE = "The file is too large to be shared."
_DOCUMENT = ("Id", "Title", "FileType", "FileExtension", "ContentSize", "LastModifiedDate")
_AT_ONCE = 200
"""Ids in one query: its address stays far below the 16 kB that an org takes."""


def files_on(client: SalesforceClient, record_id: str) -> Sequence[CrmFile]:
    fields = [f"ContentDocument.{part}" for part in _DOCUMENT]
    rows = client.query(select(fields, "ContentDocumentLink", f"LinkedEntityId = {literal(record_id)}"))
    return [_file(row["ContentDocument"]) for row in rows if row["ContentDocument"]]


def states_of(client: SalesforceClient, ids: Sequence[str]) -> Mapping[str, CrmFile]:
    known = [one for one in dict.fromkeys(ids) if is_id(one)]
    found: dict[str, CrmFile] = {}
    for start in range(0, len(known), _AT_ONCE):
        wanted = ", ".join(literal(one) for one in known[start : start + _AT_ONCE])
        rows = client.query(select(_DOCUMENT, "ContentDocument", f"Id IN ({wanted})"))
        found |= {row["Id"]: _file(row) for row in rows}
    return found


def bytes_of(client: SalesforceClient, document_id: str, limit: int) -> bytes:
    """The newest version's bytes. Raises NotFound, and Rejected for more than `limit` of them."""
    where = f"ContentDocumentId = {literal(document_id)} AND IsLatest = true"
    rows = client.query(select(("Id", "ContentSize"), "ContentVersion", where)) if is_id(document_id) else []
    if not rows:
        raise NotFound("Salesforce has no such file any more.")
    if int(rows[0]["ContentSize"] or 0) > limit:
        raise Rejected(TOO_LARGE)
    body = client.download(f"sobjects/ContentVersion/{rows[0]['Id']}/VersionData", operation="file")
    if len(body) > limit:
        raise Rejected(TOO_LARGE)
    return body


def _file(document: Mapping[str, Any]) -> CrmFile:
    extension = document["FileExtension"]
    title = document["Title"]
    full = (
        title if not extension or title.lower().endswith(f".{extension.lower()}") else f"{title}.{extension}"
    )
    return CrmFile(
        id=document["Id"],
        name=full,
        type=(document["FileType"] or extension or "").lower(),
        size=int(document["ContentSize"] or 0),
        modified_at=moment(document["LastModifiedDate"]),
    )
