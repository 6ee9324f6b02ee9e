"""The commands about deal registrations."""

import json
from typing import IO

import click

from app.cli_upkeep import JSON_HELP, TENANT


@click.group()
def registrations() -> None:
    """Take in deal registrations."""


@registrations.command("import")
@click.argument("file", type=click.File("rb"))
@TENANT
@click.option("--partner-id", default="", help="For whom; without it a column “Partner” names each row's.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def import_file(*, file: IO[bytes], tenant_id: str, partner_id: str, as_json: bool) -> None:
    """Register each row of a CSV FILE. `-` reads standard input.

    Rows that the programme does not take are refused one by one, with what is missing. The same file sent again
    registers nothing twice. Exit code 1 if a row was refused.
    """
    from app.running import import_registrations

    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.BadParameter("Save the file as UTF-8.", param_hint="FILE") from None
    done = import_registrations(tenant_id, text, partner_id)
    if as_json:
        click.echo(json.dumps(done))
    else:
        click.echo(f"{len(done['registered'])} registered, {len(done['refused'])} refused.")
        for row in done["refused"]:
            click.echo(f"Line {row['line']}: {row['reason']}", err=True)
    if done["refused"]:
        raise SystemExit(1)
