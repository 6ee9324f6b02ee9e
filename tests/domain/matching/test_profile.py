import pytest

from app.domain.matching import profile
from app.domain.matching.countries import country_code
from app.domain.matching.names import normalise_all


@pytest.mark.parametrize("text", ["DE", "de", " Germany ", "Deutschland", "DEU", "Allemagne", "ドイツ"])
def test_a_country_has_one_code_however_it_is_written(text):
    assert country_code(text) == "de"


def test_a_country_that_nobody_knows_stays_as_it_is():
    assert country_code("Atlantis") == "atlantis"
    assert country_code("") == ""


def test_the_partner_is_known_by_what_its_domain_is_called():
    found = profile("Initech", "", ["sam@blue-cloudpartners.example"], partner_name="Blue Cloud Partners")

    assert found.domains == frozenset()


def test_a_partner_that_registers_itself_keeps_its_domain():
    found = profile("Northwind", "northwind.com", partner_name="Northwind GmbH")

    assert found.site == "northwind.com"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Alpha (formerly Beta Corp)", ["alpha", "beta"]),
        ("Alpha fka Beta", ["alpha", "beta"]),
        ("IBM (International Business Machines)", ["ibm", "internationalbusinessmachines"]),
        ("Acme (UK) Ltd", ["acme"]),
        ("Acme (new)", ["acme"]),
        ("Acme (The)", ["acme"]),
        ("Acme AB (publ)", ["acme"]),
        ("Acme (International) Ltd", ["acme"]),
        ("Acme (American software company)", ["acme"]),
        ("Acme (UK & Ireland)", ["acme"]),
        ("Acme (Hong Kong) Limited", ["acme"]),
        ("Acme (Dublin)", ["acme"]),
        ("Acme (Little Rock)", ["acme", "littlerock"]),
        ("Facebook, now Meta", ["facebook", "meta"]),
        ("Facebook (now Meta)", ["facebook", "meta"]),
        ("Act Now Group", ["actnowgroup"]),
        ("Acme - Renewal 2025", ["acme"]),
        ("Acme - 500 seats", ["acme"]),
        ("Acme #12", ["acme"]),
        ("Acme / Munich", ["acme"]),
        ("Acme, London", ["acme"]),
        ("Airport, Zurich", ["zurichairport"]),
        ("** DO NOT USE ** Acme", ["acme"]),
        ("Smith &amp; Nephew", ["smithnephew"]),
        ("Ac\u200bme", ["acme"]),
        ("www.acme.com", ["acme"]),
        ("Acme.com, Inc.", ["acme"]),
        ("E.ON SE", ["eon"]),
        ("Ohio Logistics", ["ohiologistics"]),
        ("Acme - Logistics", ["acme"]),
    ],
)
def test_a_text_may_hold_several_names(text, names):
    assert [name.compact for name in normalise_all(text)] == names
