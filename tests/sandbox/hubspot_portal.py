"""People and addresses that the tests of the HubSpot pages share."""

from app.sandbox.record_pages.hubspot_proxy import CrmUser

USERS = (
    CrmUser(id=11, email="sarah@alongside.example", first_name="Sarah", last_name="Seller"),
    CrmUser(id=12, email="ben@alongside.example", first_name="Ben", last_name="Okafor"),
    CrmUser(id=13, email="ada@alongside.example", first_name="Ada", last_name="Admin", role="Admin"),
)
