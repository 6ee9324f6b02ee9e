"""Which key signed a badge. Only keys that stand at the issuer's own https address count; a key that the badge brings
along (`jwk`, `jku`, `x5u`) proves nothing, and `none` and shared secrets are no signatures."""

from typing import Any
from urllib.parse import urlsplit

import jwt

from app.credentials.port import IssuerError
from app.credentials.reading import dig, expect, text
from app.credentials.web import Web

ALGORITHMS = ("RS256", "ES256", "EdDSA")
URL_CHARS = 1_000
DID_WEB = "did:web:"


def claims_of(token: str) -> dict[str, Any]:
    """What the token says, unproven: only good for finding out who should have signed it."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _refused("This signed text cannot be read.") from None
    return claims


def verify_v2(token: str, claims: Any, issuer: Any, web: Web) -> None:
    """Raises IssuerError unless a key signed it that names the issuer as owner, and that the issuer names."""
    named_by = text(claims, "verification", "creator", limit=URL_CHARS)
    creator = named_by or text(claims, "verify", "url", limit=URL_CHARS)
    key = expect(web.get(creator), "The issuer")
    named = dig(issuer, "publicKey")
    keys = named if isinstance(named, list) else [named]
    ids = [one if isinstance(one, str) else text(one, "id", limit=URL_CHARS) for one in keys]
    owner = text(key, "owner", limit=URL_CHARS)
    mutual = creator in ids and owner == text(issuer, "id", limit=URL_CHARS)
    if text(key, "id", limit=URL_CHARS) != creator or not mutual:
        raise _refused("The issuer does not stand to the key that signed this badge.")
    _require_signed(token, text(key, "publicKeyPem", limit=10_000))


def verify_v3(token: str, issuer_id: str, web: Web) -> None:
    """Raises IssuerError unless a key at the issuer's own address signed it, by https or did:web."""
    try:
        kid = str(jwt.get_unverified_header(token).get("kid", ""))[:URL_CHARS]
    except jwt.PyJWTError:
        raise _refused("This signed text cannot be read.") from None
    if issuer_id.startswith(DID_WEB):
        document = expect(web.get(did_document(issuer_id)), "The issuer")
        methods = dig(document, "verificationMethod")
        wanted = kid if kid.startswith(DID_WEB) else f"{issuer_id}#{kid.rpartition('#')[2]}"
        found = [
            one for one in methods or () if _absolute(text(one, "id", limit=URL_CHARS), issuer_id) == wanted
        ]
        if dig(document, "id") != issuer_id or not found:
            raise _refused("The issuer does not stand to the key that signed this badge.")
        return _require_signed(token, _from_jwk(dig(found[0], "publicKeyJwk")))
    if not kid.startswith("https://") or urlsplit(kid).hostname != urlsplit(issuer_id).hostname:
        raise _refused("The key that signed this badge does not stand at its issuer's address.")
    return _require_signed(token, _from_jwk(expect(web.get(kid.partition("#")[0]), "The issuer"), kid))


def did_document(did: str) -> str:
    """Where a did:web keeps its document (W3C did:web method, "Read")."""
    host, *path = did.removeprefix(DID_WEB).split(":")
    if "%" in did or "/" in did:
        raise _refused("This issuer's name cannot be looked up.")
    return f"https://{host}/{'/'.join(path)}/did.json" if path else f"https://{host}/.well-known/did.json"


def _absolute(name: str, did: str) -> str:
    return did + name if name.startswith("#") else name


def _from_jwk(body: Any, kid: str = "") -> Any:
    """The public key of a JWK, or of the one in a set that the token names."""
    keys = dig(body, "keys")
    if isinstance(keys, list):
        body = next(
            (one for one in keys if text(one, "kid", limit=URL_CHARS) in (kid, kid.partition("#")[2])), None
        )
    if not isinstance(body, dict) or "d" in body:
        raise _refused("The issuer's key cannot be read.")
    try:
        return jwt.PyJWK.from_dict(body).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        raise _refused("The issuer's key cannot be read.") from None


def _require_signed(token: str, key: Any) -> None:
    try:
        jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            options={"verify_exp": False, "verify_nbf": False, "verify_aud": False, "verify_iat": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        raise _refused("The signature of this badge is not its issuer's.") from None


def _refused(sentence: str) -> IssuerError:
    return IssuerError(sentence, retry=False)
