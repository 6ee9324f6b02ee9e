"""A signature says one thing, by one key, for one purpose."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from app.ground.errors import AppError
from app.identity.signing_key import (
    AUDIT_CHECKPOINT,
    COPY,
    key_id,
    new_signing_key,
    open_signing_key,
    verify,
)
from app.identity.vault import Vault

KEY = new_signing_key()


def test_what_was_signed_verifies_with_the_public_key_alone():
    signature = KEY.sign(COPY, b"what was published")

    assert verify(KEY.public, COPY, b"what was published", signature)
    assert KEY.id == key_id(KEY.public)


@given(st.binary(max_size=200), st.integers(min_value=0))
def test_one_flipped_bit_of_the_message_is_found(message, where):
    signature = KEY.sign(COPY, message)
    changed = bytearray(message or b"\0")
    changed[where % len(changed)] ^= 1 << where % 8

    assert not verify(KEY.public, COPY, bytes(changed), signature)


def test_a_signature_of_one_purpose_is_none_of_another():
    assert not verify(KEY.public, COPY, b"row", KEY.sign(AUDIT_CHECKPOINT, b"row"))


def test_another_key_does_not_verify():
    assert not verify(new_signing_key().public, COPY, b"row", KEY.sign(COPY, b"row"))


@given(st.text(st.characters(), max_size=100), st.text(st.characters(), max_size=100))
def test_no_key_and_no_signature_of_any_shape_makes_verifying_fail(public, signature):
    assert not verify(public, COPY, b"row", signature)
    assert not verify(KEY.public, COPY, b"row", signature)


def test_a_sealed_key_is_the_same_key_and_opens_with_no_other_secret():
    vault = Vault([Fernet.generate_key().decode()])
    sealed = KEY.sealed(vault)

    assert open_signing_key(vault, sealed).public == KEY.public
    with pytest.raises(AppError):
        open_signing_key(Vault([Fernet.generate_key().decode()]), sealed)
