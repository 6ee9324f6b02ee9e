"""Who partners' people are in the CRM, and what is told there once that is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from app.crm.port import CertificationWrite, PersonWrite
from sync import people
from tests.fake_crm import FakeCrm
from tests.house import TestHouse

KIM = "kim@northwind.example"


@dataclass
class CrmWithPeople(FakeCrm):
    people: dict[str, str] = field(default_factory=dict)

    def contacts_by_email(self, emails: Sequence[str]) -> dict[str, str]:
        self._call("contacts_by_email")
        return {email: self.people[email] for email in emails if email in self.people}


@pytest.fixture
def crm(house: TestHouse) -> CrmWithPeople:
    """A CRM that knows nobody yet, though Kim is a partner's and certified."""
    crm = CrmWithPeople(records=house.crm.records, companies=house.crm.companies)
    house.house.crms[house.tenant.id] = house.crm = crm
    partner = house.attach()
    house.run("partner.add_contact", {"partner_id": partner, "name": "Kim Partner", "email": KIM})
    certified = {"name": "Security", "person_name": "Kim Partner", "person_email": KIM}
    house.run("certification.record", {"partner_id": partner, **certified})
    house.work()
    crm.written.clear(), crm.partners_written.clear()
    return crm


def test_what_was_written_before_the_contact_was_known_is_written_again_with_it(
    house: TestHouse, crm: CrmWithPeople
) -> None:
    crm.people[KIM] = "501"

    people.look_up(house.agent, house.tenant)
    house.work()

    (award,) = [one for one in crm.written if isinstance(one, CertificationWrite)]
    (who,) = [one for one in crm.partners_written if isinstance(one, PersonWrite)]
    assert (award.contact_id, who.contact_id) == ("501", "501")


def test_whom_the_crm_does_not_know_nothing_is_told_of(house: TestHouse, crm: CrmWithPeople) -> None:
    people.look_up(house.agent, house.tenant)
    house.work()

    assert (crm.written, crm.partners_written) == ([], [])


def test_nobody_is_asked_for_twice_a_day(house: TestHouse, crm: CrmWithPeople) -> None:
    people.look_up(house.agent, house.tenant)
    crm.calls.clear()

    people.look_up(house.agent, house.tenant)

    assert crm.calls == []
