"""The commands about certifications."""

import json
from typing import IO

import click

from app.cli_upkeep import JSON_HELP, TENANT


@click.group()
def certifications() -> None:
    """Take in what partners and their people are certified for."""


@certifications.command("import")
@click.argument("file", type=click.File("rb"))
@TENANT
@click.option("--dry-run", is_flag=True, help="Read and report; take nothing in.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def import_file(*, file: IO[bytes], tenant_id: str, dry_run: bool, as_json: bool) -> None:
    """Take in a CSV FILE of certifications. `-` reads standard input.

    Rows that make no sense are refused one by one, with the reason; all others are taken in together. Exit code 1 if
    a row was refused.
    """
    from app.running import import_certifications

    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.BadParameter("Save the file as UTF-8.", param_hint="FILE") from None
    done = import_certifications(tenant_id, text, rehearse=dry_run)
    refused = done["refused"]
    if as_json:
        click.echo(json.dumps(done))
    else:
        counts = (f"{count} {word}" for word, count in done.items() if word != "refused" and count)
        click.echo(", ".join(counts) or "No row was taken.")
        for row in refused:
            click.echo(f"Line {row['line']}: {row['reason']}", err=True)
    if refused:
        raise SystemExit(1)
