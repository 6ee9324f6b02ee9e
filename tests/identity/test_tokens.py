import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.ground.clock import SteppingClock
from app.ground.errors import AppError, Reason
from app.identity.tokens import MAX_LENGTH, Audience, Tokens, _derived

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
OTHER_KEY = base64.urlsafe_b64encode(b"o" * 32).decode()
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
RECORD = RecordKey(ObjectKind.DEAL, "0065g00000Deal1AAC")
ACTOR = Actor(
    kind=ActorKind.SELLER, id="0055g00000AnnaAAAQ", name="Anna Sørensen 測", email="anna@sample.example"
)
PANEL = Audience.SALESFORCE_PANEL


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(START)


@pytest.fixture
def tokens(clock: SteppingClock) -> Tokens:
    return Tokens([KEY], clock)


def mint(tokens: Tokens, audience: Audience = PANEL) -> str:
    return tokens.mint(audience, tenant_id="t1", record=RECORD, actor=ACTOR)


def forged(
    claims: dict[str, object] | None = None, typ: str = "alongside+jwt", key: bytes | None = None
) -> str:
    now = int(START.timestamp())
    body: dict[str, object] = {
        "aud": "salesforce-panel", "iat": now, "exp": now + 600, "tenant": "t1", "record": "deal:1",
        "user": "u", "name": "n", "email": "e", "kind": "seller",
    }  # fmt: skip
    body |= claims or {}
    return jwt.encode(body, key or _derived([KEY], PANEL)[0], algorithm="HS256", headers={"typ": typ})


def refusal(tokens: Tokens, token: str, audience: Audience = PANEL, **options: timedelta) -> Reason:
    with pytest.raises(AppError) as caught:
        tokens.verify(audience, token, **options)
    return caught.value.reason


def test_a_bearer_says_who_may_do_what_where(tokens: Tokens) -> None:
    bearer = tokens.verify(PANEL, mint(tokens))

    assert bearer is not None
    assert (bearer.tenant_id, bearer.record, bearer.actor) == ("t1", RECORD, ACTOR)
    assert bearer.expires_at == START + timedelta(minutes=15)


def test_a_bearer_ends_after_its_life(tokens: Tokens, clock: SteppingClock) -> None:
    token = mint(tokens)
    clock.advance(timedelta(minutes=14, seconds=59))
    assert tokens.verify(PANEL, token)

    clock.advance(timedelta(seconds=1))

    assert refusal(tokens, token) is Reason.EXPIRED


def test_an_ended_bearer_is_known_within_its_grace(tokens: Tokens, clock: SteppingClock) -> None:
    token = mint(tokens)
    clock.advance(timedelta(minutes=20))

    assert tokens.verify(PANEL, token, grace=timedelta(hours=1))
    assert refusal(tokens, token, grace=timedelta(minutes=5)) is Reason.EXPIRED


def test_a_longer_life_than_the_longest_is_cut(clock: SteppingClock) -> None:
    bearer = Tokens([KEY], clock, life=timedelta(days=1)).verify(PANEL, mint(Tokens([KEY], clock)))

    assert bearer is not None
    assert bearer.expires_at == START + timedelta(minutes=15)


def test_a_bearer_of_another_surface_is_refused(tokens: Tokens) -> None:
    assert refusal(tokens, mint(tokens, Audience.PREVIEW)) is Reason.UNAUTHENTICATED


def test_the_keys_of_two_surfaces_differ() -> None:
    assert _derived([KEY], PANEL) != _derived([KEY], Audience.PREVIEW)


def test_a_rotated_key_still_verifies_and_the_newest_signs(clock: SteppingClock, tokens: Tokens) -> None:
    rotated = Tokens([OTHER_KEY, KEY], clock)

    assert rotated.verify(PANEL, mint(tokens))
    assert refusal(tokens, mint(rotated)) is Reason.UNAUTHENTICATED


def test_a_key_that_was_taken_out_verifies_nothing(clock: SteppingClock, tokens: Tokens) -> None:
    assert refusal(Tokens([OTHER_KEY], clock), mint(tokens)) is Reason.UNAUTHENTICATED


