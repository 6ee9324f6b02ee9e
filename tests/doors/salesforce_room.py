"""A house behind the Salesforce door that builds the real cards from facts it keeps in memory."""

from collections.abc import Mapping
from dataclasses import replace

from app.commands.link_qr import qr_code
from app.domain.actor import Actor, Side
from app.domain.plan import StepStatus
from app.domain.record import CrmKind, RecordKey
from app.domain.thread import Audience
from app.doors.ports import CommandResult
from app.ground.errors import AppError, Reason
from cards import registry
from cards.blocks import Card
from cards.facts import PartnerFacts, RecordFacts
from tests.cards import make
from tests.doors.salesforce_fakes import House


class Room(House):
    """One record with its partners; a command changes the facts as the real one would."""

    def __init__(self, facts: RecordFacts | None = None) -> None:
        super().__init__()
        self.facts = facts or replace(make.facts(conflicts=(make.conflict(),)), crm=CrmKind.SALESFORCE)
        self.runs: list[str] = []

    def card(
        self, tenant_id: str, actor: Actor, record: RecordKey, name: str, params: Mapping[str, str]
    ) -> Card:
        facts = replace(self.facts, viewer=actor, focus=params.get("partner_id", ""))
        return registry.build(name, facts, make.NOW)

    def run(
        self,
        tenant_id: str,
        actor: Actor,
        name: str,
        record: RecordKey | None,
        fields: Mapping[str, object],
        key: str,
    ) -> CommandResult:
        if self.refuse and fields.get("confirm") != "true":
            raise self.refuse
        if key not in self.runs:
            self.runs.append(key)
            self._apply(name, actor, fields)
        if name == "sharing.create_link":
            url = "https://share.example/s/abcdefghijklmnop"
            return CommandResult(
                result={"url": url, "qr": qr_code(url)}, message="Created. Passcode: ABCD-EFGH."
            )
        return CommandResult(result={}, message="Sent." if name == "thread.post" else "Done.")

    def _apply(self, name: str, actor: Actor, fields: Mapping[str, object]) -> None:
        mine = self.facts.partners[0]
        if name == "thread.post":
            said = make.message(
                f"n{len(mine.messages)}",
                str(fields["body"]),
                ago=0,
                side=Side.US,
                author_name=actor.name,
                audience=Audience(str(fields["audience"])),
            )
            self._change(mine, messages=(*mine.messages, said))
        elif name in ("plan.complete_step", "plan.reopen_step"):
            status = StepStatus.DONE if name == "plan.complete_step" else StepStatus.OPEN
            steps = tuple(
                replace(step, status=status) if step.id == fields["step_id"] else step for step in mine.steps
            )
            self._change(mine, steps=steps)
        elif name not in ("sharing.create_link", "sharing.revoke_link"):
            raise AppError(Reason.UNKNOWN_COMMAND, "There is no such command.")

    def _change(self, mine: PartnerFacts, **changes: object) -> None:
        self.facts = replace(self.facts, partners=(replace(mine, **changes), *self.facts.partners[1:]))  # type: ignore[arg-type]
