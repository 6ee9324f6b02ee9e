"""The wire form of cards: strict, complete, and written down for the front-end."""

import json

import pytest

from app.ground.errors import AppError, Reason
from cards import blocks, registry, schema
from cards.blocks import to_json
from tests.cards import make


@pytest.fixture
def document():
    return json.loads(json.dumps(to_json(registry.build("plan", make.facts(), make.NOW))))


def test_the_written_json_schema_is_current():
    assert schema.PATH.read_text(encoding="utf-8") == schema.text(), "run: python -m cards.schema"


def test_the_json_schema_tells_all_fifteen_kinds_apart_by_kind():
    definitions = schema.json_schema()["$defs"]
    kinds = {model.kind for model in blocks.BLOCKS}

    assert len(kinds) == 15
    assert set(definitions["Block"]["discriminator"]["mapping"]) == kinds
    assert {definitions[m.__name__]["properties"]["kind"]["const"] for m in blocks.BLOCKS} == kinds


def test_the_json_schema_resolves_every_reference_and_closes_every_object():
    whole = schema.json_schema()
    targets = {part["$ref"] for part in _parts(whole) if "$ref" in part}

    assert targets <= {f"#/$defs/{name}" for name in whole["$defs"]}
    objects = [part for part in whole["$defs"].values() if part.get("type") == "object"]
    assert all(part["additionalProperties"] is False for part in objects)


def test_the_json_schema_names_enumerations_and_what_is_required():
    definitions = schema.json_schema()["$defs"]

    assert definitions["Tone"]["enum"] == ["neutral", "info", "success", "warning", "danger"]
    assert definitions["StepItem"]["properties"]["state"]["enum"] == ["open", "done", "late"]
    assert definitions["Form"]["required"] == ["command", "fields", "id", "kind", "submit", "title"]
    assert definitions["StepItem"]["properties"]["edit"]["anyOf"][1] == {"type": "null"}


def test_a_document_becomes_the_card_it_came_from(document):
    assert schema.load(document) == registry.build("plan", make.facts(), make.NOW)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "marquee", "text": "x"},
        {"text": "no kind"},
        {"kind": "text"},
        {"kind": "text", "text": 5},
        {"kind": "text", "text": "x", "muted": "yes"},
        {"kind": "text", "text": "x", "html": "<b>"},
        {"kind": "heading", "text": "x", "level": 7},
        {"kind": "status", "text": "x", "tone": "loud"},
        {"kind": "steps", "milestones": [{"title": "x", "state": "paused", "steps": []}]},
        {
            "kind": "form",
            "id": "f",
            "title": "t",
            "command": "c",
            "submit": "s",
            "fields": [],
            "fixed": {"a": 1},
        },
        "text",
        None,
    ],
)
def test_a_block_that_no_renderer_knows_is_refused(document, fault):
    document["blocks"].append(fault)

    with pytest.raises(AppError) as refusal:
        schema.load(document)

    assert refusal.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("document", [None, [], "card", 3, {}])
def test_what_is_no_document_at_all_is_refused(document):
    with pytest.raises(AppError) as refusal:
        schema.load(document)

    assert refusal.value.reason is Reason.MALFORMED


def _parts(value):
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _parts(part)
