import json
import socket

import pytest

from app.demo import settings
from app.demo.site import Ports, Site
from app.ground.config import read_config, read_share_config
from app.ground.errors import AppError
from app.ground.valkey import forget_socket

PORTS = Ports.starting_at(5080)


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path / "demo")
    site.prepare()
    yield site
    forget_socket(site.directory)


def test_secrets_are_made_once_and_readable_by_their_owner_only(site):
    first = site.secrets()

    assert Site(site.directory).secrets() == first
    assert (site.directory / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert first.hubspot_client_secret not in repr(first)


def test_two_demos_have_different_secrets(site, tmp_path):
    other = Site(tmp_path / "other")
    other.prepare()

    assert other.secrets().fernet_key != site.secrets().fernet_key


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"fernet_key": "x"}'])
def test_damaged_secrets_are_said_in_a_sentence(site, damage):
    (site.directory / "secrets.json").write_text(damage)

    with pytest.raises(AppError, match="is damaged"):
        site.secrets()


def test_one_folder_runs_one_demo(site):
    with site.lock(), pytest.raises(AppError, match="A demo already runs"):
        Site(site.directory).lock()


def test_notes_are_kept_beside_earlier_ones(site):
    site.note(ports={"web": 1})
    site.note(loaded={"x": 2})

    assert Site(site.directory).state() == {"ports": {"web": 1}, "loaded": {"x": 2}}


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(AppError, match="cannot be made"):
        Site(tmp_path / "file" / "demo").prepare()


def test_a_port_that_somebody_listens_on_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert port in Ports.starting_at(port).taken()


def test_the_share_pages_are_told_no_secret_of_a_crm(site):
    secrets = site.secrets()
    share = next(c for c in settings.pages(site, PORTS, secrets) if c.name == "share")

    told = json.dumps(dict(share.env))
    assert not [name for name in share.env if name.startswith(("HUBSPOT_", "SALESFORCE_", "SECRET_"))]
    for secret in (secrets.fernet_key, secrets.hubspot_client_secret, secrets.salesforce_consumer_secret):
        assert secret not in told


def test_every_process_is_told_its_settings_and_no_other_variable(site, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")

    children = (
        *settings.stand_ins(site, PORTS),
        *settings.pages(site, PORTS, site.secrets()),
        settings.agent(site, PORTS, site.secrets(), 2),
    )

    assert not [child.name for child in children if "canary" in child.env.values()]


def test_the_settings_of_the_demo_are_settings_that_the_product_accepts(site):
    config = read_config(settings.web_settings(site, PORTS, site.secrets()))

    assert config.hubspot_api_origin == "http://127.0.0.1:5082"
    assert config.share_origin == "http://127.0.0.1:5081"
    assert read_share_config(settings.share_settings(site, PORTS)).smtp_url.startswith(
        "smtp://127.0.0.1:5085"
    )
