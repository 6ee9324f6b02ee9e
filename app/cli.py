"""The command line. Each command imports its part late, so that no process loads more than it runs.

Exit codes: 0 done, 1 refused with a sentence on standard error, 2 wrong usage.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from app.cli_certifications import certifications
from app.cli_conflicts import audit as conflicts_audit
from app.cli_offboard import offboard
from app.cli_registrations import registrations
from app.cli_upkeep import UPKEEP, conflicts
from app.cli_verify import pdf_verifier, verify_pdf
from app.ground.errors import AppError

if TYPE_CHECKING:
    from app.domain.tenant import Tenant

F = TypeVar("F", bound=Callable[..., Any])
DATA = Path(".alongside")
JSON_HELP = "Print one JSON object instead of text."


class Refusing(click.Group):
    """Turns a refusal into its sentence and exit code 1; surprises keep their traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AppError as refusal:
            click.echo(refusal.message, err=True)
            ctx.exit(1)


EVERY = click.FloatRange(0.2, 86_400)
"""Seconds between polls: more often than five times a second only spends the CRM's limit."""


def _where_to_listen(port: int) -> Callable[[F], F]:
    """The options of a server."""

    def decorate(command: F) -> F:
        for option in (
            click.option(
                "--threads", default=8, show_default=True, type=click.IntRange(1, 256), help="Per process."
            ),
            click.option(
                "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes."
            ),
            click.option(
                "--port", default=port, show_default=True, type=click.IntRange(1, 65_535), help="Port."
            ),
            click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
        ):
            command = option(command)
        return command

    return decorate


@click.group(cls=Refusing, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alongside")
def main() -> None:
    """Partner collaboration inside the CRM record, for HubSpot and Salesforce."""


@main.command()
@click.option(
    "--port", default=5080, show_default=True, type=click.IntRange(1, 65_529), help="First of seven ports."
)
@click.option(
    "--data",
    default=DATA,
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the demo.",
)
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Workers of the agent."
)
@click.option(
    "--stand-ins-only", is_flag=True, help="Run both CRM sandboxes, Valkey and the mailbox, not Alongside."
)
@click.option("--verbose", is_flag=True, help="Print the logs of all processes.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object with every address once all is ready."
)
@click.option("--whole", is_flag=True, help="Print the addresses after the longer sample, not before.")
def demo(*, port: int, data: Path, as_json: bool, **more: Any) -> None:
    """Run everything on this machine with a sample pipeline, until Ctrl-C."""
    from app.demo.run import Options, run_demo
    from app.demo.words import describe

    options = Options(data=data, port=port, **more)

    def announce(addresses: dict[str, Any]) -> None:
        click.echo(json.dumps(addresses) if as_json else describe(addresses))
        sys.stdout.flush()

    if not as_json:
        click.echo(f"Starting in {data} …", err=True)
    run_demo(options, announce)


@main.command("import-csv")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--into", type=click.Choice(["hubspot", "salesforce"]), required=True, help="Which sandbox.")
@click.option(
    "--data",
    default=DATA,
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the running demo.",
)
@click.option("--shift-dates", is_flag=True, help="Move all dates so that the last one is today.")
@click.option("--dry-run", is_flag=True, help="Read and report; load nothing.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def import_csv(
    *, folder: Path, into: str, data: Path, shift_dates: bool, dry_run: bool, as_json: bool
) -> None:
    """Load a pipeline export (accounts, products, sales_teams, sales_pipeline as CSV) into a sandbox."""
    from app.demo.csv_import import import_folder

    done = import_folder(folder, into=into, data=data, shift=shift_dates, rehearse=dry_run)
    click.echo(json.dumps(done.to_json()) if as_json else "\n".join(done.lines()))


@main.command()
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def doctor(*, as_json: bool) -> None:
    """Go through the set-up step by step, and say what to do about what is not right.

    Exit code 1 if something is broken; what is merely not done yet is marked todo.
    """
    from app.doctor import examine

    findings = examine()
    if as_json:
        click.echo(json.dumps({"ok": all(f.ok for f in findings), "checks": [f.to_json() for f in findings]}))
    else:
        for finding in findings:
            click.echo(finding.line())
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


@main.command()
@_where_to_listen(5080)
def serve(*, host: str, port: int, workers: int, threads: int) -> None:
    """Serve cards, actions, webhooks, the Salesforce panel and the admin pages."""
    from app.running import serve_web

    serve_web(host=host, port=port, workers=workers, threads=threads)


