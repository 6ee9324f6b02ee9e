"""A shared file leaves with the viewer's marks on it, for whom the room shows it to at that moment, and on record."""

import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from app.disclosure.policy import default_policy
from app.reading import exposures
from app.sharing import limits
from app.storage.published.copies import copy_of, downloads_of
from app.storage.published.exposures import Wanted
from app.storage.published.files import Kept, keep
from app.storage.published.links import revoke_link
from app.storage.published_tables import pdf_copy
from tests import shared_files
from tests.share_world import EMAIL, NOW, TENANT, content, count, opened, share_world

PDF, PNG = shared_files.pdf("The offer"), shared_files.picture(size=(600, 400))


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    for file_id, kind, body in (("f1", "pdf", PDF), ("f2", "png", PNG)):
        store(world, file_id, 1, kind, body)
    world.publish(
        content(
            files=[file("f1", PDF, "Offer.pdf"), file("f2", PNG, "Plan\u202egnp.\r\nX: y.webp", kind="png")]
        )
    )
    yield world
    world.database.close()


def store(world, file_id: str, version: int, kind: str, body: bytes) -> None:
    digest = hashlib.sha256(body).hexdigest()
    kept = Kept(version=version, digest=digest, kind=kind, pages=1, size=len(body), fetched_at=NOW)
    with world.database.write() as connection:
        keep(connection, TENANT, file_id, kept, body)


def file(file_id: str, body: bytes, name: str, version: int = 1, kind: str = "pdf") -> dict[str, object]:
    digest = hashlib.sha256(body).hexdigest()
    return {
        "id": file_id, "name": name, "type": kind, "size": len(body), "at": "2026-11-22T08:00:00Z",
        "version": version, "kind": kind, "digest": digest,
    }  # fmt: skip


def take(client, room: str, file_id: str = "f1"):
    return client.post(f"{room}/file", data={"file": file_id})


def test_the_page_offers_the_files_and_each_comes_with_the_viewers_marks(world):
    link, client, room = opened(world)
    assert client.get(room).text.count(f'action="{room}/file"') == 2

    pdf, png = take(client, room), take(client, room, "f2")

    document = pypdfium2.PdfDocument(pdf.data)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "The offer" in text
    assert f"{EMAIL} · 2026-11-22 10:15 UTC · {link.code}" in text
    assert (pdf.mimetype, pdf.headers["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert pdf.headers["Content-Disposition"].startswith('attachment; filename="Offer.pdf"')
    with Image.open(io.BytesIO(png.data)) as picture:
        assert picture.size == (600, 400)
        assert len(picture.convert("L").getcolors()) > 5
    assert PNG not in png.data


def test_a_name_that_tries_to_be_a_header_is_a_name(world):
    _, client, room = opened(world)

    answer = take(client, room, "f2")

    assert "X" not in answer.headers
    assert (
        'filename="X_ y.png"' in answer.headers["Content-Disposition"]
        or "Plan" in answer.headers["Content-Disposition"]
    )
    assert "\u202e" not in answer.headers["Content-Disposition"]


def test_a_download_is_on_record_counted_and_in_the_ledger(world):
    _, client, room = opened(world)

    body = take(client, room).data

    with world.database.read() as connection:
        assert copy_of(connection, body).email == EMAIL
        assert downloads_of(connection, TENANT, ["f1", "f2"]) == {("f1", 1): 1}
        page = exposures.page(connection, TENANT, Wanted(email=EMAIL), "room/files")
    assert [(row.label, row.value) for row in page.rows if row.label == "Downloaded"] == [
        ("Downloaded", "Offer.pdf, version 1")
    ]


def test_what_today_hides_is_not_handed_out_from_the_next_request_on(world):
    _, client, room = opened(world)
    assert take(client, room).status_code == 200
    policy = default_policy()

    world.set_policy(replace(policy, cells={k: v for k, v in policy.cells.items() if "files" not in str(k)}))

    assert take(client, room).status_code == 404
    assert "Offer.pdf" not in client.get(room).text


def test_a_file_that_left_the_room_a_revoked_link_and_a_stranger_get_the_same_nothing(world):
    link, client, room = opened(world)
    nothing = world.client().post("/s/room/ACEFHJKL/file", data={"file": "f1"}).data
    other = take(client, room, "f3").data
    world.publish(content(files=[]))
    gone = take(client, room)
    with world.database.write() as connection:
        revoke_link(connection, TENANT, link.id, NOW)

    for answer in (gone, take(client, room), take(world.client(), room), world.client().post(f"{room}/file")):
        assert (answer.status_code, answer.data) == (404, nothing)
    assert other == nothing
    assert count(world, pdf_copy) == 0


def test_an_expired_link_hands_out_nothing(world):
    _, client, room = opened(world)
    world.clock.advance(timedelta(days=8))

    assert take(client, room).status_code == 404


def test_the_newest_version_is_handed_out(world):
    _, client, room = opened(world)
    newer = shared_files.pdf("The better offer")
    store(world, "f1", 2, "pdf", newer)
    world.publish(content(files=[file("f1", newer, "Offer.pdf", version=2)]))

    document = pypdfium2.PdfDocument(take(client, room).data)

    assert "The better offer" in document[0].get_textpage().get_text_range()
    document.close()
    assert "version 2" in client.get(room).text
    with world.database.read() as connection:
        assert connection.scalars(select(pdf_copy.c.file_version)).all() == [2]


def test_bytes_that_are_not_the_published_ones_never_leave(world):
    _, client, room = opened(world)
    world.publish(content(files=[file("f1", b"other bytes", "Offer.pdf")]))

    assert take(client, room).status_code == 404


def test_loading_the_address_downloads_nothing_and_other_sites_cannot_either(world):
    _, client, room = opened(world)

    assert client.get(f"{room}/file?file=f1").headers["Location"] == room
    answer = client.post(f"{room}/file", data={"file": "f1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert count(world, pdf_copy) == 0


def test_downloads_are_limited_per_link(world, monkeypatch):
    monkeypatch.setattr(limits, "FILES_PER_LINK", replace(limits.FILES_PER_LINK, count=1))
    _, client, room = opened(world)

    assert [take(client, room).status_code for _ in range(2)] == [200, 429]
