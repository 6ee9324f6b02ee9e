"""The only place that makes ids, tokens and codes. All of them come from the system's CSPRNG."""

import hashlib
import os
import secrets
import time

_CODE_ALPHABET = "ACEFHJKLMNPRTUVWXY4679"
"""No look-alikes (0/D/O/Q, 5/3/S, 8/B, 1/I, 2/Z, G/6 keeps 6): a link code is read off a photographed page."""


def new_id() -> str:
    """A 32-character hex id that sorts by creation time (UUID version 7, RFC 9562), unique without coordination."""
    millis, rest = divmod(time.time_ns(), 1_000_000)
    # The twelve bits after the version go on with the time (RFC 9562, 6.2, method 3), so that ids made within one
    # millisecond sort too.
    fraction = rest * 4096 // 1_000_000
    tail = bytearray(os.urandom(10))
    tail[0] = (fraction >> 8) | 0x70
    tail[1] = fraction & 0xFF
    tail[2] = (tail[2] & 0x3F) | 0x80
    return millis.to_bytes(6, "big").hex() + tail.hex()


def new_token() -> str:
    """256 random bits, URL-safe (43 characters). Only its hash is ever stored."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """SHA-256 in hex: enough for a token of 256 random bits (OWASP ASVS 5.0, 6.5.2)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_one_time_code() -> str:
    """Six decimal digits. Weak alone, so callers bound the tries."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_link_code() -> str:
    """Eight characters that name a share link on its watermark. Not a secret."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(8))


def new_passcode() -> str:
    """Eight characters without look-alikes, some 35 bits: to be told by phone, and guarded by few tries."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(8))


def new_salt() -> str:
    """128 random bits in hex, so that equal secrets have different hashes."""
    return secrets.token_hex(16)


def new_view_id() -> str:
    """64 random bits in hex: names a viewing inside its marks, where every bit costs."""
    return secrets.token_hex(8)
