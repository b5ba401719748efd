"""The options of `lnb24so reconcile`."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import click

from .screen.terminal import Screen

_flag = partial(click.option, is_flag=True)


@click.command()
@click.option(
    "--month", type=click.DateTime(["%Y-%m"]), metavar="YYYY-MM", help="The orders of one month."
)
@click.option(
    "--by",
    type=click.Choice(["confirmed", "invoiced"]),
    help="With --month: by the day of confirmation (the default), or of the invoice.",
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="All from this day on."
)
@_flag("--csv", "as_csv", help="Print the orders as CSV, for finance.")
@_flag("--json", "as_json", help="Print one JSON document.")
@_flag("--acknowledge", help="Take what stands now as known; it is told no more.")
@click.option("--note", metavar="TEXT", help="With --acknowledge: why.")
@click.pass_obj
def reconcile(
    screen: Screen,
    month: datetime | None,
    by: str | None,
    since: datetime | None,
    as_csv: bool,
    as_json: bool,
    acknowledge: bool,
    note: str | None,
) -> int:
    """Compare everything with everything, and prove each month.

    It writes to neither system. Without --month and --since it takes the last 35 days. Exit
    code 3 says that something stands.
    """
    if month and since:
        raise click.UsageError("Give --month or --since, not both.")
    if by and not month:
        raise click.UsageError("--by needs --month.")
    if as_csv and as_json:
        raise click.UsageError("Give --csv or --json, not both.")
    if acknowledge != bool(note):
        raise click.UsageError("--acknowledge and --note TEXT go together.")
    from .commands.reconcile.task import Wanted
    from .commands.reconcile.task import reconcile as compare

    wanted = Wanted(
        month=month.date() if month else None,
        by="invoiced" if by == "invoiced" else "confirmed",
        since=since.date() if since else None,
        as_csv=as_csv,
        as_json=as_json,
        note=note if acknowledge else None,
        quiet=screen.quiet,
    )
    return compare(screen.config(), screen.mode("reconcile", writes=acknowledge), wanted)
