"""What is fuzzed: every parser that reads a stranger's bytes.

A target returns, or refuses in the way that its callers know; whatever else it raises is a finding. Where a signature
stands before the parser, the bytes are signed first.
"""

import base64
import hashlib
import hmac
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import jwt
from marshmallow import ValidationError

from app.commands.certification_csv import read_rows
from app.commands.certification_feed import StatementSchema
from app.credentials.badge import Recipient, check
from app.credentials.baked import PNG, unbake
from app.credentials.port import IssuerError
from app.credentials.web import Answer
from app.demo.csv_report import Report
from app.demo.csv_table import read_table
from app.disclosure.policy_body import read_policy
from app.disclosure.policy_yaml import from_yaml, to_yaml
from app.domain.learning_record import NotAStatementError, read_statement
from app.domain.matching.compare import compare
from app.domain.matching.domains import registrable
from app.domain.matching.keys import keys_of
from app.domain.matching.profile import profile
from app.doors.command_body import read_json
from app.doors.share.visitor import cookie, form_key, zone_of
from app.doors.webhooks import events_in
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token
from app.identity import canvas_request, hubspot_signature, standard_webhooks
from app.identity.tokens import TYPE, Audience, Tokens
from app.matching_rows import read_rows as read_matching
from app.sharing.calendar import Day, to_ics
from app.sharing.mail import code_message
from tests.fuzz.seeds import SEEDS, png_of

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
SECRET = "a client secret"
ORIGIN = "https://app.vendor.example"
FEED_SECRET = "whsec_" + base64.b64encode(b"a feed's secret, 24 byte").decode()
REFUSALS = (AppError, IssuerError, NotAStatementError, ValidationError)

_key = base64.urlsafe_b64encode(b"k" * 32).decode()
_tokens = Tokens([_key], lambda: NOW)


@dataclass(frozen=True)
class Target:
    """`run` takes any bytes; `seeds` are real ones to begin with."""

    run: Callable[[bytes], None]
    seeds: Sequence[bytes]


