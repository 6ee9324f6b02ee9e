"""What has happened before the demo starts: partners, threads, plans, a registration, a conflict, links. Everything
is done by the commands a person would have given, once; a second start finds it done."""

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.bootstrap import House, build
from app.crm.hubspot_tokens import Tokens
from app.demo import plans
from app.demo.pipeline import Pipeline, SamplePartner
from app.demo.sample import told_deals
from app.demo.site import INTEGRATION_USER, ORG_HOST, ORG_ID, PORTAL_ID, Ports
from app.demo.states.scene import ADMIN, SELLER
from app.demo.states.starting import tell_early
from app.demo.story_certifications import certify
from app.demo.story_files import FILES, attach
from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.config import Config
from app.ground.log import set_up_logging
from app.reading.stores import Tickets
from app.tenancy import add_tenant
from sync import ingest, poll, publish
from sync.deps import Agent

VENDOR = "Alongside Demo Ltd"
TICKET_LIFE = timedelta(hours=12)
"""A demo's admin link stands on the terminal until somebody clicks it."""


@dataclass(slots=True, kw_only=True)
class Teller:
    """Tells the story in one CRM. Each command's key is fixed, so telling it again changes nothing."""

    house: House
    tenant: Tenant
    ids: dict[str, dict[str, str]]
    sample: Pipeline

    def run(
        self, key: str, command: str, record: RecordKey | None, /, *, actor: Actor = SELLER, **fields: object
    ) -> Any:
        done = self.house.executor().run(self.tenant.id, actor, command, record, fields, f"story-{key}")
        return done.result

    def deal(self, number: int) -> RecordKey:
        return RecordKey(ObjectKind.DEAL, self.ids["deals"][told_deals(self.sample)[number].key])

    def partner(self, word: str) -> SamplePartner:
        return next(partner for partner in self.sample.partners if word in partner.name)

    def day(self, after: int) -> str:
        return str(self.house.clock().date() + timedelta(days=after))

    def attach(self, deal: int, word: str) -> str:
        firm = self.partner(word)
        made = self.run(
            f"partner-{firm.key}",
            "partner.create",
            None,
            actor=ADMIN,
            name=firm.name,
            type=firm.type,
            tier=firm.level,
            domain=firm.domain,
        )
        partner_id = str(made["partner_id"])
        for person in firm.people:
            self.run(
                f"contact-{person.key}",
                "partner.add_contact",
                None,
                partner_id=partner_id,
                name=f"{person.first_name} {person.last_name}",
                email=person.email,
                title=person.title,
            )
        self.run(f"attach-{deal}-{firm.key}", "partner.attach", self.deal(deal), partner_id=partner_id)
        return partner_id

    def viewer(self, word: str, partner_id: str) -> Actor:
        person = self.partner(word).people[0]
        return Actor(
            kind=ActorKind.VIEWER,
            id="story-viewer",
            name=f"{person.first_name} {person.last_name}",
            email=person.email,
            partner_id=partner_id,
        )


def seed(
    *, config: Config, ports: Ports, sample: Pipeline, state: dict[str, Any], folder: Path
) -> dict[str, Any]:
    """The links and tenants to announce. What an earlier start has done is kept; only the admin's entrance is new."""
    set_up_logging(level=logging.WARNING)  # standard output belongs to the addresses
    house = build(config)
    try:
        tenants = _tenants(house)
        story: dict[str, Any] = state.get("story", {})
        if not story.get("share_link"):
            story = _tell(house, tenants, state["loaded"], sample, ports, folder)
        entrances = {
            str(crm): f"{config.public_origin}/admin/enter?ticket={_ticket(house, tenant)}"
            for crm, tenant in tenants.items()
        }
    finally:
        house.database.close()
    return story | {
        "admin": entrances["hubspot"],
        "admins": entrances,
        "tenants": {str(crm): tenant.id for crm, tenant in tenants.items()},
        "mailbox": ports.origin("mailbox"),
    }


