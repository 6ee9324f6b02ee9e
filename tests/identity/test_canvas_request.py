import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError, Reason
from app.identity.canvas_request import MAX_LENGTH, CanvasRequest, salesforce_id, verify
from tests.identity.envelopes import DEAL, ORG, SECRET, USER, envelope, sign, sign_text


def refusal(signed_request: str, *secrets: str) -> Reason:
    with pytest.raises(AppError) as caught:
        verify(signed_request, secrets or (SECRET,))
    return caught.value.reason


def test_a_request_of_a_record_page_is_read() -> None:
    request = verify(sign(envelope()), [SECRET])

    assert request.organization_id == ORG
    assert request.user_id == USER
    assert request.full_name == "Anna Sørensen"
    assert request.record == RecordKey(ObjectKind.DEAL, DEAL)
    assert request.target_origin == "https://sample.lightning.force.com"
    assert request.time_zone == "Europe/Copenhagen"


@pytest.mark.parametrize("url_safe", [False, True])
@pytest.mark.parametrize("padded", [False, True])
def test_both_base64_alphabets_are_read_with_and_without_padding(url_safe: bool, padded: bool) -> None:
    odd = envelope(context__user__fullName="Ærø ÿÿ>>>???~~~ 測試")

    request = verify(sign(odd, url_safe=url_safe, padded=padded), [SECRET])

    assert request.full_name == "Ærø ÿÿ>>>???~~~ 測試"


def test_the_old_secret_still_verifies_during_a_rotation() -> None:
    assert verify(sign(envelope(), "old"), ["new", "old"]).user_id == USER


def test_a_request_signed_by_nobody_we_know_is_refused() -> None:
    assert refusal(sign(envelope(), "stranger")) is Reason.BAD_SIGNATURE


def test_an_empty_secret_signs_nothing() -> None:
    assert refusal(sign(envelope(), ""), "") is Reason.BAD_SIGNATURE


def test_without_any_secret_everything_is_refused() -> None:
    with pytest.raises(AppError) as caught:
        verify(sign(envelope()), [])

    assert caught.value.reason is Reason.BAD_SIGNATURE


def test_an_envelope_is_not_parsed_before_its_signature_is_proved() -> None:
    assert refusal(sign_text("this is not JSON", "stranger")) is Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    "text", ["", ".", "a", "a.", ".a", "a.b.c", sign(envelope()) + ".x", "x." + sign(envelope())]
)
def test_another_form_than_two_parts_is_malformed(text: str) -> None:
    assert refusal(text) is Reason.MALFORMED


@pytest.mark.parametrize("text", ["é.e30", "YQ==.é", "YQ==.\ud800", "Y*.e30", "YQ==.e30\x00"])
def test_characters_outside_base64_are_a_bad_signature(text: str) -> None:
    assert refusal(text) is Reason.BAD_SIGNATURE


def test_a_plus_that_became_a_space_is_refused() -> None:
    signed = next(s for s in (sign(envelope(userId=f"{n}")) for n in range(99)) if "+" in s.split(".")[0])

    assert refusal(signed.replace("+", " ")) is Reason.BAD_SIGNATURE


