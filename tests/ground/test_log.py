import json

import pytest
import structlog

from app.ground.log import SECRET_KEYS, get_logger, set_up_logging


@pytest.fixture
def line(capsys):
    """Logs an event with the given keys and answers the line it became."""

    def _log(**keys):
        # The logger takes hold of standard error when it is set up.
        set_up_logging("json")
        get_logger("test").info("thing.happened", **keys)
        return capsys.readouterr().err

    yield _log
    structlog.reset_defaults()


@pytest.mark.parametrize("key", sorted(SECRET_KEYS))
def test_the_value_of_a_secret_key_never_reaches_the_log(line, key):
    assert "hunter2" not in line(**{key: "hunter2"})


@pytest.mark.parametrize(
    "key", ["Authorization", "viewer_email", "Set-Cookie", "hubspot_client_secret", "X-Signature"]
)
def test_neither_case_nor_a_prefix_makes_a_key_less_secret(line, key):
    assert "hunter2" not in line(**{key: "hunter2"})


def test_a_secret_within_a_mapping_or_a_list_is_redacted_too(line):
    assert "hunter2" not in line(request={"headers": [{"authorization": "hunter2"}]})


def test_what_is_no_secret_is_logged_under_its_name(line):
    event = json.loads(line(tenant="t1", status_code=200))

    assert event["event"] == "thing.happened"
    assert (event["tenant"], event["status_code"], event["level"]) == ("t1", 200, "info")
    assert event["timestamp"].endswith("Z")


def test_the_console_form_redacts_as_well(capsys):
    set_up_logging("console")
    get_logger("test").info("thing.happened", token="hunter2", tenant="t1")
    structlog.reset_defaults()

    err = capsys.readouterr().err

    assert "t1" in err
    assert "hunter2" not in err
