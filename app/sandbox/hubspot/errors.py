"""Refusals in HubSpot's own words and shapes."""

import uuid
from typing import Any


class HubError(Exception):
    """An answer other than 2xx. `extra` is merged into the vendor's error body."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> dict[str, Any]:
        return {
            "status": "error",
            "message": self.message,
            "correlationId": str(uuid.uuid4()),
            "category": self.category,
        } | self.extra

    def item(self, context: dict[str, list[str]]) -> dict[str, Any]:
        """The refusal as one entry of a 207 answer."""
        return {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": context,
        } | {key: value for key, value in self.extra.items() if key in ("errors", "subCategory")}


class RateLimitError(HubError):
    """429, whose body has its own shape."""

    def __init__(self, policy: str, message: str) -> None:
        super().__init__(429, "RATE_LIMITS", message, policyName=policy)

    def body(self) -> dict[str, Any]:
        return {
            "status": "error",
            "message": self.message,
            "errorType": "RATE_LIMIT",
            "correlationId": str(uuid.uuid4()),
        } | self.extra


def invalid_input(message: str) -> HubError:
    """400 for a request whose form is wrong."""
    return HubError(400, "VALIDATION_ERROR", f"Invalid input JSON: {message}")


def invalid_property(name: str, message: str, error: str) -> HubError:
    """400 for a property value that is not allowed, in the form the CRM objects API uses."""
    detail = {"message": message, "code": error, "context": {"propertyName": [name]}}
    text = (
        f'Property values were not valid: [{{"isValid":false,"message":{_quoted(message)},'
        f'"error":"{error}","name":"{name}","localizedErrorMessage":{_quoted(message)},"portalId":null}}]'
    )
    return HubError(400, "VALIDATION_ERROR", text, errors=[detail])


def not_found(message: str = "resource not found") -> HubError:
    return HubError(404, "OBJECT_NOT_FOUND", message)


def unauthenticated() -> HubError:
    return HubError(
        401,
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
        "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    )


def expired_token() -> HubError:
    return HubError(
        401,
        "EXPIRED_AUTHENTICATION",
        "The OAuth token used to make this call expired and needs to be refreshed.",
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
