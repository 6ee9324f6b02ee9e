"""Who plays in the scenes: customers with a deal each, and a partner of every type. None of them is met elsewhere."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from app.demo.pipeline import (
    Pipeline,
    SampleAccount,
    SampleContact,
    SampleDeal,
    SampleOwner,
    SamplePartner,
    Stage,
    make_key,
    slug,
)
from app.demo.sample import owner_email, owner_key, partner_of, person_of
from app.demo.sample_words import OWNERS

PREFIX = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer with its deal. `again` names a second deal there; `parent` is the key of its parent company;
    `days` is when the deal closes, from today."""

    key: str
    name: str
    industry: str
    city: str
    country: str
    product: str
    occasion: str
    amount: int
    stage: Stage = Stage.EVALUATION
    days: int = 60
    again: str = ""
    parent: str = ""

    @property
    def deal(self) -> str:
        return f"{self.name} – {self.product} {self.occasion}"

    @property
    def second(self) -> str:
        return f"{self.name} – {self.product} {self.again}"

    @property
    def domain(self) -> str:
        return f"{slug(self.name)}.example"


def _at(key: str, name: str, place: str, deal: str, amount: int, **more: object) -> Customer:
    industry, city, country = place.split("/")
    product, _, occasion = deal.partition("/")
    return Customer(
        key=key,
        name=name,
        industry=industry,
        city=city,
        country=country,
        product=product,
        occasion=occasion,
        amount=amount,
        **more,  # type: ignore[arg-type]
    )


CUSTOMERS = (
    _at("cobalt", "Cobalt Freight", "Logistics/Antwerp/Belgium", "Sensor Gateway/pilot", 54_000),
    _at("duskwood", "Duskwood Hotels", "Hospitality/Vienna/Austria", "Edge Suite/rollout", 126_000),
    _at(
        "eastmoor",
        "Eastmoor Steel",
        "Metals/Sheffield/United Kingdom",
        "Managed Rollout/first plant",
        240_000,
    ),
    _at("farrow", "Farrow Dairies", "Food and beverage/Cork/Ireland", "Predict Add-on/pilot", 82_500),
    _at("greystone", "Greystone Ports", "Transport/Gdańsk/Poland", "Fleet Insight/rollout", 192_000),
    _at("hollin", "Hollin Textiles", "Textiles/Porto/Portugal", "Edge Suite/second site", 84_000),
    _at(
        "ironbridge",
        "Ironbridge Energy",
        "Utilities/Aberdeen/United Kingdom",
        "Sensor Gateway/rollout",
        108_000,
    ),
    _at("juniper", "Juniper Pharma", "Health care/Basel/Switzerland", "Managed Rollout/validation", 176_000),
    _at("kingsmere", "Kingsmere Bank", "Banking/London/United Kingdom", "Edge Suite/branch rollout", 210_000),
    _at(
        *("larkfield", "Larkfield Brewing", "Food and beverage/Ghent/Belgium", "Predict Add-on/expansion"),
        *(55_000,),
    ),
    _at("mossgate", "Mossgate Housing", "Real estate/Utrecht/Netherlands", "Sensor Gateway/survey", 36_000),
    _at("nettle", "Nettle & Rowe", "Retail/Bristol/United Kingdom", "Fleet Insight/pilot", 64_000),
    _at("oakhurst", "Oakhurst Retail", "Retail/Malmö/Sweden", "Edge Suite/stores", 132_000),
    _at(
        "ashdown",
        "Ashdown Glass",
        "Building materials/Leicester/United Kingdom",
        "Sensor Gateway/furnace",
        72_000,
    ),
    _at(
        "glassworks",
        "Ashdown Glassworks",
        "Building materials/Derby/United Kingdom",
        "Sensor Gateway/pilot",
        36_000,
    ),
    _at("brackley", "Brackley Brick", "Building materials/Lille/France", "Predict Add-on/kilns", 82_500),
    _at(
        "brickworks",
        "Brackley Brickworks",
        "Building materials/Namur/Belgium",
        "Predict Add-on/pilot",
        27_500,
    ),
    _at("quillon", "Quillon Holdings", "Logistics/Hamburg/Germany", "Managed Rollout/group", 264_000),
    _at(
        *("quillonlog", "Quillon Logistics", "Logistics/Bremen/Germany", "Managed Rollout/hub north"),
        *(88_000,),
        parent="quillon",
    ),
    _at("silverlake", "Silverlake Media", "Media/Zurich/Switzerland", "Edge Suite/studio", 42_000),
    _at(
        "ravensworth", "Ravensworth Labs", "Research/Leiden/Netherlands", "Sensor Gateway/clean room", 18_000
    ),
    _at(
        "thornbury",
        "Thornbury Council",
        "Public sector/Bristol/United Kingdom",
        "Managed Rollout/town hall",
        96_000,
    ),
    _at(
        "umber", "Umber Ceramics", "Building materials/Limoges/France", "Predict Add-on/four plants", 110_000
    ),
    _at("vesper", "Vesper Airlines", "Transport/Oslo/Norway", "Sensor Gateway/gate B", 54_000),
    _at(
        *("wrenfield", "Wrenfield Academy", "Education/Durham/United Kingdom", "Managed Rollout/classrooms"),
        *(88_000,),
        stage=Stage.NEGOTIATION,
        days=5,
        again="renewal",
    ),
    _at("yarrow", "Yarrow Foods", "Food and beverage/Aarhus/Denmark", "Sensor Gateway/cold chain", 126_000),
    _at("zephyr", "Zephyr Wind", "Energy/Esbjerg/Denmark", "Fleet Insight/three farms", 192_000),
)
"""In the order in which a reader of docs/sample.md meets them."""

