"""The whole job in a minute, between two systems that run inside this process."""

from __future__ import annotations

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


def run_demo(*, keep: bool) -> int:
    """Show the plan, carry stock and orders, show the plan again; return 0.

    `keep` serves both systems on until Ctrl-C, so that the printed configuration can be used.
    """
    try:
        from lnb24so.sandbox import Sandbox
    except ModuleNotFoundError:
        raise ConfigError(
            "The demo needs the sandbox. Fix: pip install 'lnb24so[sandbox]'"
        ) from None
    folder = Path(tempfile.mkdtemp(prefix="lnb24so-demo-"))
    with Sandbox() as box:
        file = folder / "config.yaml"
        file.touch(mode=0o600)
        file.write_text(box.config_text(), encoding="utf-8")
        _whole_job(file)
        click.echo(f"\nConfiguration: {file}\nLogs: {folder / 'logs'}\nState: {folder / 'state'}")
        if keep:
            click.echo(
                f"Both systems go on at {box.url} until Ctrl-C. In another window, try:\n"
                f"  lnb24so --config {file} push-orders --dry-run"
            )
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(3600)
            click.echo("Stopped.")
    return 0


def _whole_job(file: Path) -> None:
    config = load_config(file)

    def mode(task: str, *, writes: bool = True) -> Mode:
        return Mode(task, writes, Clock(), lambda _: None)

    click.secho("1. lnb24so preview: what would be done", bold=True)
    show(preview(config, mode("preview", writes=False), None), ROWS)
    click.secho("\n2. lnb24so pull-stock: levels to Le New Black", bold=True)
    show(pull_stock(config, mode("pull-stock")), ROWS)
    click.secho("\n3. lnb24so push-orders: orders to 24SevenOffice", bold=True)
    show(push_orders(config, mode("push-orders"), Selection()), ROWS)
    click.secho("\n4. lnb24so preview: only what a person must mend is left", bold=True)
    show(preview(config, mode("preview", writes=False), None), ROWS)
