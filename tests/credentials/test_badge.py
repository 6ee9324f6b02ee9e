"""Open Badges 2.0 and 3.0: what is proven is taken, and every way around the proof is refused."""

import base64
import gzip
import hashlib
import json
import struct
import zlib

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.credentials.badge import V2, V3, Recipient, check
from app.credentials.baked import MAX_TEXT, PNG, unbake
from app.credentials.port import IssuerError
from app.credentials.web import Answer

HOST = "https://issuer.example"
BADGE, CLASS, ISSUER, KEY, LIST = (
    f"{HOST}/{name}" for name in ("badge/1", "class/1", "issuer", "key", "list")
)
KIM = Recipient(name="Kim Lee", email="kim@n.example")
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


class Pages:
    """The open web, as far as a test needs it."""

    def __init__(self, **pages: object) -> None:
        self.pages: dict[str, object] = {}
        self.asked: list[str] = []

    def get(self, url: str, headers: object = None) -> Answer:
        self.asked.append(url)
        if not url.startswith("https://"):
            raise IssuerError("This is no public https address.", retry=False)
        body = self.pages.get(url, 404)
        if isinstance(body, int):
            return Answer(body, b"{}")
        return Answer(200, body.encode() if isinstance(body, str) else json.dumps(body).encode())


def assertion(**more):
    hashed = "sha256$" + hashlib.sha256(b"kim@n.examplesalt").hexdigest()
    return {
        "@context": V2,
        "type": "Assertion",
        "id": BADGE,
        "recipient": {"type": "email", "hashed": True, "salt": "salt", "identity": hashed},
        "badge": CLASS,
        "verification": {"type": "hosted"},
        "issuedOn": "2026-01-10T12:00:00Z",
        "expires": "2027-01-10T00:00:00Z",
        **more,
    }


def web(**more):
    pages = Pages()
    pages.pages = {
        BADGE: assertion(),
        CLASS: {"id": CLASS, "name": "Implementation", "issuer": ISSUER},
        ISSUER: {"id": ISSUER, "name": "Acme Academy", "publicKey": KEY, "revocationList": LIST},
        KEY: {"id": KEY, "owner": ISSUER, "publicKeyPem": pem()},
        LIST: {"revokedAssertions": []},
        **more,
    }
    return pages


def pem():
    return RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def refusal(said, pages, who=KIM):
    with pytest.raises(IssuerError) as caught:
        check(said if isinstance(said, bytes) else said.encode(), pages, who)
    return caught.value.message


def png(text, keyword=b"openbadges", *, packed=False):
    body = zlib.compress(text.encode()) if packed else text.encode()
    chunk = keyword + b"\0" + bytes([packed, 0]) + b"\0\0" + body
    return PNG + b"".join(
        struct.pack(">I", len(data)) + kind + data + b"\0\0\0\0"
        for kind, data in ((b"IHDR", b"x"), (b"iTXt", chunk))
    )


SVG = '<svg xmlns:openbadges="http://openbadges.org"><openbadges:assertion verify="{}">{}</openbadges:assertion></svg>'


@pytest.mark.parametrize(
    "said",
    [
        BADGE.encode(),
        json.dumps(assertion()).encode(),
        png(BADGE),
        png(json.dumps(assertion()), packed=True),
        SVG.format(BADGE, "").encode(),
        SVG.format("", f"<![CDATA[{json.dumps(assertion())}]]>").encode(),
    ],
    ids=["address", "json", "png", "packed png", "svg by address", "svg by text"],
)
def test_a_hosted_badge_is_read_at_its_own_address(said):
    found = check(said, web(), KIM)

    assert (found["name"], found["issuer"], found["person_email"]) == (
        "Implementation",
        "Acme Academy",
        "kim@n.example",
    )
    assert (found["issued"], found["expires"], found["evidence"]) == ("2026-01-10", "2027-01-09", BADGE)


