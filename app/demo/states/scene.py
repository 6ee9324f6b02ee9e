"""The words a scene is written in: commands by people, on days counted from the day of the first start."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.demo.pipeline import Stage
from app.demo.sample import owner_email
from app.demo.sample_words import MANAGER, OWNERS
from app.domain.actor import Actor, ActorKind

SELLER = Actor(kind=ActorKind.SELLER, id="story", name=OWNERS[0][0], email=owner_email(OWNERS[0][0]))
ADMIN = Actor(kind=ActorKind.ADMIN, id="story-admin", name=MANAGER, email=owner_email(MANAGER))
AGENT = Actor(kind=ActorKind.SYSTEM, id="agent", name="Alongside")


class By(StrEnum):
    """Who gives a command. PARTNER and FORM stand for the first person of the partner that the command names."""

    SELLER = "seller"
    ADMIN = "admin"
    AGENT = "agent"
    PARTNER = "partner"
    FORM = "form"


class On(StrEnum):
    """What a command is about: the scene's deal, its customer, or no record at all."""

    DEAL = "deal"
    CUSTOMER = "customer"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Day:
    """A day, counted from the day of the first start."""

    after: int


@dataclass(frozen=True, slots=True)
class AtStage:
    """A stage as the CRM at hand names it."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier command of the scene answered: `name` as it was answered, or `keep.name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Flag:
    """The id of the conflict that was found for the registration kept under this name. No command answers it: who
    registers is not told."""

    of: str


@dataclass(frozen=True, slots=True)
class Firm:
    """The id of a partner that an earlier scene has met, by its key."""

    key: str


@dataclass(frozen=True, slots=True)
class Noon:
    """The time of noon, so many days from that of the first start."""

    after: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The safelist that every account begins with."""


class Words:
    """A text with such values in it, each under its name."""

    def __init__(self, text: str, **values: object) -> None:
        self.text = text
        self.values = values


@dataclass(frozen=True, slots=True)
class Deal:
    """The id of a deal, by the customer's key; `second` is the one that follows it up."""

    customer: str
    second: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """One command, or what happens beside the commands (app.demo.states.beside). `ago` is how many days ago it was
    given. What it answers is known to the commands behind it, and under `keep` for good. `partner` works beside the
    scene's own; `customer` is another than the scene's. With `early` it was given before the demo's own story:
    receipts are numbered by our clock, so what was received long ago has to come first. `late` ends a scene, once all
    others are told: the agent has done its part of it meanwhile, and nobody waits."""

    command: str
    fields: Mapping[str, object] = field(default_factory=dict)
    by: By = By.SELLER
    on: On = On.DEAL
    ago: float = 0
    keep: str = ""
    partner: str = ""
    customer: str = ""
    second: bool = False
    early: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One state, and where a person finds it. `record` is the name that stands on the page."""

    subject: str
    state: str
    record: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What happened with one partner at one customer. Both are keys of the cast; either may be empty."""

    key: str
    does: tuple[Do, ...]
    shows: tuple[Shown, ...]
    customer: str = ""
    partner: str = ""


def do(command: str, by: By = By.SELLER, on: On = On.DEAL, /, *, ago: float = 0, **fields: object) -> Do:
    """A command in one line; what Do has beyond these is set by `replace`."""
    return Do(command=command, fields=fields, by=by, on=on, ago=ago)


def early(*done: Do) -> tuple[Do, ...]:
    """The same commands, given before the demo's own story."""
    return tuple(replace(one, early=True) for one in done)


def late(*done: Do) -> tuple[Do, ...]:
    """The same commands, given when all else is told."""
    return tuple(replace(one, late=True) for one in done)
