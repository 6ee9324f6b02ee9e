"""What stands in every byte that a partner can get is what the safelist allows, exactly: nothing beyond, nothing
missing. Every field of the CRM and every row of ours holds a value that exists nowhere else."""

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from app.disclosure.policy import ROOM_SECTIONS, Treatment, default_policy
from app.domain.partner import PartnerType
from app.domain.record import CrmKind
from app.storage import policy as policies
from tests.security.published_world import SHARE, Guest, PublishedWorld, published_world
from tests.security.test_published_columns import PUBLISHED

POLICIES = 6
Body = dict[str, dict[str, dict[str, str]]]

BANNED = re.compile(
    r"margin|discount|competit|internal[ _]?(note|comment)|internal_notes|^crm:alongside_"
    r"|^crm:(num_|notes_(last|next)_|engagements_last_|hs_last|hs_latest_(?!source)|hs_next_|hs_updated_by_|hs_num_)"
    r"|^crm:(LastModified|SystemModstamp|Last(Activity|Viewed|Referenced)Date|HasOpenActivity|HasOverdueTask)"
    r"|^(last|next) (activity|modified|contacted|viewed|referenced)\b|^number of (times contacted|sales activ)",
    re.IGNORECASE | re.MULTILINE,
)
"""Said here once more, apart from the product: names and labels that no policy can open."""


@pytest.fixture(scope="module", params=list(CrmKind))
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PublishedWorld]:
    with published_world(request.param, tmp_path_factory.mktemp(f"canary-{request.param}")) as made:
        yield made


IDS = {
    ("deal", "crm:Id"): "id.deal",
    ("deal", "crm:hs_object_id"): "id.deal",
    ("deal", "crm:AccountId"): "id.company",
    ("company", "crm:Id"): "id.company",
    ("company", "crm:hs_object_id"): "id.company",
}
"""Fields of the CRM that hold its own ids. An admin may open them like any other."""


WEB_ADDRESSES = ("company.domain", "company.crm:website")

SECTIONS = {
    "plan": {
        *(
            f".{what} for partner, {side}"
            for what in ("milestone", "step", "id of step")
            for side in ("us", "partner")
        ),
        ".partner name",
        "seller.name",
    },
    "thread": {".message to partner", ".id of message for partner", "seller.name"},
    "files": {".file"},
    "content": set(),
    "tier": {".tier"},
    "certifications": {".certification", ".level", ".certified person"},
    "registration": set(),
}
"""What a section of the room shows; a place that begins with a dot is the partner's own. A registration shows its
state and dates, and none of what was typed."""


def bytes_of(answer: TestResponse) -> bytes:
    """The whole answer: status, every header with its cookies, and the body. How long it is could be any year."""
    headers = "".join(f"{name}: {value}\n" for name, value in answer.headers if name != "Content-Length")
    return f"{answer.status}\n{headers}".encode() + answer.get_data()


def crawl(world: PublishedWorld, guest: Guest) -> bytes:
    """All that this guest can make the share pages say: the room, its refusals and errors, the mail."""
    mails = len(world.mailer.sent)
    client = world.enter(guest)
    said = [*inside(client, guest)]
    said += [" ".join(mail).encode() for mail in world.mailer.sent[mails:]]
    return b"\n".join(said)


def outside(client, guest: Guest) -> Iterator[bytes]:
    """Before the code: the front page, the form, what is refused, what does not exist, and the static files."""
    seen = b""
    for path in (f"/s/{guest.token}", f"/s/{guest.form_token}", f"/s/room/{guest.code}", "/s/nothing", "/"):
        for accept in ("text/html", "application/json"):
            for method in ("GET", "HEAD", "OPTIONS", "POST", "DELETE"):
                answer = client.open(path, method=method, headers={"Accept": accept}, base_url=SHARE)
                seen += bytes_of(answer)
                yield bytes_of(answer)
    for path in sorted(set(re.findall(rb'(?:href|src)="(/[^"]+)"', seen))):
        yield bytes_of(client.get(path.decode(), base_url=SHARE))
    for path in (
        "/healthz",
        "/readyz",
        "/s/left",
        f"/s/{guest.token}/code",
        f"/s/{guest.form_token}/register",
    ):
        yield bytes_of(client.get(path, base_url=SHARE))
    yield bytes_of(client.post(f"/s/{guest.token}/code", base_url=SHARE))
    for code in ("000000", "x", ""):
        yield bytes_of(client.post(f"/s/{guest.token}/enter", data={"code": code}, base_url=SHARE))
    form = {"key": "12345678-abcd", "your_name": "", "customer_name": "<b>"}
    yield bytes_of(client.post(f"/s/{guest.form_token}/register", data=form, base_url=SHARE))
    yield bytes_of(client.post(f"/s/{guest.form_token}/register", data=b"x" * 400_000, base_url=SHARE))


