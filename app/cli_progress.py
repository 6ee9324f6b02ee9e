"""How far a long run is: a bar on a terminal, a line now and then everywhere else."""

import sys
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app.storage.loading import Loading

LINE_EVERY = 2_000
"""Companies between two lines of a log."""


class Bar:
    """Use it as a context; `show` may be called as often as there is news."""

    def __init__(self) -> None:
        self._said = -LINE_EVERY
        self._task: TaskID | None = None
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=Console(stderr=True)
        )

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.stderr.isatty():
            self._progress.stop()

    def show(self, now: Loading) -> None:
        if sys.stderr.isatty():
            if self._task is None:
                self._task = self._progress.add_task(now.sentence, total=now.about)
            self._progress.update(self._task, completed=now.read, description=now.sentence)
        elif now.read - self._said >= LINE_EVERY:
            self._said = now.read
            click.echo(now.sentence, err=True)
