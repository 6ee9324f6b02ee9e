"""What a fresh connection asks of the CRM before the first card."""

from app.domain.record import ObjectKind
from tests.contract.world import World


def test_the_stages_of_the_pipeline_are_in_order_and_know_which_are_closed(world: World) -> None:
    stages = world.crm.stages()

    assert len(stages) > 3
    assert not stages[0].closed
    assert [stage.closed for stage in stages] == sorted(stage.closed for stage in stages)
    assert len({stage.value for stage in stages}) == len(stages)


def test_an_empty_cursor_brings_everything_there_is_and_then_only_what_changes(world: World) -> None:
    made = {world.make_company(f"Customer {number}") for number in range(3)}

    found, cursor, more = set(), "", True
    while more:
        page = world.crm.changes(ObjectKind.COMPANY, cursor, ["name"])
        found |= {record.id for record in page.records}
        cursor, more = page.cursor, page.more

    assert made <= found
    assert world.crm.changes(ObjectKind.COMPANY, cursor, ["name"]).records == []