def test_a_tampered_claim_is_refused(tokens: Tokens) -> None:
    head, body, mac = mint(tokens).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["tenant"] = "t2"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    assert refusal(tokens, f"{head}.{changed}.{mac}") is Reason.UNAUTHENTICATED


@pytest.mark.parametrize("algorithm", ["none", "HS384", "RS256", "hs256", ""])
def test_another_algorithm_in_the_header_is_refused(tokens: Tokens, algorithm: str) -> None:
    _, body, mac = mint(tokens).split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "alongside+jwt"}).encode())

    assert refusal(tokens, f"{header.decode().rstrip('=')}.{body}.{mac}") is Reason.UNAUTHENTICATED


def test_an_unsigned_token_is_refused(tokens: Tokens) -> None:
    unsigned = jwt.encode(
        {"aud": "salesforce-panel"}, None, algorithm="none", headers={"typ": "alongside+jwt"}
    )

    assert refusal(tokens, unsigned) is Reason.UNAUTHENTICATED


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": int(START.timestamp()) + 120},
        {"exp": int(START.timestamp()) + 16 * 60},
        {"exp": 1 << 60},
        {"exp": "tomorrow"},
        {"exp": None},
        {"iat": True},
        {"record": "deal"},
        {"record": "planet:1"},
        {"record": 7},
        {"kind": "emperor"},
        {"tenant": None},
        {"aud": "share"},
    ],
)
def test_claims_we_would_never_write_are_refused(tokens: Tokens, claims: dict[str, object]) -> None:
    assert refusal(tokens, forged(claims)) in (Reason.UNAUTHENTICATED, Reason.MALFORMED)


def test_a_little_skew_between_our_own_hosts_is_borne(tokens: Tokens) -> None:
    assert tokens.verify(PANEL, forged({"iat": int(START.timestamp()) + 30}))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "Bearer", "." * 50, "A" * (MAX_LENGTH + 1)])
def test_a_text_that_is_no_token_of_ours_is_nobodys(tokens: Tokens, token: str) -> None:
    assert tokens.verify(PANEL, token) is None


def test_a_token_of_another_type_is_nobodys(tokens: Tokens) -> None:
    assert tokens.verify(PANEL, forged(typ="JWT")) is None


def test_without_a_key_there_are_no_tokens(clock: SteppingClock) -> None:
    with pytest.raises(AppError):
        Tokens([], clock)


@given(st.text() | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    assert Tokens([KEY]).verify(PANEL, text) is None


@given(
    st.dictionaries(st.sampled_from(["alg", "typ", "kid", "jku", "crit", "b64"]), st.text() | st.integers())
)
def test_no_header_raises_anything_but_a_refusal(header: dict[str, object]) -> None:
    head = (
        base64.urlsafe_b64encode(json.dumps(header | {"typ": "alongside+jwt"}).encode()).decode().rstrip("=")
    )

    try:
        assert Tokens([KEY]).verify(PANEL, f"{head}.e30.AAAA") is None
    except AppError as error:
        assert error.reason is Reason.UNAUTHENTICATED  # noqa: PT017


def test_a_header_nested_without_end_is_nobodys(tokens: Tokens) -> None:
    head = base64.urlsafe_b64encode(b"[" * 2900).decode().rstrip("=")

    assert tokens.verify(PANEL, f"{head}.e30.AAAA") is None


def test_a_code_for_a_frame_lives_a_minute(tokens: Tokens, clock: SteppingClock) -> None:
    code = mint(tokens, Audience.SALESFORCE_EMBED)
    clock.advance(timedelta(seconds=59))
    assert tokens.verify(Audience.SALESFORCE_EMBED, code) is not None

    clock.advance(timedelta(seconds=1))

    assert refusal(tokens, code, Audience.SALESFORCE_EMBED) is Reason.EXPIRED


def test_two_bearers_of_one_second_differ(tokens: Tokens) -> None:
    assert mint(tokens) != mint(tokens)
