"""PostgreSQL is killed while the web process takes commands and workers and scheduler work: the short form."""

import random
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.doors.problems import as_app_error
from sync.backoff import NOT_ITS_FAULT
from tests.faults.mishaps import BOUND_OF_CALLS, kill_postgres, play
from tests.faults.scene import open_scene
from tests.house import TestHouse
from tests.postgres import Postgres

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds processes in /proc"),
]
DEATHS = 2


def test_a_connection_lost_in_the_midst_of_a_command_blames_the_database_and_claims_nothing(
    house: TestHouse,
) -> None:
    lost = OperationalError("COMMIT", None, Exception("gone"), connection_invalidated=True)

    def command() -> None:
        with house.house.database.write() as connection:
            connection.invalidate()
            raise lost

    with pytest.raises(OperationalError) as caught:
        command()

    assert isinstance(caught.value, NOT_ITS_FAULT)
    assert "may or may not be done" in as_app_error(caught.value)[0].message


def test_a_database_server_that_is_killed_loses_doubles_and_reorders_nothing(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # shown with a failure, to play it again
    with open_scene(tmp_path, Postgres(tmp_path, fsync=False)) as scene:
        scene.start_web()
        scene.start_agent(workers=1)
        scene.world.portal.calls.reset()

        for deal in scene.deals:
            scene.post_on_the_card(deal)
        play(scene, random.Random(seed), DEATHS, [kill_postgres])

        assert scene.settle() < 30
        assert scene.world.portal.calls.total() <= BOUND_OF_CALLS * DEATHS
        scene.check()
