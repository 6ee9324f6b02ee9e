"""What stands on our own side: keys, addresses, database, Redis, queue and mail."""

import smtplib
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import redis
import requests
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.doctor.finding import Finding
from app.ground.clock import Clock
from app.ground.config import Config
from app.ground.errors import AppError
from app.ground.valkey import server_program
from app.storage.backlog import oldest_due
from app.storage.engine import Database
from app.storage.migrate import is_newest

OLDEST_PYTHON = (3, 11)
HUBSPOT_API = "https://api.hubapi.com"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANSWER_SECONDS = 5.0

LEFT_LYING = timedelta(minutes=5)
"""Work that has been due for so long means that no agent runs: a busy one takes it within seconds."""


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(name="python", ok=sys.version_info >= OLDEST_PYTHON, sentence=f"Python {version}.")


def keys(config: Config) -> Finding:
    if config.secret_keys:
        return Finding(name="keys", ok=True, sentence="SECRET_KEYS can encrypt and decrypt.")
    return Finding(
        name="keys",
        ok=False,
        sentence="SECRET_KEYS is empty.",
        advice="Make a key: python -c 'from cryptography.fernet import Fernet; "
        "print(Fernet.generate_key().decode())'",
    )


def origins(config: Config) -> list[Finding]:
    return [public(config), public_answer(config), share(config)]


def public(config: Config) -> Finding:
    origin, alone = config.public_origin, _is_loopback(config.public_origin)
    if alone and _speaks_to_real_crm(config):
        return Finding(
            name="public_origin",
            ok=False,
            sentence=f"PUBLIC_ORIGIN is {origin}, which no CRM can call.",
            advice="Set it to the https address at which your proxy passes requests on to this server.",
        )
    note = (
        "this machine alone, enough for sandboxes" if alone else "https, and signatures are checked over it"
    )
    return Finding(name="public_origin", ok=True, sentence=f"PUBLIC_ORIGIN is {origin}: {note}.")


def public_answer(config: Config) -> Finding:
    """Whether Alongside answers there. From inside, a firewall may stand in the way, so that only a stranger's answer
    counts as broken."""
    try:
        answer = requests.get(
            f"{config.public_origin}/healthz", timeout=ANSWER_SECONDS, allow_redirects=False
        )
    except requests.RequestException:
        return Finding(
            name="public_answer",
            ok=True,
            sentence=f"Nothing answers at {config.public_origin} from here.",
            advice="Start alongside serve, and ask again; or open the address from outside.",
        )
    if answer.status_code == requests.codes.ok:
        return Finding(
            name="public_answer", ok=True, sentence=f"Alongside answers at {config.public_origin}."
        )
    return Finding(
        name="public_answer",
        ok=False,
        sentence=f"{config.public_origin}/healthz answers {answer.status_code}, so something else stands there.",
        advice="Let your proxy pass every path and query on unchanged, without redirects.",
    )


def share(config: Config) -> Finding:
    origin = config.share_origin
    if origin == config.public_origin:
        return Finding(
            name="share_origin",
            ok=True,
            sentence="SHARE_ORIGIN is the same as PUBLIC_ORIGIN.",
            advice="Give the share pages a host of their own, so that nothing of the admin pages lies beside them.",
        )
    if _is_loopback(origin) and not _is_loopback(config.public_origin):
        return Finding(
            name="share_origin",
            ok=False,
            sentence=f"SHARE_ORIGIN is {origin}, which no partner can open.",
            advice="Set it to the https address of alongside serve-share.",
        )
    return Finding(name="share_origin", ok=True, sentence=f"Partners open {origin}.")


def database(config: Config) -> list[Finding]:
    """Whether it answers, and whether its schema is today's."""
    try:
        opened = Database(config.database_url)
        with opened.read() as connection:
            connection.execute(text("SELECT 1"))
        newest = is_newest(opened)
        opened.close()
    except (SQLAlchemyError, OSError):
        sentence = "DATABASE_URL names a database that does not answer, or a folder that is not there."
        return [Finding(name="database", ok=False, sentence=sentence)]
    answers = Finding(name="database", ok=True, sentence="The database answers.")
    if newest:
        return [answers, Finding(name="schema", ok=True, sentence="The schema is the newest.")]
    behind = Finding(
        name="schema",
        ok=False,
        sentence="The schema is not the one this version works with.",
        advice="Run alongside migrate.",
    )
    return [answers, behind]


def redis_server(config: Config) -> Finding:
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


def queue(config: Config, clock: Clock) -> list[Finding]:
    opened = Database(config.database_url)
    with opened.read() as connection:
        oldest = oldest_due(connection)
    opened.close()
    if oldest is None or clock() - oldest < LEFT_LYING:
        return [Finding(name="queue", ok=True, sentence="No work is left lying.")]
    minutes = int((clock() - oldest).total_seconds() // 60)
    return [
        Finding(
            name="queue",
            ok=False,
            sentence=f"Work has been waiting for {minutes} minutes.",
            advice="Start alongside agent, or look at its log.",
        )
    ]


def crm(config: Config) -> Finding:
    hubspot = config.hubspot_client_id and config.hubspot_client_secret
    salesforce = config.salesforce_consumer_key and config.salesforce_consumer_secret
    named = [name for name, there in (("HubSpot", hubspot), ("Salesforce", salesforce)) if there]
    if not named:
        return Finding(
            name="crm",
            ok=False,
            sentence="No CRM is configured.",
            advice="Set HUBSPOT_CLIENT_ID and _SECRET, or SALESFORCE_CONSUMER_KEY and _SECRET.",
        )
    return Finding(name="crm", ok=True, sentence=f"Configured for {' and '.join(named)}.")


def mail(config: Config) -> Finding:
    from app.sharing.mail import try_server

    if not config.smtp_url:
        return Finding(
            name="mail",
            ok=False,
            sentence="SMTP_URL is empty: partners cannot receive one-time codes.",
            advice="Set it to smtp://user:password@host:port?from=address.",
        )
    try:
        try_server(config.smtp_url)
    except AppError as refusal:
        return Finding(name="mail", ok=False, sentence=refusal.message)
    except smtplib.SMTPAuthenticationError:
        sentence = "The mail server does not accept the user and password of SMTP_URL."
        return Finding(name="mail", ok=False, sentence=sentence)
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            name="mail",
            ok=False,
            sentence=f"The mail server of SMTP_URL does not take us ({type(error).__name__}).",
            advice="Check host, port and firewall: 465 is smtps://, 587 is smtp:// with STARTTLS.",
        )
    return Finding(name="mail", ok=True, sentence="The mail server takes one-time codes.")


def _is_loopback(origin: str) -> bool:
    return urlsplit(origin).hostname in LOOPBACK


def _speaks_to_real_crm(config: Config) -> bool:
    hubspot = bool(config.hubspot_client_id) and config.hubspot_api_origin == HUBSPOT_API
    salesforce = bool(config.salesforce_consumer_key) and not _is_loopback(config.salesforce_login_origin)
    return hubspot or salesforce
