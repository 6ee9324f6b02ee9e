"""A file of more than 400 lines, or a function of more than 50, has two jobs."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE_LINES, FUNCTION_LINES = 400, 50
MIGRATIONS = "app/storage/migrations/versions/"  # generated once, and never edited after they ran somewhere
SOURCES = ("*.py", "*.ts", "*.tsx", "*.js", "*.mjs", "*.html", "*.cls")


def _sources(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    skipped = (MIGRATIONS, "tests/cards/golden/")
    return [
        ROOT / name for name in listed if name and not name.startswith(skipped) and (ROOT / name).exists()
    ]


def test_no_file_is_longer_than_one_job_needs():
    found = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in _sources(*SOURCES)
    }

    assert len(found) > 300
    assert {name: lines for name, lines in found.items() if lines > FILE_LINES} == {}


def test_no_function_of_the_product_is_longer_than_one_job_needs():
    too_long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in _sources("app/*.py", "cards/*.py", "sync/*.py", "benchmarks/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]

    assert too_long == []