def inside(client, guest: Guest) -> Iterator[bytes]:
    room = f"/s/room/{guest.code}"
    for path in (room, f"/s/{guest.token}", f"{room}/nothing"):
        for accept in ("text/html", "application/json"):
            yield bytes_of(client.get(path, headers={"Accept": accept}, base_url=SHARE))
    offered = re.findall(r'name="file" value="([^"]+)"', client.get(room, base_url=SHARE).text)
    for file in (*offered, "nothing"):
        yield bytes_of(client.post(f"{room}/file", data={"file": file}, base_url=SHARE))
    for action in ("reply", "complete", "reopen"):
        for data in ({}, {"key": "12345678-abcd", "body": "\u202e", "step_id": "x"}):
            yield bytes_of(client.post(f"{room}/{action}", data=data, base_url=SHARE))
    yield bytes_of(client.post(f"{room}/reply", data=b"x" * 400_000, base_url=SHARE))
    files = {"key": "12345678-abcd", "body": (BytesIO(b"x"), "x.txt")}
    yield bytes_of(client.post(f"{room}/reply", data=files, base_url=SHARE))


def allowed(world: PublishedWorld, body: Body, guest: Guest) -> set[str]:
    """The places whose values this guest may see, worked out from the policy's text and nothing of the product."""
    mine = body.get(guest.type, {})
    places = {"vendor name", f"{guest.type}.own email", f"{guest.type}.link code"}
    for section, how in mine.get("room", {}).items():
        assert how == "show"
        places |= SECTIONS[section]
        if section == "thread" and guest.refused:
            places |= {".registered customer", ".decision"}
    if mine.get("deal", {}).get("stage") == "show":
        places |= {place for place in world.canaries.places.values() if place.startswith("stage.")}
    labels = world.labels()
    for obj in ("deal", "company"):
        for name, how in mine.get(obj, {}).items():
            if not BANNED.search(f"{name}\n{labels[obj, name]}"):
                places |= of_field(world, obj, name, how)
    return {f"{guest.type}{place}" if place.startswith(".") else place for place in places}


def of_field(world: PublishedWorld, obj: str, name: str, how: str) -> set[str]:
    """The places that a field shows when it is treated like this."""
    place = f"{obj}.{name}"
    if how == "show":
        if name == "owner":
            return {"owner.first", "owner.last"}  # the CRM's field holds an id, people see the name
        return {IDS.get((obj, name), place)} & set(world.canaries.places.values())
    if place not in world.canaries.places.values():
        return set()
    mark = world.canaries.mark_of(place)
    a_date = mark.isdigit() and len(mark) == 4  # a date's canary is its year
    kept = (how == "month" and a_date) or (how == "domain" and place in WEB_ADDRESSES)
    return {place} if kept else set()


def test_the_default_policy_shows_what_it_lists_and_nothing_else(world: PublishedWorld) -> None:
    body = default_policy().to_json()
    holds_exactly(world, body)

    for guest in world.guests.values():
        said = b"\n".join(outside(world.share.test_client(), guest))
        own = {f"{guest.type}.{what}" for what in ("link token", "form token")}
        assert world.canaries.found_in(said) == {"vendor name", *own}


@pytest.mark.parametrize("seed", range(POLICIES))
def test_any_policy_shows_what_it_lists_and_nothing_else(world: PublishedWorld, seed: int) -> None:
    holds_exactly(world, some_policy(world, random.Random(seed)))


def holds_exactly(world: PublishedWorld, body: Body) -> None:
    save(world, body)
    world.work()
    world.clock.advance(timedelta(minutes=61))  # codes are limited by the hour

    for guest in world.guests.values():
        assert world.canaries.found_in(crawl(world, guest)) == allowed(world, body, guest), guest.type


def save(world: PublishedWorld, body: Body) -> None:
    with world.house.database.read() as connection:
        now = policies.current(connection, world.tenant.id).version
    reason = world.canaries.text(f"policy reason {now}")
    fields = {"body": body, "version": now, "reason": reason}
    world.run("policy.save", fields, actor=world.admin, on_record=False)


def test_the_share_pages_touch_the_published_tables_alone(world: PublishedWorld) -> None:
    guest = world.guests[PartnerType.RESELLER]
    world.clock.advance(timedelta(minutes=61))
    world.statements.clear()

    crawl(world, guest)
    list(outside(world.share.test_client(), guest))

    named = re.findall(
        r"\b(?:from|join|into|update)\s+(?!set\b)([a-z_]+)", " ".join(world.statements).lower()
    )
    # They mark what they changed, as everybody does; the marks say nothing.
    assert {"snapshot", "share_link", "live_policy"} <= set(named) <= {*PUBLISHED, "changed"}


def some_policy(world: PublishedWorld, chance: random.Random) -> Body:
    """Every field of the CRM, every partner type, every treatment: as an admin could click it together."""
    body: Body = {}
    labels = world.labels()
    for kind in PartnerType:
        for obj, name in labels:
            if not BANNED.search(name) and chance.random() < 0.7:
                how = chance.choice([t for t in Treatment if t is not Treatment.ABSENT])
                body.setdefault(kind, {}).setdefault(obj, {})[name] = chance.choice(["show", how])
        for section in ROOM_SECTIONS:
            if chance.random() < 0.6:
                body.setdefault(kind, {}).setdefault("room", {})[section] = "show"
    return body
