"""What a mark says: the id of a view and a check word that only this installation can make, as channel bits."""

import hmac
from dataclasses import dataclass

VIEW_BITS, CHECK_BITS = 64, 32
PAYLOAD_BITS = VIEW_BITS + CHECK_BITS

MEMORY = 8
"""Bits that the encoder remembers. As many zeros at the end bring it back to its first state."""

POLYNOMIALS = (0o765, 0o671, 0o513, 0o473)
"""Each makes one coded bit of the last nine: a convolutional code of rate 1/4."""

CODED_BITS = (PAYLOAD_BITS + MEMORY) * len(POLYNOMIALS)


@dataclass(frozen=True, slots=True)
class Key:
    """An installation's tracing key. Everything about its marks follows from it: where the bits of a tile stand,
    and which check word an id has."""

    secret: bytes

    def check_word(self, view: int) -> int:
        """Nobody without the key can tell it for an id whose mark they never saw."""
        said = b"alongside view\0" + view.to_bytes(VIEW_BITS // 8, "big")
        return int.from_bytes(hmac.digest(self.secret, said, "sha256")[: CHECK_BITS // 8], "big")

    def payload(self, view: int) -> int:
        """The id with its check word."""
        return view << CHECK_BITS | self.check_word(view)

    def view_of(self, payload: int) -> int | None:
        """The id in a payload; None if the check word is not its own."""
        view, word = payload >> CHECK_BITS, payload & ((1 << CHECK_BITS) - 1)
        mine = self.check_word(view).to_bytes(CHECK_BITS // 8, "big")
        return view if hmac.compare_digest(word.to_bytes(CHECK_BITS // 8, "big"), mine) else None


def encode(payload: int) -> list[int]:
    """The payload's coded bits, most significant bit first."""
    register, coded = 0, list[int]()
    for place in range(PAYLOAD_BITS - 1, -MEMORY - 1, -1):
        bit = payload >> place & 1 if place >= 0 else 0
        register = (register << 1 | bit) & 0x1FF
        coded.extend((register & polynomial).bit_count() & 1 for polynomial in POLYNOMIALS)
    return coded
