"""The web process is killed while it takes commands: what it acknowledged is there once, however often it is sent"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.ground.ids import new_id
from app.storage import audit, tables
from app.storage.rows import find_all
from tests.faults.scene import Scene, open_scene, wait_until
from tests.faults.web import Web

pytestmark = [pytest.mark.fault, pytest.mark.timeout(180)]
DEATHS = 2
PATIENCE = 40.0


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with open_scene(tmp_path) as made:
        yield made


def test_what_the_web_acknowledged_survives_its_death_and_a_repeat_changes_nothing(scene: Scene) -> None:
    web = Web(scene.settings, scene.world.portal.config.portal_id)
    deal = scene.deals[0].crm_id
    chance = random.Random()
    sent: dict[str, str] = {}
    acknowledged: set[str] = set()
    try:
        for _ in range(DEATHS):
            web.start()
            wait_until(web.answers, PATIENCE, "the web process answers")
            for key, body in sent.items():  # a card sends again what was not answered, under its key
                if body not in acknowledged and web.post(deal, scene.partner_id, body, key):
                    acknowledged.add(body)
            dies_at = time.monotonic() + chance.uniform(0.05, 0.5)
            while time.monotonic() < dies_at:
                key, body = new_id(), f"message {new_id()}"
                sent[key] = body
                if web.post(deal, scene.partner_id, body, key):
                    acknowledged.add(body)
            if chance.random() < 0.5 and acknowledged:  # a repeat of what was answered
                key = next(key for key, body in sent.items() if body in acknowledged)
                web.post(deal, scene.partner_id, sent[key], key)
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
