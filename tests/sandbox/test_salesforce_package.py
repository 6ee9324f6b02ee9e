"""The package and the sandbox describe the same objects, so what passes here fits a real org."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from app.sandbox.salesforce.fields import Field
from app.sandbox.salesforce.schema import CUSTOM_OBJECTS
from app.sandbox.salesforce.standard import OPPORTUNITY_CUSTOM, TASK_CUSTOM

OBJECTS = Path(__file__).parents[2] / "lwc_bridge" / "main" / "default" / "objects"
NAMESPACE = {"m": "http://soap.sforce.com/2006/04/metadata"}
TYPES = {
    "string": "Text",
    "textarea": "LongTextArea",
    "email": "Email",
    "picklist": "Picklist",
    "datetime": "DateTime",
    "date": "Date",
    "double": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "reference": "Lookup",
    "boolean": "Checkbox",
    "url": "Url",
}
SHIPPED = [
    *((o.name, [f for f in o.fields if f.custom]) for o in CUSTOM_OBJECTS),
    ("Opportunity", [f for f in OPPORTUNITY_CUSTOM if f.name.startswith("Alongside_")]),
    ("Activity", list(TASK_CUSTOM)),
]


@pytest.mark.parametrize(("folder", "fields"), SHIPPED, ids=[name for name, _ in SHIPPED])
def test_the_package_ships_the_fields_the_sandbox_has(folder: str, fields: list[Field]) -> None:
    shipped = {path.name.split(".")[0]: path for path in (OBJECTS / folder / "fields").glob("*.xml")}

    assert set(shipped) == {f.name for f in fields}
    for f in fields:
        described = ET.parse(shipped[f.name]).getroot()
        values = [e.text for e in described.findall(".//m:value/m:fullName", NAMESPACE)]
        length = described.findtext("m:length", None, NAMESPACE)
        assert described.findtext("m:type", None, NAMESPACE) == TYPES[f.type]
        assert values == list(f.values)
        assert length is None or int(length) == f.length
