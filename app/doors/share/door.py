"""The share pages as one Flask app."""

import json

from flask import Flask, Response, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.doors.share.asking import asking_door
from app.doors.share.assets import asset_door
from app.doors.share.document import document_door
from app.doors.share.front import front_door
from app.doors.share.headers import finish, page
from app.doors.share.house import House
from app.doors.share.pages import render
from app.doors.share.reader import RoomReader
from app.doors.share.refusals import handle_errors
from app.doors.share.registration import registration_door
from app.doors.share.registration_table import registration_table_door
from app.doors.share.room import room_door
from app.ground.log import get_logger
from app.storage.engine import Database
from app.storage.published_tables import face

BODY_LIMIT = 256 * 1024
"""Bytes of a request: a message of 10,000 characters takes up to 120 kB as a form."""

PARTS_LIMIT = 50

log = get_logger(__name__)


def make_app(house: House) -> Flask:
    """The app. Every answer carries the security headers; every failure is a page."""
    app = Flask("app.doors.share", static_folder=None, template_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT, MAX_FORM_MEMORY_SIZE=BODY_LIMIT, MAX_FORM_PARTS=PARTS_LIMIT
    )
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    handle_errors(app)
    for door in (
        asset_door(),
        room_door(house),
        document_door(house),
        registration_door(house),
        registration_table_door(house),
        asking_door(house),
        front_door(house),
    ):
        app.register_blueprint(door)

    @app.get("/s/left")
    def left() -> Response:
        return page(render("left.html"))

    @app.get("/healthz")
    def alive() -> Response:
        return _state(fine=True)

    @app.get("/readyz")
    def ready() -> Response:
        return _state(fine=_answers(house.database))

    @app.after_request
    def _(response: Response) -> Response:
        log.info(
            "share.answered", method=request.method, endpoint=request.endpoint, status=response.status_code
        )
        return finish(response, https=house.https)

    app.wsgi_app = RoomReader(house, app.wsgi_app)  # type: ignore[method-assign]
    return app


def _answers(database: Database) -> bool:
    try:
        with database.read() as connection:
            connection.execute(select(face.c.tenant_id).limit(1))
    except SQLAlchemyError:
        return False
    return True


def _state(*, fine: bool) -> Response:
    return Response(json.dumps({"ok": fine}), status=200 if fine else 503, mimetype="application/json")
