"""What the contract suite needs of a CRM stand-in: the hands of the people who work in that CRM, and its bad days.

Field names are our canonical ones (app/crm/fields.py); a world translates. All calls act at once.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from app.crm.port import Crm
from app.domain.record import ObjectKind

Breakage = Literal["error", "500", "hang", "half"]
"""503; an internal error; no answer within the adapter's time-out; JSON that stops in the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeen:
    """A plan step as someone sees it in the CRM."""

    title: str
    done: bool
    due: date | None
    owner_email: str


class World(Protocol):
    """One CRM account, empty but for what a test puts there, and an adapter that is connected to it."""

    crm: Crm
    account_id: str

    def make_company(self, name: str, **fields: str) -> str: ...

    def make_deal(
        self, name: str, *, company_ids: Sequence[str] = (), contact_ids: Sequence[str] = (), **fields: str
    ) -> str:
        """The first company is the primary one."""

    def make_deals(self, count: int) -> list[str]:
        """Many deals at once, as a bulk import makes them: their modification times are equal."""

    def make_contact(self, email: str, *, company_id: str | None = None, **fields: str) -> str: ...

    def make_owner(self, name: str, email: str) -> str:
        """The owner's id."""

    def attach_file(self, deal_id: str, name: str, size: int, body: bytes | None = None) -> str:
        """The file's id. With a body its size is the body's."""

    def replace_file(self, file_id: str, body: bytes) -> None:
        """A person uploads a new version."""

    def delete_file(self, file_id: str) -> None: ...

    def change_field(self, kind: ObjectKind, record_id: str, field: str, value: str) -> None: ...

    def delete(self, kind: ObjectKind, record_id: str) -> None: ...

    def refuse_next_write(self, sentence: str, items: int = 1) -> None:
        """The first items of the next write call are refused by a validation rule with this sentence."""

    def forbid_next(self, sentence: str) -> None:
        """The next call is answered 403: our user or app lacks a right."""

    def rate_limit_next(self, seconds: int | None) -> None:
        """The next call is refused because of a limit; after `seconds` it may be repeated. None: it does not say."""

    def broken(self, kind: Breakage) -> AbstractContextManager[None]:
        """Within, the adapter's next call fails, even after the retries that its transport makes."""

    def lose_next_answer(self) -> None:
        """The next write call takes effect, and its answer never arrives."""

    def expire_access_token(self) -> None:
        """The access token is refused from now on; a new one can be had."""

    def disconnect(self) -> None:
        """An admin removes the app: neither the token nor a new one is granted."""

    def calls(self) -> int:
        """API calls since the last reset, token requests left out."""

    def reset_calls(self) -> None: ...

    def messages_on(self, kind: ObjectKind, record_id: str) -> list[str]:
        """The texts of the messages on a record, as people read them, oldest first."""

    def steps_on(self, deal_id: str) -> list[StepSeen]: ...

    def complete_step(self, crm_id: str) -> None:
        """A person completes it in the CRM."""

    def reopen_step(self, crm_id: str) -> None: ...

    def reassign_step(self, crm_id: str, owner_id: str) -> None: ...

    def edit_step(self, crm_id: str, *, title: str = "", due: date | None = None) -> None: ...

    def registrations_on(self, deal_id: str) -> list[str]:
        """One text per registration, holding its partner and its state."""

    def tier_on(self, deal_id: str) -> str:
        """The tier by which the deal's registration is judged, as the deal's own field says it."""

    def tiers_of(self, company_id: str) -> list[str]:
        """What the partner at this company was granted, what counts of it, and why, each in a field of its own."""

    def plan_on(self, deal_id: str) -> list[str]:
        """What the deal's own fields say of its plan, in small letters with spaces."""

    def conflicts_on(self, deal_id: str) -> list[str]:
        """One text per conflict flag, holding its sentence and its state."""

    def certifications_on(self, company_id: str) -> list[str]:
        """One text per certification, holding its name and person."""

    def links_on(self, deal_id: str) -> list[str]:
        """Every value the CRM holds about share links of this deal."""

    def spoil_data(self, external_id: str) -> None:
        """A person overwrites what a rebuild reads of this message."""
