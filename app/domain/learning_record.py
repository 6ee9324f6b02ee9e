"""xAPI statements as statements about certifications: passed, completed and earned award, failed awards nothing.

Source: xAPI 1.0.3, "Statements"; verbs of the ADL vocabulary and of the TinCan registry.
"""

from collections.abc import Mapping
from typing import Any

VERBS = {
    "http://adlnet.gov/expapi/verbs/passed": "passed",
    "http://adlnet.gov/expapi/verbs/completed": "completed",
    "http://adlnet.gov/expapi/verbs/failed": "failed",
    "http://id.tincanapi.com/verb/earned": "earned",
}
MAILTO = "mailto:"


class NotAStatementError(ValueError):
    """What was sent is no xAPI statement; the message says what is missing."""


def read_statement(body: object, received_at: str) -> dict[str, Any] | None:
    """The award that a statement tells of, as fields of a certification; None for one that awards nothing: another
    verb, a failure, or a learner without an address. Raises NotAStatementError."""
    if not isinstance(body, Mapping):
        raise NotAStatementError("A statement is a JSON object.")
    actor, activity = _part(body, "actor"), _part(body, "object")
    verb_id, credential = _text(_part(body, "verb"), "id"), _text(activity, "id")
    if not verb_id or not credential:
        raise NotAStatementError("A statement needs the id of its verb and of its object.")
    email = _email(actor)
    if VERBS.get(verb_id, "failed") == "failed" or _failed(body) or not email:
        return None
    said = _text(body, "timestamp") or received_at
    return {
        "source_id": f"{email}|{credential}"[:300],
        "said_at": said,
        "name": _named(activity)[:200],
        "credential": credential[:300],
        "person_name": _text(actor, "name")[:200],
        "person_email": email,
        "issued": said[:10],
    }


def _failed(body: Mapping[str, Any]) -> bool:
    """`completed` with success false is a completion without a pass."""
    result = body.get("result")
    return isinstance(result, Mapping) and result.get("success") is False


def _email(actor: Mapping[str, Any]) -> str:
    mbox = _text(actor, "mbox")
    if mbox.lower().startswith(MAILTO):
        return mbox[len(MAILTO) :].strip().lower()
    account = actor.get("account")
    name = _text(account, "name") if isinstance(account, Mapping) else ""
    return name.lower() if "@" in name else ""


def _named(activity: Mapping[str, Any]) -> str:
    """The activity's name in English, else in any language, else its id."""
    definition = activity.get("definition")
    names = definition.get("name") if isinstance(definition, Mapping) else None
    texts = names.items() if isinstance(names, Mapping) else ()
    known = {str(tag).lower(): text.strip() for tag, text in texts if isinstance(text, str) and text.strip()}
    english = sorted(tag for tag in known if tag.startswith("en"))
    chosen = english[0] if english else min(known, default="")
    return known.get(chosen) or _text(activity, "id")


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    if not isinstance(value, Mapping):
        raise NotAStatementError(f"This statement has no {name}.")
    return value


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value.strip() if isinstance(value, str) else ""
