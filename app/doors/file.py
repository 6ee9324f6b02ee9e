"""Where a seller opens a version of a shared file that partners were offered before: written down first, then handed
out with the seller's own mark. The address carries a bearer of a quarter of an hour, bound to seller and record."""

from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Response, request

from app.disclosure.file_kind import Kind
from app.doors.ports import CommandDoor
from app.doors.problems import answer_problems
from app.doors.share.document import TYPES
from app.doors.share.headers import NO_STORE, finish
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.identity.tokens import Audience, Tokens
from app.sharing.file import disposition, marked, offered_name
from app.sharing.plan_pdf import INSIDE
from app.sharing.watermark import plain

ID_LIMIT = 64


class Copies(Protocol):
    def body(self, tenant_id: str, file_id: str, version: int, digest: str) -> bytes | None:
        """The bytes of that version, without a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDoor:
    commands: CommandDoor
    copies: Copies
    tokens: Tokens
    clock: Clock
    https: bool


def create_blueprint(door: FileDoor) -> Blueprint:
    blueprint = Blueprint("file", __name__)

    @blueprint.get("/file/<token>/<file_id>/<int:version>")
    def open_version(token: str, file_id: str, version: int) -> Response:
        bearer = door.tokens.verify(Audience.FILE, token)
        if bearer is None:
            raise AppError(Reason.UNAUTHENTICATED, "Open this from the card again.")
        if request.method == "HEAD":  # whoever only asks whether it is there has not opened it
            return Response(status=204, headers=[NO_STORE])
        wanted = {"file_id": file_id[:ID_LIMIT], "version": version}
        done = door.commands.run(
            bearer.tenant_id, bearer.actor, "sharing.open_file", bearer.record, wanted, new_id()
        )
        name, kind = str(done.result["name"]), Kind(str(done.result["kind"]))
        body = door.copies.body(bearer.tenant_id, file_id, version, str(done.result["digest"]))
        if body is None:
            raise AppError(Reason.NOT_FOUND, "This version of the file is not kept.")
        whose = plain(bearer.actor.email or bearer.actor.name)
        said = f"{whose} · {door.clock():%Y-%m-%d %H:%M} UTC · {INSIDE}"
        stem, dot, end = name.rpartition(".")
        offered = offered_name(f"{stem} (version {version}){dot}{end}", kind)
        answer = Response(marked(body, kind, said, b""), mimetype=TYPES[kind], headers=[NO_STORE])
        answer.headers["Content-Disposition"] = disposition(offered)
        return answer

    @blueprint.after_request
    def harden(response: Response) -> Response:
        return finish(response, https=door.https)

    answer_problems(blueprint)
    return blueprint
