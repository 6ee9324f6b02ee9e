"""The wire form of cards as marshmallow schemas, derived from the block dataclasses and nothing else.

`python -m cards.schema` writes the JSON Schema that the HubSpot front-end makes its types of.
"""

import json
import sys
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from marshmallow import RAISE, Schema, ValidationError, post_load, validate
from marshmallow import fields as wire

from app.ground.errors import AppError, Reason
from cards.blocks import BLOCKS, Block, Card

PATH = Path(__file__).with_name("blocks.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Json = dict[str, Any]


class _Document(Schema):
    """The schema of one dataclass; loading gives that dataclass."""

    model: type[Any]

    class Meta:
        unknown = RAISE

    @post_load
    def make(self, data: Json, **_: Any) -> Any:
        data.pop("kind", None)
        return self.model(**data)


class _Text(wire.String):
    """Text only: marshmallow itself would take bytes for text."""

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return super()._deserialize(value, *rest, **options)


class _Flag(wire.Boolean):
    """true or false only: marshmallow itself would take "yes" and 1."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class _Many(wire.List[Any]):
    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> Any:
        return tuple(super()._deserialize(value, *rest, **options))


class _AnyBlock(wire.Field[Any]):
    """One block of any kind; `kind` decides which."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        kind = value.get("kind") if isinstance(value, dict) else None
        model = next((block for block in BLOCKS if block.kind == kind), None)
        if model is None:
            raise ValidationError("This is no kind of block.")
        return schema_of(model)().load(value)


_SCHEMAS: dict[type[Any], type[_Document]] = {}


def schema_of(model: type[Any]) -> type[_Document]:
    """The marshmallow schema of a block, of a part of one, or of Card."""
    if model not in _SCHEMAS:
        hints = get_type_hints(model)
        members: Json = {}
        if issubclass(model, Block):
            members["kind"] = _Text(required=True, validate=validate.Equal(model.kind))
        members |= {f.name: _wire_field(hints[f.name], f) for f in fields(model)}
        _SCHEMAS[model] = type(f"{model.__name__}Schema", (_Document,), {**members, "model": model})
    return _SCHEMAS[model]


def load(document: object) -> Card:
    """The card that a JSON document holds. Raises AppError when it is not one."""
    try:
        return cast("Card", schema_of(Card)().load(cast("Json", document)))
    except ValidationError as error:
        raise AppError(Reason.MALFORMED, f"This is no card document: {error.messages}.") from error


def _wire_field(hint: Any, source: Field[Any] | None = None) -> wire.Field[Any]:
    options = _options(source)
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (inner,) = (arg for arg in args if arg is not NoneType)
        field = _wire_field(inner, source)
        field.allow_none = True
        return field
    if origin is Literal:
        base = wire.Integer(strict=True, **options) if isinstance(args[0], int) else _Text(**options)
        base.validators.append(validate.OneOf(args))
        return base
    if origin is tuple:
        if args[-1] is Ellipsis:
            return _Many(_wire_field(args[0]), **options)
        return wire.Tuple(tuple(_wire_field(arg) for arg in args), **options)
    if origin is dict:
        return wire.Dict(keys=_Text(), values=_Text(), **options)
    return _plain_field(hint, options)


def _plain_field(hint: Any, options: Json) -> wire.Field[Any]:
    if hint is Block:
        return _AnyBlock(**options)
    if is_dataclass(hint):
        return wire.Nested(schema_of(cast("type[Any]", hint)), **options)
    if issubclass(hint, StrEnum):
        return wire.Enum(hint, by_value=True, **options)
    plain: dict[type[Any], Any] = {
        str: lambda: _Text(**options),
        bool: lambda: _Flag(**options),
        int: lambda: wire.Integer(strict=True, **options),
        float: lambda: wire.Float(allow_nan=False, **options),
    }
    return cast("wire.Field[Any]", plain[hint]())


def _options(source: Field[Any] | None) -> Json:
    if source is None:
        return {}
    if source.default is not MISSING:
        return {"load_default": source.default}
    if source.default_factory is not MISSING:
        return {"load_default": source.default_factory}
    return {"required": True}


def json_schema() -> Json:
    """The JSON Schema of a card: a union of blocks told apart by `kind`, every part a named definition."""
    definitions: Json = {}
    for model in BLOCKS:
        _define(schema_of(model), definitions)
    definitions["Block"] = {
        "oneOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in BLOCKS],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {model.kind: f"#/$defs/{model.__name__}" for model in BLOCKS},
        },
    }
    _define(schema_of(Card), definitions)
    return {"$schema": DIALECT, "$ref": "#/$defs/Card", "$defs": dict(sorted(definitions.items()))}


def _define(schema: type[_Document], definitions: Json) -> Json:
    name = schema.model.__name__
    if name not in definitions:
        definitions[name] = {}  # stands for itself while its parts are written
        declared = schema().fields
        definitions[name] = {
            "type": "object",
            "properties": {key: _describe(field, definitions) for key, field in declared.items()},
            "required": sorted(key for key, field in declared.items() if field.required),
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _describe(field: wire.Field[Any], definitions: Json) -> Json:
    shape = _shape(field, definitions)
    if field.allow_none:
        return {"anyOf": [shape, {"type": "null"}]}
    default = field.load_default
    if field.required or callable(default) or not isinstance(default, str | int | float | bool):
        return shape
    return shape if "$ref" in shape else {**shape, "default": default}


def _shape(field: wire.Field[Any], definitions: Json) -> Json:
    for checker in field.validators:
        if isinstance(checker, validate.Equal):
            return {"const": checker.comparable}
        if isinstance(checker, validate.OneOf):
            return {"enum": list(checker.choices)}
    if isinstance(field, wire.List | wire.Tuple | wire.Dict):
        return _container(field, definitions)
    if isinstance(field, wire.Nested):
        return _define(cast("type[_Document]", type(field.schema)), definitions)
    if isinstance(field, wire.Enum):
        definitions[field.enum.__name__] = {"enum": [member.value for member in field.enum]}
        return {"$ref": f"#/$defs/{field.enum.__name__}"}
    return dict(_TYPES[type(field)])


def _container(field: wire.List[Any] | wire.Tuple | wire.Dict, definitions: Json) -> Json:
    if isinstance(field, wire.List):
        return {"type": "array", "items": _shape(field.inner, definitions)}
    if isinstance(field, wire.Tuple):
        parts = [_shape(part, definitions) for part in field.tuple_fields]
        return {"type": "array", "prefixItems": parts, "items": False, "minItems": len(parts)}
    return {"type": "object", "additionalProperties": {"type": "string"}}


_TYPES: dict[type[Any], Json] = {
    _Text: {"type": "string"},
    _Flag: {"type": "boolean"},
    _AnyBlock: {"$ref": "#/$defs/Block"},
    wire.Integer: {"type": "integer"},
    wire.Float: {"type": "number"},
}


def text() -> str:
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{PATH.name} written\n")
