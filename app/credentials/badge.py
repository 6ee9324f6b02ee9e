"""Open Badges, checked: what a badge says counts only as far as its issuer stands to it today.

Sources: Open Badges 2.0 (imsglobal.org/sites/default/files/Badges/OBv2p0Final) and 3.0 (imsglobal.org/spec/ob/v3p0).
JSON-LD contexts are known by name and never fetched: a badge cannot bring its own meaning of a word.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from app.credentials import badge_keys
from app.credentials.badge_status import require_not_revoked
from app.credentials.baked import unbake
from app.credentials.port import IssuerError
from app.credentials.reading import dig, expect, moment, text
from app.credentials.web import Web
from app.domain.certification import first_day, last_day

V2 = "https://w3id.org/openbadges/v2"
V3 = "https://purl.imsglobal.org/spec/ob/v3p0/context"
URL_CHARS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who shows the badge, as far as the badge itself does not say."""

    name: str = ""
    email: str = ""


def check(raw: bytes, web: Web, recipient: Recipient) -> dict[str, Any]:
    """A badge (image, address, JSON or JWS) as fields of a statement, once its issuer, its holder and its standing
    are proven. Raises IssuerError saying what is not."""
    said = unbake(raw)
    if said.startswith("https://"):
        return _hosted(said, web, recipient)
    if said.startswith("{"):
        body = _object(said)
        if "proof" in body:
            raise refused(
                "Badges with a Data Integrity proof cannot be checked yet. Ask for it as a signed JWT."
            )
        return _hosted(text(body, "id", limit=URL_CHARS), web, recipient)
    if said.count(".") == 2:  # noqa: PLR2004 - header, payload, signature
        claims = badge_keys.claims_of(said)
        body = dig(claims, "vc") or claims
        return (
            _v3(said, body, web, recipient) if _is(body, V3, exact=False) else _signed(said, web, recipient)
        )
    raise refused("This is no Open Badge: neither an image, nor an address, nor a signed text.")


def refused(sentence: str) -> IssuerError:
    return IssuerError(sentence, retry=False)


def _object(said: str) -> dict[str, Any]:
    try:
        body = json.loads(said)
    except (ValueError, RecursionError):
        raise refused("This badge is not JSON.") from None
    if not isinstance(body, dict):
        raise refused("This badge is not a JSON object.")
    return body


def _hosted(address: str, web: Web, recipient: Recipient) -> dict[str, Any]:
    """Open Badges 2.0: the assertion is true because its issuer shows it at its own address."""
    found = expect(web.get(address, {"Accept": "application/ld+json, application/json"}), "The issuer")
    if found is None or dig(found, "revoked") is True:
        raise refused("This badge was revoked or withdrawn by its issuer.")
    if text(found, "id", limit=URL_CHARS) != address or not _is(found, V2):
        raise refused("What stands at the badge's address is another badge.")
    kind = text(found, "verification", "type") or text(found, "verify", "type")
    if kind.lower() not in ("hosted", "hostedbadge"):
        raise refused("This badge is not meant to be checked at its address.")
    made, issuer = _class_and_issuer(found, web)
    if urlsplit(address).hostname != urlsplit(text(issuer, "id", limit=URL_CHARS)).hostname:
        raise refused("The badge does not stand at its issuer's own address.")
    return _v2_fields(found, made, issuer, recipient)


def _signed(token: str, web: Web, recipient: Recipient) -> dict[str, Any]:
    """Open Badges 2.0: the assertion is true because a key that its issuer names has signed it."""
    claims = badge_keys.claims_of(token)
    if not _is(claims, V2):
        raise refused("This signed text is no Open Badge of version 2 or 3.")
    made, issuer = _class_and_issuer(claims, web)
    badge_keys.verify_v2(token, claims, issuer, web)
    listed = text(issuer, "revocationList", limit=URL_CHARS)
    if listed:
        revoked = dig(expect(web.get(listed), "The issuer"), "revokedAssertions")
        if not isinstance(revoked, list):  # what is gone, or no list, does not say that the badge holds
            raise refused("The issuer's list of revoked badges cannot be read.")
        ids = {one if isinstance(one, str) else text(one, "id", limit=URL_CHARS) for one in revoked}
        if text(claims, "id", limit=URL_CHARS) in ids:
            raise refused("This badge was revoked by its issuer.")
    return _v2_fields(claims, made, issuer, recipient)


