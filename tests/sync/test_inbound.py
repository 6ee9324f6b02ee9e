"""What partners answer becomes a command of that viewer, once."""

from app.domain.plan import StepStatus
from app.domain.record import ObjectKind, RecordKey
from app.ground.ids import new_id
from app.storage import conflict as flags
from app.storage import plan as steps
from app.storage import tables
from app.storage import thread as messages
from app.storage.published.answers import put_answer
from app.storage.published.links import link_of
from app.storage.published_tables import partner_inbox
from app.storage.rows import find_all
from tests.house import ADMIN, DEAL, TestHouse


def answer(
    house: TestHouse,
    link_id: str,
    command: str,
    fields: dict[str, object],
    email: str = "kim@northwind.example",
) -> None:
    with house.house.database.write() as connection:
        link = link_of(connection, house.tenant.id, link_id)
        put_answer(
            connection,
            link,
            email=email,
            name="Kim Partner",
            command=command,
            fields=fields,
            key=new_id(),
            at=house.clock(),
        )


def states(house: TestHouse) -> list[tuple[str, str]]:
    with house.house.database.read() as connection:
        return [
            (row["state"], row["reason"])
            for row in find_all(connection, partner_inbox, order=[partner_inbox.c.id])
        ]


def test_a_reply_stands_in_the_thread_and_in_the_crm(house: TestHouse) -> None:
    partner = house.attach()
    link = house.link(partner)
    answer(house, link["link_id"], "thread.post", {"body": "We are in"})

    house.work()

    with house.house.database.read() as connection:
        found = messages.page(connection, house.tenant.id, DEAL, partner)[0]
    assert [(m.body, m.side, m.author_email) for m in found] == [
        ("We are in", "partner", "kim@northwind.example")
    ]
    assert any(getattr(w, "body", "") == "We are in" and w.from_partner for w in house.crm.written)
    assert states(house) == [("done", "")]


def test_a_partner_completes_its_own_step_and_not_ours(house: TestHouse) -> None:
    partner = house.attach()
    link = house.link(partner)
    theirs = house.run("plan.add_step", {"partner_id": partner, "title": "Theirs"}).result["step_id"]
    ours = house.run("plan.add_step", {"partner_id": partner, "title": "Ours", "owner_side": "us"}).result[
        "step_id"
    ]
    answer(house, link["link_id"], "plan.complete_step", {"step_id": theirs})
    answer(house, link["link_id"], "plan.complete_step", {"step_id": ours})

    house.work()

    with house.house.database.read() as connection:
        assert steps.get(connection, house.tenant.id, theirs)[1].status is StepStatus.DONE
        assert steps.get(connection, house.tenant.id, ours)[1].status is StepStatus.OPEN
    assert states(house) == [("done", ""), ("refused", "This step belongs to the other side.")]


def test_an_answer_whose_worker_died_after_the_command_is_not_executed_twice(house: TestHouse) -> None:
    partner = house.attach()
    link = house.link(partner)
    answer(house, link["link_id"], "thread.post", {"body": "once"})
    house.work()
    with house.house.database.write() as connection:  # as if the note that it is done had been lost
        connection.execute(partner_inbox.update().values(state="waiting", due_at=house.clock()))

    house.work()

    with house.house.database.read() as connection:
        assert len(messages.page(connection, house.tenant.id, DEAL, partner)[0]) == 1
    assert states(house) == [("done", "")]


def form(house: TestHouse, partner: str) -> str:
    done = house.run("sharing.create_form_link", {"partner_id": partner}, actor=ADMIN, record=None)
    return str(done.result["link_id"])


def conflicts(house: TestHouse):
    with house.house.database.read() as connection:
        return flags.on_record(connection, house.tenant.id, deal_id="900", company_id="700")


def test_a_registration_at_a_customer_of_direct_sales_is_flagged_on_the_deal(house: TestHouse) -> None:
    partner = house.attach("Contoso Resale", record=RecordKey(ObjectKind.COMPANY, "700"))
    answer(
        house,
        form(house, partner),
        "registration.submit",
        # A form sends its empty fields too.
        {"customer_name": "INITECH Inc.", "customer_domain": "https://www.initech.com/", "contact_email": ""},
    )

    house.work()

    flag = conflicts(house)[0]
    assert (flag.kind, flag.deal_id) == ("partner_direct", "900")
    assert flag.evidence
    assert any(type(w).__name__ == "ConflictWrite" for w in house.crm.written)


def test_a_registration_against_another_partners_protection_is_flagged(house: TestHouse) -> None:
    northwind = house.attach()
    done = house.run(
        "registration.submit",
        {"partner_id": northwind, "customer_name": "Initech", "customer_domain": "initech.com"},
    )
    house.run(
        "registration.approve", {"registration_id": done.result["registration_id"], "reason": "First in"}
    )
    contoso = house.run(
        "partner.create", {"name": "Contoso", "type": "reseller"}, actor=ADMIN, record=None
    ).result["partner_id"]

    answer(
        house,
        form(house, str(contoso)),
        "registration.submit",
        {"customer_name": "Initech", "customer_domain": "initech.com"},
    )
    house.work()

    kinds = {flag.kind for flag in conflicts(house)}
    assert "partner_partner" in kinds


def test_a_registration_of_an_unknown_customer_is_no_conflict(house: TestHouse) -> None:
    partner = house.run(
        "partner.create", {"name": "Contoso", "type": "reseller"}, actor=ADMIN, record=None
    ).result["partner_id"]

    answer(
        house,
        form(house, str(partner)),
        "registration.submit",
        {"customer_name": "Globex Mining", "customer_domain": "globex-mining.example"},
    )
    house.work()

    with house.house.database.read() as connection:
        assert len(find_all(connection, tables.registration)) == 1
        assert find_all(connection, tables.conflict) == []
    assert states(house) == [("done", "")]
