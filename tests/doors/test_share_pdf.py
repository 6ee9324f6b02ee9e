"""The room as a PDF: only what the viewer may see, marked, on record, and gone with the link."""

import io
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from app.disclosure.policy import default_policy
from app.sharing import limits
from app.sharing.pdf import fonts_for
from app.storage.published.copies import copy_of
from app.storage.published.links import revoke_link
from app.storage.published_tables import exposure, pdf_copy, snapshot
from app.tracing.trace import trace
from tests.share_world import EMAIL, HOSTILE, NOW, TENANT, content, count, opened, share_world


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def text_of(body: bytes) -> str:
    document = pypdfium2.PdfDocument(body)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def test_the_pdf_says_what_the_room_says_and_bears_the_viewer_on_every_page(world):
    link, client, room = opened(world)
    world.publish(content(messages=[
        {"id": f"m{n}", "author": "Sam", "side": "us", "body": f"Line {n} مرحبا 中文", "at": "2026-11-22T08:00:00Z"}
        for n in range(60)
    ]))  # fmt: skip

    answer = client.post(f"{room}/pdf")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    document = pypdfium2.PdfDocument(answer.data)
    pages = [page.get_textpage().get_text_range() for page in document]
    assert len(pages) > 1
    for page in pages:
        assert f"{EMAIL} · 2026-11-22 10:15 UTC · {link.code}" in page
    assert "Initech rollout" in pages[0]
    assert "中文" in "".join(pages)
    document.close()


def test_a_picture_of_the_pdf_names_the_viewing(world):
    link, client, room = opened(world)
    document = pypdfium2.PdfDocument(client.post(f"{room}/pdf").data)
    picture = io.BytesIO()
    document[0].render(scale=1.5).to_pil().save(picture, "PNG")
    document.close()

    found = trace(world.database, picture.getvalue())

    assert {(lead.viewer, lead.link_code) for lead in found} == {(EMAIL, link.code)}


def test_what_todays_policy_hides_is_in_no_pdf_from_the_next_request_on(world):
    _, client, room = opened(world)
    policy = default_policy()
    cells = {key: value for key, value in policy.cells.items() if "amount" not in str(key)}
    assert "50,000" in text_of(client.post(f"{room}/pdf").data)

    world.set_policy(replace(policy, cells=cells))

    assert "50,000" not in text_of(client.post(f"{room}/pdf").data)


def test_a_pdf_that_left_is_on_record_and_known_by_its_very_bytes(world):
    link, client, room = opened(world)

    body = client.post(f"{room}/pdf").data

    with world.database.read() as connection:
        known = copy_of(connection, body)
        assert copy_of(connection, body + b" ") is None
        shown = connection.execute(select(exposure)).mappings().all()
        published = connection.scalars(select(snapshot.c.id)).all()
    assert (known.email, known.code, known.at) == (EMAIL, link.code, NOW)
    assert known.snapshot_id in published
    assert [row["email"] for row in shown] == [EMAIL]


def test_a_revoked_link_gives_no_pdf_and_a_stranger_none_either(world):
    link, client, room = opened(world)
    with world.database.write() as connection:
        revoke_link(connection, TENANT, link.id, NOW)

    for answer in (client.post(f"{room}/pdf"), world.client().post(f"{room}/pdf")):
        assert answer.status_code == 404
        assert answer.data == world.client().post("/s/room/ACEFHJKL/pdf").data
    assert count(world, pdf_copy) == 0


def test_loading_the_pdfs_address_makes_none_and_other_sites_cannot_either(world):
    _, client, room = opened(world)

    assert client.get(f"{room}/pdf").headers["Location"] == room
    assert client.post(f"{room}/pdf", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert count(world, pdf_copy) == 0


def test_pdfs_are_limited_per_link(world, monkeypatch):
    monkeypatch.setattr(limits, "PDFS_PER_LINK", replace(limits.PDFS_PER_LINK, count=1))
    _, client, room = opened(world)

    assert [client.post(f"{room}/pdf").status_code for _ in range(2)] == [200, 429]


def test_no_text_breaks_the_pdf_or_becomes_more_than_text(world):
    _, client, room = opened(world)
    hostile = [*HOSTILE, "%PDF-1.7 endobj", "(unbalanced \\", "x" * 3000]
    world.publish(
        content(
            messages=[
                {"id": f"m{n}", "author": text[:80], "side": "us", "body": text, "at": "2026-11-22T08:00:00Z"}
                for n, text in enumerate(hostile)
            ]
        )
    )
    world.clock.advance(timedelta(minutes=1))

    body = client.post(f"{room}/pdf").data

    assert b"/JavaScript" not in body
    assert b"/URI" not in body
    assert "alert(1)" in text_of(body)


def test_only_the_fonts_that_a_text_needs_are_loaded():
    assert fonts_for("Grüße, Ωμέγα, Жук, שלום, مرحبا, हिन्दी, ไทย") == []
    assert fonts_for("中文") == ["KurintoSansSC-Rg.ttf"]
    assert fonts_for("한국어") == ["KurintoSansKR-Rg.ttf"]
