"""Canvas: what a Lightning page posts into the frame, signed as Salesforce signs it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from app.sandbox.salesforce.org import VERSION, Org


def signed_request(secret: str, payload: Mapping[str, Any]) -> str:
    """The form field: a MAC over the encoded envelope, a dot, the envelope."""
    envelope = base64.b64encode(json.dumps(payload, ensure_ascii=False).encode()).decode()
    mac = hmac.new(secret.encode(), envelope.encode("ascii"), hashlib.sha256).digest()
    return f"{base64.b64encode(mac).decode()}.{envelope}"


def canvas_payload(
    org: Org,
    *,
    user_id: str,
    object_api_name: str,
    record_id: str,
    target_origin: str,
    canvas_url: str = "",
    location_url: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole CanvasRequest of a record page in Lightning, with a live session token of that user.

    `parameters` replaces {"recordId", "objectApiName"}; `target_origin` is the page that embeds the frame.
    """
    home = org.config.instance_url
    place = location_url or f"{target_origin}/lightning/r/{object_api_name}/{record_id}/view"
    given = {"recordId": record_id, "objectApiName": object_api_name} if parameters is None else parameters
    return {
        "algorithm": "HMACSHA256",
        "issuedAt": None,
        "userId": user_id,
        "client": {
            "instanceId": "06P5g0000000001:Alongside:0",
            "targetOrigin": target_origin,
            "instanceUrl": home,
            "oauthToken": org.issue_session(user_id),
            "refreshToken": None,
        },
        "context": {
            "application": _application(canvas_url),
            "user": _user(org, user_id),
            "organization": {
                "organizationId": org.config.org_id,
                "name": org.config.org_name,
                "multicurrencyEnabled": False,
                "namespacePrefix": None,
                "currencyIsoCode": org.config.currency,
            },
            "environment": _environment(place, given),
            "links": _links(home, org.config.org_id, user_id),
        },
    }


def _environment(location_url: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "referer": None,
        "locationUrl": location_url,
        "displayLocation": "Aura",
        "sublocation": None,
        "uiTheme": "Theme3",
        "dimensions": {
            "width": "100%",
            "height": "640px",
            "maxWidth": "infinite",
            "maxHeight": "infinite",
            "clientWidth": "460px",
            "clientHeight": "0px",
        },
        "parameters": dict(parameters),
        "record": {},
        "version": {"season": "WINTER", "api": VERSION},
    }


def _application(canvas_url: str) -> dict[str, Any]:
    return {
        "applicationId": "06P5g0000000001",
        "authType": "SIGNED_REQUEST",
        "canvasUrl": canvas_url,
        "developerName": "Alongside",
        "isInstalledPersonalApp": False,
        "name": "Alongside",
        "namespace": "",
        "options": [],
        "referenceId": "09H5g0000000001",
        "samlInitiationMethod": "None",
        "version": "1.0.0",
    }


def _user(org: Org, user_id: str) -> dict[str, Any]:
    user = org.user(user_id)
    return {
        "userId": user_id,
        "userName": user.get("Username"),
        "firstName": user.get("FirstName"),
        "lastName": user.get("LastName"),
        "fullName": user.get("Name"),
        "email": user.get("Email"),
        "locale": user.get("LocaleSidKey") or "en_US",
        "language": user.get("LanguageLocaleKey") or "en_US",
        "timeZone": user.get("TimeZoneSidKey") or "UTC",
        "profileId": "00e5g0000000001",
        "roleId": None,
        "userType": "STANDARD",
        "currencyISOCode": org.config.currency,
        "profilePhotoUrl": f"{org.config.instance_url}/profilephoto/005/F",
        "profileThumbnailUrl": f"{org.config.instance_url}/profilephoto/005/T",
        "siteUrl": None,
        "siteUrlPrefix": None,
        "networkId": None,
        "accessibilityModeEnabled": False,
        "isDefaultNetwork": True,
    }


def _links(home: str, org_id: str, user_id: str) -> dict[str, str]:
    rest = f"/services/data/v{VERSION}"
    return {
        "loginUrl": home,
        "restUrl": f"{rest}/",
        "sobjectUrl": f"{rest}/sobjects/",
        "queryUrl": f"{rest}/query/",
        "searchUrl": f"{rest}/search/",
        "recentItemsUrl": f"{rest}/recent/",
        "enterpriseUrl": f"/services/Soap/c/{VERSION}/{org_id}",
        "partnerUrl": f"/services/Soap/u/{VERSION}/{org_id}",
        "metadataUrl": f"/services/Soap/m/{VERSION}/{org_id}",
        "chatterFeedsUrl": f"{rest}/chatter/feeds",
        "chatterFeedItemsUrl": f"{rest}/chatter/feed-items",
        "chatterGroupsUrl": f"{rest}/chatter/groups",
        "chatterUsersUrl": f"{rest}/chatter/users",
        "userUrl": f"/{user_id}",
    }
