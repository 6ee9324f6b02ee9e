"""How this door says no. Whatever does not exist, has ended or was withdrawn is one answer, the same bytes."""

from flask import Flask, Request, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.doors.problems import as_app_error, problem
from app.doors.share.headers import page
from app.doors.share.pages import render
from app.ground.errors import AppError, Reason

DRAINED = 4 * 1024 * 1024
"""Bytes of a request that is too large that are still read, so that its sender gets the answer and no reset."""

NOT_FOUND = AppError(Reason.LINK_CLOSED, "This page is not available.")

TOO_OFTEN = AppError(Reason.RATE_LIMITED, "This was done too often. Wait a few minutes, then try again.")

TOO_LARGE = AppError(
    Reason.TOO_LARGE,
    "What you sent is larger than this page takes. Nothing was sent. Go back and shorten it.",
)


def not_found() -> Response:
    """The one answer for a link or page that is unknown, expired, revoked or not this viewer's."""
    if _wants_json(request):
        return problem(NOT_FOUND)
    return page(render("gone.html", reason=NOT_FOUND.reason), 404)


def refuse(error: AppError, status: int | None = None) -> Response:
    if error.status == NOT_FOUND.status:
        return not_found()
    if _wants_json(request):
        return problem(error, status)
    return page(render("refused.html", error=error), status or error.status)


def handle_errors(app: Flask) -> None:
    """After this every exception becomes a page with a sentence and a reason, or a problem document."""

    @app.errorhandler(Exception)
    def _(error: Exception) -> Response:
        if isinstance(error, RequestEntityTooLarge):
            _drain(request)
            return refuse(TOO_LARGE)
        return refuse(*as_app_error(error))


def _wants_json(asked: Request) -> bool:
    """Only who prefers JSON to a page gets it; browsers and scanners get pages."""
    return asked.accept_mimetypes.best_match(
        ("text/html", "application/json", "application/problem+json")
    ) in (
        "application/json",
        "application/problem+json",
    )


def _drain(asked: Request) -> None:
    stream, left = asked.environ.get("wsgi.input"), min(asked.content_length or 0, DRAINED)
    while stream is not None and left > 0:
        read = len(stream.read(min(left, 65_536)))
        if not read:
            return
        left -= read
