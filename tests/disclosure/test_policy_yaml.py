"""A safelist as YAML: the same text for the same policy, and nothing of what else YAML could do."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.policy import default_policy, never_reason
from app.disclosure.policy_body import read_policy
from app.disclosure.policy_yaml import LIMIT, from_yaml, to_yaml
from app.ground.errors import AppError
from tests.disclosure.strategies import ruled_policies

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@given(ruled_policies())
def test_what_was_exported_is_imported_as_it_was(policy):
    rules = [
        r
        for r in policy.exceptions.rules
        if never_reason(r.field) or not (r.partner_id or r.motion or r.stage)
    ]

    body = from_yaml(to_yaml(policy))

    if not rules:
        assert read_policy(body, 1).to_json() == policy.to_json()


def test_the_text_is_plain_and_always_the_same():
    text = to_yaml(default_policy())

    assert text == to_yaml(default_policy())
    assert "format: 2" in text
    assert "!!" not in text
    assert "&" not in text


def test_a_country_called_no_stays_a_country():
    body = from_yaml(
        "format: 2\nterritories: {object: company, field: country, partners: {p1: [NO, 1e3, on]}}"
    )

    assert body["territories"]["partners"]["p1"] == ["NO", "1e3", "on"]


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: *b",
        "[" * 5_000,
        "{a: " * 50,
        "a: 1\na: 2",
        "? [a, b]\n: c",
        "just words",
        "- a list",
        "a: b: c",
        "\x00",
        "x" * (LIMIT + 1),
    ],
    ids=[
        "bomb",
        "alias",
        "lists",
        "deep",
        "twice",
        "list key",
        "words",
        "list",
        "colons",
        "control",
        "large",
    ],
)
def test_what_is_not_ours_is_refused_at_once(text):
    start = time.process_time()

    with pytest.raises(AppError):
        from_yaml(text)

    assert time.process_time() - start < 2


def test_a_tag_makes_no_object():
    assert from_yaml("grid: !!python/object/apply:os.system [echo]") == {"grid": ["echo"]}


@given(st.text(max_size=300))
def test_any_text_gives_a_body_or_a_refusal(text):
    try:
        body = from_yaml(text)
    except AppError:
        return
    assert isinstance(body, dict)
