"""Each connected CRM account: may we still in, may we do what we must, and is its own part of the set-up done."""

from collections.abc import Callable, Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.bootstrap import House, build
from app.crm.hubspot import HubspotCrm
from app.crm.port import Crm, CrmError, Rejected
from app.doctor.finding import Finding
from app.domain.record import CrmKind
from app.domain.tenant import Tenant
from app.ground.clock import Clock
from app.ground.config import Config
from app.ground.errors import AppError
from app.reading import event_feed
from app.reading.setup import State
from app.storage import event_feed as feeds
from app.storage import tenant as tenants

SMALLEST_KEY = 2048

BROKEN = frozenset({"connection", "scopes", "webhooks", "admins"})
"""Items of the checklist without which the product does not work; the others are merely not done yet."""

LEFT_OUT = frozenset({"origin", "connection"})
"""What the doctor finds by itself: the addresses, and whether the connection stands."""


def every(config: Config, clock: Clock) -> Iterator[Finding]:
    """The findings of every account, and of the Salesforce key that all orgs share."""
    if config.salesforce_consumer_key:
        yield _key(config)
    house = build(config, clock)
    try:
        with house.database.read() as connection:
            connected = tenants.all_of(connection)
        if not connected:
            yield Finding(
                name="accounts",
                ok=True,
                sentence="No CRM account is connected yet.",
                advice="Run alongside tenant add.",
            )
        for tenant in connected:
            yield from _account(house, tenant)
    finally:
        house.database.close()


def _account(house: House, tenant: Tenant) -> Iterator[Finding]:
    try:
        crm = house.crm_of(tenant)
    except CrmError as error:
        yield _finding(tenant, "access", error.message)
        return
    access = _checked(tenant, "access", "The account lets us in.", lambda: _enter(crm))
    yield access
    if not access.ok:
        return  # whatever else is asked of it would only say the same again
    if isinstance(crm, HubspotCrm):
        yield from _hubspot(house, tenant, crm)
    else:
        fine = "The package’s objects and fields are there, and we may use them."
        yield _checked(tenant, "package", fine, crm.prepare)
        if house.config.salesforce_pubsub_origin:
            yield _events(house, tenant)


def _events(house: House, tenant: Tenant) -> Finding:
    """Never broken: without change events the org is polled."""
    with house.database.read() as connection:
        told = event_feed.told(feeds.get(connection, tenant.id), house.clock())
    return Finding(
        name="change_events", ok=True, sentence=told.sentence, advice=told.advice, account=_name(tenant)
    )


def _enter(crm: Crm) -> None:
    if isinstance(crm, HubspotCrm):
        crm.renew()
    crm.whoami()


def _hubspot(house: House, tenant: Tenant, crm: HubspotCrm) -> Iterator[Finding]:
    def prepared() -> None:
        missing = crm.missing()
        if missing:
            raise Rejected(f"Not there: {', '.join(missing[:5])}{' and more' if len(missing) > 5 else ''}.")  # noqa: PLR2004

    yield _checked(tenant, "properties", "All properties of ours are there.", prepared)
    for item in house.settings().setup(tenant):
        if item.id in LEFT_OUT:
            continue
        broken = item.state is State.TODO and item.id in BROKEN
        sentence = f"{item.title}: {item.sentence}" if item.state is State.TODO else item.sentence
        yield Finding(
            name=item.id, ok=not broken, sentence=sentence, advice=item.advice, account=_name(tenant)
        )


ADVICE = {
    (
        CrmKind.HUBSPOT,
        "access",
    ): "A Super Admin opens /hubspot/oauth/start at PUBLIC_ORIGIN and agrees again.",
    (
        CrmKind.HUBSPOT,
        "properties",
    ): "They come by themselves at the next load; if not, grant the schema scopes.",
    (
        CrmKind.SALESFORCE,
        "access",
    ): "Check the consumer key, the certificate of the external client app, and that "
    "its policies pre-authorise the integration user.",
    (CrmKind.SALESFORCE, "package"): "Deploy lwc_bridge and give the integration user the permission set "
    "Alongside_Integration.",
}


def _checked(tenant: Tenant, name: str, fine: str, check: Callable[[], None]) -> Finding:
    """What `check` finds: it raises CrmError, in words that quote no secret, or AppError for a key that is gone."""
    try:
        check()
    except CrmError as error:
        return _finding(tenant, name, error.message)
    except AppError as error:
        return Finding(
            name=name,
            ok=False,
            sentence=error.message,
            advice="Put the key that was taken out back, behind the new one.",
            account=_name(tenant),
        )
    return Finding(name=name, ok=True, sentence=fine, account=_name(tenant))


def _finding(tenant: Tenant, name: str, sentence: str) -> Finding:
    return Finding(
        name=name, ok=False, sentence=sentence, advice=ADVICE[tenant.crm, name], account=_name(tenant)
    )


def _name(tenant: Tenant) -> str:
    return f"{tenant.crm} {tenant.account_id}"


def _key(config: Config) -> Finding:
    """The key that signs in to every org. Says nothing of what is in it."""
    name = "salesforce_key"
    if not config.salesforce_private_key:
        return Finding(
            name=name,
            ok=False,
            sentence="SALESFORCE_PRIVATE_KEY is empty, so the agent cannot sign in to an org.",
            advice="Make a key and a certificate as docs/connect-salesforce.md says.",
        )
    try:
        key = load_pem_private_key(config.salesforce_private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return Finding(
            name=name,
            ok=False,
            sentence="SALESFORCE_PRIVATE_KEY is no private key in PEM without a password.",
        )
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < SMALLEST_KEY:
        return Finding(
            name=name, ok=False, sentence="SALESFORCE_PRIVATE_KEY must be an RSA key of 2048 bits or more."
        )
    return Finding(
        name=name, ok=True, sentence=f"SALESFORCE_PRIVATE_KEY is an RSA key of {key.key_size} bits."
    )
