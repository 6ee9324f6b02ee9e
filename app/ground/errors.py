"""Why something was refused. A reason is API code, metric tag and log field at once, so the list is closed."""

from enum import StrEnum


class Reason(StrEnum):
    MALFORMED = "malformed"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    NOT_FOUND = "not_found"
    UNKNOWN_TENANT = "unknown_tenant"
    UNKNOWN_RECORD = "unknown_record"
    UNKNOWN_CARD = "unknown_card"
    UNKNOWN_COMMAND = "unknown_command"
    UNKNOWN_PARTNER_TYPE = "unknown_partner_type"
    UNAUTHENTICATED = "unauthenticated"
    BAD_SIGNATURE = "bad_signature"
    STALE_REQUEST = "stale_request"
    REPLAYED = "replayed"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    NEVER_SHARED = "never_shared"
    PARTNER_NOT_ON_RECORD = "partner_not_on_record"
    IN_THE_PAST = "in_the_past"
    EDIT_CONFLICT = "edit_conflict"
    STATE_CONFLICT = "state_conflict"
    KEY_REUSED = "key_reused"
    NEEDS_CONFIRM = "needs_confirm"
    RATE_LIMITED = "rate_limited"
    LINK_CLOSED = "link_closed"
    WRONG_CODE = "wrong_code"
    CRM_UNAVAILABLE = "crm_unavailable"
    CRM_REFUSED = "crm_refused"
    CRM_DISCONNECTED = "crm_disconnected"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


_STATUS = {
    Reason.NOT_FOUND: 404,
    Reason.UNKNOWN_TENANT: 404,
    Reason.UNKNOWN_RECORD: 404,
    Reason.UNKNOWN_CARD: 404,
    Reason.UNKNOWN_COMMAND: 404,
    Reason.LINK_CLOSED: 404,
    Reason.TOO_LARGE: 413,
    Reason.UNAUTHENTICATED: 401,
    Reason.BAD_SIGNATURE: 401,
    Reason.STALE_REQUEST: 401,
    Reason.REPLAYED: 401,
    Reason.EXPIRED: 401,
    Reason.FORBIDDEN: 403,
    Reason.NEVER_SHARED: 403,
    Reason.EDIT_CONFLICT: 409,
    Reason.STATE_CONFLICT: 409,
    Reason.KEY_REUSED: 409,
    Reason.RATE_LIMITED: 429,
    Reason.CRM_UNAVAILABLE: 503,
    Reason.UNAVAILABLE: 503,
    Reason.INTERNAL: 500,
}
"""Every reason that is not named here is 422 but MALFORMED, which is 400."""


class AppError(Exception):
    """A refusal with a reason a machine can act on and a sentence a person can act on.

    `message` is shown to people as it is: it never quotes secrets, other tenants or raw exceptions.
    """

    def __init__(self, reason: Reason, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.field = field

    @property
    def status(self) -> int:
        if self.reason is Reason.MALFORMED:
            return 400
        return _STATUS.get(self.reason, 422)

    def problem(self) -> dict[str, object]:
        """The refusal as a problem document (RFC 9457)."""
        body: dict[str, object] = {
            "type": f"urn:alongside:reason:{self.reason}",
            "title": self.message,
            "status": self.status,
            "ok": False,
            "reason": str(self.reason),
            "message": self.message,
        }
        return body | ({"field": self.field} if self.field else {})
