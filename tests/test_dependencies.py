"""What can be known of our dependencies without asking anybody. scripts/audit.py asks about weaknesses."""

import importlib.metadata
import importlib.util
import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {"requirements.lock": ["build"], "requirements-test.lock": ["build", "test"]}
NPM = ("hubspot-project", "lwc_bridge")
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^ ;\\]+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)

FREE = re.compile(
    r"MIT|BSD|Apache|ISC|Python Software Foundation|PSF-2|Mozilla Public License 2|MPL-2|Zlib|Unlicense|OFL-1|CC0|CC-BY"
    r"|0BSD|Python-2|BlueOak"
)
LESSER = {"fpdf2": "LGPL-3.0-only", "psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}
"""Used as they are, as libraries, which this licence allows to anybody."""

UNSAID = {
    "node_modules/@lwc/state": "Salesforce's own terms; only Jest loads it",
    "node_modules/@lwc/state-test-utils": "Salesforce's own terms; only Jest loads it",
    "node_modules/exit": "MIT, said in its README",
}
SCRIPTS = {"node_modules/esbuild": "puts its own binary in place"}
"""Packages that run a script when they are installed, each with what it is for. A new one has to be read first."""


def pins(lock: str) -> dict[str, tuple[str, str]]:
    """The version of every package and what follows it, by name."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {canonicalize_name(name): (version, rest) for name, version, rest in PIN.findall(text)}


def wanted(extras: list[str]) -> list[Requirement]:
    optional = PROJECT["optional-dependencies"]
    return [
        Requirement(line)
        for line in (*PROJECT["dependencies"], *(one for extra in extras for one in optional[extra]))
    ]


def packages(folder: str) -> dict[str, dict[str, object]]:
    return json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_locked_is_what_the_project_asks_for(lock):
    held = pins(lock)

    wrong = [
        str(one)
        for one in wanted(LOCKS[lock])
        if not one.specifier.contains(held.get(canonicalize_name(one.name), ("missing",))[0])
    ]

    assert wrong == [], f"run make lock: {lock} does not hold {wrong}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_by_hash_and_from_no_named_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert [name for name, (_, rest) in pins(lock).items() if "--hash=sha256:" not in rest] == []
    assert re.search(r"https?://|--(extra-)?index-url|--find-links", text) is None


def test_both_locks_pin_the_same_versions():
    run, test = pins("requirements.lock"), pins("requirements-test.lock")

    assert {name: version for name, (version, _) in run.items() if test[name][0] != version} == {}


def test_everything_that_runs_has_a_licence_that_anybody_may_ship():
    found = {name: licence(name) for name in pins("requirements.lock")}

    assert {n: said for n, said in found.items() if said and not FREE.search(said) and n not in LESSER} == {}
    assert {name for name in LESSER if found[name] != LESSER[name]} == set()


def licence(name: str) -> str:
    """What the installed package says; nothing for one that this platform does without."""
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    classified = [one for one in said.get_all("Classifier", []) if one.startswith("License ::")]
    return said.get("License-Expression") or "; ".join(classified) or said.get("License") or "unknown"


@pytest.mark.parametrize("folder", NPM)
def test_every_npm_package_is_pinned_by_hash_and_from_no_named_address(folder):
    ours = {"", *(key for key in packages(folder) if not key.startswith("node_modules/"))}
    bought = {key: one for key, one in packages(folder).items() if key not in ours and not one.get("link")}

    assert [key for key, one in bought.items() if "resolved" in one] == []
    assert [
        key
        for key, one in bought.items()
        if not str(one.get("integrity", "")).startswith("sha512-") and not one.get("inBundle")
    ] == []


@pytest.mark.parametrize("folder", NPM)
def test_no_npm_package_runs_a_script_that_nobody_read(folder):
    assert {key for key, one in packages(folder).items() if one.get("hasInstallScript")} <= set(SCRIPTS)


@pytest.mark.parametrize("folder", NPM)
def test_every_npm_package_has_a_licence_that_anybody_may_use(folder):
    unknown = {
        key: one.get("license")
        for key, one in packages(folder).items()
        if key.startswith("node_modules/") and not one.get("link") and not one.get("inBundle")
        if not FREE.search(str(one.get("license"))) and key not in UNSAID
    }

    assert unknown == {}


@pytest.mark.parametrize("folder", NPM)
def test_what_npm_locked_is_what_the_package_asks_for(folder):
    asked = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))
    locked = packages(folder)[""]

    for kind in ("dependencies", "devDependencies"):
        assert locked.get(kind, {}) == asked.get(kind, {})


AUDIT = importlib.util.spec_from_file_location("audit", ROOT / "scripts" / "audit.py")


@pytest.fixture
def audit():
    module = importlib.util.module_from_spec(AUDIT)
    AUDIT.loader.exec_module(module)
    return module


def said(audit, monkeypatch, python: object, npm: object) -> tuple[int, list[str]]:
    def answer(command: list[str], folder: Path = ROOT) -> str:
        body = npm if command[0] == "npm" else python
        return body if isinstance(body, str) else json.dumps(body)

    monkeypatch.setattr(audit, "answer", answer)
    return audit.main()


GOOD = {"dependencies": [{"name": "flask", "version": "3.1", "vulns": []}]}
NONE = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 3}}}
WEAK = {"id": "PYSEC-1", "fix_versions": ["3.2"]}


@pytest.mark.parametrize(
    ("python", "npm", "code", "lines"),
    [
        (GOOD, NONE, 0, ["1 Python packages were asked about."]),
        ("ConnectionError", NONE, 0, ["NOT ASKED: no advisory service answered"]),
        (
            {"dependencies": [{"name": "flask", "skip_reason": "x"}]},
            NONE,
            0,
            ["NOT ASKED: the package index"],
        ),
        (GOOD, {"message": "405 Method Not Allowed"}, 0, ["NOT ASKED: npm's registry", "405"]),
        (
            {"dependencies": [{"name": "flask", "version": "3.1", "vulns": [WEAK]}]},
            NONE,
            1,
            ["flask 3.1: PYSEC-1, mended in 3.2."],
        ),
        (GOOD, NONE | {"vulnerabilities": {"x": {"range": "<2", "severity": "high"}}}, 1, ["x <2: high."]),
    ],
    ids=["fine", "no answer", "unknown", "npm refuses", "weak", "npm weak"],
)
def test_a_weakness_fails_and_a_question_nobody_answers_is_said(
    audit, monkeypatch, capsys, python, npm, code, lines
):
    assert said(audit, monkeypatch, python, npm) == code

    printed = capsys.readouterr().out
    assert all(line in printed for line in lines)
