import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.ground.ids import new_token
from app.sharing import limits
from app.storage.published.links import link_of
from app.storage.published_tables import view, viewer_code, viewer_session
from tests.share_world import (
    EMAIL,
    NOW,
    TENANT,
    count,
    opened,
    same,
    share_world,
)

HTTPS = "https://share.acme.example"


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def test_the_front_page_names_the_vendor_and_nothing_of_the_deal(world):
    link, token = world.link()

    page = world.client().get(f"/s/{token}").get_data(as_text=True)

    assert "Acme Cloud" in page
    for secret in ("Initech", "Northwind", EMAIL, "Mira", link.code, "rollout"):
        assert secret not in page


def test_unknown_expired_revoked_and_malformed_links_answer_with_the_very_same_bytes_and_headers(world):
    tokens = [
        world.link(expires_at=NOW)[1],
        world.link(revoked_at=NOW)[1],
        world.link(not_before=NOW + timedelta(hours=1))[1],
        new_token(),
        "x",
        "%00",
        "%ff%fe",
        "..",
        "x" * 5000,
        "<script>",
    ]
    client = world.client()

    assert same([client.get(f"/s/{token}") for token in tokens])
    assert same([client.post(f"/s/{token}/code") for token in tokens])
    assert same([client.post(f"/s/{token}/enter", data={"code": "123456"}) for token in tokens])
    assert same([client.post(f"/s/{token}/register", data={"key": "12345678"}) for token in tokens])
    assert client.get(f"/s/{tokens[0]}").status_code == 404


def test_a_room_that_exists_answers_a_stranger_like_one_that_does_not(world):
    link, _ = world.link()
    client = world.client()

    assert same([client.get(f"/s/room/{code}") for code in (link.code, "ACEFHJKL", "x", "x" * 3000)])
    assert same([client.post(f"/s/room/{code}/reply") for code in (link.code, "ACEFHJKL")])


def test_who_asks_for_json_gets_a_problem_document(world):
    answer = world.client().get(f"/s/{new_token()}", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json()["reason"] == "link_closed"


def test_scanners_that_get_everything_neither_count_nor_consume_nor_send(world):
    link, token = world.link()
    client = world.client()
    client.post(f"/s/{token}/code")

    for path in (
        f"/s/{token}",
        f"/s/{token}/code",
        f"/s/{token}/enter",
        f"/s/{token}/enter?code={world.mailer.code}",
        f"/s/{token}/register",
        f"/s/room/{link.code}",
        f"/s/room/{link.code}/reply",
        f"/s/room/{link.code}/leave",
    ):
        client.get(path)
        client.head(path)

    assert len(world.mailer.sent) == 1
    assert count(world, view) == count(world, viewer_session) == 0
    answer = client.post(f"/s/{token}/enter", data={"code": world.mailer.code})
    assert answer.status_code == 303


def test_the_code_goes_to_the_address_the_link_was_made_for_and_the_page_hides_it(world):
    _, token = world.link()

    page = world.client().post(f"/s/{token}/code", data={"email": "thief@evil.example"})

    assert [sent[0] for sent in world.mailer.sent] == [EMAIL]
    assert EMAIL not in page.get_data(as_text=True)
    assert "m…@northwind.example" in page.get_data(as_text=True)


def test_the_right_code_opens_the_room_and_counts_one_view(world):
    link, client, room = opened(world)

    assert "Initech rollout" in client.get(room).get_data(as_text=True)
    client.get(room)

    with world.database.read() as connection:
        assert link_of(connection, TENANT, link.id).views == 1


def test_a_wrong_code_is_told_with_the_tries_that_are_left(world):
    _, token = world.link()
    client = world.client()
    client.post(f"/s/{token}/code")
    wrong = f"{(int(world.mailer.code) + 1) % 1_000_000:06d}"

    answer = client.post(f"/s/{token}/enter", data={"code": wrong})

    assert answer.status_code == 422
    assert "4 more times" in answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers


def test_after_five_wrong_codes_the_right_one_is_dead(world):
    _, token = world.link()
    client = world.client()
    client.post(f"/s/{token}/code")
    for guess in range(5):
        client.post(
            f"/s/{token}/enter", data={"code": f"{(int(world.mailer.code) + 1 + guess) % 1_000_000:06d}"}
        )

    answer = client.post(f"/s/{token}/enter", data={"code": world.mailer.code})

    assert answer.status_code == 422
    assert "no longer works" in answer.get_data(as_text=True)


def test_concurrent_guesses_together_have_five_tries(world):
    link, token = world.link()
    world.client().post(f"/s/{token}/code")
    gate = threading.Barrier(8)

    def guess(number: int) -> int:
        gate.wait()
        code = f"{(int(world.mailer.code) + 1 + number) % 1_000_000:06d}"
        return world.client().post(f"/s/{token}/enter", data={"code": code}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(8))) == {422}

    with world.database.read() as connection:
        tries = connection.execute(select(viewer_code.c.tries).where(viewer_code.c.link_id == link.id))
        assert tries.scalar_one() == 5


def test_a_code_works_once(world):
    link, token = world.link()
    world.enter(link, token)

    assert world.client().post(f"/s/{token}/enter", data={"code": world.mailer.code}).status_code == 422


def test_a_code_ends_after_ten_minutes(world):
    _, token = world.link()
    client = world.client()
    client.post(f"/s/{token}/code")

    world.clock.advance(timedelta(minutes=10))

    assert client.post(f"/s/{token}/enter", data={"code": world.mailer.code}).status_code == 422


