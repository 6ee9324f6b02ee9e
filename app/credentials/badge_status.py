"""Whether an Open Badge 3.0 was taken back: bitstring status lists and 1EdTech's revocation lists.

Sources: W3C Bitstring Status List 1.0; 1EdTech Credential Status. A status of another kind cannot be checked, and
what cannot be checked is refused.
"""

import base64
import binascii
import zlib
from typing import Any

from app.credentials import badge_keys
from app.credentials.port import IssuerError
from app.credentials.reading import dig, expect, text
from app.credentials.web import Web

LISTS = ("BitstringStatusListEntry", "StatusList2021Entry")
PURPOSES = ("revocation", "suspension")
MAX_LIST = 4_000_000
"""Bytes of an unpacked list: 32 million badges."""

URL_CHARS = 1_000
REVOKED = "This badge was revoked by its issuer."


def require_not_revoked(status: Any, badge_id: str, issuer_id: str, web: Web) -> None:
    """Raises IssuerError for a badge that is on a list, or whose list cannot be checked."""
    for one in status if isinstance(status, list) else [status] if status else []:
        kind = text(one, "type")
        if kind == "1EdTechRevocationList":
            _revocation_list(one, badge_id, web)
        elif kind in LISTS and text(one, "statusPurpose") in PURPOSES:
            _bitstring(one, issuer_id, web)
        else:
            raise _refused("The issuer says whether the badge holds in a way that cannot be checked.")


def _revocation_list(status: Any, badge_id: str, web: Web) -> None:
    listed = dig(expect(web.get(text(status, "id", limit=URL_CHARS)), "The issuer"), "revokedCredentials")
    if not isinstance(listed, list):
        raise _refused("The issuer's list of revoked badges cannot be read.")
    if badge_id in {one if isinstance(one, str) else text(one, "id", limit=URL_CHARS) for one in listed}:
        raise _refused(REVOKED)


def _bitstring(status: Any, issuer_id: str, web: Web) -> None:
    """The list is a credential itself, signed by the same issuer."""
    answer = web.get(text(status, "statusListCredential", limit=URL_CHARS), {"Accept": "application/vc+jwt"})
    token = answer.body.decode("ascii", "replace").strip().strip('"')
    claims = badge_keys.claims_of(token)
    body = dig(claims, "vc") or claims
    issuer = dig(body, "issuer")
    if (issuer if isinstance(issuer, str) else text(issuer, "id", limit=URL_CHARS)) != issuer_id:
        raise _refused("The list of revoked badges is another issuer's.")
    badge_keys.verify_v3(token, issuer_id, web)
    index = text(status, "statusListIndex")
    if not (index.isascii() and index.isdigit()):
        raise _refused("The badge's place on the issuer's list cannot be read.")
    bits = _unpacked(text(body, "credentialSubject", "encodedList", limit=2_000_000))
    place, bit = divmod(int(index), 8)
    if place >= len(bits):
        raise _refused("The badge's place on the issuer's list cannot be read.")
    if bits[place] & (0x80 >> bit):
        raise _refused(REVOKED)


def _unpacked(encoded: str) -> bytes:
    """Multibase base64url (or, in the older list, base64url alone) of gzip."""
    packed = encoded.removeprefix("u")
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(raw, MAX_LIST)
    except (binascii.Error, ValueError, zlib.error):
        raise _refused("The issuer's list of revoked badges cannot be read.") from None


def _refused(sentence: str) -> IssuerError:
    return IssuerError(sentence, retry=False)
