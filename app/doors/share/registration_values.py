"""What a partner types into a registration: which fields there are, what the programme asks for, and what is wrong,
all of it at once. Knows what was typed and what is published of the programme; nothing of any customer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.programme import REQUIRABLE, Motion
from app.domain.registration_ask import Ask, ask_for
from app.domain.thread import clean_line, clean_text
from app.ground.errors import AppError, Reason
from cards.blocks import FieldType, FormField
from cards.registration_fields import VALUE_FIELDS

CUSTOMER = FormField(name="customer_name", label="Customer company", required=True, max_length=200)
MOTION = FormField(
    name="motion",
    label="Kind of business",
    type=FieldType.SELECT,
    value=str(Motion.NEW),
    required=True,
    options=tuple((str(one), one.label) for one in Motion),
)
ABOUT_YOU = (
    FormField(name="your_name", label="Your name", required=True, max_length=200),
    FormField(name="your_email", label="Your e-mail", type=FieldType.EMAIL, required=True, max_length=254),
)
DEAL = (CUSTOMER, *VALUE_FIELDS[:-1], MOTION, VALUE_FIELDS[-1])
"""What is said of a deal, in the order of the form; the note comes last."""

_MISSING = {
    "customer_name": "Say which company this deal is with.",
    "your_name": "Tell us your name.",
    "your_email": "Tell us your e-mail, so that we can answer.",
    **{name: f"Add {what}." for name, what in REQUIRABLE.items()},
}
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+\.[^@\s<>,;:\"()\[\]\\.]+")


def asked_fields(asks: Sequence[Ask], region: str) -> tuple[FormField, ...]:
    """The fields of a deal, marked as the programme asks for them in this region."""
    required = ask_for(asks, region).required
    regions = dict.fromkeys(name for ask in asks for name in ask.regions)
    return tuple(
        replace(
            field,
            required=field.required or field.name in required,
            options=tuple((name, name) for name in regions) if field.name == "region" else field.options,
        )
        for field in DEAL
    )


def read(fields: Sequence[FormField], typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed as it may be stored, and a sentence for each field that needs another look."""
    clean: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        text = typed.get(field.name, "").strip()
        try:
            clean[field.name] = cleaned(field, text) if text else ""
        except AppError as error:
            wrong[field.name] = f"{field.label}: {error.message}"
        if not clean.get(field.name) and field.required:
            wrong.setdefault(field.name, _MISSING.get(field.name, f"{field.label}: choose one."))
    return clean, wrong


def cleaned(field: FormField, text: str) -> str:
    """The text as it may be stored. Raises AppError for one that does not fit the field."""
    if field.type is FieldType.TEXTAREA:
        return clean_text(text, limit=field.max_length, field=field.name)
    if field.type is FieldType.SELECT:
        return _chosen(field, text)
    line = clean_line(text, limit=field.max_length, field=field.name)
    if field.type is FieldType.EMAIL and not _EMAIL.fullmatch(line):
        raise AppError(Reason.INVALID, "this does not look like an e-mail address.", field=field.name)
    return line


def _chosen(field: FormField, text: str) -> str:
    """The option that is named by its value or, as in a file, by its label."""
    wanted = text.casefold()
    for value, label in field.options:
        if wanted in (value.casefold(), label.casefold()):
            return value
    known = ", ".join(label for _, label in field.options)
    raise AppError(Reason.INVALID, f"choose one of {known}.", field=field.name)
