"""Files of a HubSpot account: what they are called now, and their bytes through an address that HubSpot signs."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from app.crm.hubspot_paths import FILE, FILE_ADDRESS
from app.crm.hubspot_transport import Transport
from app.crm.hubspot_wire import TIMEOUT_SECONDS
from app.crm.port import CrmFile, NotFound, Rejected, Unavailable
from app.ground.clock import from_iso
from app.ground.metrics import count_call, outcome_of

TOO_LARGE = "The file is too large to be shared."
_HOPS = 3
"""HubSpot's signed address leads on to where the bytes lie."""

_THEIRS = re.compile(
    r"(?:[a-z0-9.-]+\.)?(?:hubspot\.com|hubspot\.net|hubapi\.com|hubspotusercontent[a-z0-9-]*\.net)"
)


def file_of(transport: Transport, file_id: str) -> CrmFile | None:
    """The file as it is now; None for one that is gone."""
    try:
        found = transport.call(FILE, path={"id": file_id})
    except NotFound:
        return None
    if found.get("archived"):
        return None
    extension = found.get("extension") or ""
    return CrmFile(
        id=str(found["id"]),
        name=f"{found.get('name') or file_id}{'.' if extension else ''}{extension}",
        type=str(found.get("type") or "OTHER"),
        size=int(found.get("size") or 0),
        modified_at=from_iso(str(found["updatedAt"])),
    )


def states_of(transport: Transport, ids: Sequence[str]) -> Mapping[str, CrmFile]:
    """HubSpot reads files one by one."""
    return {one: file for one in dict.fromkeys(ids) if (file := file_of(transport, one))}


def bytes_of(transport: Transport, api_origin: str, file_id: str, limit: int) -> bytes:
    """The bytes. Raises NotFound, Rejected for more than `limit` of them, Unavailable."""
    found: Mapping[str, Any] = transport.call(FILE_ADDRESS, path={"id": file_id})
    if int(found.get("size") or 0) > limit:
        raise Rejected(TOO_LARGE)
    outcome = "unavailable"
    try:
        body = _download(str(found.get("url") or ""), api_origin, limit)
        outcome = "ok"
    except (NotFound, Rejected):
        outcome = outcome_of(HTTPStatus.NOT_FOUND)
        raise
    finally:
        count_call("hubspot", "files.download", outcome)
    return body


def _download(url: str, api_origin: str, limit: int) -> bytes:
    for _ in range(_HOPS):
        if not may_fetch(url, api_origin):
            raise Rejected("HubSpot named an address for this file that is not one of its own.")
        with requests.Session() as session:
            session.trust_env = False  # a .netrc entry would send a password along
            try:
                with session.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["Location"])
                        continue
                    return _body(answer, limit)
            except requests.RequestException as error:
                raise Unavailable("HubSpot did not hand over the file.") from error
    raise Unavailable("HubSpot did not hand over the file.")


def _body(answer: requests.Response, limit: int) -> bytes:
    if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise NotFound("HubSpot has no such file any more.")
    if answer.status_code != HTTPStatus.OK:
        raise Unavailable(f"HubSpot answered {answer.status_code} when asked for a file.")
    body = bytearray()
    for piece in answer.iter_content(65_536):
        body += piece
        if len(body) > limit:
            raise Rejected(TOO_LARGE)
    return bytes(body)


def may_fetch(url: str, api_origin: str) -> bool:
    """Whether a file's bytes may be fetched there: from HubSpot's own hosts by https, or from the host that stands in
    for the API. Nothing else is asked, whatever an answer says."""
    api = urlsplit(api_origin)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if "@" in parts.netloc:
        return False
    if not _THEIRS.fullmatch((api.hostname or "").lower()):
        return (parts.scheme, parts.netloc) == (api.scheme, api.netloc)
    return parts.scheme == "https" and port in (None, 443) and _THEIRS.fullmatch(host) is not None
