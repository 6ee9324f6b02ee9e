from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from app.disclosure.policy import default_policy
from app.domain.partner import PartnerType
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token
from app.storage.published import answers, attempts, exposures, links, rooms, viewers
from tests.share_world import DEAL, EMAIL, NOW, PARTNER, TENANT, ShareWorld, content, share_world


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def publish(world: ShareWorld, body, at=NOW):
    with world.database.write() as connection:
        return rooms.publish_snapshot(connection, TENANT, DEAL, PARTNER, PartnerType.RESELLER, body, 1, at)


def latest(world: ShareWorld):
    with world.database.read() as connection:
        return rooms.latest_snapshot(connection, TENANT, DEAL, PARTNER)


def test_equal_content_writes_no_snapshot(world):
    before = latest(world)

    assert publish(world, content()) is None

    assert latest(world) == before


def test_changed_content_writes_the_next_version_and_says_what_changed(world):
    steps = [{**content()["steps"][0], "status": "done"}, content()["steps"][1]]

    published = publish(world, content(steps=steps))

    assert published.version == 2
    assert [c["what"] for c in published.content["changes"]] == ["Security questionnaire is done"]


def test_earlier_changes_are_kept_up_to_a_limit_newest_first(world):
    for number in range(rooms.CHANGES_KEPT + 5):
        file = {
            "id": f"n{number}",
            "name": f"File {number}",
            "type": "",
            "size": 1,
            "at": "2026-11-22T10:00:00Z",
        }
        publish(world, content(files=[file]))

    changes = latest(world).content["changes"]

    assert len(changes) == rooms.CHANGES_KEPT
    assert changes[0]["what"] == f"File {rooms.CHANGES_KEPT + 4} was added"


def test_a_snapshot_of_another_tenant_is_not_there(world):
    with world.database.read() as connection:
        assert rooms.latest_snapshot(connection, "tenant-2", DEAL, PARTNER) is None
        assert rooms.snapshot_by_id(connection, "tenant-2", latest(world).id) is None


def test_the_live_policy_and_the_face_can_be_set_again(world):
    with world.database.write() as connection:
        links.set_live_policy(connection, TENANT, 7, default_policy().to_json())
        links.set_face(connection, TENANT, "Acme", "#112233")

    with world.database.read() as connection:
        assert rooms.live_policy_of(connection, TENANT).version == 7
        assert rooms.live_policy_of(connection, "tenant-2") is None


def test_a_link_is_read_back_as_it_was_saved(world):
    link, _ = world.link()

    with world.database.read() as connection:
        assert links.link_of(connection, TENANT, link.id) == link
        assert links.links_of(connection, TENANT, record=DEAL, partner_id=PARTNER) == [link]


def test_a_link_of_another_tenant_answers_like_one_that_does_not_exist(world):
    link, _ = world.link()

    with world.database.write() as connection:
        with pytest.raises(AppError) as foreign:
            links.revoke_link(connection, "tenant-2", link.id, NOW)
        with pytest.raises(AppError) as unknown:
            links.revoke_link(connection, TENANT, "nothing", NOW)

    assert foreign.value.problem() == unknown.value.problem()
    with world.database.read() as connection:
        assert links.link_of(connection, TENANT, link.id).revoked_at is None


def test_revoking_twice_keeps_the_first_time(world):
    link, _ = world.link()

    with world.database.write() as connection:
        links.revoke_link(connection, TENANT, link.id, NOW)
        again = links.revoke_link(connection, TENANT, link.id, NOW + timedelta(hours=1))

    assert again.revoked_at == NOW


def test_a_revoked_link_cannot_be_extended(world):
    link, _ = world.link()

    with world.database.write() as connection:
        links.revoke_link(connection, TENANT, link.id, NOW)
        with pytest.raises(AppError) as refused:
            links.extend_link(connection, TENANT, link.id, NOW + timedelta(days=30))

    assert refused.value.reason is Reason.STATE_CONFLICT


def test_an_extended_link_ends_later(world):
    link, _ = world.link()

    with world.database.write() as connection:
        extended = links.extend_link(connection, TENANT, link.id, NOW + timedelta(days=30))

    assert extended == replace(link, expires_at=NOW + timedelta(days=30))


def test_only_links_that_can_be_opened_are_counted(world):
    world.link()
    world.link(expires_at=NOW)
    world.link(revoked_at=NOW)

    with world.database.read() as connection:
        assert links.live_links(connection, TENANT, DEAL, NOW) == 1


def test_a_code_is_taken_once(world):
    link, _ = world.link()
    with world.database.write() as connection:
        viewers.put_code(connection, link.id, EMAIL, "right", NOW + timedelta(minutes=10), NOW)

        assert viewers.take_code(connection, link.id, EMAIL, "right", 5, NOW)
        assert not viewers.take_code(connection, link.id, EMAIL, "right", 5, NOW)


