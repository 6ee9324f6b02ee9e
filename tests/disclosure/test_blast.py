"""How far a change reaches: exactly the places where composing the room anew gives something else."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.disclosure.blast import Place, blast
from app.disclosure.policy import Policy, Treatment
from app.disclosure.rules import Exceptions, Rule, Scope
from app.disclosure.snapshot import _SECTIONS, compose
from app.domain.partner import PartnerType
from tests.disclosure.strategies import COMPANY_FIELDS, DEAL_FIELDS, record, ruled_policies, scopes, sources

RESELLER = PartnerType.RESELLER


def shown(source, policy) -> dict[tuple[str, str], str]:
    """What a room holds: every value, and which sections there are."""
    content = compose(source, policy)
    values = {(f["object"], f["name"]): f["value"] for f in content["fields"]}
    return values | {("room", section): "•" for section, key in _SECTIONS.items() if key in content}


@settings(max_examples=150)
@given(st.lists(st.tuples(sources(), scopes()), max_size=3), ruled_policies(), ruled_policies(2))
def test_it_names_the_records_whose_rooms_would_differ_and_no_other(found, before, after):
    places, expected = [], {}
    deal, company = record("deal", DEAL_FIELDS), record("company", COMPANY_FIELDS)
    for number, (drawn, scope) in enumerate(found):
        source = replace(drawn, deal=deal, company=company, scope=scope)
        values = {"deal": deal.fields, "company": company.fields, "room": {}}
        places.append(place(str(number), source.partner_type, values, scope))
        was, is_ = shown(source, before), shown(source, after)
        for pair in was.keys() | is_.keys():
            if was.get(pair) != is_.get(pair):
                expected.setdefault(pair, set()).add(str(number))

    impacts = blast(places, before, after, {}).impacts

    told: dict[tuple[str, str], set[str]] = {}
    for impact in impacts:
        told.setdefault((impact.object, impact.field), set()).update(impact.records)
    assert told == expected


def place(name: str, kind=RESELLER, values=None, scope=None, links=()) -> Place:
    scope = scope or Scope(partner_id="p1")
    return Place(
        partner_id=scope.partner_id or "p1",
        partner_name="Northwind",
        partner_type=kind,
        record=name,
        record_name=f"Deal {name}",
        values=values or {"deal": {"amount": "12000"}, "room": {}},
        scopes=(scope, scope),
        links=[frozenset(people) for people in links],
    )


def policy(treatment: Treatment, **more) -> Policy:
    return Policy(version=1, cells={(RESELLER, "deal", "amount"): treatment}, exceptions=Exceptions(**more))


def test_links_and_people_are_counted_once_each_with_a_sample_of_the_value():
    places = [place("1", links=[["kim@a.example"], ["lee@a.example"]]), place("2", links=[["kim@a.example"]])]

    (impact,) = blast(places, policy(Treatment.BAND), policy(Treatment.SHOW), {}).impacts

    assert (impact.more, impact.links, len(impact.people), len(impact.records)) == (True, 3, 2, 2)
    assert (impact.samples[0].before, impact.samples[0].after) == ("10,000 to 25,000", "12000")


def test_masking_is_no_news_and_taking_away_is_a_loss():
    masked, gone = (
        blast([place("1")], policy(Treatment.SHOW), policy(after), {}).impacts[0]
        for after in (Treatment.BAND, Treatment.ABSENT)
    )

    assert not masked.more
    assert masked.samples[0].after == "10,000 to 25,000"
    assert not gone.more
    assert gone.samples[0].after is None


def test_a_value_that_the_mask_cannot_show_reaches_nobody():
    found = blast([place("1")], policy(Treatment.ABSENT), policy(Treatment.MONTH), {})

    assert found.impacts == ()


def test_a_field_that_was_never_read_counts_as_news_and_says_so():
    unread = place("1", values={"deal": {}, "room": {}}, links=[["kim@a.example"]])

    (impact,) = blast([unread], policy(Treatment.ABSENT), policy(Treatment.SHOW), {}).impacts

    assert (impact.more, impact.unread, impact.people) == (True, 1, {"kim@a.example"})


def test_naming_people_takes_the_others_rooms_away_and_opens_nothing():
    links = [["kim@a.example"], ["lee@a.example"]]
    (impact,) = blast(
        [place("1", links=links)],
        policy(Treatment.SHOW),
        policy(Treatment.SHOW, people={"p1": ("kim@a.example",)}),
        {},
    ).impacts

    assert (impact.more, impact.people, impact.links) == (False, {"lee@a.example"}, 1)


def test_a_field_whose_label_is_on_the_never_list_reaches_nobody():
    labels = {("deal", "amount"): "Gross margin"}

    assert blast([place("1")], policy(Treatment.ABSENT), policy(Treatment.SHOW), labels).impacts == ()


def test_an_exception_reaches_its_own_partner_alone():
    rule = Rule(object="deal", field="amount", treatment=Treatment.SHOW, partner_id="p1")
    places = [place("1"), place("2", scope=Scope(partner_id="p2"))]

    (impact,) = blast(places, policy(Treatment.BAND), policy(Treatment.BAND, rules=(rule,)), {}).impacts

    assert impact.records == {"1"}
