"""Connecting and disconnecting CRM accounts: from the command line and from HubSpot's OAuth."""

from app.bootstrap import House
from app.crm.hubspot_tokens import Tokens as HubspotTokens
from app.crm.hubspot_tokens import exchange_code
from app.disclosure.policy import default_policy
from app.domain.record import CrmKind
from app.domain.tenant import Tenant
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import policy as policies
from app.storage import signing_key
from app.storage import tenant as tenants
from app.storage.credentials import StoredTokens
from app.storage.published import copy_keys
from app.storage.published.links import set_face
from sync import poll


def add_tenant(
    house: House,
    *,
    crm: CrmKind,
    account_id: str,
    name: str,
    instance_url: str = "",
    username: str = "",
    admin_emails: tuple[str, ...] = (),
    brand_color: str = "",
    tokens: HubspotTokens | None = None,
) -> Tenant:
    """The connected account, with the cautious default policy in force, and keys to sign with. An account that is
    known already keeps its work, takes the new tokens and gets the admins added. Raises AppError for values that
    cannot be right."""
    _check(crm, account_id, instance_url)
    with house.database.write() as connection:
        tenant = tenants.by_account(connection, crm, account_id)
        if tenant is None:
            tenant = Tenant(
                id=new_id(),
                crm=crm,
                account_id=account_id,
                name=name,
                instance_url=instance_url,
                admin_emails=tuple(email.lower() for email in admin_emails),
                brand_color=brand_color,
                logo_text=name,
            )
            tenants.add(connection, tenant, username=username, at=house.clock())
            set_face(connection, tenant.id, name, brand_color or tenants.DEFAULT_COLOR)
            policies.save(
                connection, tenant.id, default_policy(), "Alongside", "The cautious start", house.clock()
            )
            # From the first PDF on: nobody waits for a checkpoint of the audit log. The agent keeps it up.
            root = signing_key.current(connection, tenant.id, house.vault, house.clock())
            copy_keys.renew(connection, tenant.id, root, house.clock())
        else:
            tenants.add_admins(connection, tenant, admin_emails)
        tenants.set_trouble(connection, tenant.id, "")
    if tokens is not None:
        StoredTokens(house.database, house.vault, tenant.id).save(tokens)
    house.budgets.of(tenant.id).resume()  # what waited because of the lost access goes on at once
    return tenant


def connect_hubspot(house: House, code: str, redirect_uri: str) -> Tenant:
    """The account that an admin agreed to, read for the first time; who agreed is its first admin here.

    Raises CrmError when HubSpot takes the code back or does not answer.
    """
    config = house.config
    granted = exchange_code(
        config.hubspot_api_origin,
        config.hubspot_client_id,
        config.hubspot_client_secret,
        code=code,
        redirect_uri=redirect_uri,
        clock=house.clock,
    )
    tenant = add_tenant(
        house,
        crm=CrmKind.HUBSPOT,
        account_id=granted.portal_id,
        name=f"HubSpot account {granted.portal_id}",
        tokens=granted.tokens,
    )
    poll.first_load(house.agent(), tenant)
    with house.database.write() as connection:
        agreed = [o.email for o in tenants.owners(connection, tenant.id) if o.user_id == granted.user_id]
        tenants.add_admins(connection, tenant, agreed)
    return tenant


def list_tenants(house: House) -> list[Tenant]:
    with house.database.read() as connection:
        return tenants.all_of(connection)


def remove_tenant(house: House, tenant_id: str) -> None:
    """After this nothing of the tenant is left here; the CRM keeps what is the CRM's."""
    with house.database.write() as connection:
        if tenants.by_id(connection, tenant_id) is None:
            raise AppError(Reason.UNKNOWN_TENANT, "There is no such tenant.")
        tenants.remove(connection, tenant_id)


def _check(crm: CrmKind, account_id: str, instance_url: str) -> None:
    if crm is CrmKind.HUBSPOT and not account_id.isdigit():
        raise AppError(Reason.INVALID, "A HubSpot account id is a number.", field="account_id")
    if crm is CrmKind.SALESFORCE:
        if len(account_id) != 18 or not account_id.isalnum():  # noqa: PLR2004 - Salesforce's long ids
            raise AppError(
                Reason.INVALID, "A Salesforce org id has 18 letters and digits.", field="account_id"
            )
        if not instance_url.startswith("https://"):
            raise AppError(
                Reason.INVALID,
                "Give the org's My Domain address, https://….my.salesforce.com.",
                field="instance_url",
            )
