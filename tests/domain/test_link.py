from dataclasses import replace
from datetime import timedelta

from app.domain.link import LinkState, ShareLink
from tests.domain.make import NOON

LINK = ShareLink(
    id="l1",
    code="ACEF4679",
    partner_id="p1",
    contact_name="Lin",
    contact_email="lin@northwind.example",
    created_at=NOON,
    created_by="ada@example.com",
    expires_at=NOON + timedelta(days=7),
)


def test_a_link_is_active_until_the_moment_it_ends():
    assert LINK.state(LINK.expires_at - timedelta(microseconds=1)) is LinkState.ACTIVE


def test_a_link_has_expired_at_the_very_moment_it_ends():
    assert LINK.state(LINK.expires_at) is LinkState.EXPIRED


def test_a_revoked_link_stays_revoked_after_its_time():
    revoked = replace(LINK, revoked_at=NOON)

    assert revoked.state(NOON + timedelta(days=30)) is LinkState.REVOKED
