"""`alongside doctor`: looks at the settings and at what they name, and says what to mend."""

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.ground.config import Config, read_config
from app.ground.errors import AppError
from app.ground.valkey import server_program

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    name: str
    ok: bool
    sentence: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> list[Finding]:
    """One finding for each thing that has to be right. Never raises, and quotes no secret."""
    found = [_python()]
    try:
        config = read_config()
    except AppError as refusal:
        return [*found, Finding(name="settings", ok=False, sentence=refusal.message)]
    found.append(Finding(name="settings", ok=True, sentence="All settings can be read."))
    return [*found, *(check(config) for check in CHECKS)]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(name="python", ok=sys.version_info >= OLDEST_PYTHON, sentence=f"Python {version}.")


def _keys(config: Config) -> Finding:
    if config.secret_keys:
        return Finding(name="keys", ok=True, sentence="SECRET_KEYS can encrypt and decrypt.")
    return Finding(
        name="keys",
        ok=False,
        sentence="SECRET_KEYS is empty. Make a key: python -c 'from cryptography.fernet import Fernet; "
        "print(Fernet.generate_key().decode())'",
    )


def _database(config: Config) -> Finding:
    from app.storage.engine import Database

    try:
        database = Database(config.database_url)
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
        database.close()
    except SQLAlchemyError:
        sentence = "DATABASE_URL names a database that does not answer, or a folder that is not there."
        return Finding(name="database", ok=False, sentence=sentence)
    return Finding(name="database", ok=True, sentence="The database answers.")


def _redis(config: Config) -> Finding:
    if not config.redis_url:
        return _embedded()
    try:
        client = redis.Redis.from_url(config.redis_url, socket_timeout=3, socket_connect_timeout=3)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError, OSError):
        return Finding(name="redis", ok=False, sentence="REDIS_URL names a server that does not answer.")
    return Finding(name="redis", ok=True, sentence="Redis answers.")


def _embedded() -> Finding:
    try:
        server_program()
    except AppError as refusal:
        return Finding(name="redis", ok=False, sentence=refusal.message)
    return Finding(name="redis", ok=True, sentence="REDIS_URL is empty: an embedded Valkey is used.")


def _crm(config: Config) -> Finding:
    hubspot = config.hubspot_client_id and config.hubspot_client_secret
    salesforce = config.salesforce_consumer_key and config.salesforce_consumer_secret
    named = [name for name, there in (("HubSpot", hubspot), ("Salesforce", salesforce)) if there]
    if not named:
        sentence = (
            "No CRM is configured: set HUBSPOT_CLIENT_ID and _SECRET, or SALESFORCE_CONSUMER_KEY and _SECRET."
        )
        return Finding(name="crm", ok=False, sentence=sentence)
    return Finding(name="crm", ok=True, sentence=f"Configured for {' and '.join(named)}.")


def _mail(config: Config) -> Finding:
    if config.smtp_url:
        return Finding(name="mail", ok=True, sentence="One-time codes are sent by SMTP_URL.")
    return Finding(
        name="mail", ok=False, sentence="SMTP_URL is empty: partners cannot receive one-time codes."
    )


CHECKS: tuple[Callable[[Config], Finding], ...] = (_keys, _database, _redis, _crm, _mail)
