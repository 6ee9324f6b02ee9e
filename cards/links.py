"""Share links on a card: each with its end, its rules and its visits, who asks to be let in, and the forms that make
new ones."""

from collections.abc import Iterator
from datetime import datetime

from app.domain.link import AccessRequest, LinkState, ShareLink, Visits
from cards import words
from cards.blocks import Action, Block, FieldType, Form, FormField, ListItem, Style, Tone
from cards.blocks import List as Rows
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import NAME_LIMIT

PRESETS = (7, 14, 30)
"""Days a link may live: a sprint, a round of answers, a quarter's last month. More is asked for by extending."""

EXTEND_DAYS = 7
ALSO_LIMIT = 5000


def requests(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    """Who got a link that was passed on and asks to be let in."""
    rows = tuple(
        _request(facts, link, one, now)
        for link in known.links
        if link.state(now) is LinkState.ACTIVE
        for one in link.requests
    )
    if rows:
        yield Rows(label="Asking for access", items=rows)


def _request(facts: RecordFacts, link: ShareLink, one: AccessRequest, now: datetime) -> ListItem:
    who = f"{one.name} ({one.email})"
    grant = Action(
        label="Let in",
        command="sharing.grant_access",
        fields={"request_id": one.id},
        style=Style.PRIMARY,
        hint=who,
        confirm=f"Let {who} open this link? A code sent to that address proves that it is theirs.",
    )
    decline = Action(
        label="Decline", command="sharing.decline_access", fields={"request_id": one.id}, hint=who
    )
    return ListItem(
        text=one.name,
        detail=" · ".join(
            filter(
                None, (one.email, words.ago(one.asked_at, now, facts.locale), f"code {link.code}", one.note)
            )
        ),
        badge="Asks",
        tone=Tone.WARNING,
        title=words.absolute(one.asked_at, facts.zone, facts.locale),
        actions=(grant, decline) if facts.may_write else (),
    )


def who_opened(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    """Each mailbox that looked in, how often, when last and on what."""
    rows = tuple(_visits(facts, link, one, now) for link in known.links for one in link.visits)
    if rows:
        yield Rows(label="Who looked in", folded=True, items=rows)


def _visits(facts: RecordFacts, link: ShareLink, one: Visits, now: datetime) -> ListItem:
    times = f"opened {words.count(one.times, 'time')}, last {words.ago(one.last_at, now, facts.locale)}"
    saved = (f"saved {words.count(one.downloads, 'file')}",) if one.downloads else ()
    return ListItem(
        text=one.email,
        detail=" · ".join((times, *saved, *one.devices, f"code {link.code}")),
        title=words.absolute(one.last_at, facts.zone, facts.locale),
    )


def active_row(facts: RecordFacts, link: ShareLink, now: datetime) -> ListItem:
    end = words.day(words.local_day(link.expires_at, facts.zone), facts.today(now), facts.locale)
    actions = (_extend(link), _reissue(link), _revoke(link)) if facts.may_write else ()
    return ListItem(
        text=link.contact_name or link.contact_email,
        detail=" · ".join(
            (
                link.contact_email,
                *_also(link),
                f"until {end}",
                *link.conditions,
                _opened(facts, link, now),
                f"code {link.code}",
            )
        ),
        badge="Active",
        tone=Tone.SUCCESS,
        title=words.absolute(link.expires_at, facts.zone, facts.locale),
        actions=actions,
    )


def ended_row(facts: RecordFacts, link: ShareLink, now: datetime) -> ListItem:
    revoked = link.state(now) is LinkState.REVOKED
    moment = link.revoked_at if revoked and link.revoked_at else link.expires_at
    return ListItem(
        text=link.contact_name or link.contact_email,
        detail=" · ".join(
            (
                link.contact_email,
                words.ago(moment, now, facts.locale),
                _opened(facts, link, now),
                f"code {link.code}",
            )
        ),
        badge="Revoked" if revoked else "Expired",
        title=words.absolute(moment, facts.zone, facts.locale),
    )


def _opened(facts: RecordFacts, link: ShareLink, now: datetime) -> str:
    if not link.views:
        return "not opened yet"
    last = f", last {words.ago(link.last_viewed_at, now, facts.locale)}" if link.last_viewed_at else ""
    return f"opened {words.count(link.views, 'time')}{last}"


def _also(link: ShareLink) -> tuple[str, ...]:
    """Whom else it opens for: by name while they are few."""
    few = 3
    if len(link.also) <= few:
        return link.also
    return (*link.also[:few], f"and {len(link.also) - few} more")


def _extend(link: ShareLink) -> Action:
    return Action(
        label=f"Extend by {EXTEND_DAYS} days",
        command="sharing.extend_link",
        fields={"link_id": link.id, "days": str(EXTEND_DAYS)},
        style=Style.LINK,
        hint=f"the link of {link.contact_name or link.contact_email}",
    )


def _reissue(link: ShareLink) -> Action:
    who = link.contact_name or link.contact_email
    return Action(
        label="New address",
        command="sharing.reissue_link",
        fields={"link_id": link.id},
        style=Style.LINK,
        hint=f"the link of {who}",
        confirm="Give this link a new address? The old one stops working at once, and whoever is in has to come in "
        "again.",
    )


def _revoke(link: ShareLink) -> Action:
    who = link.contact_name or link.contact_email
    return Action(
        label="Revoke",
        command="sharing.revoke_link",
        fields={"link_id": link.id},
        style=Style.DANGER,
        hint=f"the link of {who}",
        confirm=f"Revoke this link? {who} can no longer look in. This cannot be undone.",
    )


def create_form(known: PartnerFacts) -> Form:
    """One step: who and for how long. Without a known contact it asks for name and address."""
    return Form(
        id=f"link-{known.partner.id}",
        title=f"Create a link for {known.partner.name}",
        command="sharing.create_link",
        submit="Create link",
        fixed={"partner_id": known.partner.id},
        note="Only this person can open it, by a code sent to their mailbox. You see the link once: copy it then.",
        fields=(*_who(known), _days(known)),
    )


def rules_form(known: PartnerFacts) -> Form:
    """The same with more rules, for several people and careful cases."""
    preset = known.preset
    fields = [
        *_who(known),
        _days(known),
        FormField(
            name="also_for",
            label="Also for",
            max_length=ALSO_LIMIT,
            placeholder="ana@partner.example, @partner.example",
            help="Addresses, or a domain for everybody there. Each proves their own mailbox and is recorded apart.",
        ),
        FormField(
            name="max_views",
            label="Opens at most (times)",
            type=FieldType.NUMBER,
            value=str(preset.views or ""),
            min="1",
        ),
        _box("passcode", "Ask for a passcode, which you tell by phone", checked=preset.passcode),
    ]
    if known.terms:
        fields.append(_box("terms", "Ask to accept your terms first", checked=preset.terms))
    return Form(
        id=f"rules-{known.partner.id}",
        title="Create a link with more rules",
        command="sharing.create_link",
        submit="Create with these rules",
        folded=True,
        fixed={"partner_id": known.partner.id},
        fields=tuple(fields),
    )


def _box(name: str, label: str, *, checked: bool) -> FormField:
    return FormField(name=name, label=label, type=FieldType.CHECKBOX, value="true" if checked else "")


def _who(known: PartnerFacts) -> tuple[FormField, ...]:
    if known.contacts:
        options = tuple((c.id, f"{c.name} ({c.email})") for c in known.contacts)
        return (
            FormField(name="contact_id", label="For", type=FieldType.SELECT, required=True, options=options),
        )
    return (
        FormField(name="contact_name", label="Name", required=True, max_length=NAME_LIMIT),
        FormField(name="contact_email", label="E-mail", type=FieldType.EMAIL, required=True, max_length=254),
    )


def _days(known: PartnerFacts) -> FormField:
    preset = known.preset
    offered = sorted({n for n in (*PRESETS, preset.days) if n <= preset.longest})
    return FormField(
        name="days",
        label="Ends after",
        type=FieldType.CHOICE,
        value=str(preset.days),
        required=True,
        options=tuple((str(n), words.count(n, "day")) for n in offered),
    )
