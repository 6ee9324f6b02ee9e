"""HubSpot's signature, version 3: the published vectors, both forms of escapes, time, and everything malformed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ground.clock import from_millis
from app.ground.errors import AppError, Reason
from app.identity.hubspot_signature import SignedRequest, sign, user_of, verify

VECTORS = [
    (
        "f6e94c08-85d0-4608-bcc6-e1850176e7b8",
        "POST",
        "https://www.hubspot.com",
        "/webhook",
        b"REQUEST_BODY",
        "1632188626483",
        "jf872r5vscVcxCiDRHA4rGrqe/8BPLNVkdJSHdMnGTU=",
    ),
    (
        "f6e94c08-85d0-4608-bcc6-e1850176e7b8",
        "POST",
        "https://www.hubspot.com",
        "/webhook",
        b"",
        "1632188626483",
        "csXgk7UbrE9F8ZmMvbpuKBxqIvTSqU1EX9pI/SJtxSE=",
    ),
    (
        "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
        "POST",
        "https://www.example.com",
        "/webhook_uri",
        b"{'example_field':'example_value'}",
        "1693657560000",
        "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
    ),
    (
        "12345678-aaaa-bbbb-cccc-ddddeeeeffff",
        "GET",
        "https://hubspot.com",
        "/?appId=1&portalId=2&userId=3",
        b"",
        "1111111111",
        "zTfXjo07jfzGouo4wvyAj3qEMUTVJ0PPYPACrluQtQI=",
    ),
]
SECRET, ORIGIN = "client-secret", "https://app.example.com"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp() * 1000))


def signed(
    target: str,
    *,
    secret: str = SECRET,
    form: str | None = None,
    stamp: str = STAMP,
    method: str = "GET",
    body: bytes = b"",
) -> SignedRequest:
    signature = sign(secret, method, ORIGIN + (form or target), body, stamp).decode()
    return SignedRequest(method=method, target=target, body=body, signature=signature, timestamp=stamp)


def reason_of(request: SignedRequest, now: datetime = NOW) -> Reason | None:
    try:
        verify(request, [SECRET], ORIGIN, now)
    except AppError as error:
        return error.reason
    return None


@pytest.mark.parametrize(("secret", "method", "origin", "target", "body", "stamp", "signature"), VECTORS)
def test_every_published_vector_is_accepted(secret, method, origin, target, body, stamp, signature) -> None:
    request = SignedRequest(method=method, target=target, body=body, signature=signature, timestamp=stamp)

    verify(request, [secret], origin, from_millis(int(stamp)))


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        ("/x?email=a%40b.example", "/x?email=a@b.example"),
        ("/x?q=%3A%2F%3f%21%24%27%28%29%2A%2C%3b", "/x?q=:/?!$'()*,;"),
        ("/x?q=%C3%A9%20%2B", "/x?q=%C3%A9%20%2B"),
    ],
)
def test_a_signature_over_the_raw_or_the_decoded_address_is_accepted(raw: str, decoded: str) -> None:
    assert reason_of(signed(raw)) is None
    assert reason_of(signed(raw, form=decoded)) is None


def test_a_signature_over_a_fully_decoded_address_is_refused() -> None:
    assert reason_of(signed("/x?q=%C3%A9", form="/x?q=é")) is Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("skew", "reason"),
    [
        (timedelta(minutes=4, seconds=59), None),
        (timedelta(minutes=-4, seconds=-59), None),
        (timedelta(minutes=5, seconds=1), Reason.STALE_REQUEST),
        (timedelta(minutes=-5, seconds=-1), Reason.STALE_REQUEST),
    ],
)
def test_a_request_from_too_long_ago_or_from_the_future_is_refused(
    skew: timedelta, reason: Reason | None
) -> None:
    assert reason_of(signed("/x"), NOW + skew) is reason


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "POST"},
        {"target": "/y"},
        {"target": "/x?"},
        {"body": b"x"},
        {"timestamp": str(int(STAMP) + 1)},
        {"signature": ""},
        {"signature": "é" * 44},
        {"signature": "A" * 5000},
        {"signature": "====", "body": b""},
    ],
)
def test_a_request_that_was_changed_after_signing_is_refused(changed: dict[str, object]) -> None:
    values = {name: getattr(signed("/x"), name) for name in SignedRequest.__dataclass_fields__}

    assert reason_of(SignedRequest(**{**values, **changed})) is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("stamp", ["", "abc", "-1", "1e3", "९", " 1", "9" * 16, "9" * 5000])
def test_a_timestamp_that_is_none_is_refused(stamp: str) -> None:
    assert reason_of(signed("/x", stamp=stamp)) in (Reason.BAD_SIGNATURE, Reason.STALE_REQUEST)


def test_an_empty_secret_never_matches() -> None:
    with pytest.raises(AppError):
        verify(signed("/x", secret=""), [""], ORIGIN, NOW)


def test_both_secrets_are_good_while_one_is_rotated_out() -> None:
    verify(signed("/x", secret="old"), ["new", "old"], ORIGIN, NOW)


@given(st.text(), st.text(), st.text(), st.binary(), st.text())
def test_nothing_in_a_request_makes_it_raise_anything_but_a_refusal(
    method, target, signature, body, stamp
) -> None:
    request = SignedRequest(method=method, target=target, body=body, signature=signature, timestamp=stamp)
    try:
        verify(request, [SECRET], ORIGIN, NOW)
    except AppError:
        return
    raise AssertionError("a random request was accepted")


@given(st.text())
def test_reading_the_user_raises_nothing_but_a_refusal(target: str) -> None:
    try:
        user_of(target)
    except AppError:
        return


GOOD = "/c?userId=3&portalId=2&userEmail=a%40b.example&appId=1"


def test_the_user_is_read_from_the_appended_parameters() -> None:
    user = user_of(GOOD)

    assert (user.portal_id, user.user_id, user.email) == ("2", "3", "a@b.example")


@pytest.mark.parametrize(
    "target",
    [
        "/c",
        "/c?userId=3&portalId=2&appId=1",
        GOOD + "&portalId=9",
        "/c?portalId=9&" + GOOD[3:],
        GOOD.replace("portalId=2", "portalId="),
        GOOD + "&userEmail=x%40y.example",
    ],
)
def test_a_missing_empty_or_repeated_parameter_is_refused(target: str) -> None:
    with pytest.raises(AppError) as caught:
        user_of(target)
    assert caught.value.reason is Reason.BAD_SIGNATURE
