"""The key with which one Salesforce org proves that a code is asked for by its own Apex.

Derived from SECRET_KEYS, so nothing is stored: the org keeps its copy in an External Credential, which no Apex and no
person can read back. An HMAC over the body would need the key inside Apex, where every author of the org could.
"""

import base64
import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.ground.errors import AppError, Reason


class EmbedKeys:
    """One key per org. The newest of SECRET_KEYS makes it, each of them is accepted, so they rotate one by one."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        """`secret_keys` are Fernet keys, newest first. Raises AppError without one."""
        if not secret_keys:
            raise AppError(Reason.INVALID, "SECRET_KEYS must hold at least one key.")
        self._secrets = tuple(base64.urlsafe_b64decode(key) for key in secret_keys)

    def key_of(self, organization_id: str) -> str:
        """What the admin of this org enters into the External Credential."""
        return _derived(self._secrets[0], organization_id)

    def matches(self, organization_id: str, presented: str) -> bool:
        """Whether `presented` is a key of this org. Every key is tried, in constant time."""
        right = False
        for secret in self._secrets:
            right |= hmac.compare_digest(_derived(secret, organization_id).encode(), presented.encode())
        return right


def _derived(secret: bytes, organization_id: str) -> str:
    info = f"alongside/embed/{organization_id}".encode()
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret)
    return base64.urlsafe_b64encode(key).decode().rstrip("=")
