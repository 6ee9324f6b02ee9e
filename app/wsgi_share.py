"""The share pages' own process: gunicorn "app.wsgi_share:create()". Its environment needs no secret of a CRM."""

from flask import Flask

from app.bootstrap_share import share_app
from app.ground.config import read_share_config
from app.ground.log import set_up_logging


def create() -> Flask:
    """The app, from DATABASE_URL, REDIS_URL, SHARE_ORIGIN (or PUBLIC_ORIGIN) and SMTP_URL."""
    config = read_share_config()
    set_up_logging(config.log_format)
    return share_app(config)
