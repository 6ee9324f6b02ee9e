"""Several partners on one deal never notice each other. Twin worlds: the same partner works in both, another one on
the same deal in the first alone; whatever the other does, every byte that the partner receives, when it comes and
what answering cost are the same in both."""

from collections.abc import Iterator
from itertools import count

import pikepdf
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from app.disclosure.file import make_safe
from app.disclosure.policy import Treatment, default_policy
from app.domain.partner import PartnerType
from app.ground import ids
from app.storage import policy as policies
from tests.disclosure.strategies import ruled_policies
from tests.house import ADMIN, TestHouse
from tests.security.twin_doings import DOINGS, FOR_ALL
from tests.security.twin_worlds import ALL, MINE, OTHER, Dice, World, twin_worlds

NUMBERS = count(1)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, World]]:
    with pytest.MonkeyPatch.context() as patched:
        dice = Dice()
        for module in ("os", "secrets", "time"):
            patched.setattr(ids, module, dice)
        patched.setattr("app.storage.signing_key.new_signing_key", dice.signing_key)
        patched.setattr("app.storage.published.copy_keys.new_signing_key", dice.signing_key)
        patched.setattr(pikepdf.Page, "add_resource", dice.add_resource)
        patched.setattr("sync.files.make_safe_apart", make_safe)
        noisy, quiet = twin_worlds(tmp_path_factory.mktemp("twins"), dice)
        yield noisy, quiet
        for world in (noisy, quiet):
            world.house.house.database.close()


def doings() -> st.SearchStrategy[list[tuple[str, str]]]:
    own = st.tuples(st.sampled_from((MINE, OTHER)), st.sampled_from(sorted(DOINGS.keys() - FOR_ALL)))
    common = st.tuples(st.just(ALL), st.sampled_from(sorted(FOR_ALL)))
    return st.lists(st.one_of(own, own, common), max_size=10)


BUSY = [(OTHER, doing) for doing in sorted(DOINGS.keys() - FOR_ALL)]
FIRST = [
    (MINE, "file"),
    (OTHER, "file"),
    (OTHER, "message"),
    (MINE, "step"),
    (OTHER, "link"),
    (MINE, "message"),
]
LAST = [(MINE, "register"), (MINE, "link"), *[(ALL, "pass by")] * 3]


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking would run for minutes; the example says enough
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    doings=[
        *BUSY,
        (ALL, "labels"),
        (OTHER, "visit"),
        (ALL, "version"),
        (OTHER, "look again"),
        (ALL, "hours"),
    ],
    kind=PartnerType.RESELLER,
    policy=default_policy(),
)
@given(doings=doings(), kind=st.sampled_from(PartnerType), policy=ruled_policies())
def test_nothing_that_a_partner_receives_tells_of_another(worlds, doings, kind, policy) -> None:
    number = next(NUMBERS)
    for world in worlds:
        world.dice.wind(f"policy {number}", world.house.clock)
        save(world.house, policy)
        world.begin(number, kind)
    print(number, kind, doings)

    for place, (who, doing) in enumerate([*FIRST, *doings, *LAST]):
        noisy, quiet = (world.do(who, DOINGS[doing], place) for world in worlds)
        assert who == OTHER or noisy == quiet, (place, who, doing)

    assert worlds[0].published() == worlds[1].published()
    for noisy, quiet in zip(*(world.received(paper=number % 4 == 1) for world in worlds), strict=True):
        for one, other in zip(noisy, quiet, strict=True):
            assert one == other, noisy[0]


def save(house: TestHouse, drawn) -> None:
    """A grid in force of which the partner sees its sections, whatever else was drawn."""
    with house.house.database.write() as connection:
        now = policies.current(connection, house.tenant.id)
        grid = {kind: dict(objects) for kind, objects in drawn.grid_json().items()}
        for kind in PartnerType:
            grid.setdefault(kind, {})["room"] = dict.fromkeys(
                ("plan", "thread", "registration", "files"), "show"
            )
            grid[kind].setdefault("deal", {})["name"] = str(Treatment.SHOW)
    fields = {"body": grid, "version": now.version, "reason": "Drawn", "whole": True}
    house.run("policy.save", fields, actor=ADMIN, record=None)
