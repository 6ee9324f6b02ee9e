"""A programme as a file, for review in git: JSON or YAML, written in one order always. What is read may name values
and nothing else: no anchors, no tags, no key that stands twice."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from app.domain.programme import Programme
from app.domain.programme_form import to_json
from app.ground.errors import AppError, Reason
from app.ground.strict_yaml import Strict

LIMIT = 200_000
"""Characters: fifty rules with five thousand named accounts."""

_HEAD = "# The partner programme. Bring it in again on the page Programme, under “As a file”.\n"


class _Loader(Strict, yaml.SafeLoader):  # type: ignore[misc]  # PyYAML ships no types
    """What JSON could say, in YAML's words. Days stay texts, as in JSON, and a country called NO stays a country."""


_TEXTS = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge"}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag not in _TEXTS]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    if first not in set("yYnNoO")
}


def as_json(programme: Programme) -> str:
    return json.dumps(to_json(programme), indent=2, ensure_ascii=False)


def as_yaml(programme: Programme) -> str:
    """The same text for the same programme, so that a difference in git is a difference in the rules."""
    text: str = yaml.safe_dump(to_json(programme), sort_keys=False, allow_unicode=True, width=110)
    return _HEAD + text


def read_file(text: str) -> Mapping[str, Any]:
    """The body for `read_programme`, of JSON or YAML. Raises AppError saying where it is neither."""
    if len(text) > LIMIT:
        raise AppError(Reason.TOO_LARGE, f"A programme has at most {LIMIT:,} characters.", field="body")
    looks_like_json = text.lstrip()[:1] in ("{", "[")
    try:
        body = json.loads(text) if looks_like_json else yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else getattr(error, "lineno", 0)
        kind = "JSON" if looks_like_json else "YAML"
        where = f": look at line {line}." if line else " as the export writes it."
        raise AppError(Reason.INVALID, f"This is no {kind}{where}", field="body") from None
    if not isinstance(body, dict):
        raise AppError(Reason.INVALID, "A programme is one JSON object, or one YAML mapping.", field="body")
    return body
