"""The safelist in words: what each treatment is called, which ones fit a field, and how far a change reaches."""

from collections.abc import Iterator, Mapping, Sequence

from app.disclosure.blast import Blast, Impact, candidates
from app.disclosure.policy import Policy, Treatment
from app.disclosure.redaction import redact
from app.disclosure.rules import Exceptions
from cards import words

SAMPLE = 60
"""Characters of an example's value."""

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
    found: Blast, before: Policy, after: Policy, labels: Mapping[tuple[str, str], str]
) -> list[str]:
    """How far the changes reach, one sentence each, with values as examples; empty when nothing differs."""
    told = [_sentence(each, labels) for each in found.impacts]
    hit = {(each.object, each.field) for each in found.impacts}
    told += [
        f"{_where(pair, labels)}: nobody is affected today."
        for pair in candidates(before, after)
        if pair not in hit and _differs(pair, before, after)
    ]
    if before.exceptions.approval != after.exceptions.approval:
        told.append(_approval(after.exceptions.approval))
    return told


def _differs(pair: tuple[str, str], before: Policy, after: Policy) -> bool:
    cells = [
        {cell[0]: t for cell, t in one.cells.items() if cell[1:] == pair and t is not Treatment.ABSENT}
        for one in (before, after)
    ]
    rules = [{r for r in one.exceptions.rules if (r.object, r.field) == pair} for one in (before, after)]
    return cells[0] != cells[1] or rules[0] != rules[1]


def _approval(people: int | None) -> str:
    if people is None:
        return "No change would need a second admin any more."
    return (
        f"A second admin would have to agree when {words.count(people, 'person', 'people')} or more see more."
    )


def _where(pair: tuple[str, str], labels: Mapping[tuple[str, str], str]) -> str:
    return f"{OBJECT_LABELS[pair[0]]} · {labels.get(pair, pair[1])}"


def _sentence(each: Impact, labels: Mapping[tuple[str, str], str]) -> str:
    who = f"{words.count(len(each.partners), 'partner')} and {words.count(each.links, 'open link')}"
    where = _where((each.object, each.field), labels)
    how = "" if each.after in (Treatment.SHOW, Treatment.ABSENT) else f" ({TREATMENTS[each.after].lower()})"
    if each.after is Treatment.ABSENT or (all(s.after is None for s in each.samples) and each.samples):
        said = f"would no longer see {where}"
    else:
        said = f"would newly see {where}{how}" if each.more else f"would see {where} masked{how}"
    counted = (
        f"{words.count(len(each.people), 'person', 'people')}, {words.count(len(each.records), 'record')}"
    )
    unread = f" {words.count(each.unread, 'value')} not read from the CRM yet." if each.unread else ""
    return f"{who} {said}: {counted}.{_examples(each)}{unread}"


def _examples(each: Impact) -> str:
    """The values, so that an admin sees what the change means and not only where."""
    if not each.samples:
        return ""
    told = [f"{_step(s.before, s.after)} ({s.record_name}, {s.partner_name})" for s in each.samples]
    return f" For example {'; '.join(told)}."


def _step(before: str | None, after: str | None) -> str:
    known = [
        value if len(value) <= SAMPLE else value[: SAMPLE - 1] + "…" for value in (before, after) if value
    ]
    return " → ".join(known)


GONE = "a partner that is gone"


def settled(before: Exceptions, after: Exceptions, partners: Mapping[str, str]) -> list[str]:
    """What changed of which records partners get, who may read and who has to agree: a sentence each. Exceptions
    for fields are not among it."""
    told = []
    if before.motion != after.motion:
        held = f"The field {after.motion.field} says" if after.motion else "No field says any more"
        told.append(f"{held} which motion a deal is.")
    old, new = _places(before), _places(after)
    told += [
        f"{who} gets records of {held}." for who, held in _differing(old, new, partners, "any territory")
    ]
    old, new = before.people, after.people
    told += [f"At {who}, {held} may read." for who, held in _differing(old, new, partners, "everybody")]
    if before.approval != after.approval:
        told.append(_agreed(after.approval))
    return told


def _agreed(people: int | None) -> str:
    if people is None:
        return "No change needs a second admin any more."
    return f"A second admin has to agree when {words.count(people, 'person', 'people')} or more see more."


def _places(one: Exceptions) -> Mapping[str, Sequence[str]]:
    """The territories of each partner, with the field that says them."""
    where = one.territories
    return (
        {key: [f"{where.field} {value}" for value in held] for key, held in where.partners.items()}
        if where
        else {}
    )


def _differing(
    before: Mapping[str, Sequence[str]],
    after: Mapping[str, Sequence[str]],
    partners: Mapping[str, str],
    nothing: str,
) -> Iterator[tuple[str, str]]:
    """The partners whose entry is another now, and what it says."""
    for partner_id in sorted(before.keys() | after.keys(), key=lambda one: partners.get(one, GONE)):
        held = after.get(partner_id)
        if held != before.get(partner_id):
            yield partners.get(partner_id, GONE), nothing if held is None else " or ".join(held) or "nobody"
