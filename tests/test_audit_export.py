"""A reviewer checks an exported log with the verifier that comes with it, and with nothing of ours."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app import auditing
from app.identity.signing_key import new_signing_key
from app.storage import checkpoint
from tests.house import TestHouse


@pytest.fixture
def exported(house: TestHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    partner = house.attach("Grüße & Söhne")
    house.run("thread.post", {"partner_id": partner, "body": "One"})
    with house.house.database.write() as connection:
        checkpoint.add(connection, house.tenant.id, house.house.vault, house.clock())
    house.run("thread.post", {"partner_id": partner, "body": "Two"})
    config = house.house.config
    monkeypatch.setattr("app.running.read_config", lambda: config)
    return auditing.export_audit(house.tenant.id, tmp_path / "out")


def check(done, *more: str) -> subprocess.CompletedProcess[str]:
    """Isolated (-I): the verifier cannot import anything of ours, even by chance."""
    return subprocess.run(
        [sys.executable, "-I", done["verifier"], done["file"], *more],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(done["file"]).parent,
    )


def rewritten(done, change) -> None:
    file = Path(done["file"])
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    change(lines)
    file.write_text("".join(json.dumps(line, sort_keys=True) + "\n" for line in lines))


def test_an_untouched_export_holds_with_the_key_that_was_told(exported):
    found = check(exported, f"--key={exported['keys'][0]}")

    assert found.returncode == 0, found.stderr
    assert "3 rows of Vendor Inc. fit together, and so do 2 signed checkpoints" in found.stdout
    assert "unsigned" not in found.stdout  # the export signs what had no checkpoint yet


def test_without_a_key_it_says_what_to_compare(exported):
    assert exported["keys"][0] in check(exported).stdout


def test_a_log_signed_with_another_key_is_not_trusted(exported):
    found = check(exported, f"--key={new_signing_key().public}")

    assert found.returncode == 1
    assert "a key you do not trust" in found.stderr


def _change_word(lines):
    lines[2]["row"]["actor_name"] = "mallory"


def _take_row(lines):
    del lines[2]


def _swap_rows(lines):
    lines[1], lines[2] = lines[2], lines[1]


def _cut_end(lines):
    del lines[-1]


def _take_checkpoint(lines):
    lines[:] = [line for line in lines if line.get("checkpoint", {}).get("number") != 1]
    lines[-1]["checkpoints"] = 1


def _move_time(lines):
    for line in lines:
        if "checkpoint" in line:
            line["checkpoint"]["at"] = "2020-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "change", [_change_word, _take_row, _swap_rows, _cut_end, _take_checkpoint, _move_time]
)
def test_every_change_to_the_file_is_found(exported, change):
    rewritten(exported, change)

    found = check(exported, f"--key={exported['keys'][0]}")

    assert found.returncode == 1
    assert found.stderr.startswith("BROKEN: ")


def test_a_key_that_begins_with_a_dash_is_a_key(exported):
    """One in sixty-four does: in the form that is printed, the verifier takes none of them for an option."""
    found = check(exported, "--key=-" + "A" * 42)  # 32 bytes, and nobody's

    assert (found.returncode, found.stderr[:8]) == (1, "BROKEN: ")


def test_the_file_is_readable_by_its_owner_alone(exported):
    assert Path(exported["file"]).stat().st_mode & 0o077 == 0
