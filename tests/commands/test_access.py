"""Who may come in over a link: what sellers choose, what admins require, and who asked."""

import pytest

from app.domain.link import LinkPreset
from app.domain.partner import PartnerType
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token
from app.identity.passcode import is_passcode
from app.storage.link_preset import presets
from app.storage.published.links import link_of, token_hash_of
from app.storage.published.requests import ask, request_of
from tests.house import ADMIN, COMPANY, TestHouse

KIM = "kim@northwind.example"


def create(house: TestHouse, **more: object):
    partner = more.pop("partner", None) or house.attach()
    fields = {"partner_id": partner, "contact_email": KIM, "contact_name": "Kim", **more}
    return house.run("sharing.create_link", fields)


def stored(house: TestHouse, link_id: object):
    with house.house.database.read() as connection:
        return link_of(connection, house.tenant.id, str(link_id))


def refusal(call) -> AppError:
    with pytest.raises(AppError) as caught:
        call()
    return caught.value


def request(house: TestHouse, link_id: object, email: str = "ana@contoso.example") -> str:
    with house.house.database.write() as connection:
        link = link_of(connection, house.tenant.id, str(link_id))
        ask(connection, link, email=email, name="Ana", note="", at=house.clock())
        from app.storage.published.requests import waiting_on

        return waiting_on(connection, house.tenant.id, [link.id])[link.id][-1].id


def test_a_link_is_made_with_the_rules_the_seller_chose(house: TestHouse) -> None:
    done = create(
        house, days=3, also_for="Ana@Contoso.example; @contoso.example", max_views="4", passcode="true"
    )

    rules = {tag: rest for tag, *rest in stored(house, done.result["link_id"]).rules}
    assert rules["audience"] == [KIM, "ana@contoso.example", "@contoso.example"]
    assert rules["views"] == ["4"]
    said = done.message.partition("Passcode: ")[2][:9]
    assert is_passcode(said, rules["passcode"][0])
    assert "ana@contoso.example" in done.message


@pytest.mark.parametrize(
    "also", ["nobody", "@gmail.com", "@", "a@b", "a@@b.example", "x" * 80, "@mail.gmail.com"]
)
def test_an_audience_of_anybody_or_nobody_is_refused(house: TestHouse, also: str) -> None:
    error = refusal(lambda: create(house, also_for=also))

    assert (error.reason, error.field) == (Reason.INVALID, "also_for")


def test_what_an_admin_requires_is_there_whatever_the_seller_chose(house: TestHouse) -> None:
    house.run("sharing.save_terms", {"text": "Keep it secret."}, actor=ADMIN, record=None)
    preset = {"type": "reseller", "days": 5, "longest": 10, "views": 3, "passcode": True, "terms": True}
    hours = {"zone": "Europe/Berlin", "opens": "08:00", "closes": "18:00", "weekdays": "12345"}
    house.run("sharing.save_preset", preset | hours, actor=ADMIN, record=None)

    link = stored(house, create(house, max_views=9).result["link_id"])

    assert [rule[0] for rule in link.rules] == ["mailbox", "views", "passcode", "terms", "hours"]
    assert dict(rule[:2] for rule in link.rules)["views"] == "3"
    assert (link.expires_at - link.created_at).days == 5
    assert refusal(lambda: create(house, partner=link.partner_id, days=11)).field == "days"
    extend = {"link_id": link.id, "days": 11}
    assert refusal(lambda: house.run("sharing.extend_link", extend)).field == "days"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"days": 20, "longest": 10}, "days"),
        ({"terms": True}, "terms"),
        ({"zone": "Nowhere/Land", "opens": "08:00", "closes": "18:00", "weekdays": "1"}, "zone"),
        ({"zone": "UTC", "opens": "18:00", "closes": "08:00", "weekdays": "1"}, "zone"),
        ({"weekdays": "12345"}, "zone"),
        ({"type": "friend"}, "type"),
    ],
    ids=["days", "terms", "zone", "backwards", "half", "type"],
)
def test_a_preset_that_could_not_be_met_is_refused(house: TestHouse, wrong: dict, field: str) -> None:
    call = lambda: house.run("sharing.save_preset", {"type": "reseller", **wrong}, actor=ADMIN, record=None)  # noqa: E731

    assert refusal(call).field == field


