"""The command that says whether a PDF is what was published."""

import json
from typing import IO

import click


@click.command("verify-pdf")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def verify_pdf(*, file: IO[bytes], as_json: bool) -> None:
    """Say whether FILE is, byte for byte, a PDF that a share page made, for whom and when.

    Exit code 1 if it is not: it was changed, printed anew, or made by somebody else.
    """
    from app.bootstrap import build
    from app.ground.clock import to_iso
    from app.ground.config import read_config
    from app.storage.published.copies import copy_of

    house = build(read_config())
    try:
        with house.database.read() as connection:
            found = copy_of(connection, file.read())
    finally:
        house.database.close()
    if as_json:
        told = {"viewer": found.email, "link": found.code, "at": to_iso(found.at)} if found else {}
        click.echo(json.dumps({"genuine": found is not None, **told}))
    elif found:
        click.echo(f"Genuine: made for {found.email} over link {found.code} at {to_iso(found.at)}.")
    else:
        click.echo("Not genuine: no share page made this file as it is.")
    if found is None:
        raise SystemExit(1)
