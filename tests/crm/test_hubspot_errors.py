"""The tables that turn HubSpot's refusals into the port's errors."""

import pytest

from app.crm.hubspot_errors import error_of, sentence
from app.crm.port import Conflict, CrmError, Forbidden, NotFound, RateLimited, Rejected, Unavailable

TEN_SECONDLY = {
    "policyName": "TEN_SECONDLY_ROLLING",
    "message": "You have reached your ten_secondly_rolling limit.",
}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, Unavailable),
        (400, Rejected),
        (403, Forbidden),
        (404, NotFound),
        (408, Unavailable),
        (409, Conflict),
        (410, NotFound),
        (412, Conflict),
        (413, Rejected),
        (415, Rejected),
        (418, Rejected),
        (422, Rejected),
        (423, RateLimited),
        (429, RateLimited),
        (477, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
        (524, Unavailable),
    ],
)
def test_a_status_has_one_meaning(status: int, kind: type[CrmError]) -> None:
    assert type(error_of(status, {}, {})) is kind


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, {"Retry-After": "7"}, TEN_SECONDLY, 7),
        (429, {"retry-after": "0"}, {}, 1),
        (429, {"Retry-After": "9999999"}, {}, 86_400),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, TEN_SECONDLY, 10),
        (429, {}, TEN_SECONDLY, 10),
        (429, {}, {"policyName": "SECONDLY"}, 1),
        (429, {}, {"message": "You have reached your secondly limit."}, 1),
        (429, {}, {"policyName": "DAILY"}, 3600),
        (429, {}, None, 10),
        (423, {}, {}, 2),
        (477, {"Retry-After": "3600"}, {}, 3600),
        (477, {}, {}, 60),
    ],
)
def test_a_limit_says_how_long_to_wait(
    status: int, headers: dict[str, str], body: object, seconds: float
) -> None:
    error = error_of(status, headers, body)

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"message": "Not on Fridays."}, "Not on Fridays."),
        (
            {"message": "Invalid", "errors": [{"message": "A"}, {"message": "B"}, {"message": "A"}]},
            "A B",
        ),
        (
            {"message": 'Property values were not valid: [{"isValid":false,"message":"soon is no date"}]'},
            "soon is no date",
        ),
        ({"message": "Property values were not valid: [{broken"}, "Property values were not valid: [{broken"),
        ({"message": "x" * 600}, "x" * 499 + "…"),
        ({}, "HubSpot refused this."),
        ([1], "HubSpot refused this."),
        ({"errors": "odd"}, "HubSpot refused this."),
        (
            {
                "category": "MISSING_SCOPES",
                "errors": [{"context": {"requiredGranularScopes": ["crm.objects.deals.write"]}}],
            },
            "HubSpot did not grant the app this right. Connect it again with: crm.objects.deals.write.",
        ),
        (
            {"category": "MISSING_SCOPES"},
            "HubSpot did not grant the app this right. Connect it again with: all scopes it asks for.",
        ),
    ],
)
def test_a_refusal_is_a_sentence_a_seller_can_read(body: object, text: str) -> None:
    assert sentence(body) == text
