"""A partner sees its own certificates in its room, where the safelist opens that part, and nobody else's."""

from datetime import date

from app.disclosure.policy import default_policy
from app.storage import policy as policies
from app.storage.published.rooms import latest_snapshot
from cards import room_certifications
from tests.house import ADMIN, DEAL, TestHouse


def test_a_partner_reads_how_each_of_them_stands() -> None:
    held = [
        {"id": "1", "name": "Gold", "level": "", "person": "", "expires": None, "revoked": False},
        {
            "id": "2",
            "name": "Data",
            "level": "Pro",
            "person": "Kim",
            "expires": "2026-11-30",
            "revoked": False,
        },
        {"id": "3", "name": "Data", "level": "", "person": "Ann", "expires": "2026-11-01", "revoked": False},
        {"id": "4", "name": "Data", "level": "", "person": "Bo", "expires": None, "revoked": True},
    ]

    card = room_certifications.build(held, date(2026, 11, 22), "en")

    assert [(row.text, row.badge) for row in card.blocks[0].items] == [
        ("Gold", "Valid"),
        ("Ann", "Lapsed"),
        ("Bo", "Revoked"),
        ("Kim", "Lapses in 8 days"),
    ]
    assert room_certifications.build([], date(2026, 11, 22), "en") is None


def opened(house: TestHouse) -> None:
    body = default_policy().to_json()
    body["reseller"]["room"]["certifications"] = "show"
    with house.house.database.read() as connection:
        version = policies.current(connection, house.tenant.id).version
    fields = {"body": body, "version": version, "reason": "They ask for it"}
    house.run("policy.save", fields, actor=ADMIN, record=None)


def shown(house: TestHouse, partner: str) -> object:
    house.work()
    with house.house.database.read() as connection:
        snapshot = latest_snapshot(connection, house.tenant.id, DEAL, partner)
    return snapshot.content.get("certifications")


def test_a_room_shows_its_own_firms_certificates_once_an_admin_opens_them(house: TestHouse) -> None:
    northwind, contoso = house.attach("Northwind"), house.attach("Contoso")
    house.link(northwind)
    for partner, name in ((northwind, "Gold"), (contoso, "Secret")):
        house.run("certification.record", {"partner_id": partner, "name": name, "issuer": "Acme"})

    assert shown(house, northwind) is None
    opened(house)
    (only,) = shown(house, northwind)
    assert (only["name"], set(only)) == ("Gold", {"id", "name", "level", "person", "expires", "revoked"})

    house.run("certification.revoke", {"certification_id": only["id"], "reason": "Between us"})
    assert [one["revoked"] for one in shown(house, northwind)] == [True]
    assert "Between us" not in str(shown(house, northwind))
