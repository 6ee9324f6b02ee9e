"""What happens beside the commands: what somebody who holds a link does over the share side, what a person does with
files in the CRM, and the agent's fetching of them. Each may be done again: a telling that was cut short does so."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.bootstrap import House
from app.demo.crm_files import CrmFiles, paper
from app.domain.link import FileState
from app.domain.record import RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token, new_token
from app.sharing.questions import questions_of
from app.storage import file as shared_files
from app.storage.published import requests, viewers
from app.storage.published.links import link_of
from sync.files import fetch_due

VISIT = timedelta(hours=1)

FETCHED_WITHIN, LOOK_AGAIN = 60.0, 0.05
"""Seconds until a file has to be there, which another worker may be fetching meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """`fields` are what the scene says; `at` is when it happened."""

    house: House
    tenant: Tenant
    files: CrmFiles
    record: RecordKey
    fields: Mapping[str, Any]
    at: datetime

    def ask(self) -> dict[str, Any]:
        """Somebody to whom the link was passed on asks to be let in; the answer is the request's id."""
        with self.house.database.write() as connection:
            link = link_of(connection, self.tenant.id, self.fields["link_id"])
            said = {name: self.fields[name] for name in ("email", "name", "note")}
            requests.ask(connection, link, at=self.at, **said)
            waiting = requests.waiting_on(connection, self.tenant.id, [link.id])[link.id]
        return {"request_id": next(one.id for one in waiting if one.email == said["email"])}

    def open(self) -> dict[str, Any]:
        """Whom the link is for comes in once more, unless no opening is left."""
        with self.house.database.write() as connection:
            link = link_of(connection, self.tenant.id, self.fields["link_id"])
            if viewers.take_opening(connection, link.id, questions_of(link).most, self.at):
                viewers.start_session(
                    connection,
                    link,
                    token_hash=hash_token(new_token()),
                    email=link.contact_email,
                    expires_at=self.at + VISIT,
                    at=self.at,
                    device=self.fields["device"],
                    address_hash="",
                )
        return {}

    def attach(self) -> dict[str, Any]:
        """The file lies on the deal in the CRM."""
        name = self.fields["name"]
        found = next((one for one in self._on_record() if one.name == name), None)
        return {
            "crm_file_id": found.id if found else self.files.attach(self.record.crm_id, name, self._bytes())
        }

    def replace(self) -> dict[str, Any]:
        """A newer version of it lies there."""
        self.files.replace(self.fields["crm_file_id"], self._bytes())
        return {}

    def delete(self) -> dict[str, Any]:
        """It is on the deal no longer."""
        if any(one.id == self.fields["crm_file_id"] for one in self._on_record()):
            self.files.delete(self.fields["crm_file_id"])
        return {}

    def fetch(self) -> dict[str, Any]:
        """The agent has looked at every file that is shared from the deal."""
        end = time.monotonic() + FETCHED_WITHIN
        while self._waits():
            if not fetch_due(self.house.agent()):
                time.sleep(LOOK_AGAIN)  # somebody else is at it
            if time.monotonic() > end:
                raise AppError(Reason.CRM_UNAVAILABLE, "A shared file of the sample was not fetched in time.")
        return {}

    def _waits(self) -> bool:
        with self.house.database.read() as connection:
            held = shared_files.on_record(connection, self.tenant.id, self.record)
        return any(one.state is FileState.WAITING for one in held)

    def _on_record(self) -> Any:
        return self.house.files(self.tenant.id, self.record)

    def _bytes(self) -> bytes:
        return paper(self.fields["title"], *self.fields["lines"], password=self.fields.get("lock", ""))


BESIDE: Mapping[str, Callable[[Beside], dict[str, Any]]] = {
    "link.ask": Beside.ask,
    "link.open": Beside.open,
    "file.attach": Beside.attach,
    "file.replace": Beside.replace,
    "file.delete": Beside.delete,
    "file.fetch": Beside.fetch,
}
"""By the names that scenes use; no command has one of them."""
