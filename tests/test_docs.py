"""The documents name only what exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PATH = re.compile(r"`((?:[\w-]+/)+(?:[\w.-]+\.(?:py|json|template|xml))?)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def _missing(found: list[str], *roots: Path) -> list[str]:
    return [name for name in found if not any((root / name).exists() for root in roots)]


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_link_to_another_document_leads_somewhere(doc):
    assert _missing(LINK.findall(doc.read_text(encoding="utf-8")), doc.parent) == []


@pytest.mark.parametrize("name", ["tour.md", "connect-hubspot.md", "connect-salesforce.md"])
def test_every_file_that_a_document_names_exists(name):
    named = PATH.findall((ROOT / "docs" / name).read_text(encoding="utf-8"))
    built = "extlClntAppGlobalOauthSets"  # the one file that the reader makes and deletes again

    roots = (ROOT, ROOT / "app", ROOT / "hubspot-project", ROOT / "lwc_bridge" / "main" / "default")
    assert _missing([path for path in named if built not in path], *roots) == []


def test_every_test_that_proves_a_promise_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "reliability.md").read_text("utf-8"))
    gone = [
        f"{path}::{name}" for path, name in named if f"def {name}(" not in (ROOT / path).read_text("utf-8")
    ]

    assert len(named) > 40
    assert gone == []
