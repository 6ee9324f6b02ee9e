"""The standard objects of the sandbox org, with the custom fields on them."""

from app.sandbox.salesforce.fields import (
    Field,
    SObject,
    day,
    email,
    flag,
    long_text,
    lookup,
    moment,
    money,
    number,
    percent,
    picklist,
    text,
)

SYSTEM_FIELDS = (
    Field(name="Id", label="Record ID", type="id", length=18, system=True),
    Field(name="IsDeleted", label="Deleted", type="boolean", length=0, default=False, system=True),
    Field(name="CreatedDate", label="Created Date", type="datetime", length=0, system=True),
    Field(
        name="CreatedById",
        label="Created By ID",
        type="reference",
        length=18,
        references=("User",),
        relationship="CreatedBy",
        system=True,
    ),
    Field(name="LastModifiedDate", label="Last Modified Date", type="datetime", length=0, system=True),
    Field(
        name="LastModifiedById",
        label="Last Modified By ID",
        type="reference",
        length=18,
        references=("User",),
        relationship="LastModifiedBy",
        system=True,
    ),
    Field(name="SystemModstamp", label="System Modstamp", type="datetime", length=0, system=True),
)
"""Every object has them; what a user changes moves LastModifiedDate and SystemModstamp alike here."""

FULL_NAME = Field(name="Name", label="Full Name", length=121, system=True)
"""Made from first and last name; nobody writes it."""

IMPORT_KEY = Field(name="Import_Key__c", label="Import Key", length=64, unique=True, external_id=True)
"""What this org's admin made to load records from elsewhere, and to load them again without doubling them."""

OWNER = lookup("OwnerId", "Owner ID", "User", relationship="Owner")

STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
)
TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
REGISTRATION_STATES = ("Submitted", "Approved", "Refused", "Expired")


def attribution(prefix: str = "") -> tuple[Field, ...]:
    """What reports ask of a registration, on its own object and on the opportunity."""
    return (
        picklist(f"{prefix}Attribution__c", "Partner Attribution", "Sourced", "Influenced"),
        percent(f"{prefix}Partner_Share__c", "Partner Share"),
        text(f"{prefix}Incumbent__c", "Incumbent Partner"),
        text(f"{prefix}Partner_Tier__c", "Partner Tier", 80),
        text(f"{prefix}Waiting_For__c", "Partner Waits For", 80),
        moment(f"{prefix}Paused_Since__c", "Protection Paused Since"),
    )


OPPORTUNITY_CUSTOM = (
    percent("Margin__c", "Margin"),
    percent("Discount__c", "Discount"),
    long_text("Internal_Notes__c", "Internal Notes"),
    text("Competitor__c", "Competitor"),
    text("Product_Name__c", "Product"),
    picklist("Alongside_Registration__c", "Partner Registration", *REGISTRATION_STATES),
    moment("Alongside_Protected_Until__c", "Partner Protected Until"),
    text("Alongside_Partner__c", "Registered Partner"),
    picklist("Alongside_Plan_Health__c", "Partner Plan", "On Track", "At Risk", "Late", "Done"),
    picklist("Alongside_Plan_Waiting_On__c", "Partner Plan Waits For", "Us", "Partner"),
    text("Alongside_Plan_Next_Step__c", "Partner Plan Next Step"),
    day("Alongside_Plan_Next_Due__c", "Partner Plan Next Due"),
    day("Alongside_Plan_Forecast__c", "Partner Plan Forecast Close"),
    number("Alongside_Plan_Progress__c", "Partner Plan Done Percent"),
    number("Alongside_Plan_On_Time__c", "Partner Plan On Time Percent"),
    text("Alongside_Registration_Id__c", "Partner Registration Id", 64),
    moment("Alongside_Protected_From__c", "Partner Protected From"),
    *attribution("Alongside_"),
)
"""The first five are a sample of what orgs keep themselves; the package adds the `Alongside_` ones."""

TASK_CUSTOM = (text("Alongside_Step__c", "Plan Step", 64),)
"""Defined on Activity in a real org. An activity's field cannot be unique, so the plan item's External_Id__c is
what keeps a step single."""

