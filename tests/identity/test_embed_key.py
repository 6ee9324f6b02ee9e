"""The key of one org's Apex."""

import base64

import pytest

from app.ground.errors import AppError
from app.identity.embed_key import EmbedKeys

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
OTHER_KEY = base64.urlsafe_b64encode(b"o" * 32).decode()
ORG, OTHER_ORG = "00D5g00000SamplEAA", "00D5g00000Other1AA"


def test_a_key_is_good_for_its_own_org_only() -> None:
    keys = EmbedKeys([KEY])

    assert keys.matches(ORG, keys.key_of(ORG))
    assert not keys.matches(OTHER_ORG, keys.key_of(ORG))


@pytest.mark.parametrize("presented", ["", "x", "ÿ測", KEY])
def test_another_text_is_no_key(presented: str) -> None:
    assert not EmbedKeys([KEY]).matches(ORG, presented)


def test_the_old_key_is_good_until_its_secret_is_dropped() -> None:
    old = EmbedKeys([KEY]).key_of(ORG)

    assert EmbedKeys([OTHER_KEY, KEY]).matches(ORG, old)
    assert EmbedKeys([OTHER_KEY, KEY]).key_of(ORG) != old
    assert not EmbedKeys([OTHER_KEY]).matches(ORG, old)


def test_there_is_no_key_without_a_secret() -> None:
    with pytest.raises(AppError):
        EmbedKeys([])
