"""Structured logs: an event name, data in keys, and no secret in either."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_KEYS = frozenset(
    {
        "token",
        "signature",
        "authorization",
        "signed_request",
        "password",
        "secret",
        "code",
        "email",
        "cookie",
        "access_token",
        "refresh_token",
        "client_secret",
        "private_key",
        "passcode",
        "body",
    }
)
"""Keys whose values never reach a log, whatever their case."""

get_logger = structlog.get_logger


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if key.lower() in SECRET_KEYS:
            event[key] = "[redacted]"
    return event


def set_up_logging(form: str = "console") -> None:
    """After this, every log line of this process goes through one formatter to standard error."""
    render: Any = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact,
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
