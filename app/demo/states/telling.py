"""Tells the scenes in one CRM: by the commands a person would have given, as of the day on which it happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from app.bootstrap import House
from app.commands.context import Command, CommandResult, Context
from app.commands.execute import Executor
from app.demo.crm_files import CrmFiles
from app.demo.pipeline import SamplePartner, Stage
from app.demo.states.beside import BESIDE, Beside
from app.demo.states.cast import company_key, deal_key, partner
from app.demo.states.journal import Journal
from app.demo.states.scene import (
    ADMIN,
    AGENT,
    SELLER,
    AtStage,
    By,
    Day,
    Deal,
    Do,
    Firm,
    Flag,
    Grid,
    Known,
    Noon,
    On,
    Scene,
    Words,
)
from app.disclosure.policy import default_policy
from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError, Reason
from app.storage import conflict as conflicts

FIRST = 400
"""Days ago on which the partners began: before everything that is told of them."""


class PastExecutor(Executor):
    """The one door in, at the time that is named. Keys are kept as of today: an old time must not age them."""

    def __init__(self, house: House) -> None:
        self._real = house.clock
        self._at: datetime | None = None
        super().__init__(house.database, house.bell, house.vault, self._now, house.config.share_origin, house)

    def at(self, moment: datetime | None) -> "PastExecutor":
        """The same door, at this time; None is now."""
        self._at = moment
        return self

    def _now(self) -> datetime:
        return self._at or self._real()

    def _keep_answer(
        self,
        connection: Connection,
        context: Context,
        key: str,
        command: Command,
        request_hash: str,
        result: CommandResult,
    ) -> None:
        today = replace(context, now=self._real())
        super()._keep_answer(connection, today, key, command, request_hash, result)


@dataclass(slots=True, kw_only=True)
class Teller:
    """`ids` are the CRM's ids by kind and key, as the loader answered them; `stages` are its names of stages."""

    house: House
    tenant: Tenant
    ids: Mapping[str, Mapping[str, str]]
    stages: Mapping[Stage, str]
    journal: Journal
    files: CrmFiles
    executor: PastExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.executor = PastExecutor(self.house)

    def records(self, scenes: Sequence[Scene]) -> list[RecordKey]:
        """What the scenes happen on, to be read from the CRM at once."""
        named = (each for one in scenes for each in (one.customer, *(done.customer for done in one.does)))
        keys = dict.fromkeys(each for each in named if each)
        deals = [self.ids["deals"].get(deal_key(key)) for key in keys]
        seconds = [self.ids["deals"].get(deal_key(key, second=True)) for key in keys]
        return [RecordKey(ObjectKind.DEAL, found) for found in (*deals, *seconds) if found]

    def tell_early(self, scenes: Sequence[Scene]) -> None:
        """What was received before the demo's own story, in the order of its days."""
        told = [
            (one.ago, number, scene, one)
            for scene in scenes
            for number, one in enumerate(scene.does)
            if one.early
        ]
        stuck: set[str] = set()
        for _, number, scene, one in sorted(told, key=lambda each: -each[0]):
            if scene.key not in stuck:
                try:
                    self._do(scene, number, one)
                except AppError:  # the rest is told later, and says so then
                    stuck.add(scene.key)

    def tell(self, scenes: Sequence[Scene], *, late: bool = False) -> Iterator[AppError | None]:
        """The rest, a command at a time, so that whoever calls may pause between two; what is `late`, by itself. A
        refusal ends its scene, and is handed out; the others are told."""
        for scene in scenes:
            if late and not self._begun(scene):
                continue
            try:
                self._introduce(scene)
                for number, one in enumerate(scene.does):
                    if one.late is late and self._do(scene, number, one) and one.command not in BESIDE:
                        yield None
            except AppError as error:
                yield error

    def _begun(self, scene: Scene) -> bool:
        """Whether all of the scene that comes before what is late was told."""
        return all(
            one.late or self._noted(f"{scene.key}-{number}") is not None
            for number, one in enumerate(scene.does)
        )

    def _do(self, scene: Scene, number: int, one: Do) -> bool:
        """Whether anything had to be done."""
        key = f"{scene.key}-{number}"
        if self._noted(key) is not None:
            return False
        known = self._known(scene, number)
        firm = one.partner or scene.partner
        if firm:
            known["partner_id"] = self._attached(scene, one, firm)
        fields = known | {name: self._value(value, known) for name, value in one.fields.items()}
        actor = self._actor(one.by, firm, known)
        try:
            self._run(key, one, self._record(scene, one), fields, actor)
        except AppError as error:
            # What the clock brings about, the agent may have done before us.
            if one.by is not By.AGENT or error.reason is not Reason.STATE_CONFLICT:
                raise
            self._note(key, {})
        return True

    def _known(self, scene: Scene, number: int) -> dict[str, Any]:
        """What the commands before have answered."""
        known: dict[str, Any] = {}
        for before, one in enumerate(scene.does[:number]):
            answer = self._noted(f"{scene.key}-{before}") or {}
            known |= answer | (
                {f"{one.keep}.{name}": value for name, value in answer.items()} if one.keep else {}
            )
        return known

    def _value(self, value: object, known: Mapping[str, Any]) -> object:
        found = value
        match value:
            case Day() | Noon():
                found = self._time(value)
            case Known(name):
                found = known[name]
            case Firm() | Flag() | Deal() | AtStage() | Grid():
                found = self._looked_up(value, known)
            case Words():
                found = value.text.format(
                    **{name: self._value(each, known) for name, each in value.values.items()}
                )
            case dict():
                found = {name: self._value(each, known) for name, each in value.items()}
            case list():
                found = [self._value(each, known) for each in value]
        return found

    def _time(self, value: Day | Noon) -> str:
        day = self.journal.begun.date() + timedelta(days=value.after)
        return str(day) if isinstance(value, Day) else datetime.combine(day, time(12), UTC).isoformat()

    def _looked_up(self, value: Firm | Flag | Deal | AtStage | Grid, known: Mapping[str, Any]) -> object:
        match value:
            case Firm(key):
                return (self._noted(f"partner-{key}") or {})["partner_id"]
            case Flag(of):
                return self._flag(known[f"{of}.registration_id"])
            case Deal(customer, second):
                return self.ids["deals"][deal_key(customer, second=second)]
            case AtStage(stage):
                return self.stages[stage]
            case Grid():
                return default_policy().grid_json()

    def _flag(self, registration_id: str) -> str:
        """The surest conflict of the registration, as the card lists it first."""
        with self.house.database.read() as connection:
            flags = conflicts.of_registrations(connection, self.tenant.id, [registration_id])
        if not flags:
            raise AppError(Reason.NOT_FOUND, "No conflict was found for a registration of the sample.")
        return max(flags, key=lambda one: (one.probability, one.id)).id

    def _attached(self, scene: Scene, one: Do, firm: str) -> str:
        """The partner's id; it is one of the tenant's, and works on the record, before it says anything."""
        found = partner(firm)
        partner_id = self._partner(firm, found)
        record = self._record(scene, one)
        if record is not None:
            attach = Do(command="partner.attach", ago=max(one.ago, FIRST if one.early else one.ago))
            self._once(f"attach-{firm}-{record}", attach, record, {"partner_id": partner_id})
        return partner_id

    def _partner(self, firm: str, found: SamplePartner) -> str:
        values = {"name": found.name, "type": found.type, "tier": found.level, "domain": found.domain}
        create = Do(command="partner.create", ago=FIRST)
        made = self._once(f"partner-{firm}", create, None, values, ADMIN)
        return str(made["partner_id"])

    def _introduce(self, scene: Scene) -> None:
        """The people of the scene's partners are known to us."""
        firms = dict.fromkeys(each for each in (scene.partner, *(one.partner for one in scene.does)) if each)
        for firm in firms:
            found = partner(firm)
            for number, person in enumerate(found.people):
                values = {
                    "partner_id": self._partner(firm, found),
                    "name": f"{person.first_name} {person.last_name}",
                    "email": person.email,
                    "title": person.title,
                }
                self._once(f"contact-{firm}-{number}", Do(command="partner.add_contact"), None, values)

    def _actor(self, by: By, firm: str, known: Mapping[str, Any]) -> Actor:
        if by in (By.PARTNER, By.FORM):
            person = partner(firm).people[0]
            kind = ActorKind.FORM if by is By.FORM else ActorKind.VIEWER
            name = f"{person.first_name} {person.last_name}"
            return Actor(
                kind=kind, id=f"state-{firm}", name=name, email=person.email, partner_id=known["partner_id"]
            )
        return {By.SELLER: SELLER, By.ADMIN: ADMIN, By.AGENT: AGENT}[by]

    def _record(self, scene: Scene, one: Do) -> RecordKey | None:
        customer = one.customer or scene.customer
        if one.on is On.NOTHING or not customer:
            return None
        if one.on is On.CUSTOMER:
            return RecordKey(ObjectKind.COMPANY, self.ids["accounts"][company_key(customer)])
        return RecordKey(ObjectKind.DEAL, self.ids["deals"][deal_key(customer, second=one.second)])

    def _once(
        self, key: str, one: Do, record: RecordKey | None, fields: Mapping[str, Any], actor: Actor = SELLER
    ) -> dict[str, Any]:
        noted = self._noted(key)
        return self._run(key, one, record, fields, actor) if noted is None else noted

    def _run(
        self, key: str, one: Do, record: RecordKey | None, fields: Mapping[str, Any], actor: Actor
    ) -> dict[str, Any]:
        at = self.journal.begun - timedelta(days=one.ago) if one.ago else None
        if one.command in BESIDE and record:
            answer = self._beside(one, record, fields, at)
        else:
            done = self.executor.at(at).run(
                self.tenant.id, actor, one.command, record, fields, f"state-{key}"
            )
            answer = dict(done.result)
        self._note(key, answer)
        return answer

    def _beside(
        self, one: Do, record: RecordKey, fields: Mapping[str, Any], at: datetime | None
    ) -> dict[str, Any]:
        happened = Beside(
            house=self.house,
            tenant=self.tenant,
            files=self.files,
            record=record,
            fields=fields,
            at=at or self.house.clock(),
        )
        return BESIDE[one.command](happened)

    def _noted(self, key: str) -> dict[str, Any] | None:
        return self.journal.answer(f"{self.tenant.crm}-{key}")

    def _note(self, key: str, answer: dict[str, Any]) -> None:
        self.journal.note(f"{self.tenant.crm}-{key}", answer)
