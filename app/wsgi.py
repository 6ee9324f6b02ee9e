"""The web process: gunicorn "app.wsgi:create()". Cards, actions, webhooks, the canvas panel and the admin pages."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from flask import Blueprint, Flask, Response
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap import House, as_refusal, build
from app.commands.execute import Executor
from app.crm.port import AuthExpired, CrmError
from app.crm.salesforce_http import is_stand_in
from app.crm.salesforce_sessions import can_read, manages, session_owner
from app.domain.record import RecordKey
from app.doors import (
    calendar,
    content,
    credentials,
    file,
    health,
    hubspot,
    hubspot_oauth,
    openapi,
    preview,
    webhooks,
)
from app.doors.admin import programme_desk
from app.doors.admin.desk import Desk
from app.doors.admin.ports import AdminDoor
from app.doors.admin.routes import create_blueprint as admin_blueprint
from app.doors.calendar import CalendarDoor
from app.doors.content import ContentDoor
from app.doors.credentials import CredentialDoor
from app.doors.file import FileDoor
from app.doors.hubspot import HubspotDoor
from app.doors.hubspot_oauth import OauthDoor
from app.doors.preview import PreviewDoor
from app.doors.salesforce import CrmSession, SalesforceDoor
from app.doors.salesforce import create_blueprint as salesforce_blueprint
from app.doors.salesforce.door import RecordAccess, SessionOwner
from app.doors.share.assets import asset_door
from app.ground.config import read_config
from app.ground.log import set_up_logging
from app.identity.embed_key import EmbedKeys
from app.reading.cards import Cards
from app.reading.copies import Copies
from app.reading.evidence import pack
from app.reading.feeds import FeedRegister
from app.reading.kept_answers import KeptAnswers
from app.reading.measures import Measures
from app.reading.plan_dates import PlanDates
from app.reading.rooms import Previews
from app.reading.stores import Events, Nonces, Sightings, TenantRegister, Tickets
from app.tenancy import connect_hubspot
from cards.html import PANEL, render

HUBSPOT_AUTHORIZE = "https://app.hubspot.com/oauth/authorize"
HUBSPOT_API = "https://api.hubapi.com"


def create() -> Flask:
    """The app, from the environment."""
    config = read_config()
    set_up_logging(config.log_format)
    return web_app(build(config))


def web_app(house: House) -> Flask:
    """Every door but the share pages', over one house."""
    app = Flask("app", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 2_000_000
    app.url_map.strict_slashes = True
    parts = _Parts.of(house)
    door = _hubspot(house, parts)
    app.register_blueprint(hubspot.create_blueprint(door))
    app.register_blueprint(webhooks.create_blueprint(door, Events(house.database, house.bell, house.clock)))
    app.register_blueprint(hubspot_oauth.create_blueprint(_oauth(house)))
    app.register_blueprint(salesforce_blueprint(_salesforce(house, parts)))
    app.register_blueprint(_health(house))
    app.register_blueprint(openapi.create_blueprint())
    app.register_blueprint(asset_door())
    app.register_blueprint(preview.create_blueprint(_preview(house)))
    app.register_blueprint(calendar.create_blueprint(_calendar(house)))
    app.register_blueprint(content.create_blueprint(_content(house, parts)))
    app.register_blueprint(file.create_blueprint(_file(house, parts)))
    app.register_blueprint(admin_blueprint(_admin(house, parts)))
    app.register_blueprint(credentials.create_blueprint(_credentials(house, parts)))
    app.after_request(_harden)
    return app


CAUTIOUS = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


def _harden(answer: Response) -> Response:
    """What no door has said of its answer is said here: an address that nothing serves has no door."""
    for name, value in CAUTIOUS:
        answer.headers.setdefault(name, value)
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What several doors share."""

    cards: Cards
    executor: Executor
    register: TenantRegister
    tickets: Tickets
    answers: KeptAnswers

    @classmethod
    def of(cls, house: House) -> "_Parts":
        return cls(
            cards=house.cards(),
            executor=house.executor(),
            register=TenantRegister(house.database),
            tickets=Tickets(house.database, house.clock),
            answers=KeptAnswers(house.database, house.clock),
        )


def _hubspot(house: House, parts: _Parts) -> HubspotDoor:
    return HubspotDoor(
        secrets=(house.config.hubspot_client_secret,),
        origin=house.config.public_origin,
        cards=parts.cards,
        commands=parts.executor,
        tenants=parts.register,
        people=parts.register,
        tickets=parts.tickets,
        settings=house.settings(),
        sightings=Sightings(house.database, house.clock),
        clock=house.clock,
        answers=parts.answers,
    )


def _salesforce(house: House, parts: _Parts) -> SalesforceDoor:
    return SalesforceDoor(
        secrets=(house.config.salesforce_consumer_secret,),
        cards=parts.cards,
        commands=parts.executor,
        tenants=parts.register,
        nonces=Nonces(house.database),
        session_owner=_session_owner(house),
        can_read=_can_read(house),
        tokens=house.tokens,
        render=lambda card: render(card, host=PANEL),
        stand_in_origin=_stand_in(house),
        origin=house.config.public_origin,
        tickets=parts.tickets,
        is_embed_key=EmbedKeys(house.config.secret_keys).matches,
        clock=house.clock,
        answers=parts.answers,
    )


def _health(house: House) -> Blueprint:
    checks = {"database": lambda: _database_answers(house), "redis": lambda: _redis_answers(house)}
    return health.create_blueprint(checks, Measures(house.database, house.redis, house.clock).page)


def _preview(house: House) -> PreviewDoor:
    return PreviewDoor(
        rooms=Previews(house.database, house.clock),
        tokens=house.tokens,
        clock=house.clock,
        https=house.config.public_origin.startswith("https://"),
    )


def _calendar(house: House) -> CalendarDoor:
    return CalendarDoor(
        plans=PlanDates(house.database),
        tokens=house.tokens,
        clock=house.clock,
        https=house.config.public_origin.startswith("https://"),
    )


def _content(house: House, parts: _Parts) -> ContentDoor:
    return ContentDoor(
        commands=parts.executor,
        tokens=house.tokens,
        https=house.config.public_origin.startswith("https://"),
    )


def _file(house: House, parts: _Parts) -> FileDoor:
    return FileDoor(
        commands=parts.executor,
        copies=Copies(house.database),
        tokens=house.tokens,
        clock=house.clock,
        https=house.config.public_origin.startswith("https://"),
    )


def _admin(house: House, parts: _Parts) -> AdminDoor:
    return AdminDoor(
        programme=programme_desk.Desk(house.database, house.clock),
        desk=Desk(house.database, house.clock, house.feeds()),
        evidence=partial(pack, house.database, house.vault, house.clock),
        commands=parts.executor,
        clock=house.clock,
        origin=house.config.public_origin,
        look=house.look_at_fields,
    )


def _credentials(house: House, parts: _Parts) -> CredentialDoor:
    return CredentialDoor(
        feeds=FeedRegister(house.database, house.feeds(), house.bell, house.clock),
        commands=parts.executor,
        clock=house.clock,
    )


def _oauth(house: House) -> OauthDoor:
    config = house.config
    stand_in = config.hubspot_api_origin != HUBSPOT_API

    def connect(code: str, redirect_uri: str) -> str:
        try:
            return connect_hubspot(house, code, redirect_uri).name
        except CrmError as error:
            raise as_refusal(error) from error

    return OauthDoor(
        authorize_url=f"{config.hubspot_api_origin}/oauth/authorize" if stand_in else HUBSPOT_AUTHORIZE,
        client_id=config.hubspot_client_id,
        origin=config.public_origin,
        vault=house.vault,
        nonces=Nonces(house.database),
        clock=house.clock,
        connect=connect,
        expiry=lambda: house.clock() + timedelta(minutes=hubspot_oauth.STATE_MINUTES),
    )


def _stand_in(house: House) -> str:
    origin = house.config.salesforce_login_origin
    return origin if is_stand_in(origin) else ""


def _session_owner(house: House) -> SessionOwner:
    def owner(instance_url: str, oauth_token: str) -> CrmSession | None:
        try:
            user_id, organization_id, _, _ = session_owner(
                house.config.salesforce_login_origin, instance_url, oauth_token
            )
        except AuthExpired:
            return None
        except CrmError as error:
            raise as_refusal(error) from error
        return CrmSession(
            organization_id=organization_id,
            user_id=user_id,
            manages=manages(house.config.salesforce_login_origin, instance_url, oauth_token),
        )

    return owner


def _can_read(house: House) -> RecordAccess:
    def may(instance_url: str, oauth_token: str, record: RecordKey) -> bool:
        try:
            return can_read(house.config.salesforce_login_origin, instance_url, oauth_token, record)
        except AuthExpired:
            return False
        except CrmError as error:
            raise as_refusal(error) from error

    return may


def _database_answers(house: House) -> bool:
    try:
        with house.database.read() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _redis_answers(house: House) -> bool:
    """Without Redis the sweep does its work, only later; so an unset one counts as fine."""
    try:
        return house.redis is None or bool(house.redis.ping())
    except RedisError:
        return False
