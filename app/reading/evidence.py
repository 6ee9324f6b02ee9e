"""The signed evidence of whose access ended, as a file that a reviewer checks without us."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from app.ground.clock import Clock, to_iso
from app.ground.errors import AppError, Reason
from app.identity.vault import Vault
from app.storage import checkpoint, offboarding, signing_key
from app.storage import tenant as tenants
from app.storage.engine import Database
from app.storage.published.exposures import shown_to

PURPOSE = "offboarding"
VERIFIER = Path(__file__).parents[1] / "evidence_verifier.py"

_HOW = """This pack says whose access to shared pages was ended, when, by whom, and what ended with it.

evidence.json   what happened, and the state of the audit log after it
signature.json  an Ed25519 signature over the bytes of evidence.json, and the public key
verify.py       checks the one against the other, with Python and the package `cryptography`:

    python verify.py evidence.json signature.json PUBLIC_KEY

Get PUBLIC_KEY from the vendor by another way than this file: `alongside audit export` prints it.
"""


def pack(database: Database, vault: Vault, clock: Clock, tenant_id: str, offboarding_id: str) -> bytes:
    """The evidence as a ZIP file. Raises AppError for an offboarding this tenant does not have."""
    with database.write() as connection:
        tenants.lock(connection, tenant_id)
        done = offboarding.get(connection, tenant_id, offboarding_id)
        if done is None:
            raise AppError(Reason.NOT_FOUND, "There is no such offboarding.")
        checkpoint.add(connection, tenant_id, vault, clock())
        points = checkpoint.all_of(connection, tenant_id)
        body: dict[str, Any] = {
            "alongside_offboarding": 1,
            "tenant_id": tenant_id,
            "offboarding_id": done.id,
            "partner_id": done.partner_id,
            "contact": done.email,
            "at": to_iso(done.at),
            "by": done.by,
            "reason": done.reason,
            "lifted_at": to_iso(done.lifted_at) if done.lifted_at else None,
            **done.body,
            "shown_before": shown_to(connection, tenant_id, partner_id=done.partner_id, email=done.email),
            "audit_log": {name: points[-1][name] for name in ("sequence", "hash", "key_id", "signature")}
            if points
            else None,
        }
        key = signing_key.current(connection, tenant_id, vault, clock())
    evidence = json.dumps(body, indent=2, sort_keys=True).encode()
    signature = {
        "purpose": PURPOSE,
        "key_id": key.id,
        "public_key": key.public,
        "signature": key.sign(PURPOSE, evidence),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("evidence.json", evidence)
        archive.writestr("signature.json", json.dumps(signature, indent=2, sort_keys=True))
        archive.writestr("verify.py", VERIFIER.read_bytes())
        archive.writestr("README.txt", _HOW)
    return out.getvalue()
