"""Wires the share pages. Reads four settings and no secret of a CRM; reaches published data only."""

from flask import Flask
from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix

from app.doors.share.door import make_app
from app.doors.share.house import House
from app.doors.share.rooms import Rooms
from app.ground.bell import Bell, RedisBell, SilentBell
from app.ground.clock import Clock, utc_now
from app.ground.config import Config
from app.sharing.exposure import ExposureLedger
from app.sharing.gate import Gate
from app.sharing.limits import Limits
from app.sharing.mail import Mailer, NoMailer, SmtpMailer
from app.sharing.marks import Marks
from app.storage.engine import Database


def build_share_app(
    *,
    database: Database,
    origin: str,
    bell: Bell | None = None,
    mailer: Mailer | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """The share pages over an open database. Without a bell the sweep finds the answers; without a mailer no code
    can be sent, and pages say so."""
    gate = Gate(database)
    house = House(
        database=database,
        gate=gate,
        rooms=Rooms(database, gate, ExposureLedger(database)),
        marks=Marks(database),
        limits=Limits(database),
        mailer=mailer or NoMailer(),
        bell=bell or SilentBell(),
        clock=clock,
        origin=origin,
    )
    return make_app(house)


def share_app(config: Config) -> Flask:
    """The share pages as the settings describe them."""
    app = build_share_app(
        database=Database(config.database_url),
        origin=config.share_origin,
        bell=RedisBell(Redis.from_url(config.redis_url, socket_timeout=2, socket_connect_timeout=2))
        if config.redis_url
        else None,
        mailer=SmtpMailer(config.smtp_url) if config.smtp_url else None,
    )
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.trusted_proxies, x_proto=0, x_host=0
        )
    return app
