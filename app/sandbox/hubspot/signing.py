"""How HubSpot signs what it sends: signature v3, and the four parameters its proxy appends."""

import base64
import hashlib
import hmac
import re
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

_DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
"""The only escapes HubSpot undoes before it signs; %20, %2B and the like stay as they are."""

SIGNATURE_HEADER = "X-HubSpot-Signature-v3"
TIMESTAMP_HEADER = "X-HubSpot-Request-Timestamp"


def sign_v3(secret: str, method: str, url: str, body: str | bytes, timestamp_ms: int) -> str:
    """The value of X-HubSpot-Signature-v3 for a request to `url`, the full address that HubSpot calls."""
    decoded = re.sub(r"%[0-9A-Fa-f]{2}", lambda found: _DECODED.get(found[0].upper(), found[0]), url)
    raw = body if isinstance(body, bytes) else body.encode()
    message = method.encode() + decoded.encode() + raw + str(timestamp_ms).encode()
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def signed_headers(
    secret: str, method: str, url: str, body: str | bytes, timestamp_ms: int
) -> dict[str, str]:
    """Both headers of a signed request."""
    return {
        SIGNATURE_HEADER: sign_v3(secret, method, url, body, timestamp_ms),
        TIMESTAMP_HEADER: str(timestamp_ms),
    }


def proxied_url(
    url: str, user_id: int | str, portal_id: int | str, user_email: str, app_id: int | str
) -> str:
    """`url` as the proxy behind hubspot.fetch calls it: what the card wrote, then the four parameters."""
    parts = urlsplit(url)
    appended = urlencode(
        {"userId": user_id, "portalId": portal_id, "userEmail": user_email, "appId": app_id}, quote_via=quote
    )
    query = f"{parts.query}&{appended}" if parts.query else appended
    return urlunsplit(parts._replace(query=query))
