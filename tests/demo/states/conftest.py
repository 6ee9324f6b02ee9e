"""The scenes told once for all tests that only look at them."""

from collections.abc import Iterator

import pytest

from app.disclosure.file import make_safe
from tests.demo.states.world import Told, set_up, tell_all


@pytest.fixture(scope="module", autouse=True)
def here() -> Iterator[None]:
    """A process for each file is tested where it is made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sync.files.make_safe_apart", make_safe)
        yield


@pytest.fixture(scope="module")
def told(here: None, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("told")
    house, teller = set_up(folder)
    return Told(house=house, teller=teller, folder=folder, refused=tell_all(house, teller))
