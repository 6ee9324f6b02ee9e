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


def test_every_requirement_of_the_standard_is_answered_by_tests_that_exist():
    text = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    answered = {
        number
        for row in re.findall(r"^\| ((?:\d+\.\d+\.\d+(?:, )?)+) .*`[\w/]+\.py::", text, re.MULTILINE)
        for number in re.findall(r"\d+\.\d+\.\d+", row)
    }
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", text)

    gone = [f"{path}::{name}" for path, name in named if f"def {name}(" not in _source(ROOT / "tests" / path)]

    assert gone == []
    assert sorted(ASVS - answered) == []


ASVS = {
    *("11.5.1", "6.5.2", "14.2.1", "3.4.5", "14.3.2", "3.4.6", "7.4.1", "8.3.2", "8.2.2", "8.2.3", "15.3.1"),
    *("2.4.1", "3.3.1", "3.3.2", "3.3.3", "3.3.4", "1.2.1", "1.3.1", "3.2.2", "1.2.10", "5.2.1", "5.2.3"),
    *("5.4.1", "5.4.2", "5.4.3", "16.2.5", "16.3.2", "15.3.4", "9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2"),
    *("9.2.3", "9.2.4", "11.2.4", "4.1.5", "3.5.1", "3.5.2", "3.5.3", "3.5.5", "1.3.6", "13.2.4", "15.3.2"),
    *("1.5.2", "2.3.3", "2.3.4", "15.4.2", "13.3.1", "13.3.2", "13.3.4"),
    *("16.5.1", "16.5.2", "16.5.3", "16.5.4"),
}
"""What a reviewer of share links, signed embeds and webhooks asks for."""


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
