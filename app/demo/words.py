"""What `alongside demo` prints for a person."""

from typing import Any

ROWS = (
    ("hubspot", "HubSpot sandbox"),
    ("salesforce", "Salesforce sandbox"),
    ("web", "Alongside"),
    ("admin", "Admin pages"),
    ("share", "Share pages"),
    ("mailbox", "Mailbox"),
)


def describe(addresses: dict[str, Any]) -> str:
    """The addresses in the order in which one looks at them, and how to stop."""
    records = addresses.get("records", {})
    lines = ["", "Alongside is ready.", ""]
    lines += [
        f"  A deal in {label:<15} {records[crm]['url']}"
        for crm, label in (("hubspot", "HubSpot"), ("salesforce", "Salesforce"))
        if crm in records
    ]
    lines += [
        f"  {label:<25} {addresses[name]}"
        for name, label in (("share_link", "A share link"), ("form_link", "Registration form"))
        if addresses.get(name)
    ]
    lines.append("")
    lines += [f"  {label:<25} {addresses[name]}" for name, label in ROWS]
    return "\n".join([*lines, "", "Ctrl-C stops everything. The data stays for the next start."])
