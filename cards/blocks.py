"""The vocabulary of cards: what every host can show. A block holds text and values, never markup.

One React renderer and one Jinja renderer draw these; docs/cards.md lists them. Times are ISO 8601 in UTC beside
the words a person reads.
"""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar, Literal, cast

SideName = Literal["us", "partner"]
AudienceName = Literal["", "partner", "team"]
StageState = Literal["done", "current", "ahead"]


class Tone(StrEnum):
    """How loud something is; hosts map it to their own colours."""

    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


class Style(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    DANGER = "danger"
    LINK = "link"


class FieldType(StrEnum):
    TEXT = "text"
    TEXTAREA = "textarea"
    DATE = "date"
    EMAIL = "email"
    NUMBER = "number"
    SELECT = "select"
    CHOICE = "choice"  # few options, all visible: radio buttons
    CHECKBOX = "checkbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button. Exactly one of: a `command` with its fixed `fields`, a `card` to open (its `fields` are query
    parameters, such as `partner_id` and `before`), text to `copy`, or `href`.

    `hint` is what the button is about, for those who hear the label alone ("Complete" what?). `confirm` asks that
    sentence first. `undo` names the command that takes it back, with the same fields, offered for ten seconds.
    """

    label: str
    command: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    card: str = ""
    copy: str = ""
    href: str = ""
    style: Style = Style.SECONDARY
    hint: str = ""
    confirm: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    kind: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading(Block):
    """`level` 2 opens a part of the card, 3 a part of that. `badge` is a short count such as "2 new"."""

    kind: ClassVar[str] = "heading"
    text: str
    level: Literal[2, 3] = 2
    detail: str = ""
    badge: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Block):
    """`muted` for what may be overlooked. Line breaks are kept."""

    kind: ClassVar[str] = "text"
    text: str
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldItem:
    """`title` is the absolute or full form (shown on hover and in print); `name` the field's canonical name."""

    label: str
    value: str
    title: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields(Block):
    kind: ClassVar[str] = "fields"
    items: tuple[FieldItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    text: str
    detail: str = ""
    badge: str = ""
    tone: Tone = Tone.NEUTRAL
    title: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Block):
    """`folded` hides the rows behind a button of the label."""

    kind: ClassVar[str] = "list"
    items: tuple[ListItem, ...]
    label: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """`side` is us or partner; `audience` partner or team; `delivery` sent, in_crm or refused (then `refusal` says
    why in the CRM's words). `day` is set on the first message of a day. `when` is the words for `at`, `title` its
    absolute form."""

    id: str
    author: str
    side: SideName
    audience: AudienceName
    body: str
    at: str
    when: str
    title: str = ""
    day: str = ""
    channel: str = ""
    delivery: Literal["", "sent", "in_crm", "refused"] = ""
    refusal: str = ""
    retry: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread(Block):
    """Newest last. `older` loads the page before."""

    kind: ClassVar[str] = "thread"
    messages: tuple[ThreadMessage, ...]
    label: str = "Messages"
    older: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """`options` are (value, label) pairs for select and choice; on a text field suggestions; on a textarea the
    people one may mention by @."""

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    value: str = ""
    required: bool = False
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    max_length: int = 0
    placeholder: str = ""
    min: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Block):
    """Submitting sends `command` with `fixed` and what was typed. `audience` (partner, team or empty) colours the
    whole form; `folded` hides it behind a button of its title."""

    kind: ClassVar[str] = "form"
    id: str
    title: str
    command: str
    submit: str
    fields: tuple[FormField, ...]
    fixed: dict[str, str] = field(default_factory=dict)
    audience: AudienceName = ""
    folded: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepItem:
    """`state` is open, done or late. `due` is an ISO date, `when` the words for it (for when it was done,
    once it is), `full` the absolute form of that.
    `audience` team marks a step that the partner never gets. `refusal` is the CRM's reason for refusing it.
    `edit` is a folded form that changes the step."""

    id: str
    title: str
    state: Literal["open", "done", "late"]
    owner: str
    side: SideName
    due: str = ""
    when: str = ""
    full: str = ""
    note: str = ""
    audience: AudienceName = ""
    refusal: str = ""
    actions: tuple[Action, ...] = ()
    edit: Form | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """`state` is done, current or ahead."""

    title: str
    state: StageState
    steps: tuple[StepItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Block):
    kind: ClassVar[str] = "steps"
    milestones: tuple[Milestone, ...]
    label: str = "Plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Block):
    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Block):
    """`stages` draws a track (each done, current or ahead); without it a bar of `percent`."""

    kind: ClassVar[str] = "progress"
    label: str
    percent: int = 0
    detail: str = ""
    stages: tuple[tuple[str, StageState], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Block):
    kind: ClassVar[str] = "status"
    text: str
    tone: Tone = Tone.NEUTRAL
    detail: str = ""
    title: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Block):
    kind: ClassVar[str] = "alert"
    title: str
    text: str = ""
    tone: Tone = Tone.WARNING
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`start` and `length` in percent of the chart's width."""

    label: str
    start: float
    length: float
    tone: Tone = Tone.NEUTRAL
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(Block):
    """Horizontal bars on a shared scale, e.g. a plan as a timeline. `alternative` says in words what it shows.
    `scale` labels stand evenly from the left edge to the right; `today` is a mark in percent of the width."""

    kind: ClassVar[str] = "chart"
    title: str
    alternative: str
    bars: tuple[Bar, ...]
    scale: tuple[str, ...] = ()
    today: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions(Block):
    kind: ClassVar[str] = "actions"
    items: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty(Block):
    kind: ClassVar[str] = "empty"
    title: str
    text: str = ""
    action: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Divider(Block):
    kind: ClassVar[str] = "divider"


BLOCKS: tuple[type[Block], ...] = (
    Heading,
    Text,
    Fields,
    List,
    Thread,
    Steps,
    Table,
    Progress,
    Status,
    Alert,
    Chart,
    Form,
    Actions,
    Empty,
    Divider,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card document. `version` changes whenever the content does; `as_of` is when the CRM was last read."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    version: str = ""
    as_of: str = ""


def to_json(card: Card) -> dict[str, Any]:
    """The document as plain JSON values, each block with its `kind`."""
    return cast("dict[str, Any]", _plain(card))


_PLAIN = frozenset({str, int, float, bool, type(None)})


def _plain(value: Any) -> Any:
    """Cards hold hundreds of small values, most of them text: what needs nothing done is told by its type alone."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return dict(value)
    document = {"kind": value.kind} if isinstance(value, Block) else {}
    for name in _names(type(value)):
        part = getattr(value, name)
        document[name] = part if type(part) in _PLAIN else _plain(part)
    return document


_NAMES: dict[type[Any], tuple[str, ...]] = {}


def _names(model: type[Any]) -> tuple[str, ...]:
    if model not in _NAMES:
        _NAMES[model] = tuple(each.name for each in fields(model))
    return _NAMES[model]
