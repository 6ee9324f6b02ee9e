"""What is done for or by a partner of the twin worlds, or happens to everybody there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from app.domain.record import ObjectKind
from app.storage import record as records
from app.storage.file import of_partner
from sync import metadata, poll
from tests.fake_crm import STAGES
from tests.house import ADMIN, START
from tests.security.twin_worlds import HERE, OTHER, SHARE, Doing, World


def _message(world: World, who: str, number: int) -> None:
    audience = "team" if number % 3 == 0 else "partner"
    fields = {"body": f"For {who} {number}", "audience": audience, "confirm": True}
    world.run("thread.post", partner_id=world.partners[who], **fields)


def _step(world: World, who: str, number: int) -> None:
    audience = "team" if number % 3 == 0 else "partner"
    fields = {
        "title": f"Step of {who} {number}",
        "audience": audience,
        "due": str(START.date() + timedelta(1)),
    }
    world.run("plan.add_step", partner_id=world.partners[who], **fields)


def _file(world: World, who: str, _: int) -> None:
    world.run("sharing.share_file", partner_id=world.partners[who], crm_file_id="f1")


def _look_again(world: World, who: str, _: int) -> None:
    with world.house.house.database.read() as connection:
        mine = of_partner(connection, world.house.tenant.id, world.deal, world.partners[who])
    for file in mine:
        world.run("sharing.refresh_file", file_id=file.id)


def _register(world: World, who: str, number: int) -> str:
    name = str(world.house.crm.records[ObjectKind.COMPANY, f"7{world.deal.crm_id[1:]}"]["name"])
    done = world.run(
        "registration.submit", actor=world.viewer(who), customer_name=name, note=f"{who} {number}"
    )
    return done.message


def _award(world: World, who: str, number: int) -> None:
    fields = {"name": f"Badge {number}", "person_name": who, "person_email": f"{who}@a.example"}
    world.run("certification.record", partner_id=world.partners[who], **fields)


def _rename(world: World, who: str, number: int) -> None:
    fields = {"partner_id": world.partners[who], "name": f"{who} {number} {world.deal.crm_id}"}
    world.run("partner.update", actor=ADMIN, type="reseller", **fields)


def _link(world: World, who: str, _: int) -> None:
    world.link(who)


def _visit(world: World, who: str, number: int) -> int:
    """Looks in, and answers."""
    client, room = world.enter(who), world.room(who)
    client.get(room, base_url=SHARE)
    words = {"key": f"key-{who}-{number}-{world.deal.crm_id}", "body": f"From {who} {number}"}
    return client.post(f"{room}/reply", data=words, base_url=SHARE).status_code


def _probe(world: World, who: str, number: int) -> list[int]:
    """Asks to be let in, from more and more addresses, until the link takes no more."""
    client, door = world.browser(who), world.path(who)
    return [
        client.post(
            f"{door}/ask",
            data={"email": f"a{asked}@b.example", "name": "A"},
            base_url=SHARE,
            environ_base={
                "REMOTE_ADDR": f"198.51.{HERE[who]['REMOTE_ADDR'][-1]}.{asked // 5 + 10 * (number % 9)}"
            },
        ).status_code
        for asked in range(13)
    ]


def _leave(world: World, who: str, _: int) -> None:
    if who == OTHER:
        world.run("partner.detach", partner_id=world.partners[who])


def _crm(world: World, _: str, number: int) -> None:
    """Somebody changes the deal in the CRM."""
    held = world.house.crm.records[ObjectKind.DEAL, world.deal.crm_id]
    held |= {"amount": str(10_000 * number), "next_step": f"Call {number}"}
    world.house.crm.modified = world.house.clock()
    with world.house.house.database.write() as connection:
        records.mark(connection, world.house.tenant.id, "read", [world.deal], world.house.clock())


def _labels(world: World, _: str, number: int) -> None:
    """The CRM calls a field and a stage something else."""
    crm, house = world.house.crm, world.house
    kinds = {ObjectKind.DEAL: crm.fields(ObjectKind.DEAL), ObjectKind.COMPANY: crm.fields(ObjectKind.COMPANY)}
    named = {
        kind: [replace(one, label=f"{one.label} {number}") if ":" in one.canonical else one for one in infos]
        for kind, infos in kinds.items()
    }
    crm.stages = lambda: [replace(one, label=f"{one.label} {number}") for one in STAGES]  # type: ignore[method-assign]
    poll.first_load(house.agent, house.tenant)
    metadata.take(house.agent, house.tenant, named)


def _version(world: World, _: str, number: int) -> None:
    world.new_file(number + 2)


def _hours(world: World, _: str, __: int) -> None:
    world.house.clock.advance(timedelta(hours=20))


def _pass_by(world: World, _: str, __: int) -> object:
    return world.pass_by()


DOINGS: Mapping[str, Doing] = {
    "message": _message,
    "step": _step,
    "file": _file,
    "look again": _look_again,
    "register": _register,
    "award": _award,
    "rename": _rename,
    "link": _link,
    "visit": _visit,
    "probe": _probe,
    "leave": _leave,
    "crm": _crm,
    "labels": _labels,
    "version": _version,
    "hours": _hours,
    "pass by": _pass_by,
}
"""What is done for or by a partner, or for everybody: what happens to the CRM, the clock and the agent."""

FOR_ALL = frozenset({"crm", "labels", "version", "hours", "pass by"})
