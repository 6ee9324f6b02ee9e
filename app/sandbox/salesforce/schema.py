"""Every object of the sandbox org by name. The custom ones bear the names that the package ships."""

from functools import cache

from app.sandbox.salesforce.fields import (
    Field,
    SObject,
    day,
    email,
    long_text,
    lookup,
    moment,
    money,
    number,
    picklist,
    text,
    url,
)
from app.sandbox.salesforce.standard import (
    OWNER,
    REGISTRATION_STATES,
    STANDARD_OBJECTS,
    SYSTEM_FIELDS,
    attribution,
)

AUTO_NAME = Field(name="Name", label="Number", type="string", length=80, system=True)
EXTERNAL_ID = Field(
    name="External_Id__c", label="External Id", length=64, unique=True, external_id=True, required=True
)
ON_OPPORTUNITY = lookup("Opportunity__c", "Opportunity", "Opportunity")
ON_ACCOUNT = lookup("Account__c", "Account", "Account")
PARTNER = (
    text("Partner_Name__c", "Partner"),
    text("Partner_External_Id__c", "Partner External Id", 64),
)
VISIBILITY = picklist("Visibility__c", "Visibility", "Internal", "Shared")
DATA = long_text("Data__c", "Alongside Data")
"""The whole write as it was meant, for a rebuild; the other fields are for people and reports."""


CONFLICT_KINDS = (
    "Partner and Partner",
    "Partner and Direct",
    "Own Duplicate",
    "Parent and Subsidiary",
    "Renewal and Incumbent",
)