@main.command("serve-share")
@_where_to_listen(5081)
def serve_share(*, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the share pages. Needs no secret of a CRM, and reads none."""
    from app.running import serve_share as run

    run(host=host, port=port, workers=workers, threads=threads)


@main.command()
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="RQ workers.")
@click.option(
    "--salesforce-every", default=15.0, show_default=True, type=EVERY, help="Seconds between polls."
)
@click.option("--hubspot-every", default=300.0, show_default=True, type=EVERY, help="Seconds between polls.")
def agent(*, workers: int, salesforce_every: float, hubspot_every: float) -> None:
    """Run the sync agent: workers and scheduler, until Ctrl-C."""
    from app.running import run_agent

    code = run_agent(
        workers=workers,
        salesforce_every=timedelta(seconds=salesforce_every),
        hubspot_every=timedelta(seconds=hubspot_every),
    )
    raise SystemExit(code)


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema. Running it again changes nothing."""
    from app.running import migrate as run

    run()
    click.echo("The database is up to date.")


@main.group()
def tenant() -> None:
    """Connect, list and disconnect CRM accounts."""


@tenant.command("add")
@click.option("--crm", type=click.Choice(["hubspot", "salesforce"]), required=True, help="Which CRM.")
@click.option(
    "--account-id", required=True, help="HubSpot account id, or the 18-character Salesforce org id."
)
@click.option("--name", required=True, help="The vendor's name, as partners know it.")
@click.option("--instance-url", default="", help="Salesforce: the org's My Domain address.")
@click.option("--username", default="", help="Salesforce: the integration user of the JWT bearer.")
@click.option("--admin-email", multiple=True, help="Who may open the admin pages. Repeat for several.")
@click.option(
    "--refresh-token-stdin", is_flag=True, help="HubSpot: read a refresh token from standard input."
)
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def add_tenant(
    *,
    crm: str,
    account_id: str,
    name: str,
    instance_url: str,
    username: str,
    admin_email: tuple[str, ...],
    refresh_token_stdin: bool,
    as_json: bool,
) -> None:
    """Connect a CRM account. An account that is connected already keeps its work."""
    from app.running import add_tenant as add

    added = add(
        crm=crm,
        account_id=account_id,
        name=name,
        instance_url=instance_url,
        username=username,
        admin_emails=admin_email,
        refresh_token=sys.stdin.read().strip() if refresh_token_stdin else "",
    )
    said = f"{added.name} is connected as {added.id}."
    if crm == "hubspot" and not refresh_token_stdin:
        said += " An admin of the account now opens /hubspot/oauth/start and agrees."
    click.echo(json.dumps(_shown(added)) if as_json else said)


@tenant.command("list")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def list_tenants(*, as_json: bool) -> None:
    """List the connected CRM accounts."""
    from app.running import house
    from app.tenancy import list_tenants as all_of

    found = all_of(house())
    if as_json:
        click.echo(json.dumps([_shown(one) for one in found]))
    for one in () if as_json else found:
        click.echo(f"{one.id}  {one.crm:<10}  {one.account_id:<18}  {one.name}")


@tenant.command("remove")
@click.argument("tenant_id")
@click.confirmation_option(prompt="Links, threads and plans of this account are deleted here. Go on?")
def remove_tenant(*, tenant_id: str) -> None:
    """Disconnect a CRM account. What stands in the CRM stays there."""
    from app.running import house
    from app.tenancy import remove_tenant as remove

    remove(house(), tenant_id)
    click.echo("Disconnected.")


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def trace(*, file: IO[bytes], as_json: bool) -> None:
    """Name the views that a leaked text, picture (PNG, JPEG, WebP) or PDF may come from.

    Every mark in the file is a lead and not proof: a mark can be copied. `-` reads standard input. Exit code 1 if
    there is no mark.
    """
    from app.running import trace as run

    leads, note = run(file.read())
    if as_json:
        click.echo(json.dumps({"ok": bool(leads), "leads": [lead.to_json() for lead in leads], "note": note}))
    elif leads:
        click.echo("\n".join((*(lead.line() for lead in leads), note)))
    else:
        click.echo("No mark was found. That does not show where the file is from, or not from.", err=True)
    if not leads:
        raise SystemExit(1)


@tenant.command("embed-key")
@click.argument("account_id")
def embed_key(*, account_id: str) -> None:
    """Print the key of one Salesforce org, for the External Credential Alongside Embed. Keep it secret."""
    from app.ground.config import read_config
    from app.identity.canvas_request import salesforce_id
    from app.identity.embed_key import EmbedKeys

    organization_id = salesforce_id(account_id)
    if organization_id is None:
        raise click.BadParameter("This is not the id of a Salesforce org.", param_hint="ACCOUNT_ID")
    click.echo(EmbedKeys(read_config().secret_keys).key_of(organization_id))


def _shown(found: "Tenant") -> dict[str, Any]:
    return {
        "id": found.id,
        "crm": str(found.crm),
        "account_id": found.account_id,
        "name": found.name,
        "instance_url": found.instance_url,
    }


for upkeep in (*UPKEEP, offboard, certifications, verify_pdf, pdf_verifier, registrations):
    main.add_command(upkeep)
conflicts.add_command(conflicts_audit)

if __name__ == "__main__":
    main()
