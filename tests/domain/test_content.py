import pytest

from app.domain.content import MOST_RECOMMENDED, ContentItem, clean_address, recommended
from app.domain.partner import PartnerType
from app.ground.errors import AppError, Reason


def item(title, **more):
    return ContentItem(id=title, version=1, title=title, url="https://learn.example/x", **more)


@pytest.mark.parametrize(
    "address",
    [
        "http://learn.example/x",
        "javascript:alert(1)",
        "JavaScript://learn.example/%0aalert(1)",
        "data:text/html,x",
        "//learn.example/x",
        "https:learn.example",
        "https://localhost/x",
        "https://user:word@learn.example/",
        "https://learn.example\\@evil.example/",
        "https://learn.example/a b",
        "https://learn.example/\r\nSet-Cookie: a=b",
        'https://learn.example/"onmouseover=',
        "https://lеarn.example/",
        "https://learn.example:99999/",
        "https://[::1",
        "https://learn.example/" + "a" * 2_000,
        "",
    ],
    ids=range(17),
)
def test_an_address_that_is_no_page_of_the_web_over_https_is_refused(address):
    with pytest.raises(AppError) as caught:
        clean_address(address)

    assert caught.value.reason is Reason.INVALID


def test_an_address_over_https_is_taken_as_it_is():
    assert clean_address(" https://learn.example:8443/a?b=c#d ") == "https://learn.example:8443/a?b=c#d"


def test_what_fits_stage_and_product_and_type_comes_the_most_particular_first():
    items = [
        item("For all"),
        item("At this stage", stage="s2"),
        item("For this product here", stage="s2", product="gtx"),
        item("Another stage", stage="s1"),
        item("Another product", product="MG"),
        item("For agencies", partner_types=(PartnerType.AGENCY,)),
        item("Gone", retired=True),
    ]

    found = recommended(items, PartnerType.RESELLER, "s2", "GTX Pro")

    assert [one.title for one in found] == ["For this product here", "At this stage", "For all"]


def test_only_a_few_are_recommended():
    assert len(recommended([item(str(n)) for n in range(9)], PartnerType.MSP, "", "")) == MOST_RECOMMENDED
