"""The card a seller sees first. Per partner: what is wrong, who waits, what was said last, have they looked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.actor import Side
from app.domain.certification import current
from app.domain.conflict import ConflictState
from app.domain.link import LinkState
from app.domain.plan import waiting_on
from app.domain.registration import RegistrationState
from app.domain.thread import Audience, Message
from cards import words
from cards.attention import Issue, issues
from cards.blocks import Action, Alert, Block, Card, Divider, Empty, ListItem, Status, Style, Text, Tone
from cards.blocks import List as Rows
from cards.facts import DealWork, PartnerFacts, RecordFacts
from cards.frame import attach_forms, frame, new_count, open_card, open_deal, partner_heading, refused

QUOTE_LIMIT = 120
"""Characters of the last message: about three lines of a 320 px column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A partner's work on the record itself (no deal), or on one deal of the company."""

    known: PartnerFacts
    deal: DealWork | None = None


def build(facts: RecordFacts, now: datetime) -> Card:
    """Answers a seller's four questions with one group of blocks for each partner."""
    groups = _groups(facts)
    blocks: list[Block] = list(_beside_partners(facts))
    if not groups:
        blocks.append(
            Empty(
                title=f"No partner on this {facts.noun} yet",
                text="Add a partner to share a plan, write messages and protect a registration, "
                f"without leaving {facts.crm_name}.",
            )
        )
    for group in groups:
        if blocks:
            blocks.append(Divider())
        blocks.extend(_partner(facts, group, now))
    return frame("overview", "Partners", (*blocks, *attach_forms(facts)), facts, now)


def _groups(facts: RecordFacts) -> list[list[_Work]]:
    by_partner: dict[str, list[_Work]] = {}
    for known in facts.partners:
        by_partner.setdefault(known.partner.id, []).append(_Work(known=known))
    for deal in facts.deals:
        for known in deal.partners:
            by_partner.setdefault(known.partner.id, []).append(_Work(known=known, deal=deal))
    return list(by_partner.values())


def _beside_partners(facts: RecordFacts) -> Iterator[Block]:
    """What is wrong but belongs to no partner shown here."""
    if facts.lost:
        yield Status(
            text=f"Alongside has lost its access to {facts.crm_name}.",
            detail="What you write is kept, and sent once an admin has connected it again.",
            tone=Tone.WARNING,
        )
    here = {known.partner.id for known in facts.partners}
    here |= {known.partner.id for deal in facts.deals for known in deal.partners}
    for flag in facts.conflicts:
        if flag.state is ConflictState.OPEN and not here & {flag.partner_id, flag.other_partner_id}:
            look = Action(label="Decide", card="conflicts", hint="the conflict")
            yield Alert(title=flag.sentence, tone=Tone.DANGER, actions=(look,))
    for write in facts.rejected:
        if write.partner_id not in here:
            yield refused(facts, write)


def _partner(facts: RecordFacts, group: list[_Work], now: datetime) -> Iterator[Block]:
    known = group[0].known
    unread = replace(known, unread=sum(work.known.unread for work in group))
    yield partner_heading(known, badge=new_count(unread))
    yield from _issues(facts, group, now)
    if facts.is_company:
        yield from _on_deals(facts, group, now)
    direct = next((work.known for work in group if work.deal is None), None)
    if direct is not None:
        yield from _lines(facts, direct, now)
    yield from _certified(facts, known, now)
    if direct is not None:
        yield from _reading(direct)
    yield from _visits(facts, group, now)


def _issues(facts: RecordFacts, group: list[_Work], now: datetime) -> Iterator[Status]:
    found = [(issue, work) for work in group for issue in issues(facts, work.known, now)]
    seen: set[str] = set()
    for issue, work in sorted(found, key=lambda pair: pair[0].rank):
        if issue.text not in seen:
            # One alert colour per row: only the worst is coloured, the rest is read when that is done.
            yield _issue(issue, work, quiet=bool(seen))
        seen.add(issue.text)


def _issue(issue: Issue, work: _Work, *, quiet: bool) -> Status:
    # A company's card cannot act on a deal's data: it leads there instead.
    acts_here = work.deal is None or all(action.card for action in issue.actions)
    return Status(
        text=issue.text,
        detail=work.deal.record.name if work.deal else "",
        tone=Tone.NEUTRAL if quiet else issue.tone,
        title=issue.title,
        actions=issue.actions if acts_here or work.deal is None else open_deal(work.deal),
    )