def test_any_number_of_concurrent_guesses_share_the_tries(world):
    link, _ = world.link()
    with world.database.write() as connection:
        viewers.put_code(connection, link.id, EMAIL, "right", NOW + timedelta(minutes=10), NOW)

    def guess(number: int) -> bool:
        with world.database.write() as connection:
            return viewers.take_code(connection, link.id, EMAIL, f"wrong-{number}", 5, NOW)

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(guess, range(24)))

    with world.database.write() as connection:
        assert viewers.tries_left(connection, link.id, EMAIL, 5, NOW) == 0
        assert not viewers.take_code(connection, link.id, EMAIL, "right", 5, NOW)


def test_only_one_of_many_concurrent_entries_gets_in(world):
    link, _ = world.link()
    with world.database.write() as connection:
        viewers.put_code(connection, link.id, EMAIL, "right", NOW + timedelta(minutes=10), NOW)

    def take(_: int) -> bool:
        with world.database.write() as connection:
            return viewers.take_code(connection, link.id, EMAIL, "right", 5, NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(16))) == 1


def test_an_expired_code_is_not_taken(world):
    link, _ = world.link()
    with world.database.write() as connection:
        viewers.put_code(connection, link.id, EMAIL, "right", NOW + timedelta(minutes=10), NOW)

        assert not viewers.take_code(connection, link.id, EMAIL, "right", 5, NOW + timedelta(minutes=10))


def start(world: ShareWorld, link, token: str, at) -> None:
    with world.database.write() as connection:
        assert viewers.take_opening(connection, link.id, None, at)
        viewers.start_session(
            connection,
            link,
            token_hash=hash_token(token),
            email=EMAIL,
            expires_at=at + timedelta(hours=12),
            at=at,
            device="Chrome on Linux",
            address_hash="x",
        )


def test_each_opening_counts_one_view_and_remembers_the_visit_before(world):
    link, _ = world.link()

    start(world, link, "one", NOW)
    start(world, link, "two", NOW + timedelta(days=1))

    with world.database.read() as connection:
        now = links.link_of(connection, TENANT, link.id)
        assert (now.views, now.last_viewed_at) == (2, NOW + timedelta(days=1))
        assert viewers.last_view_of(connection, TENANT, DEAL, PARTNER) == NOW + timedelta(days=1)


def test_ended_sessions_are_forgotten(world):
    link, _ = world.link()
    start(world, link, "one", NOW)

    with world.database.write() as connection:
        assert viewers.forget_sessions(connection, NOW + timedelta(hours=13)) == 1


def test_an_exposure_keeps_its_first_time_and_moves_its_last(world):
    link, _ = world.link()
    snapshot = latest(world).id

    with world.database.write() as connection:
        exposures.note_exposure(connection, link, EMAIL, snapshot, 1, NOW)
        exposures.note_exposure(connection, link, EMAIL, snapshot, 1, NOW + timedelta(hours=1))
        (shown,) = exposures.exposures_of(connection, TENANT, DEAL, PARTNER)

    assert (shown.first_at, shown.last_at) == (NOW, NOW + timedelta(hours=1))


def put(connection, link, key: str, body: str = "Hello"):
    return answers.put_answer(
        connection,
        link,
        email=EMAIL,
        name="Mira",
        command="thread.post",
        fields={"body": body},
        key=key,
        at=NOW,
    )


def test_the_same_key_gives_the_first_answer(world):
    link, _ = world.link()

    with world.database.write() as connection:
        first, again = put(connection, link, "key-0001"), put(connection, link, "key-0001")

    assert first == again


def test_a_key_that_was_used_for_something_else_is_refused(world):
    link, _ = world.link()

    with world.database.write() as connection:
        put(connection, link, "key-0001")
        with pytest.raises(AppError) as refused:
            put(connection, link, "key-0001", "Something else")

    assert refused.value.reason is Reason.KEY_REUSED


def test_two_links_may_use_the_same_key(world):
    one, _ = world.link()
    other, _ = world.link()

    with world.database.write() as connection:
        assert put(connection, one, "key-0001").id != put(connection, other, "key-0001").id


def test_an_answer_is_only_found_over_its_own_link(world):
    one, _ = world.link()
    other, _ = world.link()

    with world.database.write() as connection:
        answer = put(connection, one, "key-0001")

        assert answers.answer_by_id(connection, one, answer.id) == answer
        assert answers.answer_by_id(connection, other, answer.id) is None


def test_a_limit_holds_within_any_span_and_ends_after_it(world):
    hour = timedelta(hours=1)

    with world.database.write() as connection:
        taken = [
            attempts.take_attempt(connection, "k", 5, hour, NOW + timedelta(minutes=10 * n)) for n in range(7)
        ]
        later = attempts.take_attempt(connection, "k", 5, hour, NOW + timedelta(hours=2, minutes=10))

    assert taken[:6] == [True] * 5 + [False]
    assert later


def test_concurrent_attempts_never_exceed_the_limit(world):
    def take(_: int) -> bool:
        with world.database.write() as connection:
            return attempts.take_attempt(connection, "k", 5, timedelta(hours=1), NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(24))) == 5


def test_attempts_that_limit_nothing_any_more_are_forgotten(world):
    with world.database.write() as connection:
        attempts.take_attempt(connection, "k", 5, timedelta(hours=1), NOW)

        assert attempts.forget_attempts(connection, NOW + timedelta(hours=1)) == 0
        assert attempts.forget_attempts(connection, NOW + timedelta(hours=2)) == 1
