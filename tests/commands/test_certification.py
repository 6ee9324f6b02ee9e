"""Certifications as commands: recorded, revoked, moved, and taken in from issuers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.crm.kept import from_text, to_text
from app.domain.certification import Certification, Standing
from app.ground.clock import to_iso
from app.ground.errors import AppError
from app.storage import certification as certifications
from app.storage import tables
from sync.restoring import restore
from tests.house import ADMIN, DEAL, START, TestHouse


def held(house: TestHouse, *partner_ids: str) -> list[Certification]:
    with house.house.database.read() as connection:
        return certifications.of_partners(connection, house.tenant.id, partner_ids)


def award(number: int = 1, hours: int = 0, **more: object) -> dict[str, object]:
    values = {
        "source": "credly",
        "source_id": f"b{number}",
        "name": "Implementation",
        "person_name": "Kim Lee",
    }
    said = {"said_at": to_iso(START - timedelta(days=9) + timedelta(hours=hours))}
    return {**values, **said, "person_email": "kim@northwind.example", **more}


def observe(house: TestHouse, *statements: dict[str, object]) -> dict[str, object]:
    return dict(
        house.run("certification.observe", {"statements": list(statements)}, actor=ADMIN, record=None).result
    )


def waiting(house: TestHouse) -> list[str]:
    with house.house.database.read() as connection:
        return [one.id for one, _ in certifications.all_unplaced(connection, house.tenant.id)]


def test_an_award_finds_its_partner_by_the_address(house: TestHouse) -> None:
    partner = house.attach(domain="northwind.example")

    assert observe(house, award())["new"] == 1
    assert [(c.name, c.person_email) for c in held(house, partner)] == [
        ("Implementation", "kim@northwind.example")
    ]


def test_a_contact_counts_before_the_domain_and_a_named_firm_before_both(house: TestHouse) -> None:
    northwind, contoso = house.attach(domain="northwind.example"), house.attach("Contoso GmbH")
    contact = {"partner_id": contoso, "name": "Kim", "email": "kim@northwind.example"}
    house.run("partner.add_contact", contact, record=None)

    observe(house, award(1), award(2, firm="northwind", name="Security"))

    assert [c.name for c in held(house, contoso)] == ["Implementation"]
    assert [c.name for c in held(house, northwind)] == ["Security"]


def test_what_belongs_to_nobody_we_know_waits_until_an_admin_places_it(house: TestHouse) -> None:
    partner = house.attach()
    observe(house, award(1), award(2, name="Security"))
    (first, _) = waiting(house)

    done = house.run(
        "certification.place", {"certification_id": first, "partner_id": partner}, actor=ADMIN, record=None
    )

    assert done.result == {"placed": 2}
    assert waiting(house) == []
    assert len(held(house, partner)) == 2


def test_a_feed_does_not_undo_what_a_person_has_placed(house: TestHouse) -> None:
    old, new = house.attach(domain="northwind.example"), house.attach("Contoso")
    observe(house, award())
    move = {"partner_id": old, "person_email": "kim@northwind.example", "to_partner_id": new}
    house.run("certification.move", move)

    observe(house, award(hours=5, level="Gold"))

    assert held(house, old) == []
    assert [(c.level, c.former_partner_id) for c in held(house, new)] == [("Gold", old)]


def test_a_person_who_changes_firms_by_their_address_takes_the_certificate_along(house: TestHouse) -> None:
    old, new = house.attach(domain="northwind.example"), house.attach("Contoso", domain="contoso.example")
    observe(house, award())

    observe(house, award(hours=3, person_email="kim@contoso.example"))
    observe(house, award(hours=1))

    assert held(house, old) == []
    assert [c.person_email for c in held(house, new)] == ["kim@contoso.example"]


def test_a_revocation_that_comes_before_its_award_waits_for_it(house: TestHouse) -> None:
    partner = house.attach(domain="northwind.example")
    gone = {
        "source": "credly",
        "source_id": "b1",
        "said_at": to_iso(START),
        "revokes": True,
        "reason": "Shared",
    }

    assert observe(house, gone) == {"new": 0, "changed": 0, "unchanged": 0, "waiting": 1}
    assert observe(house, award())["new"] == 1
    assert [c.standing(START.date()) for c in held(house, partner)] == [Standing.REVOKED]


def test_a_repeated_batch_changes_nothing_and_tells_the_crm_nothing(house: TestHouse) -> None:
    house.attach(domain="northwind.example")
    observe(house, award())
    house.work()

    assert observe(house, award())["unchanged"] == 1
    with house.house.database.read() as connection:
        assert connection.execute(select(tables.outbox.c.id)).all() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Name the certification"),
        ({"person_email": "", "person_name": ""}, "Name the person or the firm"),
        ({"issued": "2026-02-01", "expires": "2026-01-01"}, "before it was issued"),
        ({"said_at": "2026-11-22T12:00:00Z"}, "future"),
        ({"said_at": "2026-11-01T12:00:00"}, "zone"),
        ({"evidence": "javascript:alert(1)"}, "URL"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused_and_nothing_is_kept(house, change, sentence) -> None:
    partner = house.attach(domain="northwind.example")

    with pytest.raises(AppError, match=sentence):
        observe(house, award(1), award(2, **change))

    assert held(house, partner) == []


def test_a_revoked_certification_says_why_and_is_not_revoked_twice(house: TestHouse) -> None:
    partner = house.attach()
    made = house.run("certification.record", {"partner_id": partner, "name": "Gold"})
    revoke = {"certification_id": made.result["certification_id"], "reason": "Exam shared"}

    house.run("certification.revoke", revoke)

    (gone,) = held(house, partner)
    assert (gone.standing(START.date()), gone.revoked_reason) == (Standing.REVOKED, "Exam shared")
    with pytest.raises(AppError, match="already"):
        house.run("certification.revoke", revoke)


def test_nobody_moves_where_there_is_nobody_to_move(house: TestHouse) -> None:
    old, new = house.attach(), house.attach("Contoso")

    for to, sentence in ((new, "Nobody with this address"), (old, "another partner")):
        with pytest.raises(AppError, match=sentence):
            house.run(
                "certification.move", {"partner_id": old, "person_email": "x@y.example", "to_partner_id": to}
            )


def test_everything_of_a_certification_survives_a_rebuild(house: TestHouse) -> None:
    partner = house.attach(domain="northwind.example")
    observe(house, award(evidence="https://badges.example/1", expires="2027-01-10", issuer="Academy"))
    gone = {
        "source": "credly",
        "source_id": "b2",
        "said_at": to_iso(START),
        "revokes": True,
        "reason": "Shared",
    }
    observe(house, award(2), gone)
    house.work()
    before = held(house, partner)

    written = [from_text(to_text(one)) for one in house.crm.partner_work("").items]
    with house.house.database.write() as connection:
        connection.execute(tables.certification.delete())
        restore(connection, house.tenant.id, [one for one in written if one])

    assert held(house, partner) == before


def test_requirements_are_written_and_dropped_by_an_admin(house: TestHouse) -> None:
    rule = {"right": "Gold", "credential": "Implementation", "people": 2}
    made = house.run("certification.require", rule, actor=ADMIN, record=None)
    assert made.message == "Gold needs 2 people certified in Implementation now."

    with pytest.raises(AppError, match="Only an admin"):
        house.run("certification.require", rule, record=DEAL)
    with house.house.database.read() as connection:
        assert len(certifications.requirements(connection, house.tenant.id)) == 1

    drop = {"requirement_id": made.result["requirement_id"]}
    house.run("certification.drop_requirement", drop, actor=ADMIN, record=None)
    with pytest.raises(AppError, match="no such requirement"):
        house.run("certification.drop_requirement", drop, actor=ADMIN, record=None)