CUSTOM_OBJECTS = (
    SObject(
        name="Partner_Message__c",
        label="Partner Message",
        plural="Partner Messages",
        prefix="a00",
        fields=(
            AUTO_NAME,
            OWNER,
            EXTERNAL_ID,
            DATA,
            ON_OPPORTUNITY,
            ON_ACCOUNT,
            *PARTNER,
            long_text("Body__c", "Body"),
            text("Author_Name__c", "Author"),
            email("Author_Email__c", "Author Email"),
            picklist("Author_Kind__c", "Author Kind", "Internal", "Partner"),
            VISIBILITY,
            moment("Sent_At__c", "Sent At"),
        ),
    ),
    SObject(
        name="Plan_Item__c",
        label="Plan Item",
        plural="Plan Items",
        prefix="a01",
        fields=(
            AUTO_NAME,
            OWNER,
            EXTERNAL_ID,
            DATA,
            ON_OPPORTUNITY,
            ON_ACCOUNT,
            *PARTNER,
            text("Milestone__c", "Milestone"),
            text("Title__c", "Title", required=True),
            picklist("Status__c", "Status", "Open", "Done", "Dropped"),
            day("Due_Date__c", "Due Date"),
            moment("Done_At__c", "Done At"),
            picklist("Owner_Side__c", "Owner Side", "Us", "Partner"),
            text("Owner_Name__c", "Step Owner"),
            email("Owner_Email__c", "Step Owner Email"),
            number("Order__c", "Order", 5),
            VISIBILITY,
            picklist("Need__c", "Need", "Required", "Optional"),
            picklist("Owner_Role__c", "Owner Role", "Person", "Deal Owner", "Main Contact", "Firm"),
            text("Due_Rule__c", "Due Rule"),
            day("Baseline_Date__c", "First Agreed For"),
            day("Proposed_Date__c", "Partner Proposes"),
            long_text("Evidence__c", "Evidence"),
            text("Task_Id__c", "Task Id", 18),
        ),
    ),
    SObject(
        name="Deal_Registration__c",
        label="Deal Registration",
        plural="Deal Registrations",
        prefix="a02",
        fields=(
            AUTO_NAME,
            OWNER,
            EXTERNAL_ID,
            DATA,
            ON_OPPORTUNITY,
            ON_ACCOUNT,
            *PARTNER,
            text("Customer_Name__c", "Customer"),
            text("Customer_Domain__c", "Customer Domain"),
            money("Amount__c", "Amount"),
            text("Amount_Text__c", "Amount as Registered", 80),
            picklist("Status__c", "Status", *REGISTRATION_STATES),
            moment("Received_At__c", "Received At"),
            moment("Decided_At__c", "Decided At"),
            text("Decided_By__c", "Decided By"),
            long_text("Decision_Reason__c", "Decision Reason"),
            moment("Protected_From__c", "Protected From"),
            moment("Protected_Until__c", "Protected Until"),
            text("Region__c", "Region", 80),
            text("Product__c", "Product"),
            picklist("Motion__c", "Motion", "New business", "Expansion", "Renewal"),
            moment("Decision_Due__c", "Decision Due"),
            text("Rule__c", "Rule"),
            text("Partner_Asks__c", "Partner Asks For", 80),
            *attribution(),
        ),
    ),
    SObject(
        name="Partner_Certification__c",
        label="Partner Certification",
        plural="Partner Certifications",
        prefix="a03",
        fields=(
            AUTO_NAME,
            OWNER,
            EXTERNAL_ID,
            DATA,
            lookup("Partner_Account__c", "Partner Account", "Account"),
            lookup("Contact__c", "Contact", "Contact"),
            *PARTNER,
            text("Person_Name__c", "Person"),
            text("Certification_Name__c", "Certification"),
            text("Level__c", "Level", 80),
            day("Issued_On__c", "Issued On"),
            day("Expires_On__c", "Expires On"),
            email("Person_Email__c", "Person's E-Mail"),
            text("Issuer__c", "Issuer"),
            picklist("Status__c", "Status", "Active", "Lapsing", "Lapsed", "Revoked"),
            text("Source__c", "Source", 40),
            text("Source_Id__c", "ID at the Source"),
            url("Evidence__c", "Evidence"),
        ),
    ),
    SObject(
        name="Channel_Conflict__c",
        label="Channel Conflict",
        plural="Channel Conflicts",
        prefix="a04",
        fields=(
            AUTO_NAME,
            OWNER,
            EXTERNAL_ID,
            DATA,
            ON_OPPORTUNITY,
            ON_ACCOUNT,
            picklist(
                "Kind__c",
                "Kind",
                "Partner and Partner",
                "Partner and Direct",
                "Own Duplicate",
                "Parent and Subsidiary",
                "Renewal and Incumbent",
            ),
            long_text("Sentence__c", "What Happened", 1_000),
            long_text("Evidence__c", "Evidence"),
            text("Rule__c", "Rule"),
            picklist("Status__c", "Status", "Open", "Resolved"),
            long_text("Resolution__c", "Resolution"),
            moment("Found_At__c", "Found At"),
            moment("Dispute_Deadline__c", "Dispute Deadline"),
            long_text("Positions__c", "Positions"),
        ),
    ),
    SObject(
        name="Share_Link__c",
        label="Share Link",
        plural="Share Links",
        prefix="a05",
        fields=(
            AUTO_NAME,
            OWNER,
            EXTERNAL_ID,
            ON_OPPORTUNITY,
            ON_ACCOUNT,
            *PARTNER,
            email("Created_For__c", "Created For"),
            text("Token_Hash__c", "Token Hash", 64),
            moment("Expires_At__c", "Expires At"),
            moment("Revoked_At__c", "Revoked At"),
            number("Views__c", "Views", 9),
            moment("Last_Viewed_At__c", "Last Viewed At"),
        ),
    ),
    SObject(
        name="Alongside_Partner__c",
        label="Alongside Partner",
        plural="Alongside Partners",
        prefix="a06",
        fields=(
            AUTO_NAME,
            OWNER,
            EXTERNAL_ID,
            DATA,
            picklist("Kind__c", "Kind", "Partner", "Person"),
            *PARTNER,
            text("Type__c", "Partner Type", 80),
            text("Level__c", "Level", 80),
            text("Level_In_Force__c", "Level in Force", 80),
            long_text("Level_Note__c", "Why This Level"),
            text("Domain__c", "Domain"),
            text("Person_Name__c", "Person"),
            text("Person_Title__c", "Title"),
            lookup("Partner_Account__c", "Partner Account", "Account"),
            lookup("Contact__c", "Contact", "Contact"),
        ),
    ),
    SObject(
        name="Deal_Partner__c",
        label="Partner on Record",
        plural="Partners on Records",
        prefix="a07",
        fields=(
            AUTO_NAME,
            OWNER,
            EXTERNAL_ID,
            DATA,
            ON_OPPORTUNITY,
            ON_ACCOUNT,
            *PARTNER,
            picklist("Status__c", "Status", "Active", "Ended"),
            moment("Since__c", "Since"),
            text("Brought_In_By__c", "Brought In By"),
        ),
    ),
)
"""What the package adds. Every row carries its external id, so a repeated write changes one row and adds none."""

SCHEMA: dict[str, SObject] = {o.name: o for o in (*STANDARD_OBJECTS, *CUSTOM_OBJECTS)}


@cache
def fields_of(object_name: str) -> dict[str, Field]:
    """Every field of an object by name, the system's own first. Made once; only read it."""
    return {f.name: f for f in (*SYSTEM_FIELDS, *SCHEMA[object_name].fields)}
