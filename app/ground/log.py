"""Structured logs: an event name, data in keys, and no secret in either."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
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
        "one_time_code",
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

_ENDINGS = SECRET_KEYS - {"code", "body"}
"""A key that ends in one of these after an underscore or a dash is one of them: viewer_email, Set-Cookie. A
status_code is no secret."""

get_logger = structlog.get_logger


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        event[key] = _redacted(key, value)
    return event


def _redacted(key: object, value: Any) -> Any:
    if isinstance(key, str) and _is_secret(key.lower().replace("-", "_")):
        return "[redacted]"
    if isinstance(value, Mapping):
        return {inner: _redacted(inner, held) for inner, held in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(None, held) for held in value]
    return value


def _is_secret(key: str) -> bool:
    return key in SECRET_KEYS or key.rpartition("_")[2] in _ENDINGS


def set_up_logging(form: str = "console", *, level: int = logging.INFO) -> None:
    """After this, every log line of this process from `level` up goes through one formatter to standard error."""
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
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
