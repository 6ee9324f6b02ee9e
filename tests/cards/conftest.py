"""Golden files: what each card says in each state, kept as text under golden/."""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden(request):
    """Compares a text with its golden file; `pytest --update` writes the file instead."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update", default=False):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{name} is missing: run pytest --update"
        assert text == path.read_text(encoding="utf-8"), f"{name} differs: look, then run pytest --update"

    return compare
