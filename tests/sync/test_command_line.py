"""What the command line does for one tenant: it prints JSON, and its exit code says how it went."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.storage import tables
from app.storage.credentials import StoredTokens
from app.storage.rows import update
from tests.contract.hubspot_world import CLIENT_ID, CLIENT_SECRET
from tests.database import empty_database_url
from tests.sync.connected import Connected


@pytest.fixture
def run(on_hubspot: Connected, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in on_hubspot.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HUBSPOT_API_ORIGIN", on_hubspot.world.origin)
    monkeypatch.setenv("HUBSPOT_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", CLIENT_SECRET)
    house = on_hubspot.house
    StoredTokens(house.database, house.vault, on_hubspot.tenant.id).save(on_hubspot.world.tokens.load())

    def invoke(*words: str, tenant: str = on_hubspot.tenant.id) -> Result:
        return CliRunner().invoke(main, [*words, "--tenant", tenant])

    return invoke


def worked(connected: Connected) -> None:
    deal = connected.deal(connected.world.make_deal("Rollout"))
    partner = connected.attach(deal, "Northwind")
    for body in ("One", "Two", "Three"):
        connected.run("thread.post", deal, partner_id=partner, body=body)


def test_one_round_prints_what_it_did(run: Any, on_hubspot: Connected) -> None:
    worked(on_hubspot)

    answer = run("sync", "once")

    report = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert report["first_load"] is True
    assert report["written"] >= 3
    assert report["calls"]["by_operation"]["objects.create"] >= 1


def test_a_round_that_could_not_read_exits_with_one(run: Any, on_hubspot: Connected) -> None:
    on_hubspot.world.disconnect()

    answer = run("sync", "once")

    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["trouble"]


def test_a_tenant_nobody_knows_is_refused_with_a_sentence(run: Any) -> None:
    answer = run("sync", "once", tenant="nobody")

    assert answer.exit_code == 1
    assert "no such tenant" in answer.output


def test_an_audit_log_nobody_touched_holds(run: Any, on_hubspot: Connected) -> None:
    worked(on_hubspot)

    answer = run("audit", "verify")

    assert answer.exit_code == 0
    assert answer.stdout.startswith(
        "The chain of 4 rows holds. 0 signed checkpoints fit it; 4 rows are newer"
    )


def test_a_changed_audit_row_is_named(run: Any, on_hubspot: Connected) -> None:
    worked(on_hubspot)
    with on_hubspot.house.database.write() as connection:
        update(connection, tables.audit, {"actor_name": "mallory"}, tables.audit.c.sequence == 3)

    answer = run("audit", "verify")
    machine = run("audit", "verify", "--json")

    assert answer.exit_code == 1
    assert "breaks at row 3" in answer.output
    assert json.loads(machine.stdout) == {
        "ok": False,
        "rows": 4,
        "first_break": 3,
        "checkpoints": 0,
        "unsigned": 4,
        "fault": "",
    }


def test_an_audit_row_that_is_gone_is_noticed(run: Any, on_hubspot: Connected) -> None:
    worked(on_hubspot)
    with on_hubspot.house.database.write() as connection:
        connection.execute(tables.audit.delete().where(tables.audit.c.sequence == 2))

    assert run("audit", "verify").exit_code == 1


def test_a_rebuild_says_what_came_back(run: Any, on_hubspot: Connected) -> None:
    worked(on_hubspot)
    run("sync", "once")

    answer = run("rebuild", "--discard", "--json")

    report = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert report["restored"]["message"] == 3
    assert report["calls"]["total"] > 0


def test_a_copy_with_unwritten_work_is_not_discarded_by_mistake(run: Any, on_hubspot: Connected) -> None:
    worked(on_hubspot)

    answer = run("rebuild", "--discard")

    assert answer.exit_code == 1
    assert "--force" in answer.output


def test_a_lost_database_comes_back_by_restore_and_rebuild(
    run: Any, on_hubspot: Connected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked(on_hubspot)
    run("sync", "once")
    file = str(tmp_path / "kept.jsonl")
    assert CliRunner().invoke(main, ["backup", file]).exit_code == 0
    (tmp_path / "new").mkdir()
    monkeypatch.setenv("DATABASE_URL", empty_database_url(tmp_path / "new"))

    restored = CliRunner().invoke(main, ["restore", file, "--json"])
    rebuilt = run("rebuild", "--json")

    assert json.loads(restored.stdout)["rows"]["audit"] == 4
    assert json.loads(rebuilt.stdout)["restored"]["message"] == 3
    assert run("audit", "verify").exit_code == 0
