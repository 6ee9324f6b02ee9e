"""The commands about the safelist: out as YAML for review in git, and in again."""

import json
from pathlib import Path
from typing import IO

import click

from app.cli_audit import JSON_HELP, TENANT


@click.group()
def policy() -> None:
    """Review what partners may see in git."""


@policy.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@TENANT
def export_policy(*, file: Path, tenant_id: str) -> None:
    """Write the safelist in force as YAML into FILE, or to standard output."""
    from app.policing import export_policy as export

    with click.open_file(str(file), "w", encoding="utf-8") as out:
        out.write(export(tenant_id))


@policy.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@TENANT
@click.option("--reason", required=True, help="Why, for those who come after you.")
@click.option("--dry-run", is_flag=True, help="Say how far it would reach; save nothing.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def import_policy(*, file: IO[str], tenant_id: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Put the safelist of FILE in force, exceptions and all. `-` reads standard input.

    A change that needs a second admin waits for one, on the admin pages.
    """
    from app.policing import import_policy as read

    done = read(tenant_id, file.read(), reason, rehearse=dry_run)
    if as_json:
        click.echo(json.dumps(done))
        return
    click.echo("\n".join([*done["sentences"], done["message"]]))