def _v3(token: str, body: Mapping[str, Any], web: Web, recipient: Recipient) -> dict[str, Any]:
    """Open Badges 3.0 as VC-JWT: signed by a key at the issuer's own address, and not on its status list."""
    issuer = dig(body, "issuer")
    issuer_id = issuer if isinstance(issuer, str) else text(issuer, "id", limit=URL_CHARS)
    badge_keys.verify_v3(token, issuer_id, web)
    require_not_revoked(dig(body, "credentialStatus"), text(body, "id", limit=URL_CHARS), issuer_id, web)
    subject = dig(body, "credentialSubject")
    subject = subject[0] if isinstance(subject, list) and subject else subject
    email = _proven(_identifier(subject), "identityHash", recipient)
    achievement = dig(subject, "achievement")
    return _fields(
        id_=text(body, "id", limit=300),
        name=text(achievement, "name") or text(body, "name"),
        credential=text(achievement, "id", limit=300),
        issuer=(text(issuer, "name") if not isinstance(issuer, str) else "") or issuer_id,
        issued=text(body, "validFrom") or text(body, "issuanceDate"),
        expires=text(body, "validUntil")
        or text(body, "expirationDate")
        or _instant(badge_keys.claims_of(token)),
        recipient=Recipient(name=recipient.name, email=email),
    )


def _identifier(subject: Any) -> Any:
    """The holder's address, hashed or not; the subject's own id where that is all there is."""
    listed = dig(subject, "identifier")
    known = (
        [one for one in listed if text(one, "identityType") == "emailAddress"]
        if isinstance(listed, list)
        else []
    )
    return known[0] if known else {"identityHash": text(subject, "id", limit=320).removeprefix("mailto:")}


def _class_and_issuer(assertion: Mapping[str, Any], web: Web) -> tuple[Any, Any]:
    made = _followed(dig(assertion, "badge"), web)
    return made, _followed(dig(made, "issuer"), web)


def _followed(place: Any, web: Web) -> Any:
    """What an address leads to. What is embedded counts only by what its own address says."""
    address = place if isinstance(place, str) else text(place, "id", limit=URL_CHARS)
    found = expect(web.get(address), "The issuer")
    if text(found, "id", limit=URL_CHARS) != address:
        raise refused("The badge names an issuer that does not stand to it.")
    return found


def _v2_fields(assertion: Any, made: Any, issuer: Any, recipient: Recipient) -> dict[str, Any]:
    who = dig(assertion, "recipient")
    if text(who, "type") != "email":
        raise refused("The badge does not name its holder by an e-mail address.")
    return _fields(
        id_=text(assertion, "id", limit=300),
        name=text(made, "name"),
        credential=text(made, "id", limit=300),
        issuer=text(issuer, "name") or text(issuer, "id"),
        issued=text(assertion, "issuedOn"),
        expires=text(assertion, "expires"),
        recipient=Recipient(name=recipient.name, email=_proven(who, "identity", recipient)),
    )


def _fields(
    *, id_: str, name: str, credential: str, issuer: str, issued: str, expires: str, recipient: Recipient
) -> dict[str, Any]:
    try:
        begun, ends = first_day(issued), last_day(expires)
    except ValueError:
        raise refused("The badge has a date that is none.") from None
    return {
        "source_id": id_,
        "said_at": moment(issued),
        "name": name,
        "credential": credential,
        "person_name": recipient.name,
        "person_email": recipient.email,
        "issuer": issuer,
        "issued": begun.isoformat() if begun else None,
        "expires": ends.isoformat() if ends else None,
        "evidence": id_ if id_.startswith("https://") else "",
    }


def _instant(claims: Mapping[str, Any]) -> str:
    """The end that the token alone states, as version 1.1 of verifiable credentials has it."""
    end = claims.get("exp")
    try:
        return datetime.fromtimestamp(end, UTC).isoformat() if isinstance(end, int | float) else ""
    except (OverflowError, OSError, ValueError):
        raise refused("The badge has a date that is none.") from None


def _proven(who: Any, name: str, recipient: Recipient) -> str:
    """The holder's address: as the badge says it, or as it was entered, if the badge's hash of it fits."""
    identity = text(who, name, limit=320)
    hashed = dig(who, "hashed") is True or "$" in identity
    if not hashed:
        if "@" not in identity:
            raise refused("The badge does not name its holder by an e-mail address.")
        return identity.lower()
    if not recipient.email:
        raise refused("The badge hides its holder's address. Enter the address to check it.")
    made, _, digest = identity.partition("$")
    if made != "sha256":
        raise refused("The badge hides its holder's address in a way that is not safe.")
    for typed in dict.fromkeys((recipient.email.strip(), recipient.email.strip().lower())):
        mine = hashlib.sha256((typed + text(who, "salt", limit=500)).encode()).hexdigest()
        if hmac.compare_digest(mine.encode(), digest.lower().encode()):
            return typed.lower()
    raise refused("The badge belongs to another address.")


def _is(body: Any, context: str, *, exact: bool = True) -> bool:
    contexts = dig(body, "@context")
    named = [c for c in (contexts if isinstance(contexts, list) else [contexts]) if isinstance(c, str)]
    return any(one == context if exact else one.startswith(context) for one in named)
