"""How far a load is: a bar where somebody watches, a line now and then where a log is written."""

import sys

import pytest

from app import cli_progress
from app.cli_progress import LINE_EVERY, Bar
from app.storage.loading import Loading


def show_a_load() -> None:
    with Bar() as bar:
        for read in range(0, 2 * LINE_EVERY + 1, LINE_EVERY // 10):
            bar.show(Loading(read=read, about=2 * LINE_EVERY))


def test_a_log_gets_a_line_each_two_thousand_companies(capsys: pytest.CaptureFixture[str]) -> None:
    show_a_load()

    assert capsys.readouterr().err.splitlines() == [
        "Loading: 0 of about 4,000 companies",
        "Loading: 2,000 of about 4,000 companies",
        "Loading: 4,000 of about 4,000 companies",
    ]


def test_a_terminal_gets_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_progress.Console, "is_terminal", True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    show_a_load()

    said = capsys.readouterr().err
    assert "Loading: 4,000 of about 4,000 companies" in said
    assert "\x1b[" in said  # drawn in place, not line by line
