"""How the sandbox describes objects and fields. Field types are the words of a describe answer."""

from dataclasses import dataclass, field

TEXT_LIMIT = 255
LONG_TEXT = 32_768


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `references` names the parent object of a lookup (the first one's prefix decides for several),
    `relationship` the name its parent has in SOQL; `system` fields cannot be written."""

    name: str
    label: str
    type: str = "string"
    length: int = TEXT_LIMIT
    scale: int = 0
    values: tuple[str, ...] = ()
    restricted: bool = False
    references: tuple[str, ...] = ()
    relationship: str = ""
    required: bool = False
    unique: bool = False
    external_id: bool = False
    system: bool = False
    default: object = None

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def filterable(self) -> bool:
        return self.type not in ("textarea", "base64") or self.length <= TEXT_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class SObject:
    name: str
    label: str
    prefix: str
    plural: str = ""
    fields: tuple[Field, ...] = field(default=())

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")


def text(name: str, label: str, length: int = TEXT_LIMIT, *, required: bool = False) -> Field:
    return Field(name=name, label=label, length=length, required=required)


def long_text(name: str, label: str, length: int = LONG_TEXT) -> Field:
    return Field(name=name, label=label, type="textarea", length=length)


def email(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="email", length=80)


def url(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="url", length=255)


def picklist(name: str, label: str, *values: str, restricted: bool = True, required: bool = False) -> Field:
    return Field(
        name=name, label=label, type="picklist", values=values, restricted=restricted, required=required
    )


def moment(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="datetime", length=0)


def day(name: str, label: str, *, required: bool = False) -> Field:
    return Field(name=name, label=label, type="date", length=0, required=required)


def number(name: str, label: str, digits: int = 18, scale: int = 0) -> Field:
    return Field(name=name, label=label, type="double", length=digits, scale=scale)


def money(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="currency", length=18, scale=2)


def percent(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="percent", length=18, scale=2)


def flag(name: str, label: str, *, system: bool = False) -> Field:
    return Field(name=name, label=label, type="boolean", length=0, default=False, system=system)


def lookup(name: str, label: str, *to: str, relationship: str = "", required: bool = False) -> Field:
    """A reference. A custom lookup `X__c` is followed in SOQL as `X__r`, a standard `XId` as `X`."""
    followed = relationship or (name[:-3] + "__r" if name.endswith("__c") else name.removesuffix("Id"))
    return Field(
        name=name,
        label=label,
        type="reference",
        length=18,
        references=to,
        relationship=followed,
        required=required,
    )
