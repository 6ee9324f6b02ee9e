"""What each process of the demo is told: settings and environments. The share pages get no secret of a CRM."""

import sys
from pathlib import Path

from app.demo.site import Ports, Secrets, Site
from app.demo.supervisor import Child
from app.ground.config import child_environment
from app.ground.valkey import server_command, socket_path, url_of

SENDER = "no-reply@alongside.example"


POLLS = ("--salesforce-every", "10", "--hubspot-every", "30")
"""Webhooks and change events arrive by themselves; what they miss, nobody who watches should wait for."""


def share_settings(site: Site, ports: Ports) -> dict[str, str]:
    """Everything the share pages may know."""
    return {
        "DATABASE_URL": f"sqlite:///{site.path('alongside.db')}",
        "REDIS_URL": url_of(socket_path(site.directory)),
        "PUBLIC_ORIGIN": ports.origin("web"),
        "SHARE_ORIGIN": ports.origin("share"),
        "SMTP_URL": f"smtp://127.0.0.1:{ports.smtp}?from={SENDER}",
        "LOG_FORMAT": "console",
    }


def web_settings(site: Site, ports: Ports, secrets: Secrets) -> dict[str, str]:
    """The settings of the web app and of the agent, pointed at the stand-ins."""
    return share_settings(site, ports) | {
        "SECRET_KEYS": secrets.fernet_key,
        "HUBSPOT_CLIENT_ID": secrets.hubspot_client_id,
        "HUBSPOT_CLIENT_SECRET": secrets.hubspot_client_secret,
        "HUBSPOT_API_ORIGIN": ports.origin("hubspot"),
        "SALESFORCE_CONSUMER_KEY": secrets.salesforce_consumer_key,
        "SALESFORCE_CONSUMER_SECRET": secrets.salesforce_consumer_secret,
        "SALESFORCE_PRIVATE_KEY": secrets.salesforce_private_key,
        "SALESFORCE_LOGIN_ORIGIN": ports.origin("salesforce"),
        "SALESFORCE_PUBSUB_ORIGIN": ports.origin("pubsub"),
    }


def stand_ins(site: Site, ports: Ports) -> tuple[Child, ...]:
    """Valkey, both CRM sandboxes and the mailbox: what the product talks to."""
    socket_file = socket_path(site.directory)
    here = ("--data", str(site.directory))
    return (
        Child(
            name="valkey",
            argv=server_command(site.directory, socket_file),
            env=child_environment(),
            leftovers=(socket_file,),
        ),
        _module(
            "hubspot",
            "app.demo.run_hubspot",
            *here,
            "--port",
            str(ports.hubspot),
            "--web",
            ports.origin("web"),
        ),
        _module(
            "salesforce",
            "app.demo.run_salesforce",
            *here,
            "--port",
            str(ports.salesforce),
            "--pubsub",
            str(ports.pubsub),
            "--web",
            ports.origin("web"),
        ),
        _module(
            "mailbox", "app.demo.mailbox", *here, "--http", str(ports.mailbox), "--smtp", str(ports.smtp)
        ),
    )


def pages(site: Site, ports: Ports, secrets: Secrets) -> tuple[Child, ...]:
    """What of Alongside somebody looks at: web and share pages."""
    return (
        _command("web", web_settings(site, ports, secrets), "serve", "--port", str(ports.web)),
        _command("share", share_settings(site, ports), "serve-share", "--port", str(ports.share)),
    )


def agent(site: Site, ports: Ports, secrets: Secrets, workers: int) -> Child:
    """The agent with its workers and its scheduler."""
    web = web_settings(site, ports, secrets)
    return _command("agent", web, "agent", "--workers", str(workers), *POLLS)


def _module(name: str, module: str, *words: str) -> Child:
    return Child(name=name, argv=(sys.executable, "-m", module, *words), env=child_environment(), cwd=ROOT)


def _command(name: str, settings: dict[str, str], *words: str) -> Child:
    argv = (sys.executable, "-m", "app.cli", *words)
    return Child(name=name, argv=argv, env=child_environment(**settings), cwd=ROOT)


ROOT = Path(__file__).parents[2]
"""Where `python -m app…` finds the packages, installed or not."""
