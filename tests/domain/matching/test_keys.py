import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.matching import MAX_KEYS, keys
from app.domain.matching.keys import kind


def test_a_company_is_filed_under_its_domain_and_its_name():
    found = keys("Acme, Inc.", "https://www.acme.com", ["ada@acme.de", "bob@gmail.com"])

    assert {"domain:acme.com", "domain:acme.de", "name:acme"} <= found
    assert not any("gmail" in key for key in found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Qulcomm", ""), ("Qualcomm Company", "")),
        (("Kraft Heinz LLC", ""), ("Karft Heinz", "")),
        (("Arc Capital", ""), ("Arch Capital", "")),
        (("PDF Solut", ""), ("PDF Solutions Inc", "")),
        (("Paribas, BNP", ""), ("BNP Paribas", "")),
        (("IBM", ""), ("International Business Machines", "")),
        (("AirtelAfrica", ""), ("Airtel Africa Ltd.", "")),
        (("Whoever", "acme.de"), ("Acme", "")),
        (("Whoever", "garmin.at"), ("Somebody", "garmin.com")),
    ],
)
def test_two_descriptions_that_may_mean_the_same_meet_under_a_key(one, other):
    assert keys(*one) & keys(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kassel Tran", "Kassel Transport"),
        ("Chonburi Toansports", "Chonburi Transports"),
        ("Bordan Distribution", "Borden Distribution"),
        ("Niimikallio", "Niemikallio"),
        ("Niemikalio", "Niemikalilo"),
        ("Sahara Insurance International", "Sahara Insurance"),
        ("Sahara Group", "Sahara"),
    ],
)
def test_a_slip_a_cut_or_a_filler_leaves_a_key_that_is_rare_among_a_million(one, other):
    assert {"pair", "part", "words"} & {kind(key) for key in keys(one) & keys(other)}


def test_people_are_kept_when_a_company_has_more_names_than_keys():
    many = " fka ".join(
        f"{word} Bearing Works Holding" for word in ("Initech", "Globex", "Umbrella", "Hooli")
    )

    assert "person" in {kind(key) for key in keys(many, "", ["ada@gmail.com"])}


def test_unrelated_companies_meet_under_no_key():
    assert not keys("Initech", "initech.com") & keys("Globex", "globex.com")


def test_a_common_word_alone_is_no_key_to_meet_under():
    common = keys("Summit Financial Group") & keys("Harbor Financial Group")

    assert not [key for key in common if kind(key) in ("name", "word", "words", "head", "tail")]


def test_people_are_filed_without_their_address():
    one, other = keys("TCH", "", ["okafor@gmail.com"]), keys("Initech", "", ["OKAFOR@gmail.com"])

    assert [kind(key) for key in one & other] == ["person"]
    assert not any("okafor" in key for key in one)


@given(
    st.text(st.characters(), max_size=300), st.text(max_size=80), st.lists(st.text(max_size=40), max_size=60)
)
def test_whatever_was_typed_the_number_and_length_of_keys_are_bounded(name, website, emails):
    found = keys(name, website, emails)

    assert len(found) <= MAX_KEYS
    assert all(0 < len(key) <= 300 for key in found)


def test_many_addresses_do_not_make_many_keys():
    assert len(keys("Acme", "", [f"a@company{i}.com" for i in range(500)])) <= MAX_KEYS
