"""Runs every check of the project, shows each, and ends with one line: N passed, N failed."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = ROOT / ".venv" / "bin"
STORES = ("storage", "commands", "sync", "reading", "sharing")
"""The directories whose tests touch the database: they run once more on PostgreSQL."""

COUNTED = re.compile(r"(\d+) (passed|failed|error)s?\b")
SUMMARY = re.compile(r"^(?:=+ .*|\s*Tests:? .*|\d+ (?:passed|failed|error).* in .*)$")
"""The closing lines of pytest, vitest and jest."""

NOT_ASKED = "NOT ASKED"
"""How a check begins a line that says what it could not find out; such lines are said again at the end."""

UNASKED: list[str] = []
"""What no check of this run could find out."""

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Step:
    """One check. `tests` says whether its output counts tests; any other check counts as one."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    tests: bool = False
    settings: dict[str, str] = field(default_factory=dict)


def steps() -> list[Step]:
    # One more than there are cores: browsers, processes that start and databases that commit are waited for.
    workers = os.environ.get("TEST_WORKERS", str(min(os.cpu_count() or 2, 4) + 1))
    # A file's tests stay in one process: many share a server or a browser.
    # A build tests what was changed: its order is always the same, and at home each run has another.
    order = ("--randomly-seed=1",) if os.environ.get("CI") else ()
    pytest = (str(BIN / "pytest"), "-q", "-n", workers, "--dist", "loadfile", *order)
    stores = tuple(f"tests/{name}" for name in STORES if (ROOT / "tests" / name).is_dir())
    hubspot, lwc = ROOT / "hubspot-project", ROOT / "lwc_bridge"
    found = [
        Step("ruff check", (str(BIN / "ruff"), "check", ".")),
        Step("ruff format", (str(BIN / "ruff"), "format", "--check", ".")),
        Step("mypy", (str(BIN / "mypy"),)),
        Step("import contracts", (str(BIN / "lint-imports"),)),
        Step("dependencies: known weaknesses", (str(BIN / "python"), "scripts/audit.py")),
        Step("HubSpot project: lint", ("npm", "run", "--silent", "lint"), hubspot),
        Step("HubSpot project: structure", ("npm", "run", "--silent", "structure"), hubspot),
        Step("HubSpot project: block types", ("npm", "run", "--silent", "types", "--", "--check"), hubspot),
        Step("HubSpot project: types", ("npm", "run", "--silent", "typecheck"), hubspot),
        Step("HubSpot project: tests", ("npm", "test", "--silent"), hubspot, tests=True),
        Step("Salesforce package: lint", ("npm", "run", "--silent", "lint"), lwc),
        Step("Salesforce package: metadata", ("npm", "run", "--silent", "check"), lwc),
        Step("Salesforce package: tests", ("npm", "test", "--silent"), lwc, tests=True),
        Step("tests on SQLite", pytest, tests=True),
        Step("tests on PostgreSQL", (*pytest, *stores), tests=True, settings={"TEST_DATABASE": "postgresql"}),
    ]
    return [step for step in found if (step.folder / "package.json").exists() or step.folder == ROOT]


def run(step: Step, show: Callable[[str], object]) -> tuple[int, int]:
    """How many passed and failed. A step that fails without a count counts as one failure; one that could not find
    out counts as nothing."""
    show(f"\n--- {step.name}\n")
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - the commands stand above
        step.command,
        cwd=step.folder,
        env=os.environ | step.settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    passed, failed, silent = 0, 0, False
    assert process.stdout is not None
    for line in process.stdout:
        show(line)
        plain = COLOURS.sub("", line.rstrip())
        if plain.startswith(NOT_ASKED):
            silent = True
            UNASKED.append(plain)
        if step.tests and SUMMARY.match(plain) and (counts := COUNTED.findall(plain)):
            passed = sum(int(n) for n, word in counts if word == "passed")
            failed = sum(int(n) for n, word in counts if word != "passed")
    code = process.wait()
    outcome = "FAILED" if code else "nobody answered" if silent else "ok"
    show(f"    {step.name}: {outcome} in {time.monotonic() - began:.0f} s\n")
    if not step.tests:
        return int(code == 0 and not silent), int(code != 0)
    return passed, failed or int(code != 0)


def shown(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def beside(step: Step) -> tuple[int, int]:
    """Runs it while another step shows its progress: what it says comes at its end, in one piece."""
    said: list[str] = []
    try:
        return run(step, said.append)
    finally:
        shown("".join(said))


def run_all() -> dict[str, tuple[int, int]]:
    """The tests one after the other, for each takes every core; beside them the checks, which fill the time in which
    a browser or a process that starts is waited for."""
    heavy = [step for step in steps() if step.command[0] == str(BIN / "pytest")]
    light = [step for step in steps() if step not in heavy]
    with ThreadPoolExecutor(1) as lane:
        checks = {step.name: lane.submit(beside, step) for step in light}
        tests = {step.name: run(step, shown) for step in heavy}
        return {name: check.result() for name, check in checks.items()} | tests


MEMORY = Path("/dev/shm")  # noqa: S108 - looked for, and used through mkdtemp
ROOM = 3 * 2**30
"""Free bytes that the tests' databases and browser profiles need at most, with room to spare."""


@contextmanager
def scratch() -> Iterator[None]:
    """Until the end every temporary file lies in memory where there is room: thousands of databases are made here,
    and each waits for the disk at every commit. What is left of them goes with the folder."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(
        prefix="alongside-", dir=MEMORY if roomy else None, ignore_cleanup_errors=True
    ) as folder:
        # The embedded PostgreSQL runs as its own user when we are root, and has to pass through.
        Path(folder).chmod(0o711)
        os.environ["TMPDIR"] = folder
        yield


def main() -> int:
    with scratch():
        results = run_all()
    broken = [name for name, (_, failed) in results.items() if failed]
    if broken:
        print("\nFailed: " + ", ".join(broken))
    if UNASKED:
        print("\n" + "\n".join(UNASKED))
    passed = sum(count for count, _ in results.values())
    failed = sum(count for _, count in results.values())
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