def test_what_the_badge_carries_is_not_what_counts():
    forged = assertion(badge={"id": CLASS, "name": "Grand Master", "issuer": ISSUER}, expires="2099-01-01")

    found = check(json.dumps(forged).encode(), web(), KIM)

    assert (found["name"], found["expires"]) == ("Implementation", "2027-01-09")


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ({BADGE: 410}, "revoked or withdrawn"),
        ({BADGE: 404}, "revoked or withdrawn"),
        ({BADGE: assertion(revoked=True)}, "revoked or withdrawn"),
        ({BADGE: assertion(id=f"{HOST}/other")}, "another badge"),
        ({BADGE: assertion(**{"@context": "https://evil.example/context"})}, "another badge"),
        ({BADGE: assertion(verification={"type": "signed"})}, "not meant to be checked"),
        ({CLASS: {"id": CLASS, "name": "X", "issuer": "https://other.example/i"}}, "does not stand"),
        ({ISSUER: {"id": "https://famous.example/"}}, "does not stand to it"),
        ({BADGE: assertion(recipient={"type": "url", "identity": "https://x"})}, "does not name its holder"),
        ({BADGE: assertion(recipient={"type": "email", "hashed": True, "identity": "md5$ab"})}, "not safe"),
        ({BADGE: assertion(expires="soon")}, "date that is none"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hosted_badge_that_its_issuer_does_not_stand_to_is_refused(pages, sentence):
    assert sentence in refusal(BADGE, web(**pages))


def test_a_badge_at_another_host_than_its_issuers_is_refused():
    elsewhere = "https://evil.example/b"

    assert "issuer's own address" in refusal(elsewhere, web(**{elsewhere: assertion(id=elsewhere)}))


@pytest.mark.parametrize(
    ("email", "sentence"), [("", "Enter the address"), ("ann@n.example", "another address")]
)
def test_a_hidden_address_has_to_be_entered_and_to_fit(email, sentence):
    assert sentence in refusal(BADGE, web(), Recipient(email=email))


def v2_signed(key=RSA, algorithm="RS256", **more):
    claims = assertion(verification={"type": "signed", "creator": KEY}, id="urn:uuid:1", **more)
    return jwt.encode(claims, key, algorithm=algorithm)


def test_a_signed_badge_is_proven_by_a_key_that_issuer_and_key_name_each_other():
    found = check(v2_signed().encode(), web(), KIM)

    assert (found["source_id"], found["name"], found["evidence"]) == ("urn:uuid:1", "Implementation", "")


@pytest.mark.parametrize(
    ("token", "pages", "sentence"),
    [
        (v2_signed(rsa.generate_private_key(public_exponent=65537, key_size=2048)), {}, "not its issuer's"),
        (v2_signed("x" * 40, "HS256"), {}, "not its issuer's"),
        (v2_signed("", "none"), {}, "not its issuer's"),
        (v2_signed(), {KEY: {"id": KEY, "owner": f"{HOST}/x", "publicKeyPem": pem()}}, "stand to the key"),
        (v2_signed(), {ISSUER: {"id": ISSUER, "name": "A", "publicKey": f"{HOST}/k2"}}, "stand to the key"),
        (v2_signed(), {KEY: {"id": KEY, "owner": ISSUER, "publicKeyPem": "nonsense"}}, "not its issuer's"),
        (v2_signed(), {LIST: {"revokedAssertions": [{"id": "urn:uuid:1"}]}}, "was revoked"),
        (v2_signed(), {LIST: {"revokedAssertions": 1}}, "cannot be read"),
        (v2_signed(), {LIST: {}}, "cannot be read"),
        (v2_signed(**{"@context": "urn:other"}), {}, "no Open Badge"),
    ],
    ids=["key", "shared", "none", "owner", "issuer", "pem", "revoked", "number", "no list", "context"],
)
def test_a_signed_badge_without_its_issuers_key_is_refused(token, pages, sentence):
    assert sentence in refusal(token, web(**pages))


KID = f"{HOST}/keys#1"
DID = "did:web:issuer.example"


def credential(**more):
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", f"{V3}-3.0.3.json"],
        "id": "urn:uuid:3",
        "issuer": {"id": ISSUER, "name": "Acme Academy"},
        "validFrom": "2026-01-10T12:00:00Z",
        "validUntil": "2027-01-10T00:00:00Z",
        "credentialSubject": {
            "identifier": [
                {"identityType": "emailAddress", "hashed": False, "identityHash": "Kim@N.example"}
            ],
            "achievement": {"id": CLASS, "name": "Implementation"},
        },
        **more,
    }


def v3(body=None, key=ED, algorithm="EdDSA", kid=KID, **headers):
    return jwt.encode(body or credential(), key, algorithm=algorithm, headers={"kid": kid, **headers})


def jwk(key, **more):
    kind = (
        jwt.algorithms.ECAlgorithm
        if isinstance(key, ec.EllipticCurvePrivateKey)
        else jwt.algorithms.OKPAlgorithm
    )
    return {**json.loads(kind.to_jwk(key.public_key())), **more}


def keyed(key=ED, **more):
    return web(**{f"{HOST}/keys": {"keys": [jwk(key, kid="1")]}, **more})


@pytest.mark.parametrize(("key", "algorithm"), [(ED, "EdDSA"), (EC, "ES256")], ids=["ed25519", "p-256"])
def test_a_badge_of_version_3_is_proven_by_a_key_at_its_issuers_address(key, algorithm):
    found = check(v3(key=key, algorithm=algorithm).encode(), keyed(key), Recipient())

    assert (found["name"], found["issuer"], found["person_email"]) == (
        "Implementation",
        "Acme Academy",
        "kim@n.example",
    )
    assert found["expires"] == "2027-01-09"


