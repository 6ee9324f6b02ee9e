"""Story 3: a partner opens a link on a phone, proves the mailbox, reads, answers, and finishes a step."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import expect

from tests.stories.crms import StoryCrm
from tests.stories.guests import Guest
from tests.stories.running import until
from tests.stories.seats import Seat

AMARA = ("amara.diallo@fabrikam.example", "Amara Diallo")
WES = ("wes.carter@fabrikam.example", "Wes Carter")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]


def test_the_front_page_says_nothing_of_the_deal(
    crm: StoryCrm, guest: Callable[[str], Guest], subtests: pytest.Subtests
) -> None:
    link = crm.link(crm.deal("halden"), "Fabrikam", *WES)

    someone = guest(WES[0])
    someone.knock(link)
    pages = {"front": requests.get(link, timeout=30).text, "code": someone.phone.content()}

    for name, page in pages.items():
        with subtests.test(name):
            assert not re.search(r"Halden|Marine|Fleet|Fabrikam Services|Wes Carter|wes\.carter", page)
            assert "Alongside Demo Ltd" in page


def test_a_partners_answer_and_finished_step_reach_the_seller_and_the_crm(
    crm: StoryCrm, seat: Seat, guest: Callable[[str], Guest]
) -> None:
    deal = crm.deal("halden")
    words = f"The ERP has two interfaces we did not know of ({crm.name})."
    title = f"Hand over the interface list ({crm.name})"
    step = crm.run(
        deal,
        "plan.add_step",
        partner_id=crm.partner("Fabrikam"),
        milestone="Integration",
        title=title,
        owner_side="partner",
    )
    amara = guest(AMARA[0])

    amara.enter(crm.link(deal, "Fabrikam", *AMARA))
    done = amara.phone.locator(f"#card-asked [data-step='{step['step_id']}']").get_by_role("button")
    until(lambda: done.count() or not amara.phone.reload(), "the new step in the room")
    for text in ("Halden Marine – Fleet Insight rollout", "Next step", "Map the ERP interfaces"):
        expect(amara.phone.locator("main")).to_contain_text(text)
    assert amara.phone.evaluate("document.documentElement.scrollWidth") == 390

    amara.phone.get_by_role("textbox", name="Message").fill(words)
    amara.phone.get_by_role("button", name="Send").click()
    expect(amara.phone.locator("#card-thread, #card-messages, article", has_text=words).first).to_be_visible()
    done.click()
    expect(done).to_have_count(0)

    until(lambda: [m for m in crm.messages(deal) if words in m], f"the message in {crm.name}")
    until(lambda: title in crm.done_steps(deal), f"the finished step in {crm.name}")
    seat.open(crm.page(deal))
    until(lambda: words in crm.card(deal, "thread"), "the message in the seller's panel")
    seat.shows("Thread", "Amara Diallo")
    until(lambda: title in crm.card(deal, "plan"), "the step in the seller's panel")


def test_every_page_of_the_room_bears_address_time_and_code(
    crm: StoryCrm, guest: Callable[[str], Guest]
) -> None:
    amara = guest(AMARA[0])
    amara.enter(crm.link(crm.deal("halden"), "Fabrikam", *AMARA))
    code = amara.phone.url.rsplit("/", 1)[1]
    first = amara.mark()

    amara.phone.get_by_role("textbox", name="Message").fill("Seen, thank you.")
    amara.phone.get_by_role("button", name="Send").click()
    expect(amara.phone.get_by_text("Seen, thank you.").first).to_be_visible()
    amara.phone.reload()

    for mark in (first, amara.mark()):
        assert re.fullmatch(rf"{re.escape(AMARA[0])}\d{{4}}-\d\d-\d\d \d\d:\d\d UTC · {code}", mark)
    box = amara.phone.locator("svg.mark").bounding_box()
    assert box["width"] == 390
    assert box["height"] >= 844


def test_a_file_that_the_seller_shares_is_listed_for_the_partner(
    crm: StoryCrm, guest: Callable[[str], Guest]
) -> None:
    deal = crm.deal("halden")
    (file_id, name), *_ = re.findall(r'\["(\w+)", "([^"]+\.pdf) \(', crm.card(deal, "sharing"))
    crm.run(deal, "sharing.share_file", partner_id=crm.partner("Fabrikam"), crm_file_id=file_id)
    amara = guest(AMARA[0])
    amara.enter(crm.link(deal, "Fabrikam", *AMARA))

    listed = amara.phone.locator("main", has_text=name)

    until(lambda: listed.count() or not amara.phone.reload(), "the file in the room")


def test_a_partner_who_leaves_and_comes_back_at_once_gets_a_new_code(
    crm: StoryCrm, guest: Callable[[str], Guest]
) -> None:
    link = crm.link(crm.deal("halden"), "Fabrikam", *WES)
    wes = guest(WES[0])

    wes.enter(link)
    wes.leave()
    wes.enter(link)

    expect(wes.phone.locator("main")).to_contain_text("since you were here")
