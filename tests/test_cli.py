import json

import pytest
from click.testing import CliRunner

from app.cli import main


@pytest.fixture
def run():
    return lambda *words, **more: CliRunner().invoke(main, words, **more)


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_explains_itself(run, name):
    answer = run(name, "--help")

    assert answer.exit_code == 0
    assert "Usage:" in answer.output


def test_an_unknown_command_is_wrong_usage(run):
    assert run("frobnicate").exit_code == 2


def test_a_rehearsed_import_prints_what_it_would_do(run, tmp_path):
    (tmp_path / "sales_pipeline.csv").write_text("opportunity_id,deal_stage\nD1,Won\nD2,Nonsense\n")

    answer = run("import-csv", str(tmp_path), "--into", "hubspot", "--dry-run")

    assert answer.exit_code == 0
    assert "Refused: 4" in answer.output
    assert "1 deals would be loaded" in answer.output


def test_a_folder_without_a_pipeline_is_refused_with_a_sentence(run, tmp_path):
    answer = run("import-csv", str(tmp_path), "--into", "hubspot", "--dry-run")

    assert answer.exit_code == 1
    assert "No opportunity could be read" in answer.output


def test_the_doctor_says_what_is_missing_and_exits_with_one(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/a.db")

    answer = run("doctor", "--json")

    checks = {check["name"]: check["ok"] for check in json.loads(answer.output)["checks"]}
    assert answer.exit_code == 1
    assert checks["database"]
    assert not checks["keys"]


def test_the_doctor_names_a_setting_that_is_wrong(run, monkeypatch):
    monkeypatch.setenv("PUBLIC_ORIGIN", "http://example.com")

    answer = run("doctor")

    assert answer.exit_code == 1
    assert "PUBLIC_ORIGIN must use https" in answer.output


def test_the_doctor_quotes_no_secret(run, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://user:canary@127.0.0.1:1/0")
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "canary")

    assert "canary" not in run("doctor").output


def test_the_key_of_an_org_is_printed_for_its_admin(run, monkeypatch):
    monkeypatch.setenv("SECRET_KEYS", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")

    answers = [run("tenant", "embed-key", org) for org in ("00D5g00000SamplEAA", "00D5g00000OtherEAA")]

    assert all(answer.exit_code == 0 and len(answer.output.strip()) == 43 for answer in answers)
    assert answers[0].output != answers[1].output


def test_another_text_is_no_org(run):
    assert run("tenant", "embed-key", "nonsense").exit_code == 2
