"""Houses over both vendors' stand-ins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.record import CrmKind
from tests.contract.hubspot_world import open_world_without_limits as open_hubspot
from tests.contract.salesforce_world import open_world as open_salesforce
from tests.sandbox.salesforce_events import TellingOrg
from tests.sync.connected import Connected, connect
from tests.sync.telling import Told, open_house, open_org


@pytest.fixture
def on_hubspot(tmp_path: Path) -> Iterator[Connected]:
    with open_hubspot(tmp_path) as world:
        made = connect(tmp_path, world, CrmKind.HUBSPOT)
        yield made
        made.house.database.close()


@pytest.fixture
def on_salesforce(tmp_path: Path) -> Iterator[Connected]:
    with open_salesforce(tmp_path) as world:
        made = connect(tmp_path, world, CrmKind.SALESFORCE)
        yield made
        made.house.database.close()


@pytest.fixture(params=["on_hubspot", "on_salesforce"])
def connected(request: pytest.FixtureRequest) -> Connected:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def telling_org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TellingOrg]:
    with open_org(tmp_path_factory.mktemp("org")) as made:
        yield made


@pytest.fixture
def told(tmp_path: Path, telling_org: TellingOrg) -> Iterator[Told]:
    with open_house(tmp_path, telling_org) as made:
        yield made
