"""A form without a login: a partner registers a deal, and reads the same answer whoever the customer is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Blueprint, Response, request

from app.domain.registration_ask import Ask, ask_for
from app.doors.share.headers import page, see_other
from app.doors.share.house import House
from app.doors.share.pages import markup, render
from app.doors.share.refusals import TOO_OFTEN, not_found
from app.doors.share.registration_values import ABOUT_YOU, asked_fields, read
from app.doors.share.visitor import form_key, require_same_origin
from app.ground.errors import AppError
from app.ground.ids import new_id
from app.sharing import limits
from app.sharing.gate import Admitted
from app.sharing.rules import Failure
from app.storage.published.answers import answer_by_id, put_answer
from app.storage.published.forms import asks_of_form
from app.storage.published.links import FORM
from cards import words
from cards.blocks import Alert, Block, Card, Form, FormField, Text, Tone
from cards.html import render as render_card
from cards.html import share_host


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
    house: House,
    visitor: Admitted,
    token: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    """The empty form; or what was typed, with a sentence at every field that needs another look."""
    asks = asked(house, visitor)
    typed, wrong = typed or {}, wrong or {}
    fields = tuple(
        replace(
            field, value=typed.get(field.name, field.value), help=wrong.get(field.name, _help(field, asks))
        )
        for field in (*asked_fields(asks, typed.get("region", "")), *ABOUT_YOU)
    )
    soon = promise(ask_for(asks, typed.get("region", "")))
    blocks: list[Block] = [
        Text(text=f"Tell {visitor.face.name} about a deal you are working on. You hear back within {soon}.")
    ]
    if wrong:
        blocks.append(Alert(title="Not sent yet", text=" ".join(wrong.values()), tone=Tone.DANGER))
    blocks.append(
        Form(id="register", title="", command="register", submit="Register the deal", fields=fields)
    )
    card = Card(name="register", title="Register a deal", blocks=tuple(blocks))
    # The browser would stop at the first empty field; the page names all of them.
    host = share_host(
        lambda _: f"/s/{token}/register", lambda _: {"key": new_id()}, level=1, checked_here=True
    )
    html = render(
        "form.html", face=visitor.face, card=markup(render_card(card, host=host)), token=token, key=new_id()
    )
    return page(html, 422 if wrong else 200)


def asked(house: House, visitor: Admitted) -> tuple[Ask, ...]:
    """What the programme asks of this form's partner, as far as it is published."""
    with house.database.read() as connection:
        return asks_of_form(connection, visitor.link.tenant_id, visitor.link.partner_id)


def promise(ask: Ask) -> str:
    return f"{ask.sla_hours} {'working ' if ask.business_days else ''}hours"


def _help(field: FormField, asks: Sequence[Ask]) -> str:
    """Where regions have rules of their own, what is asked for depends on this field."""
    regional = field.name == "region" and any(ask.regions for ask in asks)
    return "What is needed depends on it." if regional else field.help


def admit(house: House, token: str, now: datetime) -> Admitted | None:
    """Whoever holds the address of a form that is open."""
    visitor = house.gate.at_the_door(token, now)
    return None if isinstance(visitor, Failure) or visitor.link.purpose != FORM else visitor


def _register(house: House, token: str) -> Response:
    now = house.clock()
    visitor = admit(house, token, now)
    if visitor is None:
        return not_found()
    require_same_origin(request, house.origin)
    fields = (*asked_fields(asked(house, visitor), request.form.get("region", "")), *ABOUT_YOU)
    typed = {field.name: request.form.get(field.name, field.value) for field in fields}
    clean, wrong = read(fields, typed)
    shown = {field.name: typed[field.name][: field.max_length or None] for field in fields}
    try:
        key = form_key(request.form.get("key", ""))
        if wrong:
            return show(house, visitor, token, shown, wrong)
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
        return show(house, visitor, token, shown, {"": error.message})
    house.bell.ring("inbound")
    return see_other(f"/s/{token}/received/{answer.id}")


def _received(house: House, token: str, answer_id: str) -> Response:
    """The same words for every registration: only what was typed and when differ. What the programme refuses for the
    partner's own sake is told, which is decided before any customer is looked up."""
    visitor = admit(house, token, house.clock())
    if visitor is None:
        return not_found()
    with house.database.read() as connection:
        answer = answer_by_id(connection, visitor.link, answer_id)
    if answer is None:
        return not_found()
    ask = ask_for(asked(house, visitor), str(answer.fields.get("region", "")))
    html = render(
        "received.html",
        face=visitor.face,
        token=token,
        customer=str(answer.fields.get("customer_name", "")),
        until=f"within {promise(ask)}"
        if ask.business_days
        else f"by {words.absolute(answer.created_at + timedelta(hours=ask.sla_hours))}",
        refused=answer.reason if answer.state == "refused" else "",
    )
    return page(html)
