"""How a door says no: a problem document (RFC 9457), whatever went wrong."""

import json

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from app.ground.errors import AppError, Reason
from app.ground.log import get_logger
from app.storage.away import is_busy, is_lost

log = get_logger(__name__)

_HTTP_REASONS = {
    400: (Reason.MALFORMED, "The request cannot be read."),
    404: (Reason.NOT_FOUND, "There is nothing at this address."),
    405: (Reason.UNSUPPORTED, "This address does not take that method."),
    413: (Reason.TOO_LARGE, "The request is larger than this address takes."),
    415: (Reason.UNSUPPORTED, "Send the request as JSON."),
}
"""What Flask itself refuses, in our words."""

DENIED = frozenset(
    {
        Reason.UNAUTHENTICATED,
        Reason.BAD_SIGNATURE,
        Reason.STALE_REQUEST,
        Reason.REPLAYED,
        Reason.EXPIRED,
        Reason.FORBIDDEN,
        Reason.NEVER_SHARED,
        Reason.UNKNOWN_TENANT,
    }
)
"""Refusals of who somebody is or what they may do: each is a line of the log, whichever door it was."""

_UNDONE = AppError(Reason.INTERNAL, "Something went wrong on our side. Nothing was changed; try again.")
_BUSY = AppError(
    Reason.UNAVAILABLE,
    "Too much is being written at this moment. Nothing was changed; try again in a minute.",
)
_LOST = AppError(
    Reason.UNAVAILABLE,
    "Our database did not answer, so this may or may not be done. Look whether it is before you try again.",
)


def problem(error: AppError, status: int | None = None) -> Response:
    """The refusal as an answer that nothing may cache."""
    body = error.problem() | ({"status": status} if status else {})
    answer = Response(
        json.dumps(body, ensure_ascii=False),
        status=status or error.status,
        mimetype="application/problem+json",
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def as_app_error(error: Exception) -> tuple[AppError, int | None]:
    """Any exception as a refusal and the status to send, if it is not the refusal's own. Who was turned away is
    logged; what we did not foresee is logged too and says nothing of itself. A database that is busy or away is
    "unavailable", a passing state that the sender may wait out."""
    if isinstance(error, AppError):
        if error.reason in DENIED:
            log.warning(
                "door.refused", endpoint=request.endpoint, method=request.method, reason=str(error.reason)
            )
        return error, None
    if isinstance(error, HTTPException) and error.code and error.code < 500:  # noqa: PLR2004
        reason, message = _HTTP_REASONS.get(error.code, (Reason.INVALID, "The request was refused."))
        return AppError(reason, message), error.code
    away = _BUSY if is_busy(error) else _LOST if is_lost(error) else None
    if away:
        # One line: a database that is away fails every request, and a traceback each would bury the cause.
        log.error("door.database_away", error=type(error).__name__, busy=away is _BUSY)
        return away, None
    log.error("door.failed", exc_info=error)
    return _UNDONE, None


def answer_problems(blueprint: Blueprint) -> None:
    """After this every exception of the blueprint's routes is answered as a problem document."""

    @blueprint.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        return problem(*as_app_error(error))
