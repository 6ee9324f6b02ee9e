import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from app.demo.site import Ports, Site
from app.ground.valkey import forget_socket, socket_path

CLI = [sys.executable, "-m", "app.cli"]


def free_base() -> int:
    for base in range(21_000 + os.getpid() % 5_000, 60_000, 10):
        if not Ports.starting_at(base).taken():
            return base
    raise AssertionError("no six free ports")


def processes_of(data: Path) -> list[int]:
    """Every living process that was started for this folder."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes().decode()
            state = (directory / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        mine = str(data) in command or socket_path(data).parent.name in command
        if mine and state != "Z":
            found.append(int(directory.name))
    return found


@pytest.fixture
def start(tmp_path):
    data, base, started = tmp_path / "demo", free_base(), []

    def starter(*words: str):
        command = [
            *CLI,
            "demo",
            "--stand-ins-only",
            "--json",
            "--data",
            str(data),
            "--port",
            str(base),
            *words,
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process, data

    yield starter
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    forget_socket(data)


def ready(process) -> dict:
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return json.loads(line)


@pytest.mark.fault
def test_the_demo_answers_everywhere_and_ctrl_c_leaves_nothing_behind(start):
    process, data = start()
    addresses = ready(process)

    assert addresses["ready"] is True
    for name in ("hubspot", "salesforce"):
        assert requests.get(addresses["records"][name]["url"], timeout=30).status_code == 200
    assert requests.get(addresses["mailbox"], timeout=30).status_code == 200
    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=60) == 0
    assert processes_of(data) == []
    assert not list(data.rglob("*.sock"))
    assert not Path(socket_path(data)).exists()
    assert Ports.starting_at(int(addresses["web"].rsplit(":", 1)[1])).taken() == []


@pytest.mark.fault
def test_a_second_start_finds_the_data_again(start):
    process, _ = start()
    first = ready(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0

    again, _ = start()

    assert ready(again)["records"] == first["records"]


@pytest.mark.fault
def test_a_sandbox_that_is_killed_comes_back_with_its_data(start):
    process, data = start()
    addresses = ready(process)
    victims = [
        pid for pid in processes_of(data) if b"run_hubspot" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]

    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            page = requests.get(addresses["records"]["hubspot"]["url"], timeout=30)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    assert page.status_code == 200


@pytest.mark.fault
def test_a_folder_in_use_is_refused_with_a_sentence(start):
    process, data = start()
    ready(process)

    second, _ = start()

    assert second.wait(timeout=60) == 1
    assert f"A demo already runs in {data}" in second.stderr.read()


@pytest.mark.fault
def test_an_export_is_loaded_into_the_running_demo_and_reported(start, tmp_path):
    process, data = start()
    addresses = ready(process)
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "sales_pipeline.csv").write_text(
        "opportunity_id,deal_stage,close_date\nD1,Won,01-03-2017\nD2,Hm,\n"
    )

    command = [
        *CLI,
        "import-csv",
        str(folder),
        "--into",
        "salesforce",
        "--data",
        str(data),
        "--shift-dates",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    answer = json.loads(done.stdout)
    assert answer["loaded"]["created"] == 1
    assert answer["report"]["rows_refused"] == {"sales_pipeline.csv": 1}
    found = requests.get(
        addresses["salesforce"] + "/_sandbox/rows/Opportunity?Import_Key__c=csv:deal:d1", timeout=30
    )
    assert found.json()[0]["StageName"] == "Closed Won"


def test_an_import_without_a_demo_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "sales_pipeline.csv").write_text("opportunity_id,deal_stage\nD1,Won\n")

    done = subprocess.run(
        [*CLI, "import-csv", str(tmp_path), "--into", "hubspot", "--data", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "No demo has run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_data_folder_is_refused_with_a_sentence(start):
    process, data = start()
    ready(process)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    (Site(data).directory / "secrets.json").write_text("{")

    again, _ = start()

    assert again.wait(timeout=60) == 1
    assert "is damaged" in again.stderr.read()
