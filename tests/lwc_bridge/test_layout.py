"""What a deployment of the package may do to an org: add and change what is ours, take nothing away."""

from pathlib import Path

from app.sandbox.salesforce.schema import CUSTOM_OBJECTS

SOURCE = Path(__file__).parents[2] / "lwc_bridge" / "main" / "default"
FILES = [file.relative_to(SOURCE) for file in SOURCE.rglob("*") if file.is_file()]
OBJECTS = {made.name for made in CUSTOM_OBJECTS}
OVERWRITING = {"profiles", "settings", "standardValueSets", "globalValueSets", "sharingRules", "roles", "workflows"}
"""Metadata of the whole org: deployed, it takes the place of what the org's own people set."""


def test_no_deployment_deletes_anything() -> None:
    assert FILES
    assert not [f for f in FILES if f.name.startswith("destructiveChanges") or f.name == "package.xml"]


def test_no_setting_of_the_whole_org_is_overwritten() -> None:
    assert not OVERWRITING & {file.parts[0] for file in FILES}


def test_the_orgs_own_objects_get_fields_of_ours_and_nothing_else() -> None:
    on_theirs = [f for f in FILES if f.parts[0] == "objects" and f.parts[1] not in OBJECTS]

    assert on_theirs
    for file in on_theirs:
        assert file.parts[2] == "fields", file
        assert file.name.startswith("Alongside_"), file


def test_page_layouts_belong_to_our_objects_and_record_pages_bear_our_name() -> None:
    for file in FILES:
        if file.parts[0] == "layouts":
            assert file.name.split("-")[0] in OBJECTS, file
        if file.parts[0] == "flexipages":
            assert file.name.startswith("Alongside_"), file
