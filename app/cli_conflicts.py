"""Looking through a whole account for conflicts."""

from pathlib import Path

import click

from app.cli_upkeep import TENANT


@click.command("audit")
@TENANT
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="The CSV file to write.",
)
def audit(*, tenant_id: str, out: Path) -> None:
    """Compare every registration that waits or protects with all others and with our own open deals.

    Reads our copy alone and changes nothing. The file holds one conflict a line, flagged or not.
    """
    from app.running import audit_conflicts

    text, count = audit_conflicts(tenant_id)
    out.write_text("\ufeff" + text, encoding="utf-8", newline="")
    click.echo(f"{count} {'conflict' if count == 1 else 'conflicts'} in {out}.")
