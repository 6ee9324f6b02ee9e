"""A step that only the team sees leaves no trace with a partner: not in numbers, progress, order or forecast."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.disclosure.policy import Policy, Treatment
from app.disclosure.snapshot import Source, compose
from app.domain.partner import PartnerType
from app.domain.plan import Evidence, Step, StepStatus
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.thread import Audience
from cards import room
from tests.domain.make import step

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
SHOWN = Policy(
    version=1,
    cells={
        (PartnerType.RESELLER, "room", "plan"): Treatment.SHOW,
        (PartnerType.RESELLER, "deal", "close_date"): Treatment.SHOW,
    },
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(Audience),
        st.integers(-9, 20) | st.none(),
        st.sampled_from(StepStatus),
        st.booleans(),
        st.sets(st.integers(0, 6)),
    ),
    max_size=7,
)


def plan_of(rows) -> list[Step]:
    """A plan as the commands let it be: what the partner sees waits for nothing that it does not see."""
    made: list[Step] = []
    for n, (audience, days, status, required, after) in enumerate(rows):
        waits = [made[i] for i in sorted(after) if i < n]
        if audience is Audience.PARTNER:
            waits = [one for one in waits if one.audience is Audience.PARTNER]
        made.append(
            step(
                id=f"s{n}",
                title=f"Step {n}",
                milestone=f"M{n % 3}",
                audience=audience,
                due=TODAY + timedelta(days=days) if days is not None else None,
                status=status,
                required=required,
                position=n,
                after=tuple(one.id for one in waits),
                evidence=(Evidence(label="Note", url="https://x.example/", added_by="Ada", added_at=NOW),),
            )
        )
    return made


def seen(steps: list[Step]) -> tuple[object, object]:
    deal = Record(key=RecordKey(ObjectKind.DEAL, "1"), fields={"close_date": "2026-12-12"})
    source = Source(
        deal=deal,
        company=None,
        partner_type=PartnerType.RESELLER,
        stages=[],
        steps=steps,
        messages=[],
        registration=None,
        files=[],
        vendor_name="Vendor",
        vendor_color="#112233",
        labels={},
    )
    content = compose(source, SHOWN)
    viewer = room.RoomViewer(name="Kim", email="kim@x.example")
    return content, room.build(content, viewer, NOW)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_a_partner_is_shown_the_same_with_and_without_what_only_the_team_sees(rows):
    plan = plan_of(rows)
    shared = [one for one in plan if one.audience is Audience.PARTNER]

    assert seen(plan) == seen(shared)


@settings(max_examples=30, deadline=None)
@given(ROWS, st.sampled_from(StepStatus), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_whatever_happens_to_a_team_step_changes_nothing_for_the_partner(rows, status, due):
    plan = plan_of(rows)
    after = [
        replace(one, status=status, due=due, title="Another") if one.audience is Audience.TEAM else one
        for one in plan
    ]

    assert seen(plan) == seen(after)


def test_a_step_that_is_no_longer_needed_is_gone_for_the_partner():
    content, _ = seen([step(id="a"), step(id="b", status=StepStatus.DROPPED, position=1)])

    assert [one["id"] for one in content["steps"]] == ["a"]  # type: ignore[index]
