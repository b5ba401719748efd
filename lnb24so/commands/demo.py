"""The whole job in a minute, between two systems that run inside this process."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import click

from lnb24so.clock import Clock
from lnb24so.config.schema import load_config
from lnb24so.errors import ConfigError
from lnb24so.orders.types import Selection
from lnb24so.run import Mode, preview, pull_stock, push_orders
from lnb24so.screen.report import show

ROWS = 25
"""Enough of each list to see what it is about."""

NEXT = """
That was between two systems on this machine, which are gone now. What to try next:
  {program} demo --keep
      both of them stay, with a configuration for every other command
  {program} help
      what each setting, reason, event and exit code means
  "First day" in README.md
      your own two systems"""

TRY = (
    ("preview orders", "what is blocked, and why"),
    ("preview stock --code {code}", "how one level comes about"),
    ("status {reference}", "one order's whole story"),
    ("check", "what does not fit between the two systems"),
    ("preview --html page.html", "a page for the sales manager"),
)


def run_demo(*, keep: bool) -> int:
    """Show the plan, carry orders and stock as cron does, show the plan again; return 0.

    `keep` serves both systems on until Ctrl-C, so that the printed commands can be tried.
    """
    try:
        from lnb24so.sandbox import Sandbox
    except ModuleNotFoundError:
        raise ConfigError(
            "The demo needs the sandbox. Fix: pip install 'lnb24so[sandbox]'"
        ) from None
    with tempfile.TemporaryDirectory(prefix="lnb24so-demo-") as folder, Sandbox() as box:
        file = Path(folder) / "config.yaml"
        file.touch(mode=0o600)
        file.write_text(box.config_text(), encoding="utf-8")
        reference, code = _whole_job(file)
        if not keep:
            click.echo(NEXT.format(program=_program()))
            return 0
        click.echo(f"\nBoth systems go on at {box.url} until Ctrl-C. In another window, try:")
        for command, what in TRY:
            typed = command.format(reference=reference, code=code)
            click.echo(f"  {_program()} --config {file} {typed}\n      {what}")
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)
        click.echo("Stopped; the configuration and its folder are gone too.")
    return 0


def _program() -> str:
    """Return how this program is typed: by its path where it is not on the PATH."""
    started = Path(sys.argv[0])
    if shutil.which("lnb24so") or started.name != "lnb24so":
        return "lnb24so"
    return str(started.absolute())


def _whole_job(file: Path) -> tuple[str, str]:
    """Do the job; return an order that was created, and a code whose level was set."""
    config = load_config(file)

    def mode(task: str, *, writes: bool = True) -> Mode:
        return Mode(task, writes, Clock(), lambda _: None)

    click.secho("1. lnb24so preview: what would be done", bold=True)
    show(preview(config, mode("preview", writes=False), None), ROWS)
    click.secho("\n2. lnb24so push-orders: orders to 24SevenOffice", bold=True)
    orders = push_orders(config, mode("push-orders"), Selection())
    show(orders, ROWS)
    click.secho("\n3. lnb24so pull-stock: levels to Le New Black", bold=True)
    stock = pull_stock(config, mode("pull-stock"))
    show(stock, ROWS)
    click.secho("\n4. lnb24so preview: only what a person must mend is left", bold=True)
    show(preview(config, mode("preview", writes=False), None), ROWS)
    results = orders.orders.results if orders.orders else ()
    created = next((one.item.reference for one in results if one.outcome == "created"), "")
    items = stock.stock.plan.items if stock.stock else ()
    return created, next((one.code for one in items if one.action == "set"), "")
