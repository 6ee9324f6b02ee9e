"""The safelist on the command line: out as YAML, reviewed, and in again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from tests.house import TestHouse


@pytest.fixture
def run(house: TestHouse, monkeypatch: pytest.MonkeyPatch):
    config = house.house.config
    monkeypatch.setattr("app.running.read_config", lambda: config)

    def invoke(*words: str, text: str | None = None):
        return CliRunner().invoke(main, [*words, "--tenant", house.tenant.id], input=text)

    return invoke


def test_an_export_that_was_changed_is_rehearsed_and_then_in_force(house: TestHouse, run, tmp_path: Path):
    house.link(house.attach())
    file = tmp_path / "safelist.yaml"
    run("policy", "export", str(file))
    changed = file.read_text().replace("amount: band", "amount: show")

    dry = run("policy", "import", "-", "--reason", "Reviewed", "--dry-run", text=changed)
    done = run("policy", "import", "-", "--reason", "Reviewed", "--json", text=changed)

    assert "1 partner and 1 open link would newly see Deal · Amount" in dry.output
    assert "Nothing was saved." in dry.output
    assert json.loads(done.stdout)["version"] == 2
    assert "amount: show" in run("policy", "export").stdout


def test_a_file_that_opens_the_never_list_is_refused_with_its_reason(run):
    text = "format: 2\ngrid: {reseller: {deal: {margin: show}}}"

    answer = run("policy", "import", "-", "--reason", "x", text=text)

    assert answer.exit_code == 1
    assert "never shared" in answer.output
