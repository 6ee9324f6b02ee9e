"""What a tenant signs with, so that others can check what we say without trusting us: Ed25519, one purpose at a time.

A signature covers its purpose too, so that what was signed as one thing can never be shown as another.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.identity.vault import Vault

AUDIT_CHECKPOINT = "audit-checkpoint"
COPY = "copy"
COPY_KEY = "copy-key"

ID_DIGITS = 16
"""Hex digits of a key's name: enough to tell a tenant's few keys apart. Whoever has to be sure compares the key."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key in memory. Only `public` and `id` may be shown."""

    _secret: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, 32 bytes in base64url without padding."""
        return _text(self._secret.public_key().public_bytes_raw())

    @property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, purpose: str, message: bytes) -> str:
        """64 bytes in base64url without padding."""
        return _text(self._secret.sign(signed_bytes(purpose, message)))

    def bare(self) -> str:
        """The private key itself, for one that lives where nothing is sealed and is worth nothing tomorrow."""
        return _text(self._secret.private_bytes_raw())

    def sealed(self, vault: Vault) -> str:
        """The private key as it may be stored."""
        return vault.seal(self.bare())


def new_signing_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


def open_signing_key(vault: Vault, sealed: str) -> SigningKey:
    """Raises AppError when no key of the vault fits."""
    return read_signing_key(vault.open(sealed))


def read_signing_key(bare: str) -> SigningKey:
    """The key that `bare` told."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(_octets(bare)))


def key_id(public: str) -> str:
    """How a public key is named: the start of its SHA-256."""
    return hashlib.sha256(_octets(public)).hexdigest()[:ID_DIGITS]


def signed_bytes(purpose: str, message: bytes) -> bytes:
    """What a signature is made over. Stand-alone verifiers make the same bytes."""
    return f"alongside/{purpose}/v1\n".encode() + message


def verify(public: str, purpose: str, message: bytes, signature: str) -> bool:
    """Whether the signature was made for this purpose over these bytes by this key. Never raises."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_octets(public))
        key.verify(_octets(signature), signed_bytes(purpose, message))
    except (ValueError, InvalidSignature):
        return False
    return True


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _octets(text: str) -> bytes:
    """Raises ValueError for what is not base64url."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
