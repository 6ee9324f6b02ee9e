"""The command that ends the access of a firm or a person."""

import json
from pathlib import Path

import click


@click.command()
@click.option("--tenant", "tenant_id", required=True, help="Its id, as `alongside tenant list` prints it.")
@click.option("--partner", default="", help="The partner's id or name: everybody there.")
@click.option("--contact", default="", help="One person's e-mail address, at whichever partner.")
@click.option("--reason", required=True, help="Why, for those who come after you.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    default=Path("offboarding.zip"),
    show_default=True,
    help="Where the signed evidence goes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def offboard(*, tenant_id: str, partner: str, contact: str, reason: str, out: Path, as_json: bool) -> None:
    """End every link, session, code, open step and right of a partner or a person, and write the evidence.

    Name --partner or --contact. It holds on their next request. An admin can lift it; what ended stays ended.
    """
    from app.offboarding import offboard as run

    done = run(tenant_id, partner=partner, contact=contact, reason=reason, out=out)
    if as_json:
        click.echo(json.dumps(done))
        return
    click.echo(f"{done['message']} {done['links']} links and {done['sessions']} sessions ended.")
    click.echo(f"Signed evidence: {done['file']}")