def test_an_issuer_may_be_a_did_of_its_own_host_and_the_badge_an_image_within_vc():
    method = {"id": "#k", "publicKeyJwk": jwk(ED)}
    pages = web(**{f"{HOST}/.well-known/did.json": {"id": DID, "verificationMethod": [method]}})
    body = credential(issuer=DID)
    body.pop("validUntil")
    token = jwt.encode({"vc": body, "exp": 1799452800}, ED, algorithm="EdDSA", headers={"kid": f"{DID}#k"})

    found = check(png(token, b"openbadgecredential"), pages, Recipient())

    assert (found["issuer"], found["expires"]) == (DID, "2027-01-08")


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        (v3(kid="https://evil.example/keys#1"), "at its issuer's address"),
        (v3(kid="http://issuer.example/keys#1"), "at its issuer's address"),
        (v3(kid="", jwk=jwk(ED)), "at its issuer's address"),
        (v3(key=ed25519.Ed25519PrivateKey.generate()), "not its issuer's"),
        (v3(key="x" * 40, algorithm="HS256"), "not its issuer's"),
        (v3(key="", algorithm="none"), "not its issuer's"),
        (v3(kid=f"{HOST}/keys#2"), "cannot be read"),
        (v3(credential(issuer="did:web:issuer.example%3A8443")), "cannot be looked up"),
        (v3(credential(credentialStatus={"type": "Other"})), "cannot be checked"),
    ],
    ids=["host", "http", "own key", "wrong key", "shared", "none", "no such key", "port", "status"],
)
def test_a_badge_of_version_3_that_nobody_stands_to_is_refused(token, sentence):
    assert sentence in refusal(token, keyed())


def bits(*taken):
    raw = bytearray(16)
    for index in taken:
        raw[index // 8] |= 0x80 >> (index % 8)
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(raw))).decode().rstrip("=")


def listed(*taken, issuer=ISSUER, key=ED, encoded=""):
    body = {"issuer": issuer, "credentialSubject": {"encodedList": encoded or bits(*taken)}}
    return jwt.encode(body, key, algorithm="EdDSA", headers={"kid": KID})


def on_list(index):
    status = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListCredential": LIST}
    return v3(credential(credentialStatus={**status, "statusListIndex": index}))


def test_a_badge_that_is_not_on_its_issuers_list_holds():
    assert check(on_list("9").encode(), keyed(**{LIST: listed(8, 10)}), Recipient())["name"]


@pytest.mark.parametrize(
    ("index", "page", "sentence"),
    [
        ("9", listed(9), "was revoked"),
        ("9", listed(issuer="https://evil.example/"), "another issuer's"),
        ("9", listed(key=ed25519.Ed25519PrivateKey.generate()), "not its issuer's"),
        ("9999", listed(), "place on the issuer's list"),
        ("-1", listed(), "place on the issuer's list"),
        ("9", listed(encoded="u!!!!"), "cannot be read"),
        ("9", "no token", "cannot be read"),
    ],
    ids=["revoked", "issuer", "key", "far", "negative", "encoding", "text"],
)
def test_a_list_that_says_so_or_proves_nothing_refuses_the_badge(index, page, sentence):
    assert sentence in refusal(on_list(index), keyed(**{LIST: page}))


@pytest.mark.parametrize(("revoked", "holds"), [([], True), ([{"id": "urn:uuid:3"}], False), (None, False)])
def test_a_revocation_list_by_id_is_read_too(revoked, holds):
    token = v3(credential(credentialStatus={"type": "1EdTechRevocationList", "id": LIST}))
    pages = keyed(**{LIST: {"revokedCredentials": revoked}})

    if holds:
        assert check(token.encode(), pages, Recipient())["name"]
    else:
        assert "revoked" in refusal(token, pages)


@pytest.mark.parametrize(
    "said",
    [
        json.dumps(credential(proof={"type": "DataIntegrityProof"})),
        "{",
        "[]",
        "hello",
        "",
        "http://x.example/b",
    ],
)
def test_what_cannot_be_checked_is_refused_with_a_reason(said):
    assert refusal(said, keyed())


@pytest.mark.parametrize("raw", [PNG, PNG + b"\xff" * 40, b"\xff\xfe", b"<svg></svg>", png("x", b"other")])
def test_an_image_without_a_badge_says_so(raw):
    assert refusal(raw, keyed())


def test_a_badge_that_unpacks_without_end_is_cut_off():
    assert len(unbake(png("x" * 9_000_000, packed=True))) == MAX_TEXT


def test_no_context_is_ever_fetched():
    pages = web()

    check(BADGE.encode(), pages, KIM)

    assert pages.asked == [BADGE, CLASS, ISSUER]


@given(
    st.binary(max_size=200).map(lambda raw: PNG + raw)
    | st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
)
def test_no_bytes_crash_the_check(raw):
    pages = Pages()
    with pytest.raises(IssuerError):
        check(raw, pages, KIM)
