from datetime import date, timedelta

from app.demo.pipeline import Stage, unknown_keys
from app.demo.sample import make_sample, told_deals
from app.domain.partner import PartnerType

TODAY = date(2026, 11, 22)


def test_the_same_day_gives_the_same_sample():
    assert make_sample(TODAY) == make_sample(TODAY)


def test_another_day_moves_the_dates_and_nothing_else():
    assert make_sample(TODAY + timedelta(days=9)) == make_sample(TODAY).shifted(timedelta(days=9))


def test_every_key_that_is_named_exists_and_none_comes_twice():
    sample = make_sample(TODAY)

    things = (*sample.owners, *sample.accounts, *sample.contacts, *sample.deals)
    assert not unknown_keys(sample)
    assert len({thing.key for thing in things}) == len(things)


def test_there_are_forty_deals_with_different_names_over_every_stage():
    deals = make_sample(TODAY).deals

    assert len({deal.name for deal in deals}) == 40
    assert {deal.stage for deal in deals} == set(Stage)


def test_open_deals_close_in_the_future_and_closed_ones_have_closed():
    for deal in make_sample(TODAY).deals:
        assert deal.opened < deal.closes
        assert (deal.closes > TODAY) == deal.stage.open


def test_the_told_deals_have_partners_and_something_to_hide():
    sample = make_sample(TODAY)

    assert len(told_deals(sample)) == 3
    for deal in told_deals(sample):
        assert deal.margin
        assert deal.discount
        assert deal.internal_notes
        assert deal.competitor


def test_partners_are_of_known_types_and_have_people_with_addresses_of_their_domain():
    for partner in make_sample(TODAY).partners:
        assert PartnerType(partner.type)
        assert partner.people
        assert all(person.email.endswith("@" + partner.domain) for person in partner.people)


def test_no_address_of_the_sample_can_receive_real_mail():
    sample = make_sample(TODAY)

    addresses = [person.email for person in (*sample.owners, *sample.contacts)]
    assert all(address.endswith(".example") for address in addresses)
