"""The stand-in signs as HubSpot signs: the published vectors, and the parameters its proxy appends."""

import pytest

from app.sandbox.hubspot.signing import proxied_url, sign_v3


@pytest.mark.parametrize(
    ("secret", "method", "url", "body", "timestamp", "signature"),
    [
        (
            "f6e94c08-85d0-4608-bcc6-e1850176e7b8",
            "POST",
            "https://www.hubspot.com/webhook",
            "REQUEST_BODY",
            1632188626483,
            "jf872r5vscVcxCiDRHA4rGrqe/8BPLNVkdJSHdMnGTU=",
        ),
        (
            "f6e94c08-85d0-4608-bcc6-e1850176e7b8",
            "POST",
            "https://www.hubspot.com/webhook",
            "",
            1632188626483,
            "csXgk7UbrE9F8ZmMvbpuKBxqIvTSqU1EX9pI/SJtxSE=",
        ),
        (
            "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
            "POST",
            "https://www.example.com/webhook_uri",
            "{'example_field':'example_value'}",
            1693657560000,
            "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        ),
        (
            "12345678-aaaa-bbbb-cccc-ddddeeeeffff",
            "GET",
            "https://hubspot.com/?appId=1&portalId=2&userId=3",
            "",
            1111111111,
            "zTfXjo07jfzGouo4wvyAj3qEMUTVJ0PPYPACrluQtQI=",
        ),
    ],
)
def test_the_published_vectors_are_met(
    secret: str, method: str, url: str, body: str, timestamp: int, signature: str
) -> None:
    assert sign_v3(secret, method, url, body, timestamp) == signature


def test_only_twelve_escapes_are_undone_before_signing() -> None:
    plain = sign_v3("s", "GET", "https://a.example/x?e=a@b.example&n=%20%2B%C3%A9", "", 1)

    assert sign_v3("s", "GET", "https://a.example/x?e=a%40b.example&n=%20%2B%C3%A9", "", 1) == plain
    assert sign_v3("s", "GET", "https://a.example/x?e=a@b.example&n= +é", "", 1) != plain


def test_the_proxy_appends_its_four_parameters() -> None:
    called = proxied_url("https://a.example/cards/plan?objectId=7", 1, 62515, "dana@seller.example", 54321)

    assert called == (
        "https://a.example/cards/plan?objectId=7"
        "&userId=1&portalId=62515&userEmail=dana%40seller.example&appId=54321"
    )
    assert proxied_url("https://a.example/x", 1, 2, "e", 3).startswith("https://a.example/x?userId=1&")
