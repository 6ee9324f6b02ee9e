"""The most likely payload of soft coded bits: a Viterbi decoder of the code in app.tracing.code."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.tracing.code import CODED_BITS, MEMORY, PAYLOAD_BITS, POLYNOMIALS

_STATES = 1 << MEMORY


@lru_cache(maxsize=1)
def _signs() -> NDArray[np.float32]:
    """For each state and its two predecessors, the four coded bits of the step between them as +1 and -1.

    A state is the last eight bits, the newest lowest; its predecessors differ in the bit that was pushed out.
    """
    signs = np.empty((2, _STATES, len(POLYNOMIALS)), np.float32)
    for pushed_out in (0, 1):
        for state in range(_STATES):
            register = pushed_out << MEMORY | state
            for n, polynomial in enumerate(POLYNOMIALS):
                signs[pushed_out, state, n] = 1 if (register & polynomial).bit_count() & 1 else -1
    return signs


def decode(soft: NDArray[np.float32]) -> int:
    """The payload whose coded bits agree most with `soft`, which is above 0 where a bit is likely 1."""
    steps = soft.reshape(CODED_BITS // len(POLYNOMIALS), len(POLYNOMIALS))
    gains = np.einsum("psk,tk->tps", _signs(), steps)
    states = np.arange(_STATES)
    before = np.stack([states >> 1, states >> 1 | _STATES >> 1])
    score = np.full(_STATES, -np.inf, np.float32)
    score[0] = 0
    choices = np.empty((len(steps), _STATES), np.uint8)
    for step, gain in enumerate(gains):
        both = score[before] + gain
        choice = both[1] > both[0]
        choices[step] = choice
        score = np.where(choice, both[1], both[0])
    state, bits = 0, 0
    for step in range(len(steps) - 1, -1, -1):
        if step < PAYLOAD_BITS:
            bits |= (state & 1) << (PAYLOAD_BITS - 1 - step)
        state = state >> 1 | (int(choices[step, state]) << MEMORY - 1)
    return bits
