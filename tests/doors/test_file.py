"""Earlier versions of a shared file: a seller opens them from the card, in both CRMs; a partner gets the current
one."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from app.bootstrap_share import build_share_app
from app.crm.port import CrmFile
from app.disclosure.file import make_safe
from app.domain.record import CrmKind
from app.identity.tokens import Audience
from app.storage import audit
from app.wsgi import web_app
from cards.blocks import List
from cards.html import PANEL, render
from sync.files import fetch_due
from tests import shared_files
from tests.house import COMPANY, DEAL, ORIGIN, SELLER, TestHouse, make_house
from tests.security.two_tenants import SHARE, Outgoing, entered


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for each file is tested where it is made."""
    monkeypatch.setattr("sync.files.make_safe_apart", make_safe)


@pytest.fixture(params=CrmKind)
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestHouse]:
    made = make_house(tmp_path, request.param)
    yield made
    made.house.database.close()


def put(house: TestHouse, body: bytes, name: str) -> None:
    house.clock.advance(timedelta(days=1))
    about = CrmFile(id="f1", name=name, type="", size=len(body), modified_at=house.clock())
    house.crm.stored_files["f1"] = about, body
    fetch_due(house.agent)
    house.work()


def share(house: TestHouse, partner: str, *bodies: bytes, name: str = "Offer.pdf") -> str:
    """The file with so many versions, in the room of a partner."""
    put(house, bodies[0], name)
    done = house.run("sharing.share_file", {"partner_id": partner, "crm_file_id": "f1"})
    for body in (*bodies, bodies[-1]):
        put(house, body, name)
    return str(done.result["file_id"])


def earlier(house: TestHouse) -> list[tuple[str, str]]:
    """What the card offers to open: the button and where it leads."""
    card = house.house.cards().card(house.tenant.id, SELLER, DEAL, "sharing", {})
    rows = [one for one in card.blocks if isinstance(one, List) and one.label == "Earlier versions"]
    found = [action for one in rows for item in one.items for action in item.actions]
    html = render(card, host=PANEL) if found else ""
    assert all(action.href in html.replace("&amp;", "&") for action in found)
    return [(action.label, action.href.removeprefix(ORIGIN)) for action in found]


def text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    found = str(document[0].get_textpage().get_text_bounded())
    document.close()
    return found


def test_a_seller_opens_an_earlier_version_with_its_own_mark_and_it_stands_in_the_audit_log(
    both: TestHouse,
) -> None:
    file_id = share(both, both.attach(), shared_files.pdf("First"), shared_files.pdf("Second"))
    [(label, path)] = earlier(both)

    answer = web_app(both.house).test_client().get(path)

    assert label == "Open version 1"
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert "Offer (version 1).pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    read = text(answer.data)
    assert "First" in read
    assert f"sam@vendor.example · {both.clock():%Y-%m-%d %H:%M} UTC · for your team only" in read
    with both.house.database.read() as connection:
        newest = audit.newest(connection, both.tenant.id, limit=1)[0]
    assert (newest["command"], newest["actor_name"]) == ("sharing.open_file", SELLER.email)
    assert (newest["detail"]["file_id"], newest["detail"]["version"]) == (file_id, "1")


def test_a_picture_bears_the_sellers_mark_too(house: TestHouse) -> None:
    share(
        house,
        house.attach(),
        shared_files.picture(color="white"),
        shared_files.picture(color="black"),
        name="Plan.png",
    )
    [(_, path)] = earlier(house)

    answer = web_app(house.house).test_client().get(path)

    with Image.open(io.BytesIO(answer.data)) as found:
        lightest, darkest = found.convert("L").getextrema()[::-1]
    assert lightest == 255
    assert darkest < 230


def test_the_partner_gets_the_current_version_and_none_before(house: TestHouse) -> None:
    partner = house.attach()
    file_id = share(house, partner, shared_files.pdf("First"), shared_files.pdf("Second"))
    link = house.link(partner)
    mailer = Outgoing()
    share_pages = build_share_app(
        database=house.house.database, origin=SHARE, mailer=mailer, clock=house.clock
    )
    client = entered(share_pages, mailer, link)

    answers = [
        client.post(f"/s/room/{link['code']}/file", data={"file": file_id, "version": "1"}, base_url=SHARE),
        client.post(f"/s/room/{link['code']}/file", data={"file": f"{file_id}/1"}, base_url=SHARE),
    ]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert "Second" in text(answers[0].data)


def test_no_other_address_record_version_or_time_opens_anything(house: TestHouse) -> None:
    file_id = share(house, house.attach(), shared_files.pdf("First"), shared_files.pdf("Second"))
    [(_, path)] = earlier(house)
    client = web_app(house.house).test_client()

    def mint(audience: Audience, record: object) -> str:
        return house.house.tokens.mint(audience, tenant_id=house.tenant.id, record=record, actor=SELLER)

    paths = (
        f"{path.rpartition('/')[0]}/3",
        f"/file/{mint(Audience.FILE, COMPANY)}/{file_id}/1",
        f"/file/{mint(Audience.PREVIEW, DEAL)}/{file_id}/1",
    )
    statuses = [client.get(one).status_code for one in paths]
    looked = client.head(path).status_code
    house.clock.advance(timedelta(minutes=16))

    assert statuses == [404, 404, 401]
    assert (looked, client.get(path).status_code) == (204, 401)
    house.run("sharing.unshare_file", {"file_id": file_id})
    assert earlier(house) == []
