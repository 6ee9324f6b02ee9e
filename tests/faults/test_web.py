"""The web process is killed while it takes commands: what it acknowledged is there once, however often it is sent"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from app.ground.clock import utc_now
from app.ground.config import child_environment
from app.ground.ids import new_id
from app.sandbox.hubspot.signing import proxied_url, signed_headers
from app.storage import audit, tables
from app.storage.rows import find_all
from tests.contract.hubspot_world import CLIENT_SECRET
from tests.faults.scene import ROOT, Scene, open_scene, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.timeout(180)]
DEATHS = 4
PATIENCE = 40.0


class Web:
    """`alongside serve` on a free port, ended with its whole group."""

    def __init__(self, scene: Scene) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._settings = scene.settings | {"PUBLIC_ORIGIN": self.origin}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        argv = [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(
            argv,
            env=child_environment(**self._settings),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self._answers, PATIENCE, "the web process answers")

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.origin}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def post(self, scene: Scene, body: str, key: str) -> bool:
        """Whether the message was acknowledged."""
        payload = json.dumps(
            {
                "objectType": "deal",
                "objectId": scene.deals[0].crm_id,
                "idempotencyKey": key,
                "fields": {"partner_id": scene.partner_id, "audience": "partner", "body": body},
            }
        )
        portal = scene.world.portal.config.portal_id
        url = proxied_url(
            f"{self.origin}/hubspot/actions/thread.post", 1, portal, "sam@vendor.example", 54321
        )
        stamp = int(utc_now().timestamp() * 1000)
        headers = signed_headers(CLIENT_SECRET, "POST", url, payload, stamp)
        try:
            answer = requests.post(
                url, data=payload, headers=headers | {"Content-Type": "application/json"}, timeout=5
            )
            return answer.ok and bool(answer.json()["ok"])
        except (requests.RequestException, ValueError):
            return False


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with open_scene(tmp_path) as made:
        yield made


def test_what_the_web_acknowledged_survives_its_death_and_a_repeat_changes_nothing(scene: Scene) -> None:
    web = Web(scene)
    chance = random.Random()
    sent: dict[str, str] = {}
    acknowledged: set[str] = set()
    try:
        for _ in range(DEATHS):
            web.start()
            for key, body in sent.items():  # a card sends again what was not answered, under its key
                if body not in acknowledged and web.post(scene, body, key):
                    acknowledged.add(body)
            dies_at = time.monotonic() + chance.uniform(0.05, 0.5)
            while time.monotonic() < dies_at:
                key, body = new_id(), f"message {new_id()}"
                sent[key] = body
                if web.post(scene, body, key):
                    acknowledged.add(body)
            if chance.random() < 0.5 and acknowledged:  # a repeat of what was answered
                key = next(key for key, body in sent.items() if body in acknowledged)
                web.post(scene, sent[key], key)
            web.kill()
    finally:
        web.kill()

    with scene.house.database.read() as connection:
        stored = Counter(row["body"] for row in find_all(connection, tables.message))
        waiting = len(find_all(connection, tables.outbox, tables.outbox.c.kind == "message"))
        assert audit.first_break(connection, scene.tenant.id) is None
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert acknowledged
    assert acknowledged <= set(stored) <= set(sent.values())
    assert set(stored.values()) == {1}
    assert waiting == len(stored)