def refusing(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The same, with the refusals it may answer by. One that blames us, or says nothing, is a finding."""

    def guarded(data: bytes) -> None:
        try:
            run(data)
        except REFUSALS as error:
            if isinstance(error, AppError) and (error.reason is Reason.INTERNAL or not error.message):
                raise AssertionError(error.reason) from error

    return guarded


def text_of(data: bytes) -> str:
    """As WSGI hands a header over: every byte is a character."""
    return data.decode("latin-1")


def halves(data: bytes, count: int = 2) -> list[bytes]:
    """Parts between 0xFF, which no UTF-8 text holds; those that are missing are empty."""
    parts = data.split(b"\xff", count - 1)
    return parts + [b""] * (count - len(parts))


def signed_request(data: bytes) -> None:
    """A canvas request as it came, and the same bytes as an envelope that Salesforce signed."""
    wanted = (SECRET,)
    refusing(lambda raw: _unsigned(text_of(raw), wanted))(data)
    envelope = base64.b64encode(data).decode()
    mac = base64.b64encode(hmac.digest(SECRET.encode(), envelope.encode(), "sha256")).decode()
    found = canvas_request.verify(f"{mac}.{envelope}", wanted)
    assert found.oauth_token
    assert found.user_id


def _unsigned(text: str, secrets: Sequence[str]) -> None:
    canvas_request.verify(text, secrets)
    raise AssertionError("bytes without our secret passed for signed ones")


def hubspot_request(data: bytes) -> None:
    """HubSpot's headers and address, and the user that a signed address names."""
    target, signature, stamp = map(text_of, halves(data, 3))
    refusing(lambda _: hubspot_signature.user_of(target) and None)(b"")
    given = hubspot_signature.SignedRequest(
        method="POST", target=target, body=data, signature=signature, timestamp=stamp or STAMP + "000"
    )
    hubspot_signature.verify(given, [SECRET], ORIGIN, NOW)
    raise AssertionError("bytes without our secret passed for signed ones")


def bearer(data: bytes) -> None:
    """A token as it came, and the same bytes as the claims of one that we signed."""
    text = text_of(data)
    for audience in (Audience.PREVIEW, Audience.SALESFORCE_PANEL):
        refusing(lambda _, wanted=audience: _no_bearer(wanted, text))(b"")
    claims = _json(data)
    if isinstance(claims, dict):
        secret = _tokens._keys[Audience.PREVIEW][0]
        said = {"aud": "preview", "iat": int(STAMP), "exp": int(STAMP) + 60} | claims
        signed = jwt.api_jws.encode(json.dumps(said).encode(), secret, headers={"typ": TYPE})
        found = _tokens.verify(Audience.PREVIEW, signed)
        assert found is not None
        assert found.expires_at <= NOW + timedelta(minutes=16)


def _no_bearer(audience: Audience, text: str) -> None:
    assert _tokens.verify(audience, text) is None


def share_token(data: bytes) -> None:
    """What a share page reads of a request before it knows whose it is: address, cookies, the form's key."""
    text = text_of(data)
    assert len(hash_token(text)) == 64
    value = cookie(text, "__Host-alongside-ABCD2345")
    assert ";" not in value
    assert all(letter.isascii() and (letter.isalnum() or letter in "_+/-") for letter in zone_of(text))
    form_key(text)


def csv_import(data: bytes) -> None:
    """A pipeline export, and the two files of conflicts match."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        path = Path(file.name)
        path.write_bytes(data)
        read_table(path, ("account", "sales_agent"), ("close_value",), Report())
        list(read_matching(path, ("id", "name", "website", "emails")))


def certification_csv(data: bytes) -> None:
    for row in read_rows(data.decode("utf-8", "replace"), NOW):
        assert row.line > 1


def policy_yaml(data: bytes) -> None:
    """What is read is a policy, and written and read again it is the same one."""
    policy = read_policy(from_yaml(data.decode("utf-8", "surrogateescape")), 3)
    again = read_policy(from_yaml(to_yaml(policy)), 3)
    assert again.to_json() == policy.to_json()


def xapi(data: bytes) -> None:
    found = read_statement(_json(data), "2026-11-22T10:00:00Z")
    if found:
        StatementSchema().load({**found, "source": "xapi"})


def webhook(data: bytes) -> None:
    """A feed's message as it came and signed, and HubSpot's events."""
    message_id, stamp, signatures, body = halves(data, 4)
    forged = standard_webhooks.Message(
        id=text_of(message_id), timestamp=text_of(stamp) or STAMP, signatures=text_of(signatures), body=body
    )
    refusing(lambda _: _forged(forged))(b"")
    at = datetime.fromtimestamp(int(STAMP), UTC)
    signed = standard_webhooks.sign(FEED_SECRET, text_of(message_id) or "m", at, data)
    real = standard_webhooks.Message(
        id=text_of(message_id) or "m", timestamp=STAMP, signatures=signed, body=data
    )
    if len(message_id) <= standard_webhooks.MAX_ID:
        standard_webhooks.verify(real, [FEED_SECRET], NOW)
    events_in(data)


def _forged(message: standard_webhooks.Message) -> None:
    standard_webhooks.verify(message, [FEED_SECRET], NOW)
    raise AssertionError("bytes without our secret passed for signed ones")


class Pages:
    """The internet as the fuzzer wants it: whatever is asked for, this is the answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Answer:
        if not address.startswith("https://"):
            raise IssuerError("not https", retry=False)
        return Answer(status=200, body=self.body.replace(b"$", address.encode("utf-8", "replace")))


def open_badge(data: bytes) -> None:
    """A badge, and what its issuer's pages say."""
    said, page = halves(data)
    refusing(lambda raw: check(raw, Pages(page), KIM) and None)(said)  # type: ignore[arg-type]
    claims = base64.urlsafe_b64encode(said).rstrip(b"=")
    check(b"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + claims + b".AAAA", Pages(page), KIM)  # type: ignore[arg-type]


KIM = Recipient(name="Kim", email="kim@northwind.example")


def baked_image(data: bytes) -> None:
    """A PNG as it came, the same bytes as the baked chunk, and as a compressed text."""
    refusing(lambda raw: unbake(raw) and None)(data)
    refusing(lambda raw: unbake(PNG + raw) and None)(data)
    assert len(unbake(png_of(b"openbadges\0" + data)).encode()) <= 2_000_000


def mail_address(data: bytes) -> None:
    """No address, name or vendor adds a header, a recipient or a part."""
    address, vendor = (part.decode("utf-8", "surrogateescape") for part in halves(data))
    made = code_message("Vendor <no-reply@vendor.example>", address, "123456", vendor)
    wire = made.as_bytes()
    head = wire.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert len(names) == len(set(names)), names
    assert set(names) <= HEADERS, names
    assert len(made["To"].addresses) == 1


HEADERS = {
    name.encode()
    for name in [
        "from",
        "to",
        "date",
        "message-id",
        "auto-submitted",
        "x-auto-response-suppress",
        "subject",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
    ]
}


def calendar(data: bytes) -> None:
    """Whatever a step is called, the file has one entry for it, and reads as it was written."""
    title, note, days = halves(data, 3)
    due = date.fromordinal(1 + int.from_bytes(days[:3], "big") % date.max.toordinal())
    text = title.decode("utf-8", "replace")
    step = Day(
        id=hashlib.sha256(title).hexdigest(), title=text, due=due, note=note.decode("utf-8", "replace")
    )
    raw = to_ics(text, [step, step], NOW, mark="for Kim")
    read = icalendar.Calendar.from_ical(raw)
    assert len(read.walk("VEVENT")) == 2
    assert {str(kind.name) for kind in read.walk()} == {"VCALENDAR", "VEVENT"}
    assert read.walk("VEVENT")[0].decoded("dtstart") == due


def company(data: bytes) -> None:
    """Two companies, made comparable and compared: bounded, and the same whichever way round is asked twice."""
    name, website, mail, other = (part.decode("utf-8", "replace") for part in halves(data, 4))
    one = profile(name, website, [mail], "US", partner_name=other, partner_domain=website)
    two = profile(other, mail, [website], name)
    assert len(keys_of(one)) <= 64
    assert registrable(registrable(website)) == registrable(website)
    assert 0 <= compare(one, two).probability <= 1
    assert compare(one, two) == compare(one, two)


def _json(data: bytes) -> object:
    try:
        return read_json(data)
    except (ValueError, RecursionError):
        raise AppError(Reason.MALFORMED, "The message is not JSON.") from None


TARGETS: Mapping[str, Target] = {
    run.__name__: Target(run=refusing(run), seeds=SEEDS[run.__name__])
    for run in (
        signed_request,
        hubspot_request,
        bearer,
        share_token,
        csv_import,
        certification_csv,
        policy_yaml,
        xapi,
        webhook,
        open_badge,
        baked_image,
        mail_address,
        calendar,
        company,
    )
}
