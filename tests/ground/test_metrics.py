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
