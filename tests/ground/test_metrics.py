from app.ground import metrics
from app.ground.metrics import count_call, outcome_of, tally_of_calls


def test_calls_are_counted_in_every_block_around_them_and_in_none_afterwards():
    with tally_of_calls() as outer:
        count_call("hubspot", "objects.read", "ok")
        with tally_of_calls() as inner:
            count_call("hubspot", "objects.read", "limited")
    count_call("hubspot", "objects.read", "ok")

    assert dict(inner) == {("objects.read", "limited"): 1}
    assert outer.total() == 2


def test_an_outcome_is_one_of_few_words():
    words = {outcome_of(status) for status in range(100, 600)}

    assert words == {"ok", "auth", "missing", "limited", "refused", "failed"}


def test_calls_are_counted_for_the_account_whose_they_are():
    name = ("crm_tenant_calls_total", "t1", "ok")
    before = metrics.said(None).get(name, 0)

    metrics.count_call("hubspot", "objects.read", "ok", "t1")
    metrics.count_call("hubspot", "objects.read", "ok")

    assert metrics.said(None)[name] == before + 1
