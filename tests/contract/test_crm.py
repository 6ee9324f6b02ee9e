"""What every CRM adapter promises: reading, following changes, and how it fails. Writes: test_crm_writes.py."""

from datetime import UTC, datetime

import pytest

from app.crm.port import (
    AuthExpired,
    Changes,
    CrmRecord,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)
from app.domain.record import ObjectKind
from tests.contract.world import Breakage, World

DEAL, COMPANY, CONTACT = ObjectKind.DEAL, ObjectKind.COMPANY, ObjectKind.CONTACT


def drain(world: World, kind: ObjectKind, cursor: str, fields: list[str]) -> tuple[list[CrmRecord], str]:
    """Everything that changed since `cursor`, and where to go on."""
    seen: list[CrmRecord] = []
    page: Changes = world.crm.changes(kind, cursor, fields)
    seen.extend(page.records)
    while page.more:
        page = world.crm.changes(kind, page.cursor, fields)
        seen.extend(page.records)
    return seen, page.cursor


def test_the_account_says_who_it_is(world: World) -> None:
    account = world.crm.whoami()

    assert account.id == world.account_id
    assert account.ui_origin.startswith("http")


def test_a_record_is_read_with_exactly_the_fields_asked_for(world: World) -> None:
    deal = world.make_deal("Acme expansion", amount="12000")

    record = world.crm.read(DEAL, [deal], ["name", "next_step"])[deal]

    assert dict(record.fields) == {"name": "Acme expansion", "next_step": None}
    assert record.kind is DEAL
    assert record.modified_at.tzinfo is UTC


def test_unknown_ids_are_absent(world: World) -> None:
    deal = world.make_deal("Acme expansion")
    gone = world.make_deal("Gone")
    world.delete(DEAL, gone)

    assert set(world.crm.read(DEAL, [deal, gone], ["name"])) == {deal}


def test_two_hundred_and_fifty_records_are_read_in_few_calls(world: World) -> None:
    deals = world.make_deals(250)
    world.reset_calls()

    records = world.crm.read(DEAL, deals, ["name"])

    assert set(records) == set(deals)
    assert world.calls() <= 3


def test_reading_nothing_costs_nothing(world: World) -> None:
    world.reset_calls()

    assert not world.crm.read(DEAL, [], ["name"])
    assert not world.crm.related(DEAL, [], COMPANY)
    assert not world.crm.write([])
    assert world.calls() == 0


def test_a_search_finds_what_equals_the_value(world: World) -> None:
    acme = world.make_company("Acme", domain="acme.example")
    world.make_company("Other", domain="other.example")

    found = world.crm.search(COMPANY, "domain", "acme.example", ["name"])

    assert [(record.id, record.fields["name"]) for record in found] == [(acme, "Acme")]


def test_a_search_value_is_only_a_value(world: World) -> None:
    world.make_company("Acme", domain="acme.example")

    assert not world.crm.search(COMPANY, "name", "' OR Name != '\\", ["name"])


def test_a_search_answers_newest_first_up_to_the_limit(world: World) -> None:
    ids = [world.make_company("Acme", city=str(number)) for number in range(4)]

    found = world.crm.search(COMPANY, "name", "Acme", ["city"], limit=2)

    assert len(found) == 2
    assert {record.id for record in found} <= set(ids)


def test_the_primary_company_comes_first(world: World) -> None:
    other = world.make_company("Other")
    main = world.make_company("Main")
    lonely = world.make_deal("Lonely")
    deal = world.make_deal("Acme expansion", company_ids=[main, other])

    related = world.crm.related(DEAL, [deal, lonely], COMPANY)

    assert related[deal][0] == main
    assert lonely not in related


def test_people_are_known_by_their_addresses_in_one_call(world: World) -> None:
    kim = world.make_contact("kim@acme.example", last_name="Roe")
    world.reset_calls()

    found = world.crm.contacts_by_email(["kim@acme.example", "nobody@acme.example", "o'hara@acme.example"])

    assert found == {"kim@acme.example": kim}
    assert world.calls() == 1


def test_contacts_of_a_deal_are_related(world: World) -> None:
    contact = world.make_contact("ada@acme.example", last_name="Byron")
    deal = world.make_deal("Acme expansion", contact_ids=[contact])

    assert list(world.crm.related(DEAL, [deal], CONTACT)[deal]) == [contact]


def test_changes_start_from_now(world: World) -> None:
    world.make_deal("Old")

    page = world.crm.changes(DEAL, None, ["name"])

    assert not page.records
    assert not page.more


