"""Comments join the thread with the step's own audience; evidence is a link that stands with the step."""

import pytest

from app.domain.thread import Audience
from app.ground.errors import AppError, Reason
from app.storage import plan as steps
from app.storage import thread as messages
from tests.house import DEAL, TestHouse


def step(house: TestHouse, partner: str, **fields: object) -> str:
    return str(
        house.run("plan.add_step", {"partner_id": partner, "title": "Survey", **fields}).result["step_id"]
    )


@pytest.mark.parametrize("audience", list(Audience))
def test_a_comment_names_its_step_and_is_seen_by_whoever_sees_it(
    house: TestHouse, audience: Audience
) -> None:
    partner = house.attach()
    about = step(house, partner, audience=str(audience), owner_side="us")

    house.run("plan.comment", {"step_id": about, "body": "We start on Monday.", "audience": "partner"})

    with house.house.database.read() as connection:
        (said,), _ = messages.page(connection, house.tenant.id, DEAL, partner)
    assert (said.body, said.audience) == ("“Survey”: We start on Monday.", audience)


def test_an_empty_comment_is_refused(house: TestHouse) -> None:
    about = step(house, house.attach())

    with pytest.raises(AppError, match="Write something first"):
        house.run("plan.comment", {"step_id": about, "body": "   "})


def test_evidence_stands_with_the_step_once_and_reaches_the_crm(house: TestHouse) -> None:
    about = step(house, house.attach())
    link = {"step_id": about, "url": "https://files.example/report.pdf", "label": "Report"}

    house.run("plan.add_evidence", link)
    house.run("plan.add_evidence", link)
    house.work()

    with house.house.database.read() as connection:
        found = steps.get(connection, house.tenant.id, about)
    assert found is not None
    assert [(one.label, one.url, one.added_by) for one in found[1].evidence] == [
        ("Report", "https://files.example/report.pdf", "Sam Seller")
    ]
    written = [one for one in house.crm.written if getattr(one, "evidence", ())]
    assert written[-1].evidence[0].url == "https://files.example/report.pdf"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://files.example/x", "files.example", "https://"]
)
def test_evidence_that_is_no_safe_link_is_refused(house: TestHouse, url: str) -> None:
    about = step(house, house.attach())

    with pytest.raises(AppError) as caught:
        house.run("plan.add_evidence", {"step_id": about, "url": url})
    assert caught.value.reason is Reason.INVALID


def test_a_partner_comments_on_what_it_sees_and_shows_evidence_of_its_own_steps(house: TestHouse) -> None:
    partner = house.attach()
    ours, theirs = step(house, partner, owner_side="us"), step(house, partner, title="Questionnaire")
    kim = house.viewer(partner)

    house.run("plan.comment", {"step_id": ours, "body": "Who signs?"}, actor=kim)
    house.run("plan.add_evidence", {"step_id": theirs, "url": "", "label": "Done by phone"}, actor=kim)
    with pytest.raises(AppError) as caught:
        house.run("plan.add_evidence", {"step_id": ours, "label": "Mine"}, actor=kim)

    with house.house.database.read() as connection:
        said, _ = messages.page(connection, house.tenant.id, DEAL, partner)
    assert {one.body for one in said} == {"“Survey”: Who signs?", "“Questionnaire”, evidence: Done by phone"}
    assert caught.value.reason is Reason.FORBIDDEN


def test_a_partner_says_nothing_of_a_step_that_it_does_not_see(house: TestHouse) -> None:
    partner = house.attach()
    hidden = step(house, partner, audience="team", owner_side="us")

    with pytest.raises(AppError) as caught:
        house.run("plan.comment", {"step_id": hidden, "body": "Hm?"}, actor=house.viewer(partner))
    assert caught.value.reason is Reason.NOT_FOUND


def test_evidence_may_be_a_file_of_the_partners_room_and_no_other(house: TestHouse) -> None:
    partner, other = house.attach(), house.attach("Contoso")
    file_id = house.run("sharing.share_file", {"partner_id": partner, "crm_file_id": "f1"}).result["file_id"]
    shown = {"step_id": step(house, partner), "file_id": file_id}

    house.run("plan.add_evidence", shown, actor=house.viewer(partner))
    with pytest.raises(AppError) as caught:
        house.run("plan.add_evidence", {**shown, "step_id": step(house, other)})

    with house.house.database.read() as connection:
        found = steps.get(connection, house.tenant.id, shown["step_id"])
        said, _ = messages.page(connection, house.tenant.id, DEAL, partner)
    assert [(one.label, one.url) for one in found[1].evidence] == [("Offer.pdf", "")]
    assert [one.body for one in said] == ["“Survey”, evidence: Offer.pdf"]
    assert caught.value.reason is Reason.NOT_FOUND
