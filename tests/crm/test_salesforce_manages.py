"""Whether Salesforce says that a user manages Alongside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.crm.salesforce_sessions import manages
from app.sandbox.salesforce import Org
from tests.sandbox.salesforce_org import INSTANCE_URL, serve_org


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Org]]:
    with serve_org(tmp_path) as served:
        yield served


def test_the_custom_permission_makes_an_admin(served: tuple[str, Org]) -> None:
    origin, org = served
    org.permit(org.user_id, "Alongside_Manage", "Alongside_Use")

    assert manages(origin, INSTANCE_URL, org.issue_session(org.user_id)) is True


def test_another_permission_does_not(served: tuple[str, Org]) -> None:
    origin, org = served
    org.permit(org.user_id, "Alongside_Use")

    assert manages(origin, INSTANCE_URL, org.issue_session(org.user_id)) is False


def test_an_org_without_the_package_names_no_admin(served: tuple[str, Org]) -> None:
    origin, org = served
    org.permit(org.user_id, "Alongside_Manage")
    org.packaged = False

    assert manages(origin, INSTANCE_URL, org.issue_session(org.user_id)) is False


def test_a_dead_session_names_no_admin(served: tuple[str, Org]) -> None:
    origin, _ = served

    assert manages(origin, INSTANCE_URL, "00D!dead") is False


def test_an_org_that_does_not_answer_names_no_admin() -> None:
    assert manages("http://127.0.0.1:9", INSTANCE_URL, "00D!token") is False