def _lines(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    for registration in known.registrations:
        if registration.state is RegistrationState.SUBMITTED and registration.due(now) > now:
            yield Status(
                text=f"A registration waits for your decision, due {_due_in(facts, registration.due(now), now)}",
                title=words.absolute(registration.due(now), facts.zone, facts.locale),
                actions=(open_card("registration", known, "Decide"),),
            )
    waiting = waiting_line(facts, known, now)
    late = any(step.is_late(facts.today(now)) for step in known.steps)
    # A late step is already said above, with who is late.
    if waiting and not late:
        yield Status(text=waiting, actions=(open_card("plan", known, "Plan"),))
    if known.messages:
        yield Status(
            text=last_words(facts, known, now),
            title=words.absolute(_last(known).sent_at, facts.zone, facts.locale),
            actions=(open_card("thread", known, "Reply" if facts.may_write else "Read"),),
        )
    elif facts.may_write:
        yield Status(text="No messages yet", actions=(open_card("thread", known, "Write"),))


def _due_in(facts: RecordFacts, moment: datetime, now: datetime) -> str:
    return words.ahead(moment, now, facts.locale)


def waiting_line(facts: RecordFacts, known: PartnerFacts, now: datetime) -> str:
    """Who is waiting for whom, e.g. "Waiting on them: security questionnaire, due Tue"; empty without a step."""
    step = waiting_on(known.steps)
    if step is None:
        return ""
    today = facts.today(now)
    who = "them" if step.owner_side is Side.PARTNER else "us"
    when = ""
    if step.due is not None:
        due = words.due(step.due, today, facts.locale)
        when = f", {due}" if step.is_late(today) else f", due {due}"
    return f"Waiting on {who}: {step.title}{when}"


def last_words(facts: RecordFacts, known: PartnerFacts, now: datetime) -> str:
    """Who said what last, cut to a few lines."""
    last = _last(known)
    said = " ".join(last.body.split())
    if len(said) > QUOTE_LIMIT:
        said = said[: QUOTE_LIMIT - 1].rstrip() + "…"
    return f"{last.author_name}, {words.ago(last.sent_at, now, facts.locale)}: {said}"


def _last(known: PartnerFacts) -> Message:
    """The last message between us and the partner; a note for the team only while there is no other."""
    shared = (m for m in reversed(known.messages) if m.audience is Audience.PARTNER)
    return next(shared, known.messages[-1])


def _certified(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    today = facts.today(now)
    valid = [c for c in current(known.certifications) if not c.is_personal and c.is_valid(today)]
    if valid:
        said = [
            f"{c.name} (to {words.month(c.expires, facts.locale)})" if c.expires else c.name for c in valid
        ]
        yield Status(text=f"Certified: {words.listing(said, facts.locale)}", tone=Tone.SUCCESS)


def _reading(known: PartnerFacts) -> Iterator[Status]:
    """What fits the deal best of what there is to read, and where the rest is."""
    if not known.content:
        return
    (item, href), *more = known.content
    rest = f" and {words.number(len(more))} more" if more else ""
    first = Action(label="Open", href=href, hint=item.title, style=Style.LINK)
    others = (open_card("certifications", known, "All"),) if more else ()
    yield Status(text=f"Worth reading now: {item.title}{rest}", actions=(first, *others))


def _visits(facts: RecordFacts, group: list[_Work], now: datetime) -> Iterator[Block]:
    seen = [work.known.last_viewed_at for work in group if work.known.last_viewed_at]
    active = sum(link.state(now) is LinkState.ACTIVE for work in group for link in work.known.links)
    links = f"{words.count(active, 'link')} active" if active else "no active link"
    if not seen:
        text, title = f"Has not opened the room yet · {links}", ""
    else:
        text = f"Last opened the room {words.ago(max(seen), now, facts.locale)} · {links}"
        title = words.absolute(max(seen), facts.zone, facts.locale)
    direct = next((work.known for work in group if work.deal is None), None)
    yield Status(text=text, title=title, actions=_room_actions(direct))


def _room_actions(direct: PartnerFacts | None) -> tuple[Action, ...]:
    if direct is None:
        return ()
    share = open_card("sharing", direct, "Share")
    if not direct.preview_url:
        return (share,)
    preview = Action(
        label="Preview", href=direct.preview_url, style=Style.LINK, hint=f"what {direct.partner.name} sees"
    )
    return (preview, share)


def _on_deals(facts: RecordFacts, group: list[_Work], now: datetime) -> Iterator[Block]:
    rows = tuple(
        ListItem(
            text=work.deal.record.name,
            detail=waiting_line(facts, work.known, now) or "No open step",
            badge=work.deal.stage,
            actions=open_deal(work.deal),
        )
        for work in group
        if work.deal is not None
    )
    if rows:
        yield Rows(label=words.count(len(rows), "deal") + " together", items=rows)
    elif not any(work.known.steps or work.known.messages for work in group):
        yield Text(text="Nothing is going on with this partner here.", muted=True)
