"""What a partner asks to have changed in a registration that is decided: protection was granted for what stood there,
so somebody of our side has to agree. The clock runs on meanwhile: nobody waits with their work for a correction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from app.domain.registration import Amendment, Change, Registration, amend, told
from app.ground.errors import AppError, Reason


def ask_amendment(
    registration: Registration, by: str, values: Mapping[str, str], reason: str, now: datetime
) -> Registration:
    """The registration with the partner's request. Raises AppError unless protection runs, no request is open and
    something would change."""
    if not registration.protects(now):
        raise AppError(Reason.STATE_CONFLICT, "Only a registration that protects you can be amended.")
    if registration.amendment:
        raise AppError(Reason.STATE_CONFLICT, "Your last change is waiting for an answer already.")
    changes = tuple(
        Change(name=name, value=value)
        for name, value in values.items()
        if value and getattr(registration, name) != value
    )
    if not changes:
        raise AppError(Reason.INVALID, "Nothing is changed. Fill in what is to be different.")
    wanted = Amendment(at=now, by=by, reason=reason, changes=changes)
    return told(replace(registration, amendment=wanted), now, by, f"Asked to amend {_names(wanted)}", reason)


def grant_amendment(registration: Registration, by: str, now: datetime) -> Registration:
    """The registration as the partner asked for it. Raises AppError where nobody asked."""
    wanted = _asked(registration)
    values = {one.name: one.value for one in wanted.changes}
    return amend(replace(registration, amendment=None), by, values, now, theirs=True)


def decline_amendment(registration: Registration, by: str, reason: str, now: datetime) -> Registration:
    """The registration as it was, without the request. Raises AppError where nobody asked."""
    _asked(registration)
    return told(replace(registration, amendment=None), now, by, "Amendment declined", reason)


def _asked(registration: Registration) -> Amendment:
    if registration.amendment is None:
        raise AppError(Reason.STATE_CONFLICT, "Nobody asked for a change.")
    return registration.amendment


def _names(wanted: Amendment) -> str:
    return ", ".join(one.name.replace("_", " ") for one in wanted.changes)
