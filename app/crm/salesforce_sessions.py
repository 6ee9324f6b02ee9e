"""What a signed-in Salesforce user's own token proves: that it lives, whose it is, and what it may read."""

from http import HTTPStatus
from typing import Any

import requests

from app.crm.port import AuthExpired, CrmError, Unavailable
from app.crm.salesforce import session_owner
from app.crm.salesforce_client import API_VERSION
from app.crm.salesforce_http import SalesforceSession
from app.crm.salesforce_values import OBJECTS
from app.domain.record import RecordKey

__all__ = ["can_read", "manages", "session_owner"]

PERMISSIONS = "/services/apexrest/alongside/me"
"""The package's own Apex answers this with the custom permissions of whoever asks. A query would need the right to
see the set-up, which sellers have not, and would miss what permission set groups and profiles grant."""

MANAGE = "Alongside_Manage"


def can_read(login_origin: str, instance_url: str, oauth_token: str, record: RecordKey) -> bool:
    """Whether the token's owner may read the record, as Salesforce itself decides by its sharing rules.

    Raises AuthExpired for a dead token and Unavailable when Salesforce gives no answer.
    """
    path = f"/services/data/v{API_VERSION}/sobjects/{OBJECTS[record.object]}/{record.crm_id}"
    with SalesforceSession(login_origin) as session:
        try:
            response = session.get(
                instance_url.rstrip("/") + path,
                params={"fields": "Id"},
                headers={"Authorization": f"Bearer {oauth_token}"},
            )
        except requests.RequestException as error:
            raise Unavailable("Salesforce did not answer.") from error
    return _readable(response)


def manages(login_origin: str, instance_url: str, oauth_token: str) -> bool:
    """Whether the token's owner has the custom permission to manage Alongside, as Salesforce itself decides. False
    when Salesforce does not say: an org whose package is older still opens the panel, but without settings."""
    with SalesforceSession(login_origin) as session:
        try:
            response = session.get(
                instance_url.rstrip("/") + PERMISSIONS, headers={"Authorization": f"Bearer {oauth_token}"}
            )
            granted = response.json()["permissions"] if response.status_code == HTTPStatus.OK else []
        except (requests.RequestException, CrmError, ValueError, KeyError, TypeError):
            return False
    return isinstance(granted, list) and MANAGE in granted


def _readable(response: Any) -> bool:
    match response.status_code:
        case 200:
            return True
        case 401:
            raise AuthExpired("The Salesforce session has ended.")
        case 403 | 404 | 400:
            return False
        case status:
            raise Unavailable(f"Salesforce answered {status}.")
