"""Channel conflicts as a salesperson would tell them, what they rest on, and the two ways out."""

from collections.abc import Iterator
from datetime import datetime

from app.domain.conflict import ConflictDecision, ConflictFlag, ConflictKind, ConflictState
from cards import words
from cards.blocks import (
    Alert,
    Block,
    Card,
    Divider,
    Empty,
    FieldType,
    Form,
    FormField,
    ListItem,
    Status,
    Text,
    Tone,
)
from cards.blocks import List as Rows
from cards.facts import RecordFacts
from cards.frame import NOTE_LIMIT, frame, refused

_TITLES = {
    ConflictKind.PARTNER_PARTNER: "Two partners claim this customer",
    ConflictKind.PARTNER_DIRECT: "A partner and your own sales claim this customer",
    ConflictKind.OWN_DUPLICATE: "The same partner registered this customer twice",
    ConflictKind.PARENT_SUBSIDIARY: "Claims on two companies of one group",
    ConflictKind.RENEWAL_INCUMBENT: "A renewal, and the partner who holds the business",
}

_CERTAINTY = ((0.9, "Almost certainly the same customer"), (0.6, "Probably the same customer"))
_UNCERTAIN = "Possibly the same customer"

DIFFERENT = "These are different customers"


def build(facts: RecordFacts, now: datetime) -> Card:
    """Open conflicts in full, each with its evidence and two decisions; settled ones folded."""
    waiting = [flag for flag in facts.conflicts if flag.state is ConflictState.OPEN]
    settled = [flag for flag in facts.conflicts if flag.state is ConflictState.RESOLVED]
    blocks: list[Block] = []
    if not waiting:
        blocks.append(
            Empty(
                title="No conflict",
                text="Each new registration is compared with other partners' protection and with your own "
                "open deals.",
            )
        )
    for flag in sorted(waiting, key=lambda f: (-f.probability, f.found_at, f.id)):
        if blocks:
            blocks.append(Divider())
        blocks.extend(_open(facts, flag, now))
    if settled:
        blocks.append(_settled(facts, settled, now))
    return frame("conflicts", "Conflicts", blocks, facts, now)


def _open(facts: RecordFacts, flag: ConflictFlag, now: datetime) -> Iterator[Block]:
    yield Alert(title=_TITLES[flag.kind], text=flag.sentence, tone=Tone.DANGER)
    write = facts.rejection_of(flag.id)
    if write:
        yield refused(facts, write)
    if flag.rule:
        yield Text(text=flag.rule)
    found = words.ago(flag.found_at, now, facts.locale)
    yield Text(text=f"{_certainty(flag.probability)}. Found {found}. No partner sees this.", muted=True)
    yield from _dispute(facts, flag, now)
    if flag.evidence:
        yield Rows(
            label="What this rests on", folded=True, items=tuple(ListItem(text=e) for e in flag.evidence)
        )
    if facts.may_write:
        yield _form(flag, ConflictDecision.UPHOLD, _upheld(facts, flag))
        yield _form(flag, ConflictDecision.DISMISS, _other_way(flag))
        if flag.kind is not ConflictKind.OWN_DUPLICATE:
            yield _form(flag, ConflictDecision.OTHER_CUSTOMER, DIFFERENT)
            yield _position(flag)


def _dispute(facts: RecordFacts, flag: ConflictFlag, now: datetime) -> Iterator[Block]:
    """What both sides said, and until when it has to be settled."""
    if flag.deadline is None:
        return
    late = flag.deadline <= now
    yield Status(
        text=f"In dispute, to be settled {words.ahead(flag.deadline, now, facts.locale)}"
        if not late
        else f"In dispute, was to be settled {words.ago(flag.deadline, now, facts.locale)}",
        detail="Escalated" if flag.escalated_at else "",
        tone=Tone.WARNING if late else Tone.INFO,
        title=words.absolute(flag.deadline, facts.zone, facts.locale),
    )
    yield Rows(
        label=f"Positions ({words.number(len(flag.positions), facts.locale)})",
        items=tuple(
            ListItem(
                text=one.text,
                badge=one.side,
                detail=" · ".join(filter(None, (one.by, words.ago(one.at, now, facts.locale), one.evidence))),
                title=words.absolute(one.at, facts.zone, facts.locale),
            )
            for one in flag.positions
        ),
    )


def _position(flag: ConflictFlag) -> Form:
    return Form(
        id=f"dispute-{flag.id}",
        title="Add a position" if flag.positions else "Open a dispute",
        command="conflict.dispute",
        submit="Put on record",
        folded=True,
        fixed={"conflict_id": flag.id},
        note="Only your team reads this. With the first position a deadline begins to run.",
        fields=(
            FormField(
                name="side",
                label="Whose position",
                required=True,
                max_length=80,
                placeholder="The partner, or us",
            ),
            FormField(
                name="position", label="Position", type=FieldType.TEXTAREA, required=True, max_length=1_000
            ),
            FormField(name="evidence", label="Evidence", max_length=500),
        ),
    )


def _upheld(facts: RecordFacts, flag: ConflictFlag) -> str:
    return f"The registration of {facts.partner_name(flag.partner_id)} stands"


def _other_way(flag: ConflictFlag) -> str:
    if flag.other_partner_id is None and flag.kind is not ConflictKind.OWN_DUPLICATE:
        return "Your own deal stands"
    return "It is a duplicate" if flag.kind is ConflictKind.OWN_DUPLICATE else "The earlier claim stands"


def _certainty(probability: float) -> str:
    return next((said for least, said in _CERTAINTY if probability >= least), _UNCERTAIN)


def _form(flag: ConflictFlag, decision: ConflictDecision, title: str) -> Form:
    return Form(
        id=f"{decision}-{flag.id}",
        title=title,
        command="conflict.resolve",
        submit="Decide",
        folded=True,
        fixed={"conflict_id": flag.id, "decision": decision.value},
        note="Your decision and its reason stay on the record.",
        fields=(
            FormField(
                name="reason", label="Reason", type=FieldType.TEXTAREA, required=True, max_length=NOTE_LIMIT
            ),
        ),
    )


def _resolution(facts: RecordFacts, flag: ConflictFlag) -> str:
    """The decision in the words of its button, then the reason."""
    decision, _, reason = flag.resolution.partition(": ")
    said = {
        ConflictDecision.UPHOLD.value: _upheld(facts, flag),
        ConflictDecision.DISMISS.value: _other_way(flag),
        ConflictDecision.OTHER_CUSTOMER.value: DIFFERENT,
    }.get(decision)
    return f"{said}: {reason}" if said and reason else said or flag.resolution


def _settled(facts: RecordFacts, flags: list[ConflictFlag], now: datetime) -> Rows:
    newest = sorted(flags, key=lambda f: (f.resolved_at or f.found_at, f.id), reverse=True)
    return Rows(
        label=f"Settled ({words.number(len(flags), facts.locale)})",
        folded=True,
        items=tuple(
            ListItem(
                text=flag.sentence,
                detail=" · ".join(
                    filter(
                        None,
                        (
                            _resolution(facts, flag),
                            f"by {flag.resolved_by}" if flag.resolved_by else "",
                            words.ago(flag.resolved_at, now, facts.locale) if flag.resolved_at else "",
                        ),
                    )
                ),
                title=words.absolute(flag.resolved_at, facts.zone, facts.locale) if flag.resolved_at else "",
            )
            for flag in newest
        ),
    )
