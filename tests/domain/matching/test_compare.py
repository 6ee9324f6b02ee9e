import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.matching import Band, compare, profile


def _band(one, other) -> Band:
    return compare(profile(*one), profile(*other)).band


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Acme Corp.", "acme.com"), ("ACME", "https://www.acme.com/en")),
        (("Acme Robotics", ""), ("Acme Robotics Ltd", "acme.com")),
        (("Acme Robotcis", "", ["ada@acme.com"]), ("Acme Robotics", "acme.com")),
        (("Indivior", "indivior.co.jp"), ("Indivior", "indivior.com")),
        (("Renamed Works", "acme.com"), ("Acme", "acme.com")),
        (("Franklin Elec", "franklin-electric.com.br"), ("Franklin Electric", "franklin-electric.com")),
        (("Alphabet (Google)", ""), ("Google Inc", "")),
        (("Acme Ltd Group", ""), ("Acme", "")),
        (("IBM", "ibm.com"), ("International Business Machines", "www.ibm.com")),
    ],
)
def test_one_customer_described_twice_is_the_same(one, other):
    assert _band(one, other) is Band.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Initech", "initech.com"), ("Globex", "globex.com")),
        (("First National Bank", ""), ("First National Gas", "")),
        (("Globex", "", ["ada@gmail.com"]), ("Initech", "", ["bob@gmail.com"])),
        (("Globex", "linkedin.com/company/globex"), ("Initech", "linkedin.com/company/initech")),
        (("Elis", "elis.fr"), ("Elisa", "elisa.fi")),
        (("Morgan Freight", ""), ("Morgan Stanley", "")),
        (("NAT Inc.", ""), ("Rational", "")),
        (("Initech (Dublin)", ""), ("Globex (Dublin)", "")),
        (("Initech (brand)", ""), ("Globex (brand)", "")),
        (("Initech AB (publ)", ""), ("Globex AB (publ)", "")),
        (("Initech Company (The)", ""), ("Globex Company (The)", "")),
        (("", ""), ("", "")),
    ],
)
def test_two_customers_are_different(one, other):
    assert _band(one, other) is Band.DIFFERENT


def test_a_namesake_in_another_country_is_not_the_same():
    found = compare(profile("Yamaha", "", (), "in"), profile("Yamaha", "", (), "jp"))

    assert found.band is not Band.SAME
    assert "The countries differ: IN and JP." in found.evidence


def test_a_branch_is_told_from_its_parent_and_the_evidence_says_so():
    whole = compare(profile("Eurazeo"), profile("Eurazeo"))
    branch = compare(profile("Eurazeo"), profile("Eurazeo Polska"))

    assert branch.probability < whole.probability
    assert "One of the names is that of a branch in another region." in branch.evidence


def test_the_partners_own_people_say_nothing_about_the_customer():
    claim = profile("Initech", "", ["sam@northwind.com"], partner_domain="northwind.com")

    assert claim.domains == frozenset()
    assert compare(claim, profile("Globex", "", ["kim@northwind.com"])).band is Band.DIFFERENT


def test_the_same_person_on_both_sides_makes_a_match_likelier():
    alone = compare(profile("PDF Solut"), profile("PDF Solutions"))
    known = compare(profile("PDF Solut", "", ["a@mail.ru"]), profile("PDF Solutions", "", ["A@mail.ru"]))

    assert known.probability > alone.probability
    assert "Both name the same person, a@mail.ru." in known.evidence


def test_the_owner_of_a_platform_is_found_by_its_domain():
    assert _band(("eBay Ltd", "ebay.com"), ("EBAY", "https://www.ebay.com")) is Band.SAME
    assert _band(("eBay", "shipping-ebay48.ca"), ("eBay", "ebay.com")) is not Band.SAME


def test_every_match_names_its_evidence():
    found = compare(profile("Acme", "acme.com"), profile("Acme", "acme.com"))

    assert found.evidence == (
        "The names are the same but for spelling and legal form.",
        "Both use the domain acme.com.",
    )


NAMES = st.sampled_from(
    ["Acme", "Acme Inc", "Acme Polska", "Acem", "Globex Systems", "GS", "", "Ünïcode & Söhne"]
)
SITES = st.sampled_from(["", "acme.com", "acme.de", "globex.com", "gmail.com", "globex.wixsite.com", "?"])
MAILS = st.lists(st.sampled_from(["a@acme.com", "b@globex.com", "c@gmail.com", "d"]), max_size=3)
COMPANIES = st.builds(profile, NAMES | st.text(max_size=20), SITES, MAILS, st.sampled_from(["", "us", "de"]))


@given(COMPANIES, COMPANIES)
def test_a_match_is_a_probability_with_evidence_whatever_is_compared(one, other):
    found = compare(one, other)

    assert 0 < found.probability < 1
    assert found.evidence


@given(COMPANIES, COMPANIES)
def test_the_probability_does_not_depend_on_who_is_compared_with_whom(one, other):
    assert compare(one, other).probability == compare(other, one).probability


@given(COMPANIES, COMPANIES)
def test_whoever_shares_nothing_is_different(one, other):
    words = one.name.compact and other.name.compact
    common = [n for n in one.names for m in other.names if set(n.compact) & set(m.compact)]

    if words and not common and not one.domains & other.domains and not one.emails & other.emails:
        assert compare(one, other).band is Band.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (("Müller AG", "", (), "de"), ("Mueller", "", (), "de"), "two spellings"),
        (("Газпром", "", (), "ru"), ("Gazprom", "", (), "ru"), "the same"),
        (("Smith Bros Mfg", "", (), "us"), ("Smith Brothers Manufacturing Co", "", (), "us"), "the same"),
        (("Renamed formerly Initech", "", (), "us"), ("Initech", "", (), "us"), "the same"),
        (("삼성전자(주)", "", (), "kr"), ("주식회사 삼성전자", "", (), "kr"), "the same"),
        (("Initech", "initech.com"), ("Initech Group", "initech.de"), "under different endings"),
    ],
)
def test_one_company_in_two_spellings_is_found_and_the_reason_said(one, other, reason):
    found = compare(profile(*one), profile(*other))

    assert found.band is not Band.DIFFERENT
    assert reason in " ".join(found.evidence)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Northern Trust", "northern.com"), ("Southern Trust", "southern.com")),
        (("東京電力", "", (), "jp"), ("東京電機", "", (), "jp")),
        (("Mitsubishi", "mitsubishicorp.com", (), "jp"), ("Mitsubishi Estate", "mec.co.jp", (), "jp")),
        (("Yamaha", "pharma-yamaha.in", (), "in"), ("Yamaha", "yamaha.com", (), "jp")),
    ],
)
def test_neighbours_and_namesakes_are_different(one, other):
    assert _band(one, other) is Band.DIFFERENT


@given(COMPANIES)
def test_a_company_with_a_name_is_never_different_from_itself(company):
    if company.name.tokens:
        assert compare(company, company).band is Band.SAME
