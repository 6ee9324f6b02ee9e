from datetime import timedelta

import pytest

from app.ground.ids import hash_token, new_token
from app.sharing.gate import Admitted, Gate
from app.sharing.rules import Failure, Refusal
from app.storage.published.links import FORM, revoke_link
from app.storage.published.viewers import start_session
from tests.share_world import EMAIL, NOW, TENANT, share_world


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def session_of(world, link, *, email=EMAIL, life=timedelta(hours=12)) -> str:
    token = new_token()
    with world.database.write() as connection:
        start_session(
            connection,
            link,
            token_hash=hash_token(token),
            email=email,
            expires_at=NOW + life,
            at=NOW,
            device="",
            address_hash="",
        )
    return token


def test_a_token_opens_the_front_page_of_its_link(world):
    link, token = world.link()

    admitted = Gate(world.database).at_the_door(token, NOW)

    assert isinstance(admitted, Admitted)
    assert (admitted.link, admitted.face.name, admitted.session) == (link, "Acme Cloud", None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires_at": NOW}, Refusal.EXPIRED),
        ({"revoked_at": NOW}, Refusal.REVOKED),
        ({"not_before": NOW + timedelta(seconds=1)}, Refusal.NOT_YET),
        ({"rules": (("newer", "rule"),)}, Refusal.UNKNOWN_RULE),
    ],
)
def test_the_owner_can_tell_why_a_link_does_not_open(world, changes, reason):
    _, token = world.link(**changes)

    assert Gate(world.database).at_the_door(token, NOW) == Failure(reason)


@pytest.mark.parametrize("token", ["", "x" * 19, "x" * 43, "x" * 100_000, "ü" * 43, "' OR 1=1 --" * 4])
def test_a_token_nobody_was_given_opens_nothing(world, token):
    assert Gate(world.database).at_the_door(token, NOW) == Failure(Refusal.UNKNOWN)


def test_a_session_opens_the_room_of_its_own_link_only(world):
    link, _ = world.link()
    other, _ = world.link()
    session = session_of(world, link)
    gate = Gate(world.database)

    assert isinstance(gate.inside(link.code, session, NOW), Admitted)
    assert gate.inside(other.code, session, NOW) == Failure(Refusal.UNKNOWN)
    assert gate.inside(link.code, new_token(), NOW) == Failure(Refusal.SESSION_ENDED)


def test_a_session_ends(world):
    link, _ = world.link()
    session = session_of(world, link, life=timedelta(hours=1))

    assert Gate(world.database).inside(link.code, session, NOW + timedelta(hours=1)) == Failure(
        Refusal.SESSION_ENDED
    )


def test_a_session_of_another_mailbox_is_refused(world):
    link, _ = world.link()
    session = session_of(world, link, email="other@northwind.example")

    assert Gate(world.database).inside(link.code, session, NOW) == Failure(Refusal.WRONG_MAILBOX)


def test_a_room_needs_its_mailbox_even_if_no_rule_was_stored(world):
    link, _ = world.link(rules=())
    session = session_of(world, link, email="other@northwind.example")

    assert Gate(world.database).inside(link.code, session, NOW) == Failure(Refusal.WRONG_MAILBOX)


def test_a_form_has_no_inside(world):
    link, _ = world.link(purpose=FORM, record=None)
    session = session_of(world, link)

    assert Gate(world.database).inside(link.code, session, NOW) == Failure(Refusal.UNKNOWN)


def test_a_revocation_holds_although_the_same_session_was_let_in_before(world):
    link, _ = world.link()
    session = session_of(world, link)
    gate = Gate(world.database)
    assert isinstance(gate.inside(link.code, session, NOW), Admitted)

    with world.database.write() as connection:
        revoke_link(connection, TENANT, link.id, NOW)

    assert gate.inside(link.code, session, NOW) == Failure(Refusal.REVOKED)


def test_a_link_ends_for_a_session_that_is_older_than_its_end(world):
    link, _ = world.link(expires_at=NOW + timedelta(minutes=5))
    session = session_of(world, link)

    assert Gate(world.database).inside(link.code, session, NOW + timedelta(minutes=5)) == Failure(
        Refusal.EXPIRED
    )
