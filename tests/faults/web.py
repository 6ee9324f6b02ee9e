"""`alongside serve` as a process that may be killed, and a HubSpot card that sends it what a seller writes."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import requests

from app.ground.clock import utc_now
from app.ground.config import child_environment
from app.sandbox.hubspot.signing import proxied_url, signed_headers
from tests.contract.hubspot_world import CLIENT_SECRET

ROOT = Path(__file__).parents[2]
SELLER_EMAIL, SELLER_ID = "sam@vendor.example", 54321


class Web:
    """On a free port of its own, ended with its whole group."""

    def __init__(self, settings: Mapping[str, str], portal_id: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._portal_id = portal_id
        self._settings = {**settings, "PUBLIC_ORIGIN": self.origin}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Its first answer takes a while: ask `answers`."""
        argv = [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(
            argv,
            env=child_environment(**self._settings),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.origin}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def post(self, deal_id: str, partner_id: str, body: str, key: str) -> bool:
        """Whether the message was acknowledged."""
        payload = json.dumps(
            {
                "objectType": "deal",
                "objectId": deal_id,
                "idempotencyKey": key,
                "fields": {"partner_id": partner_id, "audience": "partner", "body": body},
            }
        )
        url = proxied_url(
            f"{self.origin}/hubspot/actions/thread.post", 1, self._portal_id, SELLER_EMAIL, SELLER_ID
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
