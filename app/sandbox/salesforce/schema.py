"""The objects and fields the sandbox org has, as data. The names of the custom ones are the names the package ships.

Field types are the words of a describe answer. A field's length is characters for texts, and digits for numbers.
"""

from dataclasses import dataclass, field

TEXT_LIMIT = 255
LONG_TEXT = 32_768


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `references` names the parent object of a lookup (the first one's prefix decides for several),
    `relationship` the name its parent has in SOQL; `system` fields cannot be written."""

    name: str
    label: str
    type: str = "string"
    length: int = TEXT_LIMIT
    scale: int = 0
    values: tuple[str, ...] = ()
    restricted: bool = False
    references: tuple[str, ...] = ()
    relationship: str = ""
    required: bool = False
    unique: bool = False
    external_id: bool = False
    system: bool = False
    default: object = None

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def filterable(self) -> bool:
        return self.type != "textarea" or self.length <= TEXT_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class SObject:
    name: str
    label: str
    prefix: str
    plural: str = ""
    fields: tuple[Field, ...] = field(default=())

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")


def text(name: str, label: str, length: int = TEXT_LIMIT, *, required: bool = False) -> Field:
    return Field(name=name, label=label, length=length, required=required)


def long_text(name: str, label: str, length: int = LONG_TEXT) -> Field:
    return Field(name=name, label=label, type="textarea", length=length)


def email(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="email", length=80)


def picklist(name: str, label: str, *values: str, restricted: bool = True, required: bool = False) -> Field:
    return Field(
        name=name, label=label, type="picklist", values=values, restricted=restricted, required=required
    )


def moment(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="datetime", length=0)


def day(name: str, label: str, *, required: bool = False) -> Field:
    return Field(name=name, label=label, type="date", length=0, required=required)


def number(name: str, label: str, digits: int = 18, scale: int = 0) -> Field:
    return Field(name=name, label=label, type="double", length=digits, scale=scale)


def money(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="currency", length=18, scale=2)


def percent(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="percent", length=18, scale=2)


def flag(name: str, label: str, *, system: bool = False) -> Field:
    return Field(name=name, label=label, type="boolean", length=0, default=False, system=system)


def lookup(name: str, label: str, *to: str, relationship: str = "", required: bool = False) -> Field:
    """A reference. A custom lookup `X__c` is followed in SOQL as `X__r`, a standard `XId` as `X`."""
    followed = relationship or (name[:-3] + "__r" if name.endswith("__c") else name.removesuffix("Id"))
    return Field(
        name=name,
        label=label,
        type="reference",
        length=18,
        references=to,
        relationship=followed,
        required=required,
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

OWNER = lookup("OwnerId", "Owner ID", "User", relationship="Owner")
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
            ON_OPPORTUNITY,
            ON_ACCOUNT,
            *PARTNER,
            text("Milestone__c", "Milestone"),
            text("Title__c", "Title", required=True),
            picklist("Status__c", "Status", "Open", "Done"),
            day("Due_Date__c", "Due Date"),
            moment("Done_At__c", "Done At"),
            picklist("Owner_Side__c", "Owner Side", "Us", "Partner"),
            text("Owner_Name__c", "Step Owner"),
            email("Owner_Email__c", "Step Owner Email"),
            number("Order__c", "Order", 5),
            VISIBILITY,
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
            lookup("Partner_Account__c", "Partner Account", "Account"),
            lookup("Contact__c", "Contact", "Contact"),
            *PARTNER,
            text("Person_Name__c", "Person"),
            text("Certification_Name__c", "Certification"),
            text("Level__c", "Level", 80),
            day("Issued_On__c", "Issued On"),
            day("Expires_On__c", "Expires On"),
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
            ON_OPPORTUNITY,
            ON_ACCOUNT,
            picklist("Kind__c", "Kind", "Partner and Partner", "Partner and Direct", "Own Duplicate"),
            long_text("Sentence__c", "What Happened", 1_000),
            long_text("Evidence__c", "Evidence"),
            text("Rule__c", "Rule"),
            picklist("Status__c", "Status", "Open", "Resolved"),
            long_text("Resolution__c", "Resolution"),
            moment("Found_At__c", "Found At"),
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
)
"""What the package adds. Every row carries its external id, so a repeated write changes one row and adds none."""

OPPORTUNITY_CUSTOM = (
    percent("Margin__c", "Margin"),
    percent("Discount__c", "Discount"),
    long_text("Internal_Notes__c", "Internal Notes"),
    text("Competitor__c", "Competitor"),
    text("Product_Name__c", "Product"),
    picklist("Alongside_Registration__c", "Partner Registration", *REGISTRATION_STATES),
    moment("Alongside_Protected_Until__c", "Partner Protected Until"),
    text("Alongside_Partner__c", "Registered Partner"),
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
            text("Name", "Full Name", 121),
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
            text("Name", "Full Name", 121),
            lookup("AccountId", "Account ID", "Account"),
            OWNER,
            email("Email", "Email"),
            text("Title", "Title", 128),
            Field(name="Phone", label="Business Phone", type="phone", length=40),
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
            *OPPORTUNITY_CUSTOM,
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

SCHEMA: dict[str, SObject] = {o.name: o for o in (*STANDARD_OBJECTS, *CUSTOM_OBJECTS)}


def fields_of(object_name: str) -> dict[str, Field]:
    """Every field of an object by name, the system's own first."""
    return {f.name: f for f in (*SYSTEM_FIELDS, *SCHEMA[object_name].fields)}
