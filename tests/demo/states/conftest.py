"""The scenes told once for all tests that only look at them."""

import pytest

from tests.demo.states.world import Told, set_up, tell_all


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("told")
    house, teller = set_up(folder)
    return Told(house=house, teller=teller, folder=folder, refused=tell_all(house, teller))
