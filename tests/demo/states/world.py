"""The scenes told whole, in one house over a CRM in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from app.crm.port import CrmFile
from app.demo.load_hubspot import STAGES
from app.demo.states.cast import cast
from app.demo.states.journal import Journal
from app.demo.states.scene import Scene
from app.demo.states.scenes import SCENES
from app.demo.states.telling import Teller
from app.domain.record import ObjectKind
from app.ground.errors import AppError
from sync import ingest, poll
from tests.house import START, TestHouse, make_house


@dataclass(frozen=True)
class FilesInMemory:
    """What people do with files in the CRM, done in the one in memory."""

    house: TestHouse

    def attach(self, deal_id: str, name: str, body: bytes | None, size: int = 0) -> str:
        file_id = f"{deal_id} {name}"
        self._put(CrmFile(id=file_id, name=name, type="pdf", size=size, modified_at=START), body or b"")
        return file_id

    def replace(self, file_id: str, body: bytes) -> None:
        known, _ = self.house.crm.stored_files[file_id]
        self._put(replace(known, modified_at=known.modified_at + timedelta(hours=1)), body)

    def delete(self, file_id: str) -> None:
        del self.house.crm.stored_files[file_id]

    def _put(self, file: CrmFile, body: bytes) -> None:
        self.house.crm.stored_files[file.id] = (replace(file, size=len(body)), body)


@dataclass(frozen=True)
class Told:
    house: TestHouse
    teller: Teller
    folder: Path
    refused: list[AppError]


def set_up(folder: Path) -> tuple[TestHouse, Teller]:
    """The cast is in the CRM, and nothing is told."""
    house = make_house(folder)
    people = cast(START.date())
    for firm in people.accounts:
        house.crm.records[ObjectKind.COMPANY, firm.key] = {
            "name": firm.name,
            "domain": firm.domain,
            "country": firm.country,
            "owner": "o1",
            "parent": firm.parent_key,
        }
    for deal in people.deals:
        house.crm.records[ObjectKind.DEAL, deal.key] = {
            "name": deal.name,
            "stage": STAGES[deal.stage],
            "amount": str(deal.amount),
            "close_date": str(deal.closes),
            "product": deal.product,
            "owner": "o1",
            "created": f"{deal.opened}T00:00:00Z",
        }
        house.crm.companies[deal.key] = str(deal.account_key)
    poll.first_load(house.agent, house.tenant)
    return house, tell_again(house, folder)


def tell_again(house: TestHouse, folder: Path) -> Teller:
    """As a new start finds it."""
    people = cast(START.date())
    ids = {
        "deals": {one.key: one.key for one in people.deals},
        "accounts": {one.key: one.key for one in people.accounts},
    }
    return Teller(
        files=FilesInMemory(house),
        house=house.house,
        tenant=house.tenant,
        ids=ids,
        stages=STAGES,
        journal=Journal(folder / "states.jsonl", house.clock()),
    )


def tell_all(house: TestHouse, teller: Teller, scenes: Sequence[Scene] = SCENES) -> list[AppError]:
    """What was refused, which is nothing."""
    ingest.fetch(house.agent, house.tenant, teller.records(scenes))
    teller.tell_early(scenes)
    return [error for late in (False, True) for error in teller.tell(scenes, late=late) if error]
