"""The options of `lnb24so reconcile`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from lnb24so.screen.terminal import Screen, Unexpected, day

if TYPE_CHECKING:
    from datetime import date

_flag = partial(click.option, is_flag=True)


def month_from(text: str) -> date:
    """Return the first day of a month such as 2026-10."""
    try:
        return day(f"{text}-01")
    except Unexpected:
        raise Unexpected("a month such as 2026-10", text) from None


@click.command()
@click.option("--month", type=month_from, metavar="YYYY-MM", help="The orders of one month.")
@click.option(
    "--by",
    type=click.Choice(["confirmed", "invoiced"]),
    help="With --month: by the day of confirmation (the default), or of the invoice.",
)
@click.option("--since", type=day, metavar="DATE", help="All from this day on.")
@_flag("--csv", "as_csv", help="Print the orders as CSV, for finance.")
@_flag("--json", "as_json", help="Print one JSON document.")
@_flag("--acknowledge", help="Take what stands now as known; it is told no more.")
@click.option("--note", metavar="TEXT", help="With --acknowledge: why.")
@click.pass_obj
def reconcile(
    screen: Screen,
    month: date | None,
    by: str | None,
    since: date | None,
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
    from .task import Options
    from .task import reconcile as compare

    options = Options(
        month=month,
        by="invoiced" if by == "invoiced" else "confirmed",
        since=since,
        as_csv=as_csv,
        as_json=as_json,
        note=note if acknowledge else None,
        quiet=screen.quiet,
    )
    return compare(screen.config(), screen.mode("reconcile", writes=acknowledge), options)