def test_presets_and_terms_are_an_admins_to_set(house: TestHouse) -> None:
    for name, fields in (("sharing.save_preset", {"type": "msp"}), ("sharing.save_terms", {"text": "x"})):
        assert refusal(lambda n=name, f=fields: house.run(n, f, record=None)).reason is Reason.FORBIDDEN

    house.run("sharing.save_preset", {"type": "msp", "days": 2}, actor=ADMIN, record=None)
    with house.house.database.read() as connection:
        assert presets(connection, house.tenant.id) == {PartnerType.MSP: LinkPreset(days=2)}


def test_who_asked_is_let_in_beside_the_others_and_once_only(house: TestHouse) -> None:
    link_id = create(house).result["link_id"]
    asked = request(house, link_id)

    done = house.run("sharing.grant_access", {"request_id": asked})

    assert stored(house, link_id).rules == (("audience", KIM, "ana@contoso.example"),)
    assert "ana@contoso.example" in done.message
    again = refusal(lambda: house.run("sharing.decline_access", {"request_id": asked}))
    assert again.reason is Reason.STATE_CONFLICT


def test_who_was_declined_stays_out_and_cannot_ask_again(house: TestHouse) -> None:
    link_id = create(house).result["link_id"]
    asked = request(house, link_id)
    house.run("sharing.decline_access", {"request_id": asked})

    with house.house.database.write() as connection:
        link = link_of(connection, house.tenant.id, str(link_id))
        ask(connection, link, email="ana@contoso.example", name="Ana", note="please", at=house.clock())

        with pytest.raises(AppError):
            request_of(connection, house.tenant.id, asked)
    assert stored(house, link_id).rules == (("mailbox", KIM),)


def test_a_request_on_another_record_or_a_dead_link_cannot_be_granted(house: TestHouse) -> None:
    link_id = create(house).result["link_id"]
    asked = request(house, link_id)

    elsewhere = refusal(lambda: house.run("sharing.grant_access", {"request_id": asked}, record=COMPANY))
    house.run("sharing.revoke_link", {"link_id": link_id})
    dead = refusal(lambda: house.run("sharing.grant_access", {"request_id": asked}))

    assert (elsewhere.reason, dead.reason) == (Reason.NOT_FOUND, Reason.STATE_CONFLICT)


def test_a_link_with_a_new_address_has_a_new_token_and_the_same_code(house: TestHouse) -> None:
    first = create(house).result

    second = house.run("sharing.reissue_link", {"link_id": first["link_id"]}).result

    assert second["url"] != first["url"]
    assert second["code"] == first["code"]
    token = str(second["url"]).rpartition("/")[2]
    with house.house.database.read() as connection:
        assert token_hash_of(connection, house.tenant.id, str(first["link_id"])) == hash_token(token)


def test_a_dead_link_gets_no_new_address(house: TestHouse) -> None:
    link_id = create(house).result["link_id"]
    house.run("sharing.revoke_link", {"link_id": link_id})

    call = lambda: house.run("sharing.reissue_link", {"link_id": link_id})  # noqa: E731
    assert refusal(call).reason is Reason.STATE_CONFLICT


def test_neither_passcode_nor_peoples_addresses_reach_the_audit_log(house: TestHouse) -> None:
    done = create(house, also_for="ana@contoso.example", passcode=True)
    said = done.message.partition("Passcode: ")[2][:9]

    from app.storage import audit

    with house.house.database.read() as connection:
        rows = audit.newest(connection, house.tenant.id)
    told = " ".join(str(row["detail"]) for row in rows)
    assert said not in told
    assert "ana@contoso.example" not in told
