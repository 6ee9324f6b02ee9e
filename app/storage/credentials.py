"""A tenant's OAuth tokens at rest: sealed, and renewed by whoever needs them next."""

import json

from app.crm.hubspot_tokens import Tokens
from app.crm.port import AuthExpired
from app.ground.clock import from_iso, to_iso
from app.identity.vault import Vault
from app.storage import tenant as tenants
from app.storage.engine import Database


class StoredTokens:
    """The tokens of one tenant, as app.crm.hubspot_tokens.TokenStore wants them."""

    def __init__(self, database: Database, vault: Vault, tenant_id: str) -> None:
        self._database = database
        self._vault = vault
        self._tenant_id = tenant_id

    def load(self) -> Tokens:
        """The tokens, from now on under the newest key, so that older ones can be taken out of SECRET_KEYS. Raises
        AuthExpired for a tenant that was never connected."""
        with self._database.read() as connection:
            sealed = tenants.credential(connection, self._tenant_id)
        if sealed is None:
            raise AuthExpired("This account was never connected. Connect it first.")
        kept = json.loads(self._vault.open(sealed))
        renewed = self._vault.reseal(sealed)
        if renewed is not None:
            with self._database.write() as connection:
                tenants.reseal_credential(connection, self._tenant_id, sealed, renewed)
        return Tokens(
            access_token=kept["access"], refresh_token=kept["refresh"], expires_at=from_iso(kept["expires"])
        )

    def save(self, tokens: Tokens) -> None:
        sealed = self._vault.seal(
            json.dumps(
                {
                    "access": tokens.access_token,
                    "refresh": tokens.refresh_token,
                    "expires": to_iso(tokens.expires_at),
                }
            )
        )
        with self._database.write() as connection:
            tenants.save_credential(connection, self._tenant_id, sealed, tokens.expires_at)
