"""The share pages' own process: what it reads from its environment, and what it never loads."""

import json
import subprocess
import sys

from flask import request

from app.bootstrap_share import share_app
from app.ground.config import read_share_config
from tests.share_world import share_world

SECRETS = ("HUBSPOT_CLIENT_SECRET", "SALESFORCE_CONSUMER_SECRET", "SALESFORCE_PRIVATE_KEY", "SECRET_KEYS")


def test_a_secret_of_a_crm_is_not_read_even_where_it_is_set():
    config = read_share_config(dict.fromkeys(SECRETS, "canary") | {"SMTP_URL": "smtp://localhost"})

    assert config.hubspot_client_secret == config.salesforce_private_key == ""
    assert config.secret_keys == ()
    assert config.smtp_url == "smtp://localhost"


def test_the_process_loads_no_crm_client_no_live_table_and_no_command():
    script = "import app.wsgi_share, sys, json; print(json.dumps(sorted(sys.modules)))"

    loaded = json.loads(
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    )

    forbidden = (
        "app.crm",
        "app.commands",
        "app.storage.tables",
        "app.sandbox",
        "sync",
        "hubspot",
        "simple_salesforce",
    )
    assert [name for name in loaded if name.startswith(forbidden)] == []


def test_behind_a_trusted_proxy_limits_count_the_address_it_saw(tmp_path):
    world = share_world(tmp_path)
    url = world.database.engine.url.render_as_string(hide_password=False)
    config = read_share_config(
        {"DATABASE_URL": url, "TRUSTED_PROXIES": "1", "SMTP_URL": "smtp://127.0.0.1:9"}
    )
    app = share_app(config)
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))

    app.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})

    assert seen == ["203.0.113.9"]
    world.database.close()
