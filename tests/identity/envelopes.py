"""Canvas envelopes as a Lightning record page sends them, and their signature, written apart from the product."""

import base64
import hashlib
import hmac
import json
from typing import Any

SECRET = "5632FA1D7E0F4A1C9B"
ORG = "00D5g00000SamplEAA"
USER = "0055g00000AnnaAAAQ"
DEAL = "0065g00000Deal1AAC"


def envelope(**changes: Any) -> dict[str, Any]:
    """`changes` replace what a dotted path names, dots written as two underscores."""
    value: dict[str, Any] = {
        "algorithm": "HMACSHA256",
        "issuedAt": None,
        "userId": USER,
        "client": {
            "instanceId": "06P5g000000CanvAAA",
            "targetOrigin": "https://sample.lightning.force.com",
            "instanceUrl": "https://sample.my.salesforce.com",
            "oauthToken": "00D5g!AQ.secret-access-token",
            "refreshToken": None,
        },
        "context": {
            "application": {"developerName": "Alongside", "name": "Alongside", "options": []},
            "user": {
                "userId": USER,
                "userName": "anna@sample.example",
                "fullName": "Anna Sørensen",
                "email": "anna@sample.example",
                "language": "en_US",
                "timeZone": "Europe/Copenhagen",
            },
            "organization": {"organizationId": ORG, "name": "Sample"},
            "environment": {
                "locationUrl": f"https://sample.lightning.force.com/lightning/r/Opportunity/{DEAL}/view",
                "displayLocation": "Aura",
                "parameters": {"recordId": DEAL, "objectApiName": "Opportunity"},
                "record": {},
            },
        },
    }
    for path, new in changes.items():
        *parents, last = path.split("__")
        part = value
        for parent in parents:
            part = part[parent]
        part[last] = new
    return value


def sign_text(text: str, secret: str = SECRET, *, url_safe: bool = False, padded: bool = True) -> str:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    body = encode(text.encode("utf-8")).decode()
    body = body if padded else body.rstrip("=")
    mac = encode(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()).decode()
    return f"{mac if padded else mac.rstrip('=')}.{body}"


def sign(value: object, secret: str = SECRET, **form: bool) -> str:
    return sign_text(json.dumps(value), secret, **form)
