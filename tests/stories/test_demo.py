"""The demo itself, with all of the product in it: its one line, its restarts, its memory."""

import json
import os
import signal
from collections.abc import Callable

import pytest
import requests

from tests.stories.crms import StoryCrm
from tests.stories.guests import Guest
from tests.stories.running import Demo, until

pytestmark = [pytest.mark.fault, pytest.mark.timeout(480)]

PARTS = {
    "web": ("serve ", "web", "/readyz"),
    "share": ("serve-share", "share", "/healthz"),
}


def test_standard_output_is_exactly_one_json_object(demo: Demo) -> None:
    assert demo.stdout.count("\n") == 1
    said = json.loads(demo.stdout)

    assert said["ready"] is True
    assert {
        "web",
        "share",
        "hubspot",
        "salesforce",
        "mailbox",
        "smtp",
        "records",
        "share_link",
    } <= said.keys()
    for crm in ("hubspot", "salesforce"):
        assert requests.get(said["records"][crm]["url"], timeout=30).status_code == 200
    assert "Traceback" not in demo.stderr


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_server_that_is_killed_comes_back_and_answers(demo: Demo, part: str) -> None:
    word, address, path = PARTS[part]
    victims = demo.pids("app.cli", word)
    assert victims

    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    until(lambda: _answers(demo.addresses[address] + path), f"{part} answers again", 40)
    assert not set(victims) & set(demo.pids("app.cli", word))


def test_an_agent_that_is_killed_comes_back_and_does_what_waits(demo: Demo, crm: StoryCrm) -> None:
    victims = demo.pids("app.cli agent")
    assert victims
    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    words = f"Written while nobody was at work ({crm.name})."
    crm.run(crm.deal("halden"), "thread.post", partner_id=crm.partner("Fabrikam"), body=words)

    until(lambda: [m for m in crm.messages(crm.deal("halden")) if words in m], "the message in the CRM", 60)


@pytest.mark.browser
def test_a_second_start_finds_the_data_and_the_links_again(demo: Demo, guest: Callable[[str], Guest]) -> None:
    demo.wait_until_whole()
    assert demo.noted()["whole"] == {"complete": True, "refused": []}
    before = dict(demo.addresses)
    counts = "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM step), (SELECT count(*) FROM share_link)"
    held = demo.rows(counts)

    demo.stop()
    demo.start()

    for name in ("records", "share_link", "share_links", "form_links", "tenants"):
        assert demo.addresses[name] == before[name], name
    assert demo.rows(counts) == held
    priya = guest(before["viewer"])
    priya.enter(before["share_link"])
    assert "Which of the 14 vessels come first?" in priya.phone.locator("main").inner_text()


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False
