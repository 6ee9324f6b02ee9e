"""Where a seller opens a piece of content from a card: counted first, then led on. The address carries a bearer of a
quarter of an hour, bound to seller and record; where it leads, the catalogue alone says, so it leads
nowhere else."""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from app.domain.content import clean_address
from app.doors.ports import CommandDoor
from app.doors.problems import answer_problems
from app.doors.share.headers import NO_STORE, finish
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.identity.tokens import Audience, Tokens

ID_LIMIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentDoor:
    commands: CommandDoor
    tokens: Tokens
    https: bool


def create_blueprint(door: ContentDoor) -> Blueprint:
    blueprint = Blueprint("content", __name__)

    @blueprint.get("/content/<token>/<item_id>")
    def open_content(token: str, item_id: str) -> Response:
        bearer = door.tokens.verify(Audience.CONTENT, token)
        if bearer is None:
            raise AppError(Reason.UNAUTHENTICATED, "Open this from the card again.")
        if request.method == "HEAD":  # whoever only asks whether it is there has not opened it
            return Response(status=204, headers=[NO_STORE])
        fields = {"item_id": item_id[:ID_LIMIT]}
        done = door.commands.run(
            bearer.tenant_id, bearer.actor, "content.open", bearer.record, fields, new_id()
        )
        return Response(status=303, headers=[("Location", clean_address(str(done.result["url"]))), NO_STORE])

    @blueprint.after_request
    def harden(response: Response) -> Response:
        return finish(response, https=door.https)

    answer_problems(blueprint)
    return blueprint
