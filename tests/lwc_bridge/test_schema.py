"""The package's check reads what the product writes from a file; this keeps the file true."""

import json
from pathlib import Path

import pytest

from app.sandbox.salesforce.fields import Field
from app.sandbox.salesforce.schema import CUSTOM_OBJECTS
from app.sandbox.salesforce.standard import OPPORTUNITY_CUSTOM, TASK_CUSTOM

DUMP = Path(__file__).parents[2] / "lwc_bridge" / "scripts" / "schema.json"
TYPES = {
    "string": "Text",
    "textarea": "LongTextArea",
    "email": "Email",
    "url": "Url",
    "picklist": "Picklist",
    "datetime": "DateTime",
    "date": "Date",
    "double": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "reference": "Lookup",
}
SIZED = ("string", "textarea", "double", "currency")


def described(field: Field) -> dict[str, object]:
    return {
        "type": TYPES[field.type],
        "length": field.length if field.type in SIZED else 0,
        "values": list(field.values),
        "required": field.required,
        "unique": field.unique,
        "externalId": field.external_id,
    }


def dump() -> str:
    """Every field that the package ships: all of its own objects, and its own on the org's objects."""
    objects = {o.name: [f for f in o.fields if f.custom] for o in CUSTOM_OBJECTS}
    objects["Opportunity"] = [f for f in OPPORTUNITY_CUSTOM if f.name.startswith("Alongside_")]
    objects["Task"] = list(TASK_CUSTOM)
    schema = {name: {f.name: described(f) for f in fields} for name, fields in objects.items()}
    return json.dumps(schema, indent=2) + "\n"


def test_the_package_checks_against_the_fields_that_the_product_writes(
    request: pytest.FixtureRequest,
) -> None:
    if request.config.getoption("--update", default=False):
        DUMP.write_text(dump(), encoding="utf-8")

    assert DUMP.read_text(encoding="utf-8") == dump(), "run this test with --update"