def test_one_flipped_character_anywhere_is_refused() -> None:
    signed = sign(envelope())

    for at in (0, 20, 60, len(signed) // 2, len(signed) - 3):
        flipped = signed[:at] + ("A" if signed[at] != "A" else "B") + signed[at + 1 :]
        assert refusal(flipped) in (Reason.BAD_SIGNATURE, Reason.MALFORMED)


def test_a_request_beyond_the_bound_is_refused_before_it_is_hashed() -> None:
    assert refusal("A" * (MAX_LENGTH + 1)) is Reason.TOO_LARGE


@pytest.mark.parametrize("text", ["not json", "[1]", "null", '"text"', "{", "[" * 20_000])
def test_a_signed_text_that_is_no_json_object_is_malformed(text: str) -> None:
    assert refusal(sign_text(text)) is Reason.MALFORMED


@pytest.mark.parametrize("algorithm", ["none", "HS256", "", None, 1, ["HMACSHA256"]])
def test_another_algorithm_is_refused_even_when_signed(algorithm: object) -> None:
    if isinstance(algorithm, list):
        algorithm = json.dumps(algorithm)

    assert refusal(sign(envelope(algorithm=algorithm))) is Reason.BAD_SIGNATURE


def test_the_algorithm_may_be_left_out() -> None:
    value = envelope()
    del value["algorithm"]

    assert verify(sign(value), [SECRET]).user_id == USER


@pytest.mark.parametrize(
    "changes",
    [
        {"context__organization__organizationId": None},
        {"context__organization__organizationId": "00D'; DROP"},
        {"context__organization": []},
        {"client__oauthToken": None},
        {"client": "text"},
        {"context": None},
        {"context__user__userId": "me"},
    ],
)
def test_a_signed_envelope_without_its_identity_is_malformed(changes: dict[str, object]) -> None:
    assert refusal(sign(envelope(**changes))) is Reason.MALFORMED


@pytest.mark.parametrize(
    "parameters",
    [{}, None, "text", {"recordId": DEAL}, {"recordId": "x", "objectApiName": "Opportunity"}]
    + [{"recordId": DEAL, "objectApiName": name} for name in ("Lead", "opportunity", "", None, 7)],
)
def test_a_page_without_a_known_record_has_none(parameters: object) -> None:
    signed = sign(envelope(context__environment__parameters=parameters))

    assert verify(signed, [SECRET]).record is None


def test_a_contact_is_a_person() -> None:
    parameters = {"recordId": "0035g00000MariaAAA", "objectApiName": "Contact"}

    record = verify(sign(envelope(context__environment__parameters=parameters)), [SECRET]).record

    assert record == RecordKey(ObjectKind.CONTACT, "0035g00000MariaAAA")


def test_an_account_is_a_company() -> None:
    parameters = {"recordId": "0015g00000AcmeAAAU", "objectApiName": "Account"}

    record = verify(sign(envelope(context__environment__parameters=parameters)), [SECRET]).record

    assert record == RecordKey(ObjectKind.COMPANY, "0015g00000AcmeAAAU")


def test_keys_we_do_not_know_are_ignored() -> None:
    assert verify(sign(envelope() | {"novelty": {"deep": [1]}}), [SECRET]).user_id == USER


def test_another_spelling_of_the_signature_is_the_same_request() -> None:
    signed = sign(envelope())
    mac, text = signed.split(".")
    respelt = mac.replace("+", "-").replace("/", "_").rstrip("=") + "." + text

    assert verify(respelt, [SECRET]).digest == verify(signed, [SECRET]).digest


def test_the_access_token_does_not_show_in_a_traceback() -> None:
    assert "secret-access-token" not in repr(verify(sign(envelope()), [SECRET]))


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001D000000IRFma", "001D000000IRFmaIAH"),
        ("0065g00000abcde", "0065g00000abcdeAAA"),
        ("00D5g00000SAMPL", "00D5g00000SAMPLEA5"),
    ],
)
def test_a_short_id_gets_the_suffix_that_tells_its_capitals(short: str, long: str) -> None:
    assert salesforce_id(short) == long
    assert salesforce_id(long) == long


@pytest.mark.parametrize("text", ["", "001", "0" * 16, "0" * 19, "0065g00000abcd\n", "0065g00000äbcde"])
def test_what_is_no_id_is_none(text: str) -> None:
    assert salesforce_id(text) is None


@given(st.text(max_size=200))
def test_no_text_ever_raises_anything_but_a_refusal(text: str) -> None:
    assert refusal(text) in (Reason.BAD_SIGNATURE, Reason.MALFORMED)


PATHS = [
    "client",
    "context",
    "userId",
    "algorithm",
    "context__user",
    "context__organization",
    "context__environment",
    "client__oauthToken",
    "context__environment__parameters",
    "context__user__fullName",
    "context__environment__parameters__recordId",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(PATHS),
    JSON,
)
def test_any_signed_value_is_read_or_refused(path: str, value: object) -> None:
    signed = sign(envelope(**{path: value}))

    try:
        request = verify(signed, [SECRET])
    except AppError as error:
        assert error.reason in (Reason.MALFORMED, Reason.BAD_SIGNATURE)  # noqa: PT017
    else:
        assert isinstance(request, CanvasRequest)
        request.full_name.encode("utf-8")


def test_the_admin_tab_names_its_page_in_the_place_of_a_record() -> None:
    request = verify(sign(envelope(context__environment__parameters={"page": "admin"})), [SECRET])

    assert request.page == "admin"
    assert request.record is None
