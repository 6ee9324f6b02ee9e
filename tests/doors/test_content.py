"""Content opened from a card: counted for whoever opens it, and led where the catalogue says and nowhere else."""

import pytest

from app.bootstrap_share import build_share_app
from app.domain.actor import Side
from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError
from app.identity.tokens import Audience
from app.storage import audit
from app.storage import content as contents
from app.wsgi import web_app
from cards.blocks import List
from tests.house import ADMIN, DEAL, ORIGIN, SELLER, TestHouse
from tests.security.two_tenants import SHARE, Outgoing, entered

URL = "https://learn.example/deck?for=partners"


def add(house: TestHouse, **more: object) -> str:
    fields = {"title": "Deck", "url": URL, **more}
    return str(house.run("content.save", fields, actor=ADMIN, record=None).result["item_id"])


def rows(house: TestHouse) -> list[tuple[str, str]]:
    card = house.house.cards().card(house.tenant.id, SELLER, DEAL, "certifications", {})
    found = [one for one in card.blocks if isinstance(one, List) and one.label == "Worth reading now"]
    return [(item.text, item.actions[0].href) for one in found for item in one.items]


def opened(house: TestHouse, item_id: str) -> list[tuple[int, int, int]]:
    with house.house.database.read() as connection:
        uses = contents.uses(connection, house.tenant.id)
    return [(one.version, one.ours, one.partners) for one in uses.get(item_id, ())]


def test_what_a_seller_opens_from_the_card_is_counted_by_version_and_leads_there(house: TestHouse) -> None:
    house.attach()
    item_id = add(house)
    client = web_app(house.house).test_client()
    [(title, href)] = rows(house)

    answers = [client.get(href.removeprefix(ORIGIN)) for _ in range(2)]
    add(house, item_id=item_id, version=1, title="Newer deck")
    client.get(href.removeprefix(ORIGIN))

    assert title == "Deck"
    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(303, URL)] * 2
    assert answers[0].headers["Referrer-Policy"] == "no-referrer"
    assert opened(house, item_id) == [(2, 1, 0), (1, 2, 0)]
    assert [text for text, _ in rows(house)] == ["Newer deck"]


def test_nothing_but_a_get_counts(house: TestHouse) -> None:
    house.attach()
    item_id = add(house)
    path = rows(house)[0][1].removeprefix(ORIGIN)

    statuses = [web_app(house.house).test_client().open(path, method=m).status_code for m in ("HEAD", "POST")]

    assert statuses == [204, 405]
    assert opened(house, item_id) == []


def test_an_address_of_another_surface_another_item_or_a_retired_one_opens_nothing(house: TestHouse) -> None:
    house.attach()
    item_id = add(house)
    client = web_app(house.house).test_client()
    path = rows(house)[0][1].removeprefix(ORIGIN)
    preview = house.house.tokens.mint(Audience.PREVIEW, tenant_id=house.tenant.id, record=DEAL, actor=SELLER)

    other = client.get(f"{path.rpartition('/')[0]}/https:%2F%2Fevil.example")
    foreign = client.get(f"/content/{preview}/{item_id}")
    house.run("content.retire", {"item_id": item_id}, actor=ADMIN, record=None)

    assert (other.status_code, foreign.status_code, client.get(path).status_code) == (404, 401, 404)
    assert rows(house) == []
    house.run("content.restore", {"item_id": item_id}, actor=ADMIN, record=None)
    assert [text for text, _ in rows(house)] == ["Deck"]


def test_it_is_recommended_by_type_of_partner_stage_and_product(house: TestHouse) -> None:
    house.attach(type_="reseller")
    add(house, title="For resellers", partner_types=["reseller"])
    add(house, title="For agencies", partner_types=["agency"])
    add(house, title="At a stage that is not", stage="nowhere")
    add(house, title="For a product that is not", product="Abacus")

    assert [text for text, _ in rows(house)] == ["For resellers"]


def test_two_admins_who_edit_the_same_version_do_not_overwrite_each_other(house: TestHouse) -> None:
    item_id = add(house)
    add(house, item_id=item_id, version=1, title="First")

    with pytest.raises(AppError, match="Somebody else changed this meanwhile"):
        add(house, item_id=item_id, version=1, title="Second")
    with pytest.raises(AppError, match="https://"):
        add(house, url="javascript:alert(1)")
    with pytest.raises(AppError, match="no such content"):
        add(house, item_id="nobody's")
    with pytest.raises(AppError):
        house.run("content.save", {"title": "x", "url": URL}, actor=SELLER, record=None)


def test_each_opening_is_in_the_audit_log_with_who_and_what(house: TestHouse) -> None:
    house.attach()
    item_id = add(house)
    house.run("content.open", {"item_id": item_id})

    with house.house.database.read() as connection:
        last = audit.newest(connection, house.tenant.id, 1)[0]

    assert (last["command"], last["actor_name"]) == ("content.open", SELLER.email)
    assert last["detail"]["title"] == "Deck"


def test_a_company_s_card_recommends_what_asks_for_no_stage(house: TestHouse) -> None:
    company = RecordKey(ObjectKind.COMPANY, "700")
    house.attach(record=company)
    add(house)

    card = house.house.cards().card(house.tenant.id, SELLER, company, "certifications", {})

    assert any(isinstance(one, List) and one.label == "Worth reading now" for one in card.blocks)


def test_what_a_partner_opens_from_its_page_is_counted_for_its_side(house: TestHouse) -> None:
    partner = house.attach()
    item_id = add(house)
    cells = {"reseller": {"room": {"content": "show"}}}
    house.run("policy.save", {"body": cells, "version": 1, "reason": "x"}, actor=ADMIN, record=None)
    link = house.link(partner)
    house.work()
    mailer = Outgoing()
    share = build_share_app(database=house.house.database, origin=SHARE, mailer=mailer, clock=house.clock)
    client = entered(share, mailer, link)
    room = f"/s/room/{link['code']}"

    page = client.get(room, base_url=SHARE).text
    answer = client.get(f"{room}/content/{item_id}", base_url=SHARE)
    house.run("content.retire", {"item_id": item_id}, actor=ADMIN, record=None)
    house.work()

    assert f'href="{room}/content/{item_id}"' in page
    assert (answer.status_code, answer.headers["Location"]) == (303, URL)
    assert opened(house, item_id) == [(1, 0, 1)]
    assert "Worth reading now" not in client.get(room, base_url=SHARE).text
    assert client.get(f"{room}/content/{item_id}", base_url=SHARE).status_code == 404


def test_sides_are_counted_apart(house: TestHouse) -> None:
    item_id = add(house)

    with house.house.database.write() as connection:
        [item] = contents.versions(connection, house.tenant.id, item_id)
        for side in (Side.US, Side.PARTNER, Side.PARTNER):
            contents.count_use(connection, house.tenant.id, item, side)

    assert opened(house, item_id) == [(1, 1, 2)]
