import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.disclosure.policy import NEVER, Policy, Treatment, default_policy, never_reason
from app.disclosure.redaction import redact
from app.disclosure.snapshot import Source, compose, content_hash, differences, narrow
from app.domain.content import ContentItem
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.thread import Audience
from tests.disclosure.strategies import (
    COMPANY_FIELDS,
    DEAL_FIELDS,
    LOOKALIKES,
    narrowings,
    policies,
    record,
    sources,
    value_of,
)


def _source(**kw) -> Source:
    bare = Source(
        deal=record("deal", DEAL_FIELDS),
        company=record("company", COMPANY_FIELDS),
        partner_type=PartnerType.RESELLER,
        stages=[],
        steps=[],
        messages=[],
        registration=None,
        files=[],
        vendor_name="Contoso",
        vendor_color="#3b5bdb",
        labels={},
    )
    return replace(bare, **kw)


def _text(content) -> str:
    return json.dumps(content, ensure_ascii=False)


def _without_changes(content):
    return {key: value for key, value in content.items() if key != "changes"}


@given(sources(), policies())
def test_every_field_in_a_snapshot_is_listed_and_treated_as_listed(source, policy):
    for field in compose(source, policy)["fields"]:
        treatment = policy.treatment(source.partner_type, field["object"], field["name"])

        assert treatment is not Treatment.ABSENT
        assert field["value"] == redact(treatment, value_of(field["object"], field["name"]))


@given(sources(), policies())
def test_a_value_that_the_policy_does_not_show_stands_nowhere_in_the_content(source, policy):
    text = _text(compose(source, policy))

    for obj, held in (("deal", source.deal), ("company", source.company)):
        for name in held.fields if held else ():
            treatment, value = policy.treatment(source.partner_type, obj, name), value_of(obj, name)
            if treatment is Treatment.SHOW or (treatment is Treatment.DOMAIN and name == "domain"):
                continue  # of a bare domain, "domain only" leaves the whole
            assert value not in text


@given(sources(), policies())
def test_a_section_that_the_policy_does_not_show_is_absent_and_not_empty(source, policy):
    content = compose(source, policy)
    sections = {"plan": "steps", "thread": "messages", "files": "files", "registration": "registration"}

    for section, key in sections.items():
        assert (key in content) == (policy.treatment(source.partner_type, "room", section) is Treatment.SHOW)


@pytest.mark.parametrize(
    ("shown", "titles"),
    [
        (("stage", "product"), ["For all", "At this stage", "For GTX"]),
        (("stage",), ["For all", "At this stage"]),
        ((), ["For all"]),
    ],
)
def test_what_is_recommended_does_not_tell_a_stage_or_product_that_is_hidden(shown, titles):
    kind = PartnerType.RESELLER
    items = [
        ContentItem(id="1", version=1, title="For all", url="https://x.example"),
        ContentItem(id="2", version=1, title="At this stage", url="https://x.example", stage="s2"),
        ContentItem(id="3", version=1, title="For GTX", url="https://x.example", stage="s2", product="GTX"),
    ]
    wide = {(kind, "deal", name): Treatment.SHOW for name in ("stage", "product")}
    cells = {(kind, "room", "content"): Treatment.SHOW}
    tight = Policy(version=2, cells=cells | {(kind, "deal", name): Treatment.SHOW for name in shown})

    composed = compose(_source(content=items), tight)
    narrowed = narrow(compose(_source(content=items), Policy(version=1, cells=cells | wide)), tight, kind)

    assert [one["title"] for one in composed["content"]] == titles
    assert narrowed["content"] == composed["content"]


@given(sources(), policies())
def test_what_is_written_for_the_team_reaches_no_content(source, policy):
    text = _text(compose(source, policy))

    assert f"Canary {Audience.TEAM}" not in text
    assert "canary-author" not in text
    assert "Canary note" not in text
    assert "Canary reason" not in text


@given(sources(), policies())
def test_the_never_list_is_absent_under_every_policy(source, policy):
    for field in compose(source, policy)["fields"]:
        assert never_reason(field["name"]) is None


