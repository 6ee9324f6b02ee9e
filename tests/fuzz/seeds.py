"""Real inputs of every parser that is fuzzed, for the fuzzer to change."""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence

from app.credentials.baked import PNG


def png_of(body: bytes) -> bytes:
    return PNG + struct.pack(">I", len(body)) + b"iTXt" + body + b"\0\0\0\0"


_EVENT = {
    "eventId": 1,
    "portalId": 62515,
    "subscriptionType": "deal.propertyChange",
    "occurredAt": 1795341600000,
    "objectId": 900,
}
_STATEMENT = {
    "actor": {"mbox": "mailto:kim@northwind.example", "name": "Kim"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
    "object": {"id": "https://courses.example/1", "definition": {"name": {"en": "Implementation"}}},
    "timestamp": "2026-11-22T10:00:00Z",
}
_CANVAS = {
    "algorithm": "HMACSHA256",
    "client": {"oauthToken": "t", "instanceUrl": "https://sample.my.salesforce.com"},
    "context": {
        "user": {"userId": "0055g00000AnnaAAAQ", "userName": "anna@sample.example"},
        "organization": {"organizationId": "00D5g00000SamplEAA"},
        "environment": {"parameters": {"recordId": "0065g00000Deal1AAC", "objectApiName": "Opportunity"}},
    },
}
_BADGE = {
    "@context": "https://w3id.org/openbadges/v2",
    "id": "https://badges.example/1",
    "type": "Assertion",
    "recipient": {"type": "email", "hashed": False, "identity": "kim@northwind.example"},
    "badge": "https://badges.example/1",
    "issuer": "https://badges.example/1",
    "verification": {"type": "hosted"},
    "issuedOn": "2026-11-01T00:00:00Z",
    "revocationList": "https://badges.example/1",
    "revokedAssertions": [],
}
_BADGE_3 = {
    "@context": ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "issuer": {"id": "https://badges.example/1", "name": "Academy"},
    "credentialSubject": {"identifier": [{"identityType": "emailAddress", "identityHash": "kim@n.example"}]},
    "credentialStatus": {"type": "1EdTechRevocationList", "id": "https://badges.example/1"},
    "validUntil": "2027-11-01",
    "exp": 1795341600,
}
_CLAIMS = {"record": "deal:900", "kind": "seller", "user": "u1", "name": "Sam", "email": "s@v.example"}


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode()


SEEDS: Mapping[str, Sequence[bytes]] = {
    "signed_request": [_bytes(_CANVAS), b"c2ln.ZW52", b"a.b.c", b'{"client": 1}'],
    "hubspot_request": [
        b"/hubspot/cards/plan?portalId=1&userId=2&userEmail=a%40b.example&appId=3\xffc2ln",
        b"/x\xffMA==\xff1795341600000",
        b"http://[::1\xff" + b"A" * 44,
    ],
    "bearer": [_bytes(_CLAIMS | {"tenant": "t1"}), b'{"iat": 1e400}', b"eyJ0eXAiOiJKV1QifQ.e30."],
    "share_token": [
        b"__Host-alongside-ABCD2345=abc; alongside-zone=Europe/Berlin",
        b"0123456789abcdef",
        b";=;==",
    ],
    "csv_import": [
        b"account,sales_agent,close_value\nInitech,Ann,1.000\n",
        b"\xef\xbb\xbfid;name;website;emails\n1;Initech;initech.com;a@initech.com\n",
        '\ufeffaccount,sales_agent\n"x\ny",=1+1\n'.encode("utf-16"),
    ],
    "certification_csv": [
        b"certification,email,issued,expires\nPro,kim@n.example,2026-01-31,2027-01-31\n",
        b"course;partner;status\nPro;Northwind;revoked\n",
    ],
    "policy_yaml": [
        b"format: 2\ngrid:\n  reseller:\n    deal: {name: show, amount: band}\n",
        (
            b"format: 2\ngrid: {}\nrules:\n"
            b"  - {object: deal, field: amount, treatment: show, stage: s1}\n"
            b"motion: {field: type, values: {a: sourced}}\n"
            b"territories: {object: company, field: country, partners: {p1: [DE]}}\n"
            b"people: {p1: ['@n.example']}\napproval: 25\n"
        ),
        b"a: &x [*x]\n",
    ],
    "xapi": [_bytes(_STATEMENT), b'{"actor": 1}'],
    "webhook": [_bytes([_EVENT]), b"m1\xff1795341600\xffv1,AAAA v1a,BBBB\xff{}", b'[{"eventId": {}}]'],
    "open_badge": [
        _bytes(_BADGE) + b"\xff" + _bytes(_BADGE),
        _bytes(_BADGE_3) + b"\xff" + _bytes(_BADGE_3),
        _bytes(_BADGE) + b"\xff" + _bytes(_BADGE | {"revokedAssertions": 1, "publicKeyPem": "x"}),
    ],
    "baked_image": [
        b"\0\0\0\0{}",
        b"\x01\0\0\0" + zlib.compress(b"https://badges.example/1"),
        png_of(b"openbadges\0\0\0\0\0{}")[len(PNG) :],
        b"<svg><openbadges:assertion verify='https://b.example'></openbadges:assertion></svg>",
    ],
    "mail_address": [b"kim@northwind.example\xffVendor Inc.", b"a@b.c\r\nBcc: x@y.z\xff=?utf-8?q?x?="],
    "calendar": [
        b"On the last day that there is\xff\xff\x37\xb9\xda",
        b"Kick-off\xffours\xff\x0b\x4a\xe0",
        b"a\r\nBEGIN:VEVENT\xff;,\\n\xff\x00\x00\x00",
    ],
    "company": [
        b"M\xc3\xbcller GmbH & Co. KG\xffhttps://www.mueller.example/x\xffk@mueller.de\xffMueller",
        "株式会社日立\xff".encode() + b"\xffhitachi.co.jp\xffa@b\xff(a(b(c",
    ],
}
