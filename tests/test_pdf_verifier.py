"""Whoever has a saved PDF and the vendor's public key checks it with a program that knows nothing of ours."""

import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from app import auditing, pdf_verifier
from app.bootstrap_share import build_share_app
from app.identity.signing_key import new_signing_key
from app.pdf_verifier import Broken, check
from app.sharing.signature import signed
from app.storage import checkpoint, signing_key
from app.storage.published import copy_keys
from app.storage.published_tables import copy_key
from tests.house import TestHouse
from tests.share_world import EMAIL, NOW, ORIGIN, TENANT, Outgoing, count, opened, share_world

ROOT = new_signing_key()


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """A room's PDF as its viewer saved it, and the link's code."""
    world = share_world(tmp_path_factory.mktemp("signed"))
    with world.database.write() as connection:
        copy_keys.renew(connection, TENANT, ROOT, NOW)
    link, client, room = opened(world)
    body = client.post(f"{room}/pdf").data
    world.database.close()
    return body, link.code


def broken(body: bytes, *trusted: str) -> str:
    with pytest.raises(Broken) as caught:
        check(body, set(trusted))
    return str(caught.value)


def test_a_saved_pdf_says_for_whom_over_which_link_and_when_it_was_made(pdf):
    body, code = pdf

    said, root = check(body, {ROOT.public})

    assert (said["viewer"], said["link"], said["at"]) == (EMAIL, code, "2026-11-22T10:15:00.000Z")
    assert root == ROOT.public


def test_the_first_pdf_of_a_new_account_is_signed_before_any_checkpoint(house: TestHouse):
    made = house.link(house.attach())
    mailer, code = Outgoing(), str(made["code"])
    share = build_share_app(database=house.house.database, origin=ORIGIN, mailer=mailer, clock=house.clock)
    client, door = share.test_client(), "/s/" + str(made["url"]).rpartition("/")[2]
    client.post(f"{door}/code")
    client.post(f"{door}/enter", data={"code": mailer.code})

    body = client.post(f"/s/room/{code}/pdf").data

    with house.house.database.read() as connection:
        known = set(signing_key.public_keys(connection, house.tenant.id).values())
        assert checkpoint.all_of(connection, house.tenant.id) == []
    assert check(body, known)[0]["link"] == code


def test_the_verifier_runs_alone_and_names_the_key_where_none_was_given(pdf, tmp_path: Path):
    file = tmp_path / "page.pdf"
    file.write_bytes(pdf[0])

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-I", pdf_verifier.__file__, str(file), *more]
        return subprocess.run(call, capture_output=True, text=True, check=False, cwd=tmp_path)

    held, alone = run(f"--key={ROOT.public}"), run()
    file.write_bytes(pdf[0].replace(b"%PDF-1.", b"%PDF-2."))
    changed = run()

    assert held.stdout == f"Genuine: made for {EMAIL} over link {pdf[1]} at 2026-11-22T10:15:00.000Z.\n"
    assert ROOT.public in alone.stdout
    assert (changed.returncode, changed.stderr) == (1, "NOT PROVEN: it was changed after it was signed\n")


def test_readers_open_a_signed_pdf_as_any_other(pdf):
    body, _ = pdf

    document = pypdfium2.PdfDocument(body)
    with pikepdf.open(io.BytesIO(body)) as opened_again:
        assert len(opened_again.pages) == len(document)
        assert opened_again.check_pdf_syntax() == []
    assert EMAIL in document[0].get_textpage().get_text_range()
    document.close()


@pytest.mark.parametrize("place", [0, 100, 0.3, 0.6, -1100, -700, -200, -3], ids=str)
def test_a_single_changed_byte_is_found_wherever_it_is(pdf, place: float):
    body = bytearray(pdf[0])
    at = int(place * len(body)) if isinstance(place, float) else place

    body[at] ^= 1

    assert broken(bytes(body), ROOT.public)


def test_what_is_added_behind_a_signed_pdf_is_found(pdf):
    body, _ = pdf
    end = body[body.rindex(b"startxref") :]

    assert broken(body + b"\n") == "something was added to it after it was signed"
    assert broken(body + b"1 0 obj\nnull\nendobj\n" + end) == "something was added to it after it was signed"
    assert broken(body[: body.index(b"%alongside ")]) == "it bears no signature"


def test_a_pdf_that_somebody_else_signed_is_nobodys(pdf):
    assert broken(pdf[0], new_signing_key().public).startswith("it was signed by a key you do not trust")


def test_a_stolen_key_signs_for_its_own_day_alone(tmp_path):
    world = share_world(tmp_path)
    with world.database.write() as connection:
        copy_keys.renew(connection, TENANT, ROOT, NOW)
        stolen = copy_keys.current(connection, TENANT, NOW)
    world.database.close()

    def forged(days: int) -> bytes:
        at = NOW + timedelta(days=days)
        return signed(b"%PDF\nstartxref\n0\n%%EOF\n", stolen, email=EMAIL, code="ABCD", at=at)

    assert check(forged(0), {ROOT.public})
    assert broken(forged(1)) == broken(forged(-1)) == "its key was not good at the time it names"


def test_a_day_of_ones_own_making_is_not_vouched_for(tmp_path):
    world = share_world(tmp_path)
    with world.database.write() as connection:
        copy_keys.renew(connection, TENANT, ROOT, NOW)
        key = copy_keys.current(connection, TENANT, NOW)
        longer = key.said.replace("2026-11-23", "2036-11-23")
        connection.execute(copy_key.update().values(said=longer))
        forged = copy_keys.current(connection, TENANT, NOW)
    world.database.close()

    body = signed(b"%PDF\nstartxref\n0\n%%EOF\n", forged, email=EMAIL, code="ABCD", at=NOW)

    assert longer != key.said
    assert broken(body) == "its signature does not fit"


def test_keys_are_renewed_before_they_end_and_deleted_afterwards(tmp_path):
    world = share_world(tmp_path)
    later = [NOW + timedelta(hours=hours) for hours in (0, 11, 13, 24)]

    with world.database.write() as connection:
        made = [copy_keys.renew(connection, TENANT, ROOT, at) for at in later]
        other = copy_keys.renew(connection, TENANT, new_signing_key(), later[-1])
        gone = copy_keys.current(connection, TENANT, NOW)

    assert made == [True, False, True, False]
    assert other, "after a theft the tenant's new key vouches at once"
    assert gone is None
    assert count(world, copy_key) == 2
    world.database.close()


def test_before_there_is_a_key_a_pdf_is_saved_without_a_signature(tmp_path):
    world = share_world(tmp_path)
    _, client, room = opened(world)

    answer = client.post(f"{room}/pdf")

    assert answer.status_code == 200
    assert broken(answer.data) == "it bears no signature"
    world.database.close()


def test_whoever_asks_gets_the_verifier_and_the_key_that_vouches(house: TestHouse, tmp_path, monkeypatch):
    config = house.house.config
    monkeypatch.setattr("app.running.read_config", lambda: config)

    done = auditing.export_pdf_verifier(house.tenant.id, tmp_path / "out")

    assert Path(done["verifier"]).read_bytes() == Path(pdf_verifier.__file__).read_bytes()
    assert len(done["keys"]) == 1
