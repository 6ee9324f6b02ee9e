"""Ends the access of a firm or a person, and packs the signed evidence of it."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.bootstrap import House
from app.domain.actor import Actor, ActorKind
from app.ground.clock import to_iso
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.running import house_of
from app.storage import checkpoint, offboarding, signing_key
from app.storage import tenant as tenants
from app.storage.published.exposures import shown_to

PURPOSE = "offboarding"
VERIFIER = Path(__file__).with_name("evidence_verifier.py")

_HOW = """This pack says whose access to shared pages was ended, when, by whom, and what ended with it.

evidence.json   what happened, and the state of the audit log after it
signature.json  an Ed25519 signature over the bytes of evidence.json, and the public key
verify.py       checks the one against the other, with Python and the package `cryptography`:

    python verify.py evidence.json signature.json PUBLIC_KEY

Get PUBLIC_KEY from the vendor by another way than this file: `alongside audit export` prints it.
"""


def pack(house: House, tenant_id: str, offboarding_id: str) -> bytes:
    """The evidence as a ZIP file. Raises AppError for an offboarding this tenant does not have."""
    with house.database.write() as connection:
        tenants.lock(connection, tenant_id)
        done = offboarding.get(connection, tenant_id, offboarding_id)
        if done is None:
            raise AppError(Reason.NOT_FOUND, "There is no such offboarding.")
        checkpoint.add(connection, tenant_id, house.vault, house.clock())
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
        key = signing_key.current(connection, tenant_id, house.vault, house.clock())
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


def offboard(tenant_id: str, *, partner: str, contact: str, reason: str, out: Path) -> Mapping[str, Any]:
    """What ended; the pack stands in `out`. `partner` is an id or a name. Raises AppError."""
    with house_of(tenant_id) as (house, tenant):
        fields = {"partner_id": _partner_id(house, tenant.id, partner), "contact": contact, "reason": reason}
        actor = Actor(kind=ActorKind.SYSTEM, id="command-line", name="Command line")
        done = house.executor().run(tenant.id, actor, "partner.offboard", None, fields, new_id())
        offboarding_id = str(done.result["offboarding_id"])
        out.write_bytes(pack(house, tenant.id, offboarding_id))
    return {**done.result, "message": done.message, "file": str(out)}


def _partner_id(house: House, tenant_id: str, partner: str) -> str:
    from app.storage import partner as partners

    if not partner:
        return ""
    with house.database.read() as connection:
        known = partners.get(connection, tenant_id, partner) or partners.by_name(
            connection, tenant_id, partner
        )
    if known is None:
        raise AppError(Reason.NOT_FOUND, f"There is no partner called {partner!r}.")
    return known.id
