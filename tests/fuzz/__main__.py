"""Fuzzes the parsers, guided by what their code does: python -m tests.fuzz [TARGET...] [--seconds N].

Needs atheris (pip install -e '.[fuzz]'). One JSON line for each target; exits 1 where something was found, and keeps
what it was in corpus/, which the short form replays.
"""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
RUNS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
EDGES = re.compile(r"cov: (\d+)")


def main() -> int:
    if importlib.util.find_spec("atheris") is None:
        sys.exit("The guided fuzzer needs atheris, for Linux and macOS: .venv/bin/pip install -e '.[fuzz]'")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=180, help="for each target")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        fuzz(asked.targets[0], asked.targets[1], asked.seconds)
    from tests.fuzz.targets import TARGETS

    return max([look(name, asked.seconds) for name in asked.targets or sorted(TARGETS)])


def look(name: str, seconds: int) -> int:
    """One target in a process of its own: a crash, a hang and memory without end are findings too."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.fuzz", "--child", "--seconds", str(seconds), name, folder]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        said = done.stdout + done.stderr
        runs, edges = RUNS.search(said), EDGES.findall(said)
        line: dict[str, object] = {
            "target": name,
            "seconds": seconds,
            "executions": int(runs[1]) if runs else 0,
            "edges": int(edges[-1]) if edges else 0,
            "found": done.returncode != 0,
        }
        for crash in sorted(Path(folder).glob("found-*")):
            kept = CORPUS / name / crash.name.removeprefix("found-")
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(crash.read_bytes())
            line["kept"] = str(kept)
        print(json.dumps(line), flush=True)
        if done.returncode:
            print(said[-3_000:], file=sys.stderr)
        return min(done.returncode, 1)


def fuzz(name: str, folder: str, seconds: int) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["app", "icalendar", "yaml"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    inputs = Path(folder) / "inputs"
    inputs.mkdir()
    kept = sorted((CORPUS / name).glob("*")) if (CORPUS / name).is_dir() else []
    for number, seed in enumerate([*target.seeds, *(file.read_bytes() for file in kept)]):
        (inputs / str(number)).write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={folder}/found-",
        "-print_final_stats=1",
        "-timeout=10",
        "-rss_limit_mb=1024",
        "-max_len=4096",
        str(inputs),
    ]
    atheris.Setup([sys.argv[0], *options], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