def test_the_code_of_another_link_is_refused(world):
    _, one = world.link()
    _, other = world.link()
    client = world.client()
    client.post(f"/s/{one}/code")
    code = world.mailer.code
    client.post(f"/s/{other}/code")

    if code != world.mailer.code:
        assert client.post(f"/s/{other}/enter", data={"code": code}).status_code == 422
    assert client.post(f"/s/{one}/enter", data={"code": code}).status_code == 303


def test_an_old_code_is_dead_after_a_new_one_was_sent(world):
    _, token = world.link()
    client = world.client()
    client.post(f"/s/{token}/code")
    old = world.mailer.code
    world.clock.advance(timedelta(seconds=31))
    client.post(f"/s/{token}/code")

    assert len(world.mailer.sent) == 2
    if old != world.mailer.code:
        assert client.post(f"/s/{token}/enter", data={"code": old}).status_code == 422
    assert client.post(f"/s/{token}/enter", data={"code": world.mailer.code}).status_code == 303


def test_a_second_code_within_thirty_seconds_is_not_sent(world):
    _, token = world.link()
    client = world.client()

    first, second = (client.post(f"/s/{token}/code") for _ in range(2))

    assert (first.status_code, second.status_code, len(world.mailer.sent)) == (200, 200, 1)


def test_no_more_than_five_codes_an_hour_are_sent(world):
    _, token = world.link()
    client = world.client()

    statuses = []
    for _ in range(7):
        statuses.append(client.post(f"/s/{token}/code").status_code)
        world.clock.advance(timedelta(minutes=2))

    assert statuses == [200] * 5 + [429] * 2
    assert len(world.mailer.sent) == 5


def test_a_forged_forwarding_header_does_not_lift_a_limit(world, monkeypatch):
    monkeypatch.setattr(limits, "CODES_PER_ADDRESS", replace(limits.CODES_PER_ADDRESS, count=3))
    client = world.client()

    statuses = [
        client.post(f"/s/{world.link()[1]}/code", headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n in range(4)
    ]

    assert statuses == [200, 200, 200, 429]


def test_a_code_that_cannot_be_mailed_is_said_so(world, monkeypatch):
    _, token = world.link()
    monkeypatch.setattr(type(world.mailer), "send_code", lambda *_: False)

    assert world.client().post(f"/s/{token}/code").status_code == 503


def test_over_https_the_session_cookie_is_bound_to_the_host(tmp_path):
    world = share_world(tmp_path, origin=HTTPS)
    link, token = world.link()
    client = world.client()
    client.post(f"/s/{token}/code", base_url=HTTPS)

    answer = client.post(f"/s/{token}/enter", data={"code": world.mailer.code}, base_url=HTTPS)

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"__Host-alongside-{link.code}=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert "Strict-Transport-Security" in answer.headers
    assert client.get(f"/s/room/{link.code}", base_url=HTTPS).status_code == 200
    world.database.close()


def test_a_session_ends_with_its_link_at_the_latest(world):
    _, client, room = opened(world, expires_at=NOW + timedelta(minutes=5))

    world.clock.advance(timedelta(minutes=5))

    assert client.get(room).status_code == 404


def test_leaving_ends_the_session_on_the_server(world):
    link, client, room = opened(world)
    cookie = client.get_cookie(f"alongside-{link.code}").value

    answer = client.post(f"{room}/leave")

    assert answer.headers["Location"] == "/s/left"
    thief = world.client()
    thief.set_cookie(f"alongside-{link.code}", cookie)
    assert thief.get(room).status_code == 404


def test_every_answer_carries_the_security_headers(world):
    _, client, room = opened(world)
    _, token = world.link()
    answers = [
        client.get(f"/s/{token}"),
        client.get(room),
        client.get("/s/nothing"),
        client.get("/nothing"),
        client.post(room),
        client.get("/s/left"),
        client.get("/healthz"),
        client.get("/s/static/share.css"),
        client.post(f"{room}/reply"),
    ]

    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert all(a.headers["Cache-Control"] == "private, no-store" for a in answers[:6])


def test_no_page_holds_inline_style_or_script_or_a_foreign_address(world):
    _, client, room = opened(world)
    _, token = world.link()

    for path in (room, f"/s/{token}", "/s/nothing"):
        html = client.get(path).get_data(as_text=True)
        assert not re.search(r"<style|style=|<script(?! src=)|\son\w+=", html)
        assert not re.search(r'(src|href)="(https?:)?//', html)


def test_static_files_may_be_kept_when_their_address_names_their_content(world):
    _, client, room = opened(world)
    html = client.get(room).get_data(as_text=True)

    for path in re.findall(r'(?:href|src)="(/s/static/[^"]+)"', html):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert client.get("/s/static/../door.py").status_code == 404
    assert client.get("/s/look/zzzzzz.css").status_code == 404


def test_health_is_told_and_readiness_needs_the_database(world):
    client = world.client()

    assert client.get("/healthz").get_json() == {"ok": True}
    assert client.get("/readyz").status_code == 200


def test_an_unforeseen_failure_is_a_page_without_details(world, monkeypatch):
    _, client, room = opened(world)

    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("app.doors.share.rooms.Rooms.show", fail)

    answer = client.get(room)

    assert answer.status_code == 500
    assert "secret detail" not in answer.get_data(as_text=True)
    assert "internal" in answer.get_data(as_text=True)


def test_the_access_log_names_links_by_code_and_holds_no_token_and_no_address(world, capfd):
    link, token = world.link()
    client = world.enter(link, token)
    client.get(f"/s/room/{link.code}")

    log = "".join(capfd.readouterr())
    assert link.code in log
    for secret in (token, EMAIL, world.mailer.code, client.get_cookie(f"alongside-{link.code}").value):
        assert secret not in log
