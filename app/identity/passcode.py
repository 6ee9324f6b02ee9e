"""Passcodes of share links: made by us, told once, kept as a salted scrypt hash."""

import hashlib
import hmac
import unicodedata

from app.ground.ids import new_passcode, new_salt

_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
"""16 MB and some 40 ms for each guess; the tries are few besides."""


def make_passcode() -> tuple[str, str]:
    """A new passcode as it is told to a person, and what is stored of it."""
    said = new_passcode()
    return f"{said[:4]}-{said[4:]}", hash_passcode(said, new_salt())


def hash_passcode(passcode: str, salt: str) -> str:
    """What is stored: the salt and the hash of the letters alone, however they were typed."""
    spoken = "".join(c for c in unicodedata.normalize("NFKC", passcode).upper() if c.isalnum())
    digest = hashlib.scrypt(spoken.encode(), salt=salt.encode(), **_COST)
    return f"{salt}.{digest.hex()}"


def is_passcode(typed: str, stored: str) -> bool:
    """Whether this is the passcode, in the same time for every wrong one."""
    return hmac.compare_digest(hash_passcode(typed[:100], stored.partition(".")[0]), stored)
