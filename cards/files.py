"""The files that a partner sees in its room, and how they get there."""

from collections.abc import Iterator
from datetime import datetime

from app.disclosure.file_kind import can_be_shared
from app.domain.link import EarlierCopy, FileState, SharedFile
from cards import words
from cards.blocks import Action, Block, FieldType, Form, FormField, ListItem, Style, Tone
from cards.blocks import List as Rows
from cards.facts import PartnerFacts, RecordFacts

BADGES = {
    FileState.WAITING: ("Being fetched", Tone.INFO),
    FileState.REFUSED: ("Needs attention", Tone.WARNING),
    FileState.GONE: ("Gone", Tone.WARNING),
}


def files(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    """Each file with its version, how often it was downloaded, and why it cannot be where it cannot."""
    if known.files:
        rows = tuple(_row(facts, known, file, now) for file in known.files)
        yield Rows(label=f"Files {known.partner.name} can see", items=rows)
    before = tuple(_earlier(facts, file, one, now) for file in known.files for one in file.earlier)
    if before:
        yield Rows(label="Earlier versions", items=before, folded=True)
    shared = {file.crm_id for file in known.files}
    offers = tuple(
        (file.id, f"{file.name} ({words.size(file.size, facts.locale)})")
        for file in facts.crm_files
        if file.id not in shared and can_be_shared(file.name, file.size)
    )
    if offers and facts.may_write:
        yield Form(
            id=f"file-{known.partner.id}",
            title="Share a file",
            command="sharing.share_file",
            submit="Share file",
            folded=True,
            fixed={"partner_id": known.partner.id},
            note=f"{known.partner.name} will see this",
            audience="partner",
            fields=(
                FormField(
                    name="crm_file_id",
                    label=f"File on this {facts.noun}",
                    type=FieldType.SELECT,
                    required=True,
                    options=offers,
                    help="PDF, PNG, JPEG or WebP. Every download bears its reader's address.",
                ),
            ),
        )


def _row(facts: RecordFacts, known: PartnerFacts, file: SharedFile, now: datetime) -> ListItem:
    day = words.day(words.local_day(file.added_at, facts.zone), facts.today(now), facts.locale)
    taken = f"downloaded {words.count(file.downloads, 'time')}" if file.downloads else ""
    version = f"version {file.copy.version}" if file.copy and file.copy.version > 1 else ""
    badge, tone = BADGES.get(file.state, ("", Tone.NEUTRAL))
    said = (words.size(file.size, facts.locale), f"shared {day}", version, taken, file.reason)
    return ListItem(
        text=file.name,
        detail=" · ".join(filter(None, said)),
        badge=badge,
        tone=tone,
        title=words.absolute(file.added_at, facts.zone, facts.locale),
        actions=tuple(_actions(known, file)) if facts.may_write else (),
    )


def _earlier(facts: RecordFacts, file: SharedFile, one: EarlierCopy, now: datetime) -> ListItem:
    day = words.day(words.local_day(one.offered_at, facts.zone), facts.today(now), facts.locale)
    taken = f"downloaded {words.count(one.downloads, 'time')}" if one.downloads else "never downloaded"
    return ListItem(
        text=file.name,
        detail=" · ".join(
            (f"version {one.version}", words.size(one.size, facts.locale), f"offered {day}", taken)
        ),
        title=words.absolute(one.offered_at, facts.zone, facts.locale),
        actions=(Action(label=f"Open version {one.version}", href=one.url, hint=file.name),)
        if one.url
        else (),
    )


def _actions(known: PartnerFacts, file: SharedFile) -> Iterator[Action]:
    fields = {"file_id": file.id}
    if file.state in (FileState.REFUSED, FileState.GONE):
        yield Action(label="Look again", command="sharing.refresh_file", fields=fields, hint=file.name)
    yield Action(
        label="Stop sharing",
        command="sharing.unshare_file",
        fields=fields,
        style=Style.SECONDARY,
        hint=file.name,
        confirm=f"{known.partner.name} will not see {file.name} any more. Copies that were downloaded stay.",
    )