PARTNERS = (
    (
        *("adatum", "Adatum Resale", "reseller", "Silver", "adatum.example"),
        (("Hanne", "Brekke", "Channel sales"), ("Ruben", "Castillo", "Presales engineer")),
    ),
    (
        *("tailspin", "Tailspin Advisors", "referral", "Silver", "tailspin.example"),
        (("Mirela", "Popescu", "Managing partner"),),
    ),
    (
        *("woodgrove", "Woodgrove Consulting", "system_integrator", "Gold", "woodgrove.example"),
        (("Anselm", "Richter", "Delivery lead"), ("Yara", "Benali", "Solution architect")),
    ),
    (
        *("litware", "Litware Software", "technology", "Gold", "litware.example"),
        (("Desmond", "Achebe", "Alliance manager"),),
    ),
    (
        *("wingtip", "Wingtip Distribution", "distributor", "Gold", "wingtip.example"),
        (("Sofie", "Lauritsen", "Vendor manager"),),
    ),
    (
        *("proseware", "Proseware Managed Services", "msp", "Silver", "proseware.example"),
        (("Gabriel", "Moreau", "Service director"),),
    ),
    (
        *("relecloud", "Relecloud Studio", "agency", "Bronze", "relecloud.example"),
        (("Ottilie", "Baum", "Account lead"),),
    ),
)
"""Key, name, type, level, domain, people: one firm of every type."""

PEOPLE = (
    ("Edda", "Falk", "Head of operations"),
    ("Rowan", "Tate", "IT director"),
    ("Nils", "Ekberg", "Buyer"),
)


def customer(key: str) -> Customer:
    return next(one for one in CUSTOMERS if one.key == key)


def partner(key: str) -> SamplePartner:
    return next(one for one in partners() if one.key == make_key(PREFIX, "partner", key))


def partners() -> tuple[SamplePartner, ...]:
    return tuple(partner_of(PREFIX, company_key(row[0]), row) for row in PARTNERS)


def company_key(key: str) -> str:
    return make_key(PREFIX, "company", key)


def deal_key(key: str, *, second: bool = False) -> str:
    return make_key(PREFIX, "deal", key, *(("again",) if second else ()))


def cast(today: date) -> Pipeline:
    """All of them as both CRMs hold them, with dates around the day of the first start."""
    return Pipeline(
        owners=tuple(
            SampleOwner(key=owner_key(name), name=name, email=owner_email(name)) for name, _ in OWNERS
        ),
        accounts=(*map(_account, enumerate(CUSTOMERS)), *map(_firm, partners())),
        contacts=(
            *(_contact(number, one) for number, one in enumerate(CUSTOMERS)),
            *(person for firm in partners() for person in firm.people),
        ),
        deals=tuple(deal for number, one in enumerate(CUSTOMERS) for deal in _deals(number, one, today)),
        partners=partners(),
    )


def _account(numbered: tuple[int, Customer]) -> SampleAccount:
    number, one = numbered
    return SampleAccount(
        key=company_key(one.key),
        name=one.name,
        domain=one.domain,
        industry=one.industry,
        city=one.city,
        country=one.country,
        parent_key=company_key(one.parent) if one.parent else None,
        owner_key=owner_key(OWNERS[number % len(OWNERS)][0]),
    )


def _firm(one: SamplePartner) -> SampleAccount:
    return SampleAccount(
        key=one.account_key or one.key,
        name=one.name,
        domain=one.domain,
        industry="IT services",
        owner_key=owner_key(OWNERS[0][0]),
    )


def _contact(number: int, one: Customer) -> SampleContact:
    return person_of(PREFIX, company_key(one.key), one.domain, PEOPLE[number % len(PEOPLE)])


def _deals(number: int, one: Customer, today: date) -> list[SampleDeal]:
    first = SampleDeal(
        key=deal_key(one.key),
        name=one.deal,
        stage=one.stage,
        account_key=company_key(one.key),
        owner_key=owner_key(OWNERS[number % len(OWNERS)][0]),
        amount=Decimal(one.amount),
        opened=today - timedelta(days=130 + number),
        closes=today + timedelta(days=one.days),
        product=one.product,
        contact_keys=(_contact(number, one).key,),
        margin=Decimal(20 + number % 9),
        internal_notes="Do not go below list without asking.",
    )
    if not one.again:
        return [first]
    second = replace(
        first,
        key=deal_key(one.key, second=True),
        name=one.second,
        stage=Stage.PROSPECTING,
        opened=today - timedelta(days=10),
        closes=today + timedelta(days=one.days + 120),
    )
    return [first, second]
