"""What is written for partners when records change: the benchmark `rebuild` in a small account."""

from benchmarks import rebuild


def test_only_what_a_partner_sees_differently_is_written_once_for_each_policy() -> None:
    figures = {one["metric"]: one["value"] for one in rebuild.run(size=30, rooms=3, links=5)}

    assert figures == {"visible_change": 1.0, "hidden_change": 0, "nothing_new": 0, "many_links": 1.0}
