"""What a signed-in Salesforce user's own token proves: that it lives, whose it is, and what it may read."""

from typing import Any

import requests

from app.crm.port import AuthExpired, Unavailable
from app.crm.salesforce import session_owner
from app.crm.salesforce_client import API_VERSION
from app.crm.salesforce_http import SalesforceSession
from app.crm.salesforce_values import OBJECTS
from app.domain.record import RecordKey

__all__ = ["can_read", "session_owner"]


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
