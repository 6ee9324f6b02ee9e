import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.matching.domains import FREE_MAIL, PLATFORMS, email_domain, registrable, site_domain


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme.com", "acme.com"),
        ("https://www.Acme.com/about?utm_source=x", "acme.com"),
        ("http://shop.acme.co.uk:8080/", "acme.co.uk"),
        ("//acme.com", "acme.com"),
        ("acme.com.", "acme.com"),
        ("user:pw@acme.com", "acme.com"),
        ("https://www.müller.de", "xn--mller-kva.de"),
        ("supplier.wixsite.com/home", "supplier.wixsite.com"),
        ("", ""),
        ("not a website", ""),
        ("127.0.0.1", ""),
        ("com", ""),
        ("https://", ""),
    ],
)
def test_the_registrable_domain_is_what_somebody_registered(text, domain):
    assert registrable(text) == domain


@given(st.text(st.characters(), max_size=60))
def test_any_text_can_be_asked_for_its_domain(text):
    assert registrable(text) == registrable(text.strip())
    email_domain(text)


@pytest.mark.parametrize(
    "address", ["ada@gmail.com", "ada@mail.hotmail.co.uk", "ada", "@acme.com", "ada@", ""]
)
def test_a_free_mailbox_and_no_mailbox_have_no_company(address):
    assert email_domain(address) == ""


def test_an_address_belongs_to_the_registrable_domain_of_its_host():
    assert email_domain("Ada@EU.Acme.co.uk") == "acme.co.uk"


@pytest.mark.parametrize("site", ["https://www.linkedin.com/company/acme", "facebook.com/acme", "gmail.com"])
def test_a_page_on_a_platform_is_no_site_of_the_company(site):
    assert site_domain(site) == ""


def test_every_shared_domain_is_written_as_it_is_looked_up():
    assert {registrable(d) or d for d in FREE_MAIL | PLATFORMS} == FREE_MAIL | PLATFORMS