def _tenants(house: House) -> dict[CrmKind, Tenant]:
    admins = (ADMIN.email,)
    refresh = Tokens(access_token="", refresh_token=_refresh_token(house), expires_at=house.clock())
    return {
        CrmKind.HUBSPOT: add_tenant(
            house,
            crm=CrmKind.HUBSPOT,
            account_id=str(PORTAL_ID),
            name=VENDOR,
            admin_emails=admins,
            brand_color="#0b5cab",
            tokens=refresh,
        ),
        CrmKind.SALESFORCE: add_tenant(
            house,
            crm=CrmKind.SALESFORCE,
            account_id=ORG_ID,
            name=VENDOR,
            instance_url=ORG_HOST,
            username=INTEGRATION_USER,
            admin_emails=admins,
            brand_color="#0b5cab",
        ),
    }


def _refresh_token(house: House) -> str:
    """The sandbox portal's own consent, as an admin would give it."""
    from app.demo.load_hubspot import grant

    config = house.config
    return grant(config.hubspot_api_origin, config.hubspot_client_id, config.hubspot_client_secret)


def _tell(
    house: House,
    tenants: dict[CrmKind, Tenant],
    loaded: dict[str, Any],
    sample: Pipeline,
    ports: Ports,
    folder: Path,
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for crm, tenant in tenants.items():
        agent = house.agent()
        poll.first_load(agent, tenant)
        poll.poll(agent, tenant)
        tell_early(house, tenant, loaded, folder)
        teller = Teller(house=house, tenant=tenant, ids=loaded[str(crm)], sample=sample)
        attach(crm, ports, teller.deal(0).crm_id)
        ingest.fetch(agent, tenant, [teller.deal(number) for number in range(len(told_deals(sample)))])
        told[str(crm)] = _chapters(teller, agent)
    return {
        "share_link": told["hubspot"]["share_link"],
        "form_link": told["hubspot"]["form_link"],
        "share_links": {crm: links["share_link"] for crm, links in told.items()},
        "form_links": {crm: links["form_link"] for crm, links in told.items()},
        "viewer": sample.partners[0].people[0].email,
    }


def _chapters(teller: Teller, agent: Agent) -> dict[str, Any]:
    links = _halden(teller)
    _brightwater(teller)
    _orchard(teller)
    plans.tell(teller, ADMIN)
    while publish.publish_marked(agent):
        pass
    return links


def _halden(teller: Teller) -> dict[str, Any]:
    """The deal of the demo: two partners who never notice each other, a thread, a plan, a registration, a file."""
    today = teller.house.clock().date()
    northwind, fabrikam = teller.attach(0, "Northwind"), teller.attach(0, "Fabrikam")
    deal = teller.deal(0)
    _plan(teller, deal, northwind, today)
    late, soon = str(today + timedelta(days=12)), str(today + timedelta(days=6))
    kept: dict[str, Any] = {"milestone": "Decision", "owner_side": "us", "audience": "team", "due": soon}
    teller.run(
        "h-own", "plan.add_step", deal, partner_id=northwind, title="Hold the price floor review", **kept
    )
    theirs: dict[str, Any] = {"milestone": "Integration", "title": "Map the ERP interfaces", "due": late}
    teller.run("h-fab", "plan.add_step", deal, partner_id=fabrikam, **theirs)
    _talk(teller, deal, northwind)
    _register(teller, deal, northwind)
    certify(teller, northwind, today)
    offer = next(file for file in teller.house.files(teller.tenant.id, deal) if file.name == FILES[0][0])
    teller.run("h-file", "sharing.share_file", deal, partner_id=northwind, crm_file_id=offer.id)
    person = teller.partner("Northwind").people[0]
    contact: dict[str, Any] = {
        "contact_email": person.email,
        "contact_name": f"{person.first_name} {person.last_name}",
    }
    link = teller.run("h-link", "sharing.create_link", deal, partner_id=northwind, days=30, **contact)
    return {"share_link": link["url"], "form_link": _form(teller)}


def _talk(teller: Teller, deal: RecordKey, partner_id: str) -> None:
    """Two messages that both sides see, and one that stays with the team."""
    asked = "Hi Priya, Halden wants the installation plan before they sign. Can you send a first draft?"
    answered = "Yes. We have two crews free from the second week on. Which of the 14 vessels come first?"
    kept = "Keep the site survey free of charge in the offer, they asked twice."
    teller.run("h-m1", "thread.post", deal, partner_id=partner_id, body=asked)
    teller.run("h-m2", "thread.post", deal, actor=teller.viewer("Northwind", partner_id), body=answered)
    teller.run("h-m3", "thread.post", deal, partner_id=partner_id, audience="team", body=kept)


def _register(teller: Teller, deal: RecordKey, partner_id: str) -> None:
    customer: dict[str, Any] = {
        "customer_name": "Halden Marine",
        "customer_domain": "halden-marine.example",
        "amount": "248000",
    }
    made = teller.run("h-reg", "registration.submit", deal, partner_id=partner_id, **customer)
    teller.run(
        "h-ok",
        "registration.approve",
        deal,
        registration_id=made["registration_id"],
        reason="Northwind brought the first meeting",
    )


def _plan(teller: Teller, deal: RecordKey, partner_id: str, today: date) -> None:
    first = teller.run(
        "h-s1",
        "plan.add_step",
        deal,
        partner_id=partner_id,
        milestone="Discovery",
        title="Collect vessel drawings",
        due=str(today),
        owner_side="partner",
    )
    teller.run("h-s1-done", "plan.complete_step", deal, step_id=first["step_id"])
    steps = (
        ("h-s2", "Discovery", "Site survey in Bergen", 4, "partner"),
        ("h-s3", "Proof", "Security questionnaire back from the customer", 9, "partner"),
        ("h-s4", "Proof", "Confirm the integration scope", 11, "us"),
        ("h-s5", "Decision", "Installation plan for the first three vessels", 18, "partner"),
        ("h-s6", "Decision", "Send the final offer", 24, "us"),
    )
    for key, milestone, title, days, side in steps:
        teller.run(
            key,
            "plan.add_step",
            deal,
            partner_id=partner_id,
            milestone=milestone,
            title=title,
            due=str(today + timedelta(days=days)),
            owner_side=side,
        )


def _form(teller: Teller) -> str:
    """Contoso's login-free registration form."""
    contoso = teller.attach(1, "Contoso")
    return str(
        teller.run("form", "sharing.create_form_link", None, actor=ADMIN, partner_id=contoso, days=60)["url"]
    )


def _brightwater(teller: Teller) -> None:
    """Contoso's deal: a registration that waits for a decision."""
    contoso = teller.attach(1, "Contoso")
    teller.run(
        "b-reg",
        "registration.submit",
        teller.deal(1),
        partner_id=contoso,
        amount="126000",
        customer_name="Brightwater Utilities",
        customer_domain="brightwater-utilities.example",
        note="We ran the telemetry workshop in spring and know the tender team.",
    )
    teller.run(
        "b-m1",
        "thread.post",
        teller.deal(1),
        actor=teller.viewer("Contoso", contoso),
        body="We registered Brightwater. When can we expect a decision?",
    )


def _orchard(teller: Teller) -> None:
    """Northwind's second deal, close to signing. They wait for a price, so their protection stands still."""
    today = teller.house.clock().date()
    northwind = teller.attach(2, "Northwind")
    told = told_deals(teller.sample)[2]
    homes = {account.key: account.name for account in teller.sample.accounts}
    made = teller.run(
        "o-reg",
        "registration.submit",
        teller.deal(2),
        partner_id=northwind,
        customer_name=homes.get(told.account_key or "", told.name),
        motion="expansion",
    )
    one = {"registration_id": made["registration_id"]}
    teller.run("o-ok", "registration.approve", teller.deal(2), reason="They run the clinics already", **one)
    teller.run("o-share", "registration.attribute", teller.deal(2), attribution="influenced", share=30, **one)
    teller.run(
        "o-wait", "registration.pause", teller.deal(2), blocker="pricing", note="Clinic bundle price", **one
    )
    for number, (title, days, side) in enumerate(
        (
            ("Rollout calendar agreed with the clinics", 3, "partner"),
            ("Redlines back from procurement", 5, "us"),
        )
    ):
        teller.run(
            f"o-s{number}",
            "plan.add_step",
            teller.deal(2),
            partner_id=northwind,
            title=title,
            milestone="Contract",
            due=str(today + timedelta(days=days)),
            owner_side=side,
        )


def _ticket(house: House, tenant: Tenant) -> str:
    return Tickets(house.database, house.clock, TICKET_LIFE).issue(tenant.id, ADMIN)
