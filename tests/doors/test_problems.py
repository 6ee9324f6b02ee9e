"""A database that is busy or away is a passing state: the door says so, and what became of the work."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.doors.problems import as_app_error
from app.ground.errors import Reason
from app.storage import engine
from app.storage.engine import Database
from tests.demo.ports import free_port


def test_a_writer_that_waited_in_vain_for_another_is_told_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "BUSY_MILLIS", 20)
    first, second = (Database(f"sqlite:///{tmp_path}/alongside.db") for _ in range(2))

    with first.write(), pytest.raises(OperationalError) as caught, second.write():
        raise AssertionError("two writers at once")

    refusal, _ = as_app_error(caught.value)
    assert (refusal.reason, refusal.status) == (Reason.UNAVAILABLE, 503)
    assert "Nothing was changed; try again" in refusal.message
    logged = capsys.readouterr()
    assert "Traceback" not in logged.out + logged.err
    first.close()
    second.close()


def test_a_server_that_does_not_answer_is_no_fault_of_whoever_asked() -> None:
    away = create_engine(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing")

    with pytest.raises(OperationalError) as caught:
        away.connect()

    refusal, _ = as_app_error(caught.value)
    assert (refusal.reason, refusal.status) == (Reason.UNAVAILABLE, 503)
    assert "may or may not be done" in refusal.message


def test_a_pool_without_a_free_connection_is_busy() -> None:
    assert as_app_error(PoolTimeout("QueuePool limit"))[0].reason is Reason.UNAVAILABLE


def test_a_question_that_our_database_does_not_understand_is_a_fault_of_ours(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/alongside.db")

    with pytest.raises(OperationalError) as caught, database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nothing")

    assert as_app_error(caught.value)[0].reason is Reason.INTERNAL
    database.close()
