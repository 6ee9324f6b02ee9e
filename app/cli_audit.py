"""The commands about the audit log: check it, hand it to a reviewer, and renew the key that signs it."""

import json
from pathlib import Path

import click

JSON_HELP = "Print one JSON object instead of text."
TENANT = click.option(
    "--tenant", "tenant_id", required=True, help="Its id, as `alongside tenant list` prints it."
)


@click.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command("verify")
@TENANT
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def verify_audit(*, tenant_id: str, as_json: bool) -> None:
    """Check that no row of the audit log was changed or taken out, and that it fits its signed checkpoints.

    Exit code 1 and the number of the first broken row or checkpoint where it does not hold.
    """
    from app.auditing import verify_audit as verify

    found = verify(tenant_id)
    if as_json:
        click.echo(json.dumps(found.to_json()))
    elif found.ok:
        click.echo(found.sentence())
    else:
        click.echo(found.sentence(), err=True)
    if not found.ok:
        raise SystemExit(1)


@audit.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@TENANT
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def export_audit(*, folder: Path, tenant_id: str, as_json: bool) -> None:
    """Write the audit log into FOLDER with a verifier that needs no Alongside.

    Signs a checkpoint first, so that every row in it is covered. Tell the reviewer the public key by another way.
    """
    from app.auditing import export_audit as export

    done = export(tenant_id, folder)
    if as_json:
        click.echo(json.dumps(done))
        return
    click.echo(f"{done['rows']} rows and {done['checkpoints']} checkpoints in {done['file']}.")
    click.echo(f"To check: python {done['verifier']} {done['file']} --key={done['keys'][-1]}")


@audit.command("new-key")
@TENANT
def new_key(*, tenant_id: str) -> None:
    """Sign with a new key from now on. What older keys signed can still be checked."""
    from app.auditing import renew_key

    click.echo(renew_key(tenant_id))
