"""What `python -m benchmarks lag` measures at length: both ways from end to end, once each, with either CRM."""

import pytest

from benchmarks import lag
from tests.stories.crms import StoryCrm

pytestmark = pytest.mark.timeout(480)


def test_a_change_reaches_the_partner_and_a_reply_the_crm_without_waiting_for_a_poll(crm: StoryCrm) -> None:
    view = lag.see(crm)
    try:
        found = lag.both(view, "in a test", 1)
    finally:
        view.house.database.close()

    assert {way: len(times) for way, times in found.items()} == {"change_to_page": 1, "reply_to_crm": 1}
    assert all(0 < seconds < 60 for times in found.values() for seconds in times)
