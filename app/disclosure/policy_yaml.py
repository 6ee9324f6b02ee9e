"""A policy as YAML, to be reviewed in git: written in one order always, and read without anything that YAML could do
beside naming values. No anchors, no tags, no guessing of types: a country called NO stays a country."""

from typing import Any

import yaml

from app.disclosure.policy import FORMAT, Policy
from app.ground.errors import AppError, Reason
from app.ground.strict_yaml import Strict

LIMIT = 256 * 1024
"""Characters: ten times what a thousand listed fields take."""

_HEAD = """\
# What partners may see. Import it again with `alongside policy import`, or on the safelist's page.
# The never-list (margin, discount, internal notes, competitor, other partners) wins over whatever stands here.
"""


class _Loader(Strict, yaml.BaseLoader):  # type: ignore[misc]  # PyYAML ships no types
    """Every scalar is a text."""


def to_yaml(policy: Policy) -> str:
    """The same text for the same policy, so that a difference in git is a difference in what partners see."""
    said = policy.exceptions.to_json()
    body = {"format": FORMAT, "grid": _plain(policy.grid_json()), **_plain(said)}
    text: str = yaml.safe_dump(body, sort_keys=True, allow_unicode=True, default_flow_style=False)
    return _HEAD + text


def from_yaml(text: str) -> dict[str, Any]:
    """The body of a policy for `read_policy`. Raises AppError for what is too large or no YAML of ours."""
    if len(text) > LIMIT:
        raise AppError(Reason.TOO_LARGE, f"A safelist has at most {LIMIT // 1024} kB.", field="yaml")
    try:
        body = yaml.load(text, _Loader)  # noqa: S506 - built on BaseLoader, which makes nothing but texts
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" See line {where.line + 1}." if where is not None else ""
        raise AppError(
            Reason.MALFORMED, f"This is not YAML as the export writes it.{line}", field="yaml"
        ) from None
    if not isinstance(body, dict):
        raise AppError(Reason.MALFORMED, "This is not an exported safelist.", field="yaml")
    return {key: _number(value) if key in ("format", "approval") else value for key, value in body.items()}


def _number(value: object) -> object:
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9  # noqa: PLR2004
    return int(str(value)) if digits else value


def _plain(value: Any) -> Any:
    """Without our enums, which YAML would write as Python objects."""
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    return str(value) if isinstance(value, str) else value
