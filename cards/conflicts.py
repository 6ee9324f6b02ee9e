"""Channel conflicts as a salesperson would tell them, what they rest on, and the two ways out."""

from collections.abc import Iterator
from datetime import datetime

from app.domain.conflict import ConflictDecision, ConflictFlag, ConflictKind, ConflictState
from cards import words
from cards.blocks import Alert, Block, Card, Divider, Empty, FieldType, Form, FormField, ListItem, Text, Tone
from cards.blocks import List as Rows
from cards.facts import RecordFacts
from cards.frame import NOTE_LIMIT, frame, refused

_TITLES = {
    ConflictKind.PARTNER_PARTNER: "Two partners claim this customer",
    ConflictKind.PARTNER_DIRECT: "A partner and your own sales claim this customer",
    ConflictKind.OWN_DUPLICATE: "The same partner registered this customer twice",
}

_CERTAINTY = ((0.9, "Almost certainly the same customer"), (0.6, "Probably the same customer"))
_UNCERTAIN = "Possibly the same customer"


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
    if flag.evidence:
        yield Rows(
            label="What this rests on", folded=True, items=tuple(ListItem(text=e) for e in flag.evidence)
        )
    if facts.may_write:
        yield _form(flag, ConflictDecision.UPHOLD, _upheld(facts, flag))
        yield _form(flag, ConflictDecision.DISMISS, _other_way(flag))


def _upheld(facts: RecordFacts, flag: ConflictFlag) -> str:
    return f"The registration of {facts.partner_name(flag.partner_id)} stands"


def _other_way(flag: ConflictFlag) -> str:
    if flag.kind is ConflictKind.PARTNER_DIRECT:
        return "Your own deal stands"
    return "The earlier claim stands" if flag.kind is ConflictKind.PARTNER_PARTNER else "It is a duplicate"


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
