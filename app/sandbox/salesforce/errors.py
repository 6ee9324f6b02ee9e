"""What the org refuses, with the vendor's codes. One refusal can be a whole answer or one row of a collection."""

from collections.abc import Sequence

_STATUS = {
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "METHOD_NOT_ALLOWED": 405,
    "INVALID_SESSION_ID": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "INSUFFICIENT_ACCESS": 403,
    "URI_TOO_LONG": 414,
    "SERVER_UNAVAILABLE": 503,
}
"""Every other code is 400."""


class Refusal(Exception):
    """`code` is errorCode in an answer and statusCode in a collection's row."""

    def __init__(self, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = list(fields)

    @property
    def status(self) -> int:
        return _STATUS.get(self.code, 400)

    def body(self) -> list[dict[str, object]]:
        named: dict[str, object] = {"fields": self.fields} if self.fields else {}
        return [{"message": self.message, "errorCode": self.code, **named}]

    def row(self) -> dict[str, object]:
        return {
            "success": False,
            "errors": [{"statusCode": self.code, "message": self.message, "fields": self.fields}],
        }


def not_found(message: str = "The requested resource does not exist") -> Refusal:
    return Refusal("NOT_FOUND", message)
