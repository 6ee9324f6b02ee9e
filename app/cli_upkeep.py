"""The commands that look after a tenant's data: one round of the agent, rebuild, backup, restore, the audit log."""

import json
from pathlib import Path

import click

from app.cli_audit import audit
from app.cli_policy import policy

JSON_HELP = "Print one JSON object instead of text."
TENANT = click.option(
    "--tenant", "tenant_id", required=True, help="Its id, as `alongside tenant list` prints it."
)


@click.group()
def sync() -> None:
    """Synchronise with a CRM without a running agent."""


@sync.command("once")
@TENANT
def sync_once(*, tenant_id: str) -> None:
    """Do one round by polling and print, as JSON, what it read, changed, wrote and called.

    Exit code 1 if the CRM could not be read; what waits stays waiting.
    """
    from app.running import sync_once as once

    report = once(tenant_id)
    click.echo(json.dumps(report, indent=2))
    if report["trouble"]:
        raise SystemExit(1)


@sync.command("load")
@TENANT
def sync_load(*, tenant_id: str) -> None:
    """Read all companies of an account that was just connected, and show how far it is.

    The agent does this by itself. A run that was stopped goes on where it was; once all is read, nothing happens.
    """
    from app.cli_progress import Bar
    from app.running import load

    with Bar() as bar:
        read = load(tenant_id, bar.show)
    click.echo(f"{read:,} companies read. The load is complete.")


@click.command()
@TENANT
@click.option("--discard", is_flag=True, help="Delete the working copy first, and make all of it anew.")
@click.option("--force", is_flag=True, help="With --discard: also what has not reached the CRM yet.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def rebuild(*, tenant_id: str, discard: bool, force: bool, as_json: bool) -> None:
    """Restore partners, threads, plans, registrations, certifications and conflict flags from the CRM.

    Adds what is missing here and changes nothing that is held. A run that was stopped goes on where it was.
    """
    from app.running import rebuild as run

    report = run(tenant_id, discard=discard, force=force, progress=lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps(report, indent=2))
        return
    found = ", ".join(f"{count} {kind}" for kind, count in report["restored"].items() if count)
    click.echo(f"Restored: {found or 'nothing was missing'}. {report['calls']['total']} calls.")
    if report["unreadable"]:
        click.echo(f"{report['unreadable']} entries bear our mark and could not be read.", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def backup(*, file: Path, as_json: bool) -> None:
    """Write what only Alongside holds into FILE: links, views, safelists, audit logs, what waits for a CRM.

    Secrets in it stay sealed: keep SECRET_KEYS elsewhere, it is useless without them. The CRM holds the rest.
    """
    from app.running import backup as run

    _say_rows("Kept", run(file), as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def restore(*, file: Path, as_json: bool) -> None:
    """Bring a backup back into an empty database. Then run `alongside rebuild` for each tenant.

    Exit code 1 if an audit log in it does not hold.
    """
    from app.running import restore as run

    rows, broken = run(file)
    _say_rows("Restored", rows, as_json=as_json)
    for tenant_id in broken:
        click.echo(f"The audit log of {tenant_id} does not hold: alongside audit verify", err=True)
    if broken:
        raise SystemExit(1)


def _say_rows(did: str, rows: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"rows": dict(sorted(rows.items())), "total": sum(rows.values())}))
        return
    click.echo(f"{did} {sum(rows.values())} rows: " + ", ".join(f"{n} {t}" for t, n in sorted(rows.items())))


@click.group()
def conflicts() -> None:
    """Find registrations and accounts that may be one customer."""


_CSV = click.Path(path_type=Path, dir_okay=False)


@conflicts.command("match")
@click.option("--accounts", type=_CSV, required=True, help="CSV of open opportunities and registrations.")
@click.option("--registrations", type=_CSV, required=True, help="CSV of what partners submit.")
@click.option("--out", type=_CSV, required=True, help="CSV to write the pairs to.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def match_conflicts(*, accounts: Path, registrations: Path, out: Path, as_json: bool) -> None:
    """Write a row with band, probability and evidence for each pair that may be one customer."""
    from app.matching_files import match_files

    found = match_files(accounts, registrations, out)
    click.echo(json.dumps(found.to_json()) if as_json else "\n".join(found.lines()))


UPKEEP: tuple[click.Command, ...] = (sync, rebuild, backup, restore, audit, policy, conflicts)
"""What the command line offers beside running Alongside itself."""
