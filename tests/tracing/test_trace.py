"""From a leaked file to whose view it may have been."""

import json
import sys

import pytest
from click.testing import CliRunner
from PIL import Image

from app.cli import main
from app.ground.errors import AppError, Reason
from app.storage.published.viewings import all_keys
from app.tracing import trace as tracing
from app.tracing.code import Key
from app.tracing.text import read
from app.tracing.trace import trace
from tests.share_world import EMAIL, NOW, PARTNER, TENANT, opened, share_world
from tests.tracing.pictures import overlaid, saved


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


@pytest.fixture
def viewed(world):
    """A link, its mark for text, and a picture of a page under its tile."""
    link, client, room = opened(world)
    mark = client.get(f"{room}/mark.txt").get_data(as_text=True)
    with world.database.read() as connection:
        key = Key(all_keys(connection)[0].encode())
    (view,) = read([key], mark)
    return link, mark, overlaid(Image.new("RGB", (500, 400), "white"), key, view)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "PDF"])
def test_a_picture_names_link_viewer_and_minute(world, viewed, kind):
    link, _, picture = viewed
    # At 96 dpi a page of the PDF is drawn as large as the picture is.
    leaked = saved(picture, kind, **({"resolution": 96} if kind == "PDF" else {"quality": 90}))

    (lead,) = trace(world.database, leaked)

    assert (lead.kind, lead.confidence, lead.viewer, lead.minute) == ("tile", "high", EMAIL, NOW)
    assert (lead.link_id, lead.link_code) == (link.id, link.code)
    assert (lead.tenant_id, lead.partner_id) == (TENANT, PARTNER)
    assert lead.pages == ((1,) if kind == "PDF" else ())
    assert lead.agreement > 0.9


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_copied_text_names_link_viewer_and_minute(world, viewed, encoding):
    link, mark, _ = viewed

    (lead,) = trace(world.database, f"We start in March.{mark}".encode(encoding))

    assert (lead.kind, lead.confidence, lead.viewer) == ("copied text", "high", EMAIL)
    assert (lead.link_code, lead.minute) == (link.code, NOW)


def test_a_visible_code_names_its_link_with_less_confidence(world, viewed):
    link, _, _ = viewed

    (lead,) = trace(world.database, f"2026-11-22 09:59 UTC · {link.code}".encode())

    assert (lead.kind, lead.confidence, lead.viewer) == ("visible code", "medium", EMAIL)
    assert lead.line().endswith("confidence medium")
    assert "2026-11-22 09:59 UTC" in lead.line()


def test_a_code_that_no_link_has_is_no_lead(world, viewed):
    assert trace(world.database, b"2026-11-22 09:59 UTC \xc2\xb7 ACEFHJKL") == []


def test_a_mark_whose_viewing_is_not_on_record_is_no_lead(world, viewed):
    _, mark, picture = viewed
    with world.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM viewing")

    assert trace(world.database, mark.encode()) == trace(world.database, saved(picture, "PNG")) == []


def test_an_installation_without_any_mark_finds_none(world):
    assert trace(world.database, saved(Image.new("RGB", (300, 300)), "PNG")) == []


@pytest.mark.parametrize(
    ("leaked", "reason"),
    [
        (b"\x89PNG\r\n\x1a\ncut off", Reason.MALFORMED),
        (b"%PDF-1.7 cut off", Reason.MALFORMED),
        (b"\xff\xd8\xff\xe0cut off", Reason.MALFORMED),
        (b"\xd0\xcf\x11\xe0\0\0\xff", Reason.UNSUPPORTED),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(world, leaked, reason):
    with pytest.raises(AppError) as refused:
        trace(world.database, leaked)

    assert refused.value.reason is reason


def test_a_picture_that_would_fill_the_memory_is_refused(world, monkeypatch):
    monkeypatch.setattr("app.tracing.pages.MOST_PIXELS", 100)
    monkeypatch.setattr(tracing, "MOST_BYTES", 5_000)
    with pytest.raises(AppError, match="pixels"):
        trace(world.database, saved(Image.new("RGB", (20, 20)), "PNG"))

    with pytest.raises(AppError, match="larger"):
        trace(world.database, b"x" * 5_001)


def test_without_the_extra_pictures_are_refused_with_how_to_get_it_and_text_works(world, viewed, monkeypatch):
    _, mark, picture = viewed
    leaked = saved(picture, "PNG")
    monkeypatch.delitem(sys.modules, "app.tracing.pages", raising=False)
    monkeypatch.delattr("app.tracing.pages", raising=False)
    monkeypatch.setitem(sys.modules, "PIL", None)

    with pytest.raises(AppError, match=r"alongside\[trace\]"):
        trace(world.database, leaked)
    assert len(trace(world.database, mark.encode())) == 1


@pytest.fixture
def run(world, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", world.database.engine.url.render_as_string(hide_password=False))
    return lambda *arguments, **more: CliRunner().invoke(main, ["trace", *arguments], **more)


def test_the_command_answers_in_json_and_exits_0(run, viewed, tmp_path):
    link, mark, _ = viewed
    (tmp_path / "leak.txt").write_text(f"We start in March.{mark}", encoding="utf-8")

    answer = run(str(tmp_path / "leak.txt"), "--json")

    said = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert said["ok"]
    assert said["leads"][0]["link_code"] == link.code
    assert said["leads"][0]["minute"].startswith("2026-11-22T10:15:00")
    assert "not proof" in said["note"]


def test_the_command_reads_standard_input_and_says_that_it_is_no_proof(run, viewed):
    answer = run("-", input=viewed[1].encode())

    assert answer.exit_code == 0
    assert EMAIL in answer.stdout
    assert "not proof" in answer.stdout


def test_the_command_exits_1_where_there_is_no_mark(run):
    answer = run("-", "--json", input=b"Nothing to see.")

    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["leads"] == []
