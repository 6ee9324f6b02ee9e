import base64
from dataclasses import fields

import pytest
from cryptography.fernet import Fernet

from app.ground.config import SETTINGS, Config, read_config
from app.ground.errors import AppError, Reason

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


def test_without_any_setting_the_defaults_hold():
    config = read_config({})

    assert config.database_url == "sqlite:///.alongside/alongside.db"
    assert config.hubspot_api_origin == "https://api.hubapi.com"
    assert config.secret_keys == ()


def test_every_setting_is_an_attribute_of_the_config():
    assert {s.name.lower() for s in SETTINGS} == {f.name for f in fields(Config)}


def test_every_setting_says_what_it_is_for():
    assert all(setting.help for setting in SETTINGS)


def test_share_pages_stand_on_the_public_origin_unless_told_otherwise():
    assert read_config({"PUBLIC_ORIGIN": "https://a.example"}).share_origin == "https://a.example"
    assert read_config({"SHARE_ORIGIN": "https://s.example/"}).share_origin == "https://s.example"


def test_postgresql_is_reached_through_psycopg_3():
    config = read_config({"DATABASE_URL": "postgres://u:p@db/alongside"})

    assert config.database_url == "postgresql+psycopg://u:p@db/alongside"


def test_keys_are_read_newest_first():
    older = Fernet.generate_key().decode()

    assert read_config({"SECRET_KEYS": f" {KEY} ,{older},"}).secret_keys == (KEY, older)


def test_a_private_key_may_be_the_path_of_a_file(tmp_path):
    file = tmp_path / "key.pem"
    file.write_text("-----BEGIN PRIVATE KEY-----\nx\n")

    assert read_config({"SALESFORCE_PRIVATE_KEY": str(file)}).salesforce_private_key == file.read_text()


def test_a_private_key_on_one_line_gets_its_line_ends_back():
    config = read_config({"SALESFORCE_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\\nx"})

    assert config.salesforce_private_key == "-----BEGIN PRIVATE KEY-----\nx"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db"),
        ("PUBLIC_ORIGIN", "http://app.example.com"),
        ("PUBLIC_ORIGIN", "https://app.example.com/path"),
        ("PUBLIC_ORIGIN", "https://app.example.com?x=1"),
        ("PUBLIC_ORIGIN", "https://app.example.com#x"),
        ("PUBLIC_ORIGIN", "https://user:secret@app.example.com"),
        ("PUBLIC_ORIGIN", "https://[::1"),
        ("PUBLIC_ORIGIN", "https://app.example.com:port"),
        ("PUBLIC_ORIGIN", "app.example.org"),
        ("SHARE_ORIGIN", "ftp://s.example"),
        ("HUBSPOT_API_ORIGIN", "https:///x"),
        ("SALESFORCE_LOGIN_ORIGIN", "javascript:alert(1)"),
        ("SECRET_KEYS", "short"),
        ("SECRET_KEYS", f"{KEY},ünïcode"),
        ("SALESFORCE_PRIVATE_KEY", "/nowhere/key.pem"),
    ],
)
def test_a_setting_that_is_wrong_is_refused_by_its_name_without_its_value(name, value):
    with pytest.raises(AppError) as caught:
        read_config({name: value})

    assert caught.value.reason is Reason.INVALID
    assert name in caught.value.message
    assert value not in caught.value.message


def test_plain_http_is_taken_on_this_machine_and_for_stand_ins():
    config = read_config({"PUBLIC_ORIGIN": "http://[::1]:5080", "HUBSPOT_API_ORIGIN": "http://mock:4010"})

    assert config.public_origin == "http://[::1]:5080"
    assert config.hubspot_api_origin == "http://mock:4010"


def test_a_config_shows_no_value_when_it_is_printed():
    config = read_config({"SECRET_KEYS": KEY, "SMTP_URL": "smtp://u:hunter2@mail"})

    assert KEY not in repr(config)
    assert "hunter2" not in f"{config}"
    assert "smtp_url" in repr(config)
