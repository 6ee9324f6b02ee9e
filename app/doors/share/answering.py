"""What a viewer's form says, checked against what the room shows it at that moment. Nothing here decides: the agent
executes the answer as a command, and checks again."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from flask import request

from app.disclosure.snapshot import Content
from app.domain.thread import clean_line, clean_text
from app.doors.share.registration_values import cleaned
from app.ground.errors import AppError, Reason
from cards import room_talk
from cards.registration_fields import VALUE_FIELDS
from cards.room_registration import ANSWER_LIMIT, REASON_LIMIT

Fields = dict[str, str]
Read = Callable[[Content], Fields]


def message(content: Content) -> Fields:
    _require_messages(content)
    return {"body": clean_text(_typed("body"))}


def step(content: Content) -> Fields:
    return {"step_id": _step_id(content, own=True)}


def comment(content: Content) -> Fields:
    _require_messages(content)
    return {"step_id": _step_id(content), "body": clean_text(_typed("body"))}


def evidence(content: Content) -> Fields:
    url, label, file_id = (_typed(name).strip() for name in ("url", "label", "file_id"))
    if not url and not label and not file_id:
        raise AppError(Reason.INVALID, "Give a link, or say in words what shows it.", field="url")
    if url and (len(url) > room_talk.URL_LIMIT or not _is_link(url)):
        raise AppError(Reason.INVALID, "Give a link that begins with https://.", field="url")
    if file_id and file_id not in {str(one["id"]) for one in content.get("files") or ()}:
        raise AppError(Reason.STATE_CONFLICT, "This file is no longer on this page.", field="file_id")
    words = clean_line(label, limit=room_talk.LABEL_LIMIT, field="label") if label else ""
    said = {"step_id": _step_id(content, own=True), "url": url, "label": words}
    return {**said, "file_id": file_id} if file_id else said


def propose(content: Content) -> Fields:
    step_id = _step_id(content)
    reason = clean_line(_typed("reason"), limit=room_talk.REASON_LIMIT, field="reason")
    try:
        day = date.fromisoformat(_typed("due").strip())
    except ValueError:
        raise AppError(Reason.INVALID, "Choose the day.", field="due") from None
    return {"step_id": step_id, "due": day.isoformat(), "reason": reason}


def more_time(content: Content) -> Fields:
    registration = content.get("registration") or {}
    if registration.get("state") != "approved" or registration.get("asked"):
        raise AppError(
            Reason.STATE_CONFLICT, "There is nothing to ask more time for. The page is the current one."
        )
    return {"reason": clean_line(_typed("reason"), limit=REASON_LIMIT, field="reason")}


def answered(content: Content) -> Fields:
    if not (content.get("registration") or {}).get("question"):
        raise AppError(Reason.STATE_CONFLICT, "This question is answered. The page is the current one.")
    return {"body": clean_text(_typed("body"), limit=ANSWER_LIMIT, field="body")}


def amended(content: Content) -> Fields:
    if (content.get("registration") or {}).get("state") != "submitted":
        raise AppError(Reason.STATE_CONFLICT, "There is nothing to change here. The page is the current one.")
    return _values(content)


def amendment(content: Content) -> Fields:
    registration = content.get("registration") or {}
    if registration.get("state") != "approved" or registration.get("amending"):
        raise AppError(
            Reason.STATE_CONFLICT, "There is nothing to ask for here. The page is the current one."
        )
    values = _values(content)
    return {**values, "reason": clean_line(_typed("reason"), limit=REASON_LIMIT, field="reason")}


READERS: dict[str, tuple[str, Read, str]] = {
    "reply": ("thread.post", message, "card-thread"),
    "complete": ("plan.complete_step", step, "card-asked"),
    "reopen": ("plan.reopen_step", step, "card-plan"),
    "comment": ("plan.comment", comment, "card-thread"),
    "evidence": ("plan.add_evidence", evidence, "card-plan"),
    "propose": ("plan.propose_date", propose, "card-plan"),
    "more-time": ("registration.ask_extension", more_time, "card-deal"),
    "answer": ("registration.answer", answered, "card-deal"),
    "amend": ("registration.amend", amended, "card-deal"),
    "ask-amendment": ("registration.ask_amendment", amendment, "card-deal"),
}
"""By the end of the form's path: the command it becomes, how it is read, and where on the page it leads back to."""


def _typed(name: str) -> str:
    return request.form.get(name, "")


def _require_messages(content: Content) -> None:
    if "messages" not in content:
        raise AppError(Reason.FORBIDDEN, "Messages are closed in this room.")


def _is_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in (parts.hostname or "")


def _values(content: Content) -> Fields:
    """What is to be different from what the room shows. Raises AppError where nothing is."""
    held = content["registration"].get("values", {})
    typed = {field: _typed(field.name).strip() for field in VALUE_FIELDS}
    values = {field.name: cleaned(field, text) for field, text in typed.items() if text}
    changed = {name: value for name, value in values.items() if value != held.get(name)}
    if not changed:
        raise AppError(Reason.INVALID, "Nothing is changed. Fill in what is to be different.")
    return changed


def _step_id(content: Content, *, own: bool = False) -> str:
    """The step the form names, if the room shows it; `own` is one of the viewer's own side."""
    wanted = _typed("step_id")
    for row in content.get("steps", ()):
        if row["id"] == wanted and (row["side"] == "partner" or not own):
            return wanted
    raise AppError(
        Reason.STATE_CONFLICT, "This step is no longer yours to change. The plan below is the current one."
    )
