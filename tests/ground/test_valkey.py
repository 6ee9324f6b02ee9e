import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from app.ground import valkey
from app.ground.config import read_config
from app.ground.errors import AppError

STARTER = """
import sys
from pathlib import Path
from app.ground.config import read_config
from app.ground.valkey import redis_url
print(redis_url(read_config({}), Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path):
    """Starts a process that asks for the embedded server of tmp_path and holds it until its input ends."""
    started = []

    def starter():
        process = subprocess.Popen(
            [sys.executable, "-c", STARTER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield starter
    for process in started:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()
    valkey.forget_socket(tmp_path)


def test_a_given_address_is_used_as_it_is(tmp_path):
    config = read_config({"REDIS_URL": "redis://example.com:6379/3"})

    assert valkey.redis_url(config, tmp_path) == "redis://example.com:6379/3"


def test_two_processes_share_one_embedded_server(start):
    first, second = start(), start()

    url = first.stdout.readline().strip()

    assert second.stdout.readline().strip() == url
    client = redis.Redis.from_url(url)
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("port") == {"port": "0"}
    client.close()


def test_the_server_ends_with_its_starter_and_leaves_no_socket(start, tmp_path):
    process = start()
    process.stdout.readline()
    socket_file = valkey.socket_path(tmp_path)

    process.stdin.close()
    process.wait(timeout=30)

    assert not socket_file.parent.exists()


@pytest.mark.fault
def test_an_orphan_of_a_killed_starter_is_reused_with_its_data(start, tmp_path):
    process = start()
    client = redis.Redis.from_url(process.stdout.readline().strip())
    client.set("kept", "yes")
    pid = client.info("server")["process_id"]

    process.kill()
    process.wait()
    again = start()

    assert redis.Redis.from_url(again.stdout.readline().strip()).get("kept") == b"yes"
    os.kill(pid, signal.SIGTERM)


@pytest.mark.fault
def test_acknowledged_data_survives_a_kill_and_a_stale_socket(start, tmp_path):
    client = redis.Redis.from_url(start().stdout.readline().strip())
    client.set("kept", "yes")
    time.sleep(1.2)  # appendfsync everysec
    os.kill(client.info("server")["process_id"], signal.SIGKILL)
    while valkey.answers(valkey.socket_path(tmp_path)):
        time.sleep(0.01)

    again = start()

    assert redis.Redis.from_url(again.stdout.readline().strip()).get("kept") == b"yes"


def test_the_socket_path_stays_short_however_deep_the_data_lies(tmp_path):
    deep = tmp_path / "/".join(["a-long-folder-name"] * 12)

    path = valkey.socket_path(deep)

    assert len(os.fsencode(path)) < valkey.SOCKET_LIMIT
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.parent.rmdir()


def test_a_socket_folder_that_others_may_enter_is_refused(tmp_path):
    path = valkey.socket_path(tmp_path)
    path.parent.chmod(0o755)

    with pytest.raises(AppError, match="must belong to you alone"):
        valkey.socket_path(tmp_path)
    path.parent.rmdir()


def test_without_any_server_program_the_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(valkey, "_bundled", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(AppError, match="Set REDIS_URL"):
        valkey.server_command(tmp_path, Path("/x/valkey.sock"))


def test_a_server_on_the_path_takes_the_place_of_the_bundled_one(monkeypatch, tmp_path):
    program = tmp_path / "redis-server"
    program.touch(mode=0o755)
    monkeypatch.setattr(valkey, "_bundled", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert valkey.server_command(tmp_path, Path("/x/valkey.sock"))[0] == str(program)