def test_a_change_is_seen_once(world: World) -> None:
    deal = world.make_deal("Acme expansion")
    cursor = world.crm.changes(DEAL, None, ["next_step"]).cursor
    _, cursor = drain(world, DEAL, cursor, ["next_step"])

    world.change_field(DEAL, deal, "next_step", "Send the offer")
    seen, cursor = drain(world, DEAL, cursor, ["next_step"])
    again, _ = drain(world, DEAL, cursor, ["next_step"])

    assert [(record.id, record.fields["next_step"]) for record in seen] == [(deal, "Send the offer")]
    assert not again


def test_changes_with_equal_times_are_all_seen_once(world: World) -> None:
    cursor = world.crm.changes(DEAL, None, ["name"]).cursor

    deals = world.make_deals(450)
    seen, _ = drain(world, DEAL, cursor, ["name"])

    assert sorted(record.id for record in seen) == sorted(deals)


def test_the_fields_of_an_object_bear_our_names(world: World) -> None:
    by_name = {field.canonical: field for field in world.crm.fields(DEAL)}

    assert by_name["stage"].label
    assert by_name["margin"].api_name.lower().startswith("margin")
    assert all(name in by_name for name in ("name", "amount", "close_date", "next_step"))


def test_owners_are_listed(world: World) -> None:
    owner = world.make_owner("Dana Reed", "dana@seller.example")

    found = {person.email: person for person in world.crm.owners()}

    assert found["dana@seller.example"].id == owner
    assert found["dana@seller.example"].name == "Dana Reed"


def test_files_of_a_record_are_listed(world: World) -> None:
    deal = world.make_deal("Acme expansion")
    world.attach_file(deal, "Offer.pdf", 12345)

    (file,) = world.crm.files(DEAL, deal)

    assert (file.name, file.size) == ("Offer.pdf", 12345)
    assert file.modified_at <= datetime.now(UTC)


def test_the_newest_bytes_of_a_file_are_read(world: World) -> None:
    deal = world.make_deal("Acme expansion")
    file = world.attach_file(deal, "Offer.pdf", 0, b"%PDF-1.7 first")
    first = world.crm.file_states([file, "1"])

    assert world.crm.file_bytes(file, 100) == b"%PDF-1.7 first"
    world.replace_file(file, b"\x00second\xff" * 2)

    assert world.crm.file_bytes(file, 100) == b"\x00second\xff" * 2
    newest = world.crm.file_states([file])[file]
    assert [*first] == [file]
    assert newest.modified_at >= first[file].modified_at
    assert (first[file].size, newest.size) == (14, 16)


def test_a_file_that_is_too_large_or_gone_says_so(world: World) -> None:
    file = world.attach_file(world.make_deal("Acme expansion"), "Offer.pdf", 0, b"x" * 101)

    with pytest.raises(Rejected):
        world.crm.file_bytes(file, 100)
    world.delete_file(file)
    with pytest.raises(NotFound):
        world.crm.file_bytes(file, 1000)
    with pytest.raises(NotFound):
        world.crm.file_bytes("../../owners", 1000)
    assert world.crm.file_states([file]) == {}


def test_an_expired_access_token_is_renewed(world: World) -> None:
    world.crm.whoami()
    world.expire_access_token()

    assert world.crm.whoami().id == world.account_id


def test_a_removed_app_has_to_be_connected_again(world: World) -> None:
    world.disconnect()

    with pytest.raises(AuthExpired):
        world.crm.read(DEAL, ["1"], ["name"])


def test_a_rate_limit_says_when_to_try_again(world: World) -> None:
    deal = world.make_deal("Acme expansion")
    for seconds in (7, None):
        world.rate_limit_next(seconds)

        with pytest.raises(RateLimited) as caught:
            world.crm.read(DEAL, [deal], ["name"])

        assert caught.value.retry
        assert (seconds or 1) <= caught.value.retry_after <= 60


def test_a_right_that_is_missing_for_reading_is_said_in_the_words_of_the_crm_and_asked_for_once(
    world: World,
) -> None:
    deal = world.make_deal("Acme expansion")
    world.crm.read(DEAL, [deal], ["name"])
    world.reset_calls()
    world.forbid_next("Ask your admin for the right to read deals.")

    with pytest.raises(Forbidden) as caught:
        world.crm.read(DEAL, [deal], ["name"])

    assert not caught.value.retry
    assert world.calls() == 1


def test_a_broken_answer_is_unavailable_and_the_next_one_is_fine(world: World) -> None:
    deal = world.make_deal("Acme expansion")
    world.crm.read(DEAL, [deal], ["name"])
    kinds: tuple[Breakage, ...] = ("error", "500", "half", "hang")

    for kind in kinds:
        with world.broken(kind), pytest.raises(Unavailable) as caught:
            world.crm.read(DEAL, [deal], ["name"])

        assert caught.value.retry
        assert deal in world.crm.read(DEAL, [deal], ["name"])
