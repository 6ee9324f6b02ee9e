import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tracing import viterbi
from app.tracing.code import CODED_BITS, PAYLOAD_BITS, Key, encode

KEY = Key(b"a key for tests")
views = st.integers(0, 2**64 - 1)


def soft(payload: int) -> np.ndarray:
    return np.array(encode(payload), np.float32) * 2 - 1


@given(views)
def test_what_was_encoded_is_read_back(view):
    payload = KEY.payload(view)

    assert viterbi.decode(soft(payload)) == payload
    assert KEY.view_of(payload) == view


@given(views, st.sets(st.integers(0, CODED_BITS - 1), max_size=10))
def test_up_to_ten_wrong_bits_anywhere_are_mended(view, wrong):
    bits = soft(KEY.payload(view))
    bits[list(wrong)] *= -1

    assert viterbi.decode(bits) == KEY.payload(view)


@given(views, st.integers(0, PAYLOAD_BITS - 1))
def test_one_bit_off_fails_the_check(view, place):
    assert KEY.view_of(KEY.payload(view) ^ 1 << place) is None


@given(views)
def test_another_installations_key_does_not_check(view):
    assert Key(b"another key").view_of(KEY.payload(view)) is None


def test_noise_is_never_a_mark():
    noise = np.random.default_rng(1).normal(size=(500, CODED_BITS)).astype(np.float32)

    assert [view for each in noise if (view := KEY.view_of(viterbi.decode(each))) is not None] == []


@pytest.mark.parametrize(("payload", "coded"), [(0, 0), (1, 24)])
def test_the_code_has_the_free_distance_it_is_chosen_for(payload, coded):
    """Two payloads that differ in one bit differ in as many coded bits as the polynomials have ones."""
    assert sum(encode(payload)) == coded
