"""Seals what must be read back but never lie open: CRM tokens, links a repeated command has to answer again."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.ground.errors import AppError, Reason


class Vault:
    """The newest key seals, all keys open, so that keys can be rotated one at a time."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises AppError without a key: there is no unsealed mode."""
        if not keys:
            raise AppError(Reason.INVALID, "SECRET_KEYS must hold at least one Fernet key.")
        self._newest = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def reseal(self, sealed: str) -> str | None:
        """The same secret under the newest key; None if that key sealed it. Raises AppError when no key fits."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.open(sealed))
        return None

    def open(self, sealed: str) -> str:
        """Raises AppError when no key fits: the key that sealed it was taken out of SECRET_KEYS."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise AppError(
                Reason.INTERNAL, "A stored secret cannot be opened with today's SECRET_KEYS."
            ) from None
