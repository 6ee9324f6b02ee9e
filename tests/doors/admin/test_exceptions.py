"""Exceptions, a second admin, and the safelist as YAML, on the admin pages."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from app.disclosure.policy import Treatment
from app.disclosure.policy_yaml import to_yaml
from app.disclosure.rules import Exceptions, Rule, Territories
from app.storage.proposal import Proposal
from tests.doors.admin.asking import get, post
from tests.doors.admin_fakes import NOW

PAGE = "/admin/safelist/exceptions"
RULE = Rule(object="deal", field="amount", treatment=Treatment.SHOW, partner_id="p1")


def ruled(house) -> None:
    policy = replace(house.policy("t1"), exceptions=Exceptions(rules=(RULE,)))
    house._keep(policy, "ada@contoso.example", "An exception")


def test_an_exception_is_reviewed_with_its_reach_and_then_saved(admin, house):
    form = {
        "version": "1",
        "field": "deal/amount",
        "treatment": "show",
        "partner_id": "p1",
        "reason": "Agreed",
    }

    review = post(admin, PAGE, do="review", **form)
    saved = post(admin, PAGE, do="save", **form)

    assert "1 partner and 30 open links would newly see Deal · Amount: 30 people, 1 record." in review.text
    assert saved.status_code == 303
    assert house.policy("t1").exceptions.rules == (RULE,)


def test_exceptions_are_said_in_words_and_taken_away_one_by_one(admin, house):
    ruled(house)

    text = get(admin, PAGE).text
    post(admin, PAGE, version="2", remove="0", reason="Over", do="save")

    assert "<strong>Show</strong>" in text
    assert 'for <span dir="auto">Northwind Integrators</span>' in text
    assert house.policy("t1").exceptions.rules == ()


def test_saving_the_grid_keeps_the_exceptions(admin, house):
    ruled(house)

    post(admin, "/admin/safelist", version="2", reason="Grid", **{"cell:deal:msp:amount": "absent"})

    assert house.policy("t1").exceptions.rules == (RULE,)


@pytest.mark.parametrize(
    "form",
    [
        {"field": "deal/margin", "treatment": "show", "partner_id": "p1"},
        {"field": "deal/unheard_of", "treatment": "show", "partner_id": "p1"},
        {"field": "deal/amount", "treatment": "show"},
        {"field": "deal/amount", "treatment": "blur", "partner_id": "p1"},
        {"field": "deal/amount", "treatment": "show", "motion": "resell"},
        {"approval": "many"},
        {"approval": "²"},
        {"yaml": "a: *b"},
        {"yaml": "grid: {reseller: {deal: {margin: show}}}\nformat: 2"},
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(admin, house, form):
    answer = post(admin, PAGE, version="1", reason="x", do="save", **form)

    assert 400 <= answer.status_code < 500
    assert "data-reason" in answer.text
    assert house.policy("t1").version == 1


def test_the_yaml_goes_out_and_comes_in_again(admin, house):
    ruled(house)
    exported = get(admin, "/admin/safelist/export")
    changed = exported.text.replace("treatment: show", "treatment: absent")

    answer = post(admin, PAGE, version="2", yaml=changed, reason="Reviewed in git", do="save")

    assert exported.headers["Content-Disposition"] == 'attachment; filename="safelist-2.yaml"'
    assert exported.text == to_yaml(house.versions[1].policy)
    assert answer.status_code == 303
    assert house.policy("t1").exceptions.rules == (replace(RULE, treatment=Treatment.ABSENT),)


def test_a_change_that_waits_is_shown_with_its_reach_and_agreed_to(admin, house):
    wider = replace(house.policy("t1"), exceptions=Exceptions(rules=(RULE,)))
    house.waiting.append(
        Proposal(
            id="w1",
            base_version=1,
            body=wider.to_json(),
            author="bob@contoso.example",
            author_id="u3",
            reason="<b>Wider</b>",
            people=30,
            created_at=NOW - timedelta(hours=1),
        )
    )

    grid = get(admin, "/admin/safelist").text
    text = get(admin, "/admin/safelist/proposals").text
    post(admin, "/admin/safelist/proposals", proposal_id="w1", do="approve", key="k")

    assert "1 change to agree to" in grid
    assert "&lt;b&gt;Wider&lt;/b&gt;" in text
    assert "30 people" in text
    assert house.ran[-1][:2] == ("t1", "policy.approve")


def test_ones_own_change_offers_no_agreement(admin, house):
    house.waiting.append(
        Proposal(
            id="w1",
            base_version=1,
            body=house.policy("t1").to_json(),
            author="ada@contoso.example",
            author_id="u2",
            reason="Mine",
            people=3,
            created_at=NOW,
        )
    )

    text = get(admin, "/admin/safelist/proposals").text

    assert 'value="approve"' not in text
    assert "Take back" in text


@pytest.mark.parametrize("path", [PAGE, "/admin/safelist/export", "/admin/safelist/proposals"])
def test_a_stranger_gets_nothing(stranger, path):
    assert get(stranger, path).status_code == 401


def test_the_history_says_which_exceptions_came_and_went(admin, house):
    ruled(house)
    gone = Exceptions(
        territories=Territories(object="company", field="country", partners={"p1": ("DE", "AT")}),
        people={"p1": ("kim@northwind.example",), "p9": ()},
        approval=25,
    )
    house._keep(replace(house.policy("t1"), exceptions=gone), "ada@contoso.example", "Other ways")

    text = " ".join(re.sub(r"<[^>]*>", " ", get(admin, "/admin/safelist/history").text).split())

    assert "1 difference to the version before Exception added: Deal · Amount : Show for Northwind" in text
    assert "Exception taken away: Deal · Amount : Show for Northwind Integrators" in text
    assert "Northwind Integrators gets records of country DE or country AT." in text
    assert "At Northwind Integrators, kim@northwind.example may read." in text
    assert "At a partner that is gone, nobody may read." in text
    assert "A second admin has to agree when 25 people or more see more." in text
    assert "Nothing differs" not in text
