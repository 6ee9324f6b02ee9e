"""Which id stands in whose hidden marks, and that it is on record before the bytes leave."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.storage.published.links import revoke_link
from app.storage.published.viewings import all_keys, current_key, viewings_of
from app.storage.published_tables import viewing
from app.tracing import text, tile
from app.tracing.code import Key
from tests.share_world import EMAIL, NOW, TENANT, count, opened, same, share_world


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def keys(world):
    with world.database.read() as connection:
        return [Key(secret.encode()) for secret in all_keys(connection)]


def seen(world, body: bytes):
    """What is on record of the ids in a text mark."""
    ids = [f"{view:016x}" for view in text.read(keys(world), body.decode())]
    with world.database.read() as connection:
        return list(viewings_of(connection, ids).values())


def test_the_mark_of_copied_text_names_link_viewer_and_minute(world):
    link, client, room = opened(world)

    (found,) = seen(world, client.get(f"{room}/mark.txt").get_data())

    assert (found.code, found.partner_id, found.contact_name) == (link.code, link.partner_id, "Mira Chen")
    assert (found.viewing.link_id, found.viewing.email, found.viewing.minute) == (link.id, EMAIL, NOW)


def test_the_tile_carries_the_same_viewing_as_the_text(world):
    _, client, room = opened(world)
    (found,) = seen(world, client.get(f"{room}/mark.txt").get_data())
    (key,) = keys(world)

    view = int(found.viewing.id, 16)

    assert client.get(f"{room}/tile.png").get_data() == tile.png(key, view)
    assert client.get(f"{room}/tile.png?faint").get_data() == tile.png(key, view, tile.FAINT)
    assert count(world, viewing) == 1


def test_every_minute_and_every_device_has_an_id_of_its_own(world):
    link, token = world.link()
    first, second, room = (
        world.enter(link, token),
        (world.clock.advance(timedelta(minutes=1)), world.enter(link, token))[1],
        f"/s/room/{link.code}",
    )
    now = [client.get(f"{room}/tile.png").get_data() for client in (first, second)]
    world.clock.advance(timedelta(minutes=1))
    later = first.get(f"{room}/tile.png").get_data()

    assert len({*now, later}) == 3
    with world.database.read() as connection:
        minutes = connection.scalars(select(viewing.c.minute).order_by(viewing.c.minute)).all()
    assert minutes == [NOW + timedelta(minutes=m) for m in (1, 1, 2)]


def test_marks_are_private_and_nobody_keeps_them(world):
    _, client, room = opened(world)

    for path, kind in (("tile.png", "image/png"), ("mark.txt", "text/plain; charset=utf-8")):
        answer = client.get(f"{room}/{path}")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Type"] == kind


def test_marks_are_for_who_may_see_the_room_and_nobody_else(world):
    link, client, room = opened(world)
    for path in ("tile.png", "mark.txt"):
        assert client.get(f"{room}/{path}").status_code == 200

    with world.database.write() as connection:
        revoke_link(connection, TENANT, link.id, NOW)

    for path in ("tile.png", "mark.txt"):
        paths = (f"{room}/{path}", f"/s/room/ACEFHJKL/{path}")
        stranger = world.client()
        assert same([client.get(paths[0]), stranger.get(paths[0]), stranger.get(paths[1])])


def test_the_tiles_style_is_the_same_for_every_code(world):
    _, client, room = opened(world)

    assert same([client.get(f"{room}/tile.css"), world.client().get("/s/room/nothing/tile.css")])


def test_the_page_lays_the_tile_over_itself(world):
    _, client, room = opened(world)

    html = client.get(room).get_data(as_text=True)

    assert '<div class="tile" aria-hidden="true"></div>' in html
    assert re.search(rf'<link rel="stylesheet" href="{room}/tile\.css\?v=\w+">', html)


def test_the_key_is_made_once(world):
    with world.database.write() as connection:
        first = current_key(connection)
        assert current_key(connection) == first
    with world.database.read() as connection:
        assert all_keys(connection) == [first]
