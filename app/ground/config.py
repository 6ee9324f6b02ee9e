"""Every setting, once: its name, default and meaning. The only place that reads the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from app.ground.errors import AppError, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the settings table: feeds parsing, `alongside doctor` and docs/settings.md."""

    name: str
    default: str
    help: str
    secret: bool = False


SETTINGS = (
    Setting(
        name="DATABASE_URL",
        default="sqlite:///.alongside/alongside.db",
        help="Where the working copy lives: sqlite:///FILE or postgresql://…",
        secret=True,
    ),
    Setting(
        name="REDIS_URL",
        default="",
        help="Redis or Valkey for RQ. Empty: an embedded Valkey on a private socket.",
        secret=True,
    ),
    Setting(
        name="PUBLIC_ORIGIN",
        default="http://127.0.0.1:5080",
        help="The https origin the CRMs call. Signatures are checked over it, never over the Host header.",
    ),
    Setting(
        name="SHARE_ORIGIN",
        default="",
        help="The origin of the share pages. Empty: the same as PUBLIC_ORIGIN.",
    ),
    Setting(
        name="SECRET_KEYS",
        default="",
        help="Comma-separated Fernet keys, newest first. The first one encrypts, all decrypt.",
        secret=True,
    ),
    Setting(name="HUBSPOT_CLIENT_ID", default="", help="Client id of the HubSpot app."),
    Setting(
        name="HUBSPOT_CLIENT_SECRET",
        default="",
        help="Client secret of the HubSpot app: checks signatures, refreshes tokens.",
        secret=True,
    ),
    Setting(
        name="HUBSPOT_API_ORIGIN",
        default="https://api.hubapi.com",
        help="Where the HubSpot API answers. Point it at a sandbox, a proxy or a mock.",
    ),
    Setting(name="SALESFORCE_CONSUMER_KEY", default="", help="Consumer key of the external client app."),
    Setting(
        name="SALESFORCE_CONSUMER_SECRET",
        default="",
        help="Consumer secret: checks canvas signed requests.",
        secret=True,
    ),
    Setting(
        name="SALESFORCE_PRIVATE_KEY",
        default="",
        help="RSA key in PEM, or the path of one: signs the JWT bearer of the sync agent.",
        secret=True,
    ),
    Setting(
        name="SALESFORCE_LOGIN_ORIGIN",
        default="https://login.salesforce.com",
        help="Where Salesforce hands out tokens. Any other host also receives all API calls.",
    ),
    Setting(
        name="SALESFORCE_PUBSUB_ORIGIN",
        default="",
        help="Where change events are told (gRPC). Empty: Salesforce’s own address; none for a stand-in, which is "
        "then polled.",
    ),
    Setting(
        name="SMTP_URL",
        default="",
        help="smtp://user:password@host:port?from=address, for one-time codes and reminders.",
        secret=True,
    ),
    Setting(
        name="TRUSTED_PROXIES",
        default="0",
        help="How many reverse proxies of yours stand before the share pages. Limits per address count the one "
        "that the outermost of them saw; with 0, X-Forwarded-For is ignored.",
    ),
    Setting(name="LOG_FORMAT", default="console", help="console or json."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings as read at start-up; attribute names are the settings' names in lower case."""

    database_url: str
    redis_url: str
    public_origin: str
    share_origin: str
    secret_keys: tuple[str, ...]
    hubspot_client_id: str
    hubspot_client_secret: str
    hubspot_api_origin: str
    salesforce_consumer_key: str
    salesforce_consumer_secret: str
    salesforce_private_key: str
    salesforce_login_origin: str
    salesforce_pubsub_origin: str
    smtp_url: str
    trusted_proxies: int
    log_format: str

    def __repr__(self) -> str:
        """Names the settings that are set and shows no value: a config must not leak through a traceback."""
        return f"Config({', '.join(f.name for f in fields(self) if getattr(self, f.name))})"


def read_config(environ: Mapping[str, str] | None = None) -> Config:
    """The settings of this process. Raises AppError naming the setting that is wrong."""
    source = os.environ if environ is None else environ
    raw = {setting.name: source.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
    public = _origin("PUBLIC_ORIGIN", raw["PUBLIC_ORIGIN"])
    return Config(
        database_url=_database(raw["DATABASE_URL"]),
        redis_url=raw["REDIS_URL"],
        public_origin=public,
        share_origin=_origin("SHARE_ORIGIN", raw["SHARE_ORIGIN"]) if raw["SHARE_ORIGIN"] else public,
        secret_keys=_keys(raw["SECRET_KEYS"]),
        hubspot_client_id=raw["HUBSPOT_CLIENT_ID"],
        hubspot_client_secret=raw["HUBSPOT_CLIENT_SECRET"],
        hubspot_api_origin=_origin("HUBSPOT_API_ORIGIN", raw["HUBSPOT_API_ORIGIN"], loopback_only=False),
        salesforce_consumer_key=raw["SALESFORCE_CONSUMER_KEY"],
        salesforce_consumer_secret=raw["SALESFORCE_CONSUMER_SECRET"],
        salesforce_private_key=_pem(raw["SALESFORCE_PRIVATE_KEY"]),
        salesforce_login_origin=_origin(
            "SALESFORCE_LOGIN_ORIGIN", raw["SALESFORCE_LOGIN_ORIGIN"], loopback_only=False
        ),
        salesforce_pubsub_origin=_pubsub(raw["SALESFORCE_PUBSUB_ORIGIN"], raw["SALESFORCE_LOGIN_ORIGIN"]),
        smtp_url=raw["SMTP_URL"],
        trusted_proxies=_count("TRUSTED_PROXIES", raw["TRUSTED_PROXIES"]),
        log_format=raw["LOG_FORMAT"],
    )


SHARE_SETTINGS = frozenset(
    {
        "DATABASE_URL",
        "REDIS_URL",
        "PUBLIC_ORIGIN",
        "SHARE_ORIGIN",
        "SMTP_URL",
        "TRUSTED_PROXIES",
        "LOG_FORMAT",
    }
)


def read_share_config(environ: Mapping[str, str] | None = None) -> Config:
    """The settings of the share pages' process. No other setting is read, even where one is set: a secret of a CRM
    never enters that process's memory through us."""
    source = os.environ if environ is None else environ
    return read_config({name: source[name] for name in SHARE_SETTINGS if name in source})


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]", value):
        raise AppError(Reason.INVALID, f"{name} must be a number from 0 to 9.")
    return int(value)


def _origin(name: str, value: str, *, loopback_only: bool = True) -> str:
    """An origin without path or trailing slash. Plain http only to this machine, unless a stand-in is meant."""
    refusal = AppError(Reason.INVALID, f"{name} must be an origin such as https://app.example.com.")
    try:
        parts = urlsplit(value)
        more = parts.query or parts.fragment or parts.username or parts.password or parts.port == 0
    except ValueError:
        raise refusal from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or more:
        raise refusal
    if loopback_only and parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise AppError(Reason.INVALID, f"{name} must use https, except on this machine.")
    return f"{parts.scheme}://{parts.netloc}"


def _pubsub(value: str, login: str) -> str:
    """Where Salesforce tells of changes: its own address for its own orgs only, never with a stand-in's session."""
    if value:
        return _origin("SALESFORCE_PUBSUB_ORIGIN", value)
    real = (urlsplit(login).hostname or "").endswith((".salesforce.com", ".salesforce.mil"))
    return "https://api.pubsub.salesforce.com:7443" if real else ""


def _database(url: str) -> str:
    """SQLAlchemy's spelling of the address; PostgreSQL is always reached through psycopg 3."""
    if url.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise AppError(Reason.INVALID, "DATABASE_URL must start with sqlite:/// or postgresql://.")
    return url


def _keys(value: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in value.split(",") if key.strip())
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            raise AppError(Reason.INVALID, "SECRET_KEYS must be Fernet keys, separated by commas.") from None
    return keys


def _pem(value: str) -> str:
    """The key itself: a setting that does not look like PEM is the path of a file that holds it."""
    if not value or value.startswith("-----BEGIN"):
        return value.replace("\\n", "\n")
    try:
        return Path(value).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise AppError(Reason.INVALID, "SALESFORCE_PRIVATE_KEY names a file that cannot be read.") from None


PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TZ",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "VIRTUAL_ENV",
)
"""What a child process may know of our environment: nothing of it is a setting or a secret of the product."""


def child_environment(**settings: str) -> dict[str, str]:
    """The whole environment of a child process: the few harmless variables, and the settings it is given."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | settings


def settle(**settings: str) -> None:
    """Sets settings for this process and those it starts: what was found at start-up, such as an embedded server."""
    os.environ.update(settings)


def settings_page() -> str:
    """docs/settings.md, from the table above. Write it anew with `python -m app.ground.config > docs/settings.md`."""
    rows = [_settings_row(setting) for setting in SETTINGS]
    return "\n".join(
        (
            "# Settings",
            "",
            "Every setting is an environment variable. `alongside doctor` checks them and says what to mend.",
            "Secret ones never reach a log, an error message or a page.",
            "",
            "| Setting | Default | Secret | Meaning |",
            "|---|---|---|---|",
            *rows,
            "",
            "The share pages (`alongside serve-share`) need only `DATABASE_URL`, `SHARE_ORIGIN`, `REDIS_URL` and",
            "`SMTP_URL`. Give that process no secret of a CRM and no key: it uses none.",
            "",
            "To change `SECRET_KEYS`, put a new key in front of the old one, restart, and drop the old one when",
            "each connected account was polled once: its tokens are sealed anew when they are used.",
            "",
        )
    )


def _settings_row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else "(empty)"
    return f"| `{setting.name}` | {default} | {'yes' if setting.secret else ''} | {setting.help} |"


if __name__ == "__main__":
    import sys

    sys.stdout.write(settings_page())
