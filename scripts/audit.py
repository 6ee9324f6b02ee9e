"""Asks whether a package that we pin is known to be weak: PyPI for Python's, npm's registry for the cards' and the
Salesforce package's. Exits 1 for a known weakness. Where nobody answers, which is so behind most mirrors, it says
NOT ASKED and exits 0: tests/test_dependencies.py holds what can be known without asking."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-test.lock"
NPM = ("hubspot-project", "lwc_bridge")
PATIENCE = 45
"""Seconds for each service. They answer within ten, or not at all."""

NOT_ASKED = "NOT ASKED"
"""How a line begins that tells of a question nobody answered; run_tests.py repeats it at the end."""

PINNED = re.compile(r"^[\w.-]+==", re.MULTILINE)


def main() -> int:
    findings = [*python_findings(), *(line for folder in NPM for line in npm_findings(folder))]
    for line in findings:
        print(line)
    return 1 if any(not line.startswith(NOT_ASKED) for line in findings) else 0


def python_findings() -> Iterator[str]:
    """Every known weakness of a pinned package, and how many packages nobody could say anything of."""
    pinned = len(PINNED.findall(LOCK.read_text(encoding="utf-8")))
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "-r",
        str(LOCK),
        "--disable-pip",
        "--progress-spinner",
        "off",
    ]
    said = answer([*command, "--require-hashes", "-f", "json"])
    try:
        found = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        yield f"{NOT_ASKED}: no advisory service answered for the {pinned} Python packages. {last(said)}"
        return
    # pip-audit calls a package that the index does not know "no known vulnerability", in a table beside it.
    unknown = [one["name"] for one in found if "skip_reason" in one]
    if unknown:
        yield (
            f"{NOT_ASKED}: the package index has no advisories for {len(unknown)} of {len(found)} Python packages."
        )
    else:
        print(f"{len(found)} Python packages were asked about.")
    for one in found:
        for weakness in one.get("vulns", ()):
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            yield f"{one['name']} {one['version']}: {weakness['id']}, mended in {mended}."


def npm_findings(folder: str) -> Iterator[str]:
    said = answer(["npm", "audit", "--json", "--package-lock-only"], ROOT / folder)
    try:
        body = json.loads(said)
        found, asked = body["vulnerabilities"], body["metadata"]["dependencies"]["total"]
    except (ValueError, KeyError, TypeError):
        yield f"{NOT_ASKED}: npm's registry takes no audit of {folder}. {last(said)}"
        return
    print(f"{asked} packages of {folder} were asked about.")
    for name, weakness in sorted(found.items()):
        yield f"{folder}: {name} {weakness['range']}: {weakness['severity']}."


def answer(command: list[str], folder: Path = ROOT) -> str:
    """What the program says on its output; what it complains of, where it says nothing. Never raises."""
    try:
        done = subprocess.run(  # noqa: S603 - the commands stand above
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return done.stdout.strip() or done.stderr.strip()


def last(said: str) -> str:
    """The most telling line of an answer that is none."""
    told = re.search(r'"message": "([^"]+)"', said)
    return (told[1] if told else said.strip().rpartition("\n")[2])[:200]


if __name__ == "__main__":
    sys.exit(main())