def test_a_field_that_only_its_label_calls_a_margin_is_absent_too():
    cells = {(PartnerType.RESELLER, "deal", "crm:Custom_7__c"): Treatment.SHOW}
    deal = Record(key=RecordKey(ObjectKind.DEAL, "1"), fields={"crm:Custom_7__c": "0.41"})
    labels = {("deal", "crm:Custom_7__c"): "Gross Margin (%)"}

    content = compose(_source(deal=deal, labels=labels), Policy(version=1, cells=cells))

    assert content["fields"] == []


@given(sources(), policies())
def test_step_positions_have_no_gaps(source, policy):
    steps = compose(source, policy).get("steps", [])

    assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))


@settings(max_examples=200)
@given(sources(), narrowings())
def test_narrowing_equals_composing_anew_under_the_narrower_policy(source, pair):
    wide, tight = pair

    narrowed = narrow(compose(source, wide), tight, source.partner_type)

    assert _without_changes(narrowed) == compose(source, tight)


@given(sources(), policies(), policies(2))
def test_narrowing_by_any_policy_never_shows_more_than_was_published(source, published, today):
    content = compose(source, published)
    before = {(f["object"], f["name"]): f["value"] for f in content["fields"]}

    narrowed = narrow(content, today, source.partner_type)

    for field in narrowed["fields"]:
        key = (field["object"], field["name"])
        allowed = today.treatment(source.partner_type, *key)
        assert allowed is not Treatment.ABSENT
        assert field["value"] in (before[key], redact(allowed, value_of(*key)))
    assert narrowed.keys() - {"changes"} <= content.keys()
    for section in ("steps", "messages", "files", "stages", "registration"):
        assert section not in narrowed or narrowed[section] in ([], content[section])


@given(sources(), policies(), policies(2))
def test_narrowing_twice_is_narrowing_once(source, published, today):
    once = narrow(compose(source, published), today, source.partner_type)

    assert narrow(once, today, source.partner_type) == once


def test_news_of_a_field_vanishes_when_the_field_is_taken_away_or_masked():
    policy = default_policy()
    before = compose(_source(), policy)
    deal = record("deal", DEAL_FIELDS)
    moved = Record(key=deal.key, fields={**deal.fields, "next_step": "Canary new step"})
    after = {**compose(_source(deal=moved), policy), "changes": []}
    after["changes"] = differences(before, after, "2026-11-22T00:00:00.000Z")
    gone = Policy(version=2, cells={k: t for k, t in policy.cells.items() if k[2] != "next_step"})

    assert [c["what"] for c in after["changes"]] == ["Next step is now Canary new step"]
    assert "Canary new step" not in _text(narrow(after, gone, PartnerType.RESELLER))


@given(sources(), policies(), policies(2))
def test_news_holds_nothing_that_the_content_does_not(source, policy, today):
    empty = compose(_source(deal=None, company=None, partner_type=source.partner_type), policy)
    content = compose(source, policy)
    content["changes"] = differences(empty, content, "2026-11-22T00:00:00.000Z")

    served = narrow(content, today, source.partner_type)

    visible = _text(_without_changes(served))
    for change in served["changes"]:
        if change["object"] != "room":
            value = change["what"].partition(" is now ")[2]
            assert json.dumps(value, ensure_ascii=False) in visible


def test_equal_content_has_an_equal_hash_whatever_its_history():
    content = compose(_source(), default_policy())

    assert content_hash(content) == content_hash({**content, "changes": [{"what": "x"}]})


def test_a_change_that_a_partner_can_see_changes_the_hash():
    deal = record("deal", DEAL_FIELDS)
    moved = Record(key=deal.key, fields={**deal.fields, "stage": "Closed"})

    one, other = (compose(_source(deal=d), default_policy()) for d in (deal, moved))

    assert content_hash(one) != content_hash(other)


@given(st.sampled_from([*NEVER, *LOOKALIKES]))
def test_a_change_that_no_partner_can_see_leaves_the_hash_alone(field):
    deal = record("deal", DEAL_FIELDS)
    moved = Record(key=deal.key, fields={**deal.fields, field: "something else"})

    one, other = (compose(_source(deal=d), default_policy()) for d in (deal, moved))

    assert content_hash(one) == content_hash(other)


def test_half_a_surrogate_pair_from_a_crm_does_not_stop_publishing():
    deal = Record(key=RecordKey(ObjectKind.DEAL, "1"), fields={"name": "\ud83d"})

    assert content_hash(compose(_source(deal=deal), default_policy()))
