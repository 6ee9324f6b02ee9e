"""An admin at the door, and a stranger."""

import pytest

from tests.doors.admin_fakes import House, app_of


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def stranger(house):
    return app_of(house).test_client()


@pytest.fixture
def admin(house):
    house.sign_in()
    client = app_of(house).test_client()
    client.set_cookie("__Host-alongside-admin", "session-1", domain="localhost", secure=True)
    client.environ_base["wsgi.url_scheme"] = "https"
    return client
