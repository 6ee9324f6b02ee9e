from app.domain.matching import Index, keys, profile
from app.domain.matching.candidates import COMMON, CROWD, LIMIT, bound, rank


def test_a_company_is_found_by_one_that_may_be_the_same():
    index: Index[str] = Index()
    index.add("a", profile("Initech", "initech.com"))
    index.add("b", profile("Globex", "globex.com"))

    assert index.candidates(profile("INITECH Inc.")) == ["a"]


def test_what_nobody_asks_for_is_not_kept():
    index: Index[int] = Index(keys("Initech", "initech.com"))

    assert index.add(1, profile("Initech Ltd"))
    assert not index.add(2, profile("Globex", "globex.com"))


def test_a_word_that_many_share_brings_nobody_together():
    index: Index[int] = Index()
    for number in range(COMMON + 1):
        index.add(number, profile(f"Aardvark {number} Xylo"))

    assert index.candidates(profile("Aardvark Zebra")) == []


def test_candidates_are_bounded_but_all_of_one_customer_count():
    index: Index[int] = Index()
    for number in range(CROWD + 50):
        index.add(number, profile("Initech", "initech.com"))

    assert len(index.candidates(profile("Initech", "initech.com"))) == CROWD


def test_who_shares_more_comes_first():
    entries = {"word:a": [1, 2, 3], "left:b": [2], "label:c": [3]}

    assert rank(entries) == [3, 2, 1]


def test_no_more_than_the_limit_is_compared_on_weak_keys():
    entries = {f"word:{n}": list(range(n, n + COMMON)) for n in range(0, 200, COMMON)}

    assert len(rank(entries)) == LIMIT
    assert bound("domain:a.com") > bound("word:a")
