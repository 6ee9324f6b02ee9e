"""The safelist in words: what each treatment is called, which ones fit a field, and how far a change reaches."""

from collections.abc import Iterable, Mapping, Sequence

from app.disclosure.changes import Radius, Reach, changes, radius
from app.disclosure.policy import Policy, Treatment
from app.disclosure.redaction import redact
from app.domain.partner import PartnerType
from app.reading.account import FieldRow
from cards import words

TREATMENTS = {
    Treatment.SHOW: "Show",
    Treatment.BAND: "Band",
    Treatment.INITIALS: "Initials",
    Treatment.DOMAIN: "Domain only",
    Treatment.MONTH: "Month only",
    Treatment.ABSENT: "Absent",
}

OBJECT_LABELS = {"deal": "Deal", "company": "Customer", "room": "Room"}


def options(obj: str, sample: str, value: Treatment) -> list[tuple[Treatment, str]]:
    """The treatments to offer for a field with this sample value, the one in force among them."""
    offered = {Treatment.SHOW, Treatment.ABSENT, value, *_masks(obj, sample)}
    return [(treatment, label) for treatment, label in TREATMENTS.items() if treatment in offered]


def _masks(obj: str, sample: str) -> list[Treatment]:
    """The masks that make something of the sample; all of them where no record has a value yet."""
    masks: list[Treatment] = [t for t in TREATMENTS if t not in (Treatment.SHOW, Treatment.ABSENT)]
    if obj == "room":
        return []
    return [t for t in masks if redact(t, sample)] if sample else masks


def sentences(
    before: Policy,
    after: Policy,
    reach: Mapping[PartnerType, Reach],
    rows: Mapping[str, Iterable[FieldRow]],
) -> list[str]:
    """How far the changes reach, one sentence each; empty when nothing differs. `rows` are the fields by object."""
    labels = {(obj, row.name): row.label for obj, found in rows.items() for row in found}
    return [_sentence(each, labels) for each in radius(changes(before, after), reach)]


def changed_objects(before: Policy, after: Policy) -> Sequence[str]:
    return sorted({change.object for change in changes(before, after)})


def _sentence(each: Radius, labels: Mapping[tuple[str, str], str]) -> str:
    who = f"{words.count(each.partners, 'partner')} and {words.count(each.links, 'open link')}"
    field = labels.get((each.object, each.field), each.field)
    where = f"{OBJECT_LABELS[each.object]} · {field}"
    if not each.partners:
        return f"{where}: you have no partner of this type yet, so nobody is affected today."
    if each.after is Treatment.ABSENT:
        return f"{who} would no longer see {where}."
    how = "" if each.after is Treatment.SHOW else f" ({TREATMENTS[each.after].lower()})"
    return f"{who} would newly see {where}{how}." if each.more else f"{who} would see {where} masked{how}."