STANDARD_OBJECTS = (
    SObject(
        name="Organization",
        label="Organization",
        prefix="00D",
        fields=(
            text("Name", "Name", 80),
            text("TimeZoneSidKey", "Time Zone", 40),
            text("InstanceName", "Instance Name", 5),
            flag("IsSandbox", "Is Sandbox"),
        ),
    ),
    SObject(
        name="User",
        label="User",
        plural="Users",
        prefix="005",
        fields=(
            text("Username", "Username", 80, required=True),
            text("FirstName", "First Name", 40),
            text("LastName", "Last Name", 80, required=True),
            FULL_NAME,
            email("Email", "Email"),
            text("Title", "Title", 80),
            text("UserType", "User Type", 40),
            text("TimeZoneSidKey", "Time Zone", 40),
            text("LocaleSidKey", "Locale", 40),
            text("LanguageLocaleKey", "Language", 40),
            flag("IsActive", "Active"),
        ),
    ),
    SObject(
        name="Account",
        label="Account",
        plural="Accounts",
        prefix="001",
        fields=(
            text("Name", "Account Name", required=True),
            OWNER,
            Field(name="Website", label="Website", type="url"),
            picklist("Industry", "Industry", restricted=False),
            picklist("Type", "Account Type", restricted=False),
            text("BillingCity", "Billing City", 40),
            text("BillingCountry", "Billing Country", 80),
            Field(name="NumberOfEmployees", label="Employees", type="int", length=8),
            money("AnnualRevenue", "Annual Revenue"),
            Field(name="Phone", label="Account Phone", type="phone", length=40),
            lookup("ParentId", "Parent Account ID", "Account"),
            long_text("Description", "Account Description", 32_000),
            IMPORT_KEY,
            long_text("Internal_Notes__c", "Internal Notes"),
        ),
    ),
    SObject(
        name="Contact",
        label="Contact",
        plural="Contacts",
        prefix="003",
        fields=(
            text("FirstName", "First Name", 40),
            text("LastName", "Last Name", 80, required=True),
            FULL_NAME,
            lookup("AccountId", "Account ID", "Account"),
            OWNER,
            email("Email", "Email"),
            text("Title", "Title", 128),
            Field(name="Phone", label="Business Phone", type="phone", length=40),
            IMPORT_KEY,
        ),
    ),
    SObject(
        name="Opportunity",
        label="Opportunity",
        plural="Opportunities",
        prefix="006",
        fields=(
            text("Name", "Name", 120, required=True),
            lookup("AccountId", "Account ID", "Account"),
            OWNER,
            picklist("StageName", "Stage", *STAGES, restricted=False, required=True),
            money("Amount", "Amount"),
            percent("Probability", "Probability (%)"),
            day("CloseDate", "Close Date", required=True),
            text("NextStep", "Next Step"),
            long_text("Description", "Description", 32_000),
            picklist("Type", "Opportunity Type", restricted=False),
            picklist("LeadSource", "Lead Source", restricted=False),
            flag("IsClosed", "Closed", system=True),
            flag("IsWon", "Won", system=True),
            IMPORT_KEY,
            *OPPORTUNITY_CUSTOM,
        ),
    ),
    SObject(
        name="OpportunityStage",
        label="Opportunity Stage",
        prefix="01J",
        fields=(
            text("ApiName", "API Name"),
            text("MasterLabel", "Master Label"),
            flag("IsActive", "Active"),
            flag("IsClosed", "Closed"),
            flag("IsWon", "Won"),
            Field(name="SortOrder", label="Order", type="int", length=4),
        ),
    ),
    SObject(
        name="OpportunityContactRole",
        label="Opportunity Contact Role",
        prefix="00K",
        fields=(
            lookup("OpportunityId", "Opportunity ID", "Opportunity", required=True),
            lookup("ContactId", "Contact ID", "Contact", required=True),
            text("Role", "Role", 40),
            flag("IsPrimary", "Primary"),
        ),
    ),
    SObject(
        name="Task",
        label="Task",
        plural="Tasks",
        prefix="00T",
        fields=(
            text("Subject", "Subject"),
            day("ActivityDate", "Due Date Only"),
            picklist("Status", "Status", *TASK_STATUSES, restricted=False),
            picklist("Priority", "Priority", "High", "Normal", "Low", restricted=False),
            lookup("WhatId", "Related To ID", "Opportunity", "Account", relationship="What"),
            lookup("WhoId", "Name ID", "Contact", relationship="Who"),
            OWNER,
            long_text("Description", "Description", 32_000),
            flag("IsClosed", "Closed", system=True),
            *TASK_CUSTOM,
        ),
    ),
    SObject(
        name="ContentDocument",
        label="Content Document",
        prefix="069",
        fields=(
            text("Title", "Title", required=True),
            text("FileType", "File Type", 20),
            text("FileExtension", "File Extension", 40),
            Field(name="ContentSize", label="Size", type="int", length=9),
            lookup(
                "LatestPublishedVersionId",
                "Latest Version ID",
                "ContentVersion",
                relationship="LatestPublishedVersion",
            ),
            OWNER,
        ),
    ),
    SObject(
        name="ContentVersion",
        label="Content Version",
        prefix="068",
        fields=(
            lookup("ContentDocumentId", "Content Document ID", "ContentDocument"),
            text("Title", "Title", required=True),
            text("PathOnClient", "Path On Client", 500),
            text("FileType", "File Type", 20),
            text("FileExtension", "File Extension", 40),
            Field(name="ContentSize", label="Size", type="int", length=9),
            flag("IsLatest", "Is Latest"),
            Field(name="VersionData", label="Version Data", type="base64", length=50_000_000),
        ),
    ),
    SObject(
        name="ContentDocumentLink",
        label="Content Document Link",
        prefix="06A",
        fields=(
            lookup("ContentDocumentId", "Content Document ID", "ContentDocument", required=True),
            lookup("LinkedEntityId", "Linked Entity ID", "Opportunity", "Account", required=True),
            picklist("ShareType", "Share Type", "V", "C", "I"),
        ),
    ),
)
