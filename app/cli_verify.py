"""The commands that say whether a PDF is what was published: here, and for whoever wants to check it without us."""

import json
from pathlib import Path
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


@click.command("pdf-verifier")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--tenant", "tenant_id", required=True, help="Its id, as `alongside tenant list` prints it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def pdf_verifier(*, folder: Path, tenant_id: str, as_json: bool) -> None:
    """Write into FOLDER a program that checks saved PDFs without Alongside, and print the public key it needs.

    Tell partners the key by another way than the PDFs: print it in a contract, or put it on your web site.
    """
    from app.auditing import export_pdf_verifier

    done = export_pdf_verifier(tenant_id, folder)
    if as_json:
        click.echo(json.dumps(done))
    else:
        click.echo(f"To check: python {done['verifier']} FILE.pdf --key={done['keys'][-1]}")
