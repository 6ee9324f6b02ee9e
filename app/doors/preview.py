"""What a partner sees, shown to the seller who asks from a card: the same composing code, the same look, and every
form switched off. The address carries a bearer of a quarter of an hour, bound to seller and record."""

from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Response, request

from app.disclosure.snapshot import Content
from app.domain.partner import Partner
from app.domain.record import RecordKey
from app.doors.problems import as_app_error
from app.doors.share.headers import finish, page
from app.doors.share.pages import markup, render
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.identity.tokens import Audience, Tokens
from cards import room
from cards.html import render_all, share_host


class Rooms(Protocol):
    def room(self, tenant_id: str, record: RecordKey, partner_id: str) -> tuple[Partner, Content]:
        """The partner and what it sees now. Raises AppError unless the partner works on the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDoor:
    rooms: Rooms
    tokens: Tokens
    clock: Clock
    https: bool


def create_blueprint(door: PreviewDoor) -> Blueprint:
    blueprint = Blueprint("preview", __name__)

    @blueprint.get("/preview/<token>")
    def preview(token: str) -> Response:
        bearer = door.tokens.verify(Audience.PREVIEW, token)
        if bearer is None:
            raise AppError(Reason.UNAUTHENTICATED, "Open the preview from the card again.")
        partner, content = door.rooms.room(
            bearer.tenant_id, bearer.record, request.args.get("partner", "")[:64]
        )
        viewer = room.RoomViewer(name=partner.name, email="")
        cards = render_all(room.build(content, viewer, door.clock()), host=share_host(lambda _: ""))
        return page(render("preview.html", face=content["vendor"], partner=partner, cards=markup(cards)))

    @blueprint.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        refusal, status = as_app_error(error)
        return page(render("preview_refused.html", face=None, error=refusal), status or refusal.status)

    @blueprint.after_request
    def harden(answer: Response) -> Response:
        return finish(answer, https=door.https)

    return blueprint
