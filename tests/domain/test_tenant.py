from app.domain.record import CrmKind
from app.domain.tenant import Tenant


def test_two_accounts_of_different_crms_are_different_tenants():
    one = Tenant(id="1", crm=CrmKind.HUBSPOT, account_id="62515", name="Sample")
    other = Tenant(id="2", crm=CrmKind.SALESFORCE, account_id="62515", name="Sample")

    assert one != other
