"""What the commands about the audit log do."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.running import house_of
from app.storage import audit, audit_export, checkpoint, signing_key
from app.storage import tenant as tenants
from app.storage.published import copy_keys

VERIFIER = Path(__file__).with_name("audit_verifier.py")
PDF_VERIFIER = Path(__file__).with_name("pdf_verifier.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`first_break` is the first row that does not fit the one before; `fault` says which checkpoint does not hold,
    and why. `unsigned` rows are newer than the last checkpoint."""

    rows: int
    checkpoints: int
    unsigned: int
    first_break: int | None
    fault: str = ""

    @property
    def ok(self) -> bool:
        return self.first_break is None and not self.fault

    def to_json(self) -> dict[str, Any]:
        return {"ok": self.ok} | asdict(self)

    def sentence(self) -> str:
        if self.first_break is not None:
            return f"The chain breaks at row {self.first_break}."
        if self.fault:
            return self.fault
        signed = (
            f"{self.checkpoints} signed checkpoints fit it; {self.unsigned} rows are newer than the last."
        )
        return f"The chain of {self.rows} rows holds. {signed}"


def verify_audit(tenant_id: str) -> Verdict:
    """Whether the tenant's audit log holds. Raises AppError for an unknown tenant."""
    with house_of(tenant_id) as (parts, tenant), parts.database.read() as connection:
        rows = audit.length(connection, tenant.id)
        points = checkpoint.all_of(connection, tenant.id)
        found = checkpoint.first_fault(connection, tenant.id)
        return Verdict(
            rows=rows,
            checkpoints=len(points),
            unsigned=max(0, rows - (points[-1]["sequence"] if points else 0)),
            first_break=audit.first_break(connection, tenant.id),
            fault=f"Checkpoint {found[0]} does not hold: {found[1]}." if found else "",
        )


def export_audit(tenant_id: str, folder: Path) -> Mapping[str, Any]:
    """The log and its verifier in `folder`, readable by their owner alone, every row covered by a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    file, verifier = folder / "audit.jsonl", folder / VERIFIER.name
    with house_of(tenant_id) as (parts, tenant):
        with parts.database.write() as connection:
            tenants.lock(connection, tenant.id)
            checkpoint.add(connection, tenant.id, parts.vault, parts.clock())
        with (
            parts.database.read() as connection,
            open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out,  # noqa: PTH123 - opened with its rights set
        ):
            out.writelines(audit_export.lines(connection, tenant.id, tenant.name, parts.clock()))
            points = checkpoint.all_of(connection, tenant.id)
            keys = list(signing_key.public_keys(connection, tenant.id).values())
            rows = audit.length(connection, tenant.id)
    verifier.write_bytes(VERIFIER.read_bytes())
    return {
        "file": str(file),
        "verifier": str(verifier),
        "rows": rows,
        "checkpoints": len(points),
        "keys": keys,
    }


def export_pdf_verifier(tenant_id: str, folder: Path) -> Mapping[str, Any]:
    """What checks a saved PDF without us, in `folder`, and the public keys to tell partners by another way."""
    folder.mkdir(parents=True, exist_ok=True)
    verifier = folder / PDF_VERIFIER.name
    with house_of(tenant_id) as (parts, tenant), parts.database.write() as connection:
        tenants.lock(connection, tenant.id)
        signing_key.current(connection, tenant.id, parts.vault, parts.clock())
        keys = list(signing_key.public_keys(connection, tenant.id).values())
    verifier.write_bytes(PDF_VERIFIER.read_bytes())
    return {"verifier": str(verifier), "keys": keys}


def renew_key(tenant_id: str) -> str:
    """The public key that signs from now on, what leaves the share pages too."""
    with house_of(tenant_id) as (parts, tenant), parts.database.write() as connection:
        tenants.lock(connection, tenant.id)
        root = signing_key.renew(connection, tenant.id, parts.vault, parts.clock())
        copy_keys.renew(connection, tenant.id, root, parts.clock())
        return root.public
