"""The login-free form: a partner registers a deal. Its answer never depends on what we or the CRM know."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, request

from app.domain.registration import APPROVAL_SLA
from app.domain.thread import clean_line, clean_text
from app.doors.share.headers import page, see_other
from app.doors.share.house import House
from app.doors.share.pages import markup, render
from app.doors.share.refusals import TOO_OFTEN, not_found
from app.doors.share.visitor import form_key, require_same_origin
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.sharing import limits
from app.sharing.gate import Admitted
from app.sharing.rules import Failure
from app.storage.published.answers import answer_by_id, put_answer
from app.storage.published.links import FORM
from cards import words
from cards.blocks import Alert, Block, Card, FieldType, Form, FormField, Text, Tone
from cards.html import render as render_card
from cards.html import share_host

NOTE_LIMIT = 2000

_FIELDS = (
    FormField(name="customer_name", label="Customer company", required=True, max_length=200),
    FormField(
        name="customer_domain", label="Customer website", max_length=253, placeholder="customer.example"
    ),
    FormField(name="contact_name", label="Contact at the customer", max_length=200),
    FormField(name="contact_email", label="Their e-mail", type=FieldType.EMAIL, max_length=254),
    FormField(name="amount", label="Expected amount", max_length=40, placeholder="25,000 EUR"),
    FormField(name="note", label="What is it about?", type=FieldType.TEXTAREA, max_length=NOTE_LIMIT),
    FormField(name="your_name", label="Your name", required=True, max_length=200),
    FormField(name="your_email", label="Your e-mail", type=FieldType.EMAIL, required=True, max_length=254),
)
_MISSING = {
    "customer_name": "Say which company this deal is with.",
    "your_name": "Tell us your name.",
    "your_email": "Tell us your e-mail, so that we can answer.",
}
EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+\.[^@\s<>,;:\"()\[\]\\.]+")


def registration_door(house: House) -> Blueprint:
    door = Blueprint("registration", __name__)

    @door.post("/s/<token>/register")
    def register(token: str) -> Response:
        return _register(house, token)

    @door.get("/s/<token>/register")
    def again(token: str) -> Response:
        return see_other(f"/s/{token}")

    @door.get("/s/<token>/received/<answer_id>")
    def received(token: str, answer_id: str) -> Response:
        return _received(house, token, answer_id)

    return door


def show(
    visitor: Admitted,
    token: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    """The empty form; or what was typed, with a sentence at every field that needs another look."""
    typed, wrong = typed or {}, wrong or {}
    fields = tuple(
        replace(field, value=typed.get(field.name, ""), help=wrong.get(field.name, field.help))
        for field in _FIELDS
    )
    blocks: list[Block] = [
        Text(text=f"Tell {visitor.face.name} about a deal you are working on. You hear back within 48 hours.")
    ]
    if wrong:
        blocks.append(Alert(title="Not sent yet", text=" ".join(wrong.values()), tone=Tone.DANGER))
    blocks.append(
        Form(id="register", title="", command="register", submit="Register the deal", fields=fields)
    )
    card = Card(name="register", title="Register a deal", blocks=tuple(blocks))
    host = share_host(lambda _: f"/s/{token}/register", lambda _: {"key": new_id()}, level=1)
    html = render("form.html", face=visitor.face, card=markup(render_card(card, host=host)))
    return page(html, 422 if wrong else 200)


def _admit(house: House, token: str, now: datetime) -> Admitted | None:
    visitor = house.gate.at_the_door(token, now)
    return None if isinstance(visitor, Failure) or visitor.link.purpose != FORM else visitor


def _register(house: House, token: str) -> Response:
    now = house.clock()
    visitor = _admit(house, token, now)
    if visitor is None:
        return not_found()
    require_same_origin(request, house.origin)
    typed = {field.name: request.form.get(field.name, "") for field in _FIELDS}
    clean, wrong = _clean(typed)
    try:
        key = form_key(request.form.get("key", ""))
        if wrong:
            return show(visitor, token, _shown_again(typed), wrong)
        if not (
            house.limits.take(limits.FORMS_PER_ADDRESS, request.remote_addr or "", now)
            and house.limits.take(limits.FORMS_PER_LINK, visitor.link.id, now)
        ):
            raise TOO_OFTEN
        name, email = clean.pop("your_name"), clean.pop("your_email")
        with house.database.write() as connection:
            answer = put_answer(
                connection,
                visitor.link,
                email=email,
                name=name,
                command="registration.submit",
                fields={"partner_id": visitor.link.partner_id, **clean},
                key=key,
                at=now,
            )
    except AppError as error:
        return show(visitor, token, _shown_again(typed), {"": error.message})
    house.bell.ring("inbound")
    return see_other(f"/s/{token}/received/{answer.id}")


def _received(house: House, token: str, answer_id: str) -> Response:
    """The same words for every registration: only what was typed and when differ."""
    visitor = _admit(house, token, house.clock())
    if visitor is None:
        return not_found()
    with house.database.read() as connection:
        answer = answer_by_id(connection, visitor.link, answer_id)
    if answer is None:
        return not_found()
    html = render(
        "received.html",
        face=visitor.face,
        token=token,
        customer=str(answer.fields.get("customer_name", "")),
        until=words.absolute(answer.created_at + APPROVAL_SLA),
    )
    return page(html)


def _shown_again(typed: Mapping[str, str]) -> dict[str, str]:
    limits_of = {field.name: field.max_length for field in _FIELDS}
    return {name: value[: limits_of[name]] for name, value in typed.items()}


def _clean(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed as it may be stored, and a sentence for each field that cannot be."""
    clean: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field in _FIELDS:
        text = typed[field.name].strip()
        try:
            clean[field.name] = cleaned(field, text) if text else ""
        except AppError as error:
            wrong[field.name] = f"{field.label}: {error.message}"
        if not clean.get(field.name) and field.required:
            wrong.setdefault(field.name, _MISSING[field.name])
    return clean, wrong


def cleaned(field: FormField, text: str) -> str:
    if field.type is FieldType.TEXTAREA:
        return clean_text(text, limit=field.max_length, field=field.name)
    line = clean_line(text, limit=field.max_length, field=field.name)
    if field.type is FieldType.EMAIL and not EMAIL.fullmatch(line):
        raise AppError(Reason.INVALID, "this does not look like an e-mail address.", field=field.name)
    return line
