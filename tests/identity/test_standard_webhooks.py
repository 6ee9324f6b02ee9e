"""Standard Webhooks: what is signed is taken, all else refused, and nothing crashes."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ground.errors import AppError, Reason
from app.identity.standard_webhooks import Message, sign, verify

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
OLD, NEW = ("whsec_" + base64.b64encode(bytes([n] * 32)).decode() for n in (1, 2))
BODY = b'{"type":"certification.awarded"}'


def message(at=NOW, secret=NEW, **more):
    values = {"id": "msg_1", "timestamp": str(int(at.timestamp())), "body": BODY}
    return Message(**{**values, "signatures": sign(secret, "msg_1", at, BODY), **more})


def reason(given, secrets=(NEW,)):
    with pytest.raises(AppError) as caught:
        verify(given, secrets, NOW)
    return caught.value.reason


def test_the_vector_of_the_specification_is_taken():
    at = datetime.fromtimestamp(1614265330, UTC)
    signed = Message(
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp="1614265330",
        signatures="v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        body=b'{"test": 2432232314}',
    )

    verify(signed, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], at)


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_a_signed_message_within_five_minutes_is_taken(seconds):
    verify(message(NOW + timedelta(seconds=seconds)), [NEW], NOW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_future_message_is_refused(seconds):
    assert reason(message(NOW + timedelta(seconds=seconds))) is Reason.STALE_REQUEST


def test_old_and_new_secret_work_while_they_change_over():
    verify(message(secret=OLD), [NEW, OLD], NOW)
    both = f"v1a,AAAA v2,BBBB {sign(OLD, 'msg_1', NOW, BODY)} {sign(NEW, 'msg_1', NOW, BODY)}"
    verify(message(signatures=both), [NEW], NOW)


@pytest.mark.parametrize(
    "change",
    [
        *({"id": value} for value in ("msg_2", "", "x" * 300)),
        *({"timestamp": value} for value in ("", "-1", "1e9", "١٢٣", "9" * 30)),
        *({"signatures": value} for value in ("", "v1", "v1,", "v1,a,b", "v1,é", "v1,====", "v1,\ud800")),
        {"body": BODY + b" "},
        {"signatures": "v1,AAAA " * 1000},
    ],
    ids=str,
)
def test_whatever_was_changed_is_refused(change):
    assert reason(message(**change)) is Reason.BAD_SIGNATURE


def test_a_feed_without_a_secret_takes_nothing():
    assert reason(message(), secrets=()) is Reason.BAD_SIGNATURE


@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=200), st.binary(max_size=50))
def test_no_bytes_crash_the_check(id_, timestamp, signatures, body):
    with pytest.raises(AppError):
        verify(Message(id=id_, timestamp=timestamp, signatures=signatures, body=body), [NEW], NOW)
