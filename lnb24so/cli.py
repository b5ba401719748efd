"""The commands and their options. What they do is elsewhere, imported when it is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import __version__

if TYPE_CHECKING:
    from .config import Config
    from .run import Mode, Report

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Screen:
    """The options that belong to no single command."""

    def __init__(self, config: Path | None, verbose: bool, quiet: bool) -> None:
        self._config = config
        self._verbose = verbose
        self.quiet = quiet

    def config(self) -> Config:
        """Return the configuration, from wherever it is."""
        import os

        from .config import find_config, load_config

        return load_config(find_config(self._config, os.environ, Path.cwd()))

    def mode(self, task: str, *, writes: bool) -> Mode:
        """Return how a task runs on this screen."""
        from .clock import Clock
        from .run import Mode

        echo = sys.stderr if self._verbose else None
        return Mode(task, writes, Clock(), lambda words: click.echo(words, err=True), echo)

    def answer(self, report: Report, *, as_json: bool) -> int:
        """Print a run's answer, and return its exit code.

        A real run that is not asked for JSON says nothing in a pipe: cron mails what is printed.
        """
        from .report import document, print_json, show

        if as_json:
            print_json(document(report))
        elif not self.quiet and (report.dry_run or sys.stdout.isatty()):
            show(report)
        return report.exit_code


@click.group(context_settings=HELP)
@click.version_option(__version__, prog_name="lnb24so", message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Configuration file. Default: $LNB24SO_CONFIG, ./config.yaml, /etc/lnb24so/config.yaml.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show each log line as it is written.")
@click.option("-q", "--quiet", is_flag=True, help="Print no answer, only what needs a person.")
@click.pass_context
def cli(context: click.Context, config: Path | None, verbose: bool, quiet: bool) -> None:
    """Stock from 24SevenOffice to Le New Black, orders from Le New Black to 24SevenOffice."""
    context.obj = Screen(config, verbose, quiet)


def _dry_run(command: Callable[..., int]) -> Callable[..., int]:
    return click.option(
        "-n", "--dry-run", is_flag=True, help="Show what would be done; write nothing."
    )(command)


def _json(command: Callable[..., int]) -> Callable[..., int]:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


@cli.command("pull-stock")
@_dry_run
@_json
@click.option("--all", "send_all", is_flag=True, help="Send unchanged levels too.")
@click.option("--accept-drop", is_flag=True, help="Send although a drop guard would stop it.")
@click.pass_obj
def pull_stock(
    screen: Screen, dry_run: bool, as_json: bool, send_all: bool, accept_drop: bool
) -> int:
    """Carry stock levels from 24SevenOffice to Le New Black."""
    from . import run

    mode = screen.mode("pull-stock", writes=not dry_run)
    report = run.pull_stock(screen.config(), mode, send_all=send_all, accept_drop=accept_drop)
    return screen.answer(report, as_json=as_json)


@cli.command("push-orders")
@_dry_run
@_json
@click.option("--order", "references", multiple=True, metavar="REF", help="Only this order.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Create at most N orders; passes the limit orders.max_per_run.",
)
@click.option(
    "--any-status", is_flag=True, help="With --order: take it in another status than the usual."
)
@click.option(
    "--baseline", is_flag=True, help="Send nothing; mark all that waits now as not to be sent."
)
@click.pass_obj
def push_orders(
    screen: Screen,
    dry_run: bool,
    as_json: bool,
    references: tuple[str, ...],
    limit: int | None,
    any_status: bool,
    baseline: bool,
) -> int:
    """Carry orders from Le New Black to 24SevenOffice."""
    if any_status and not references:
        raise click.UsageError("--any-status needs --order REF.")
    from . import run
    from .order_types import Selection

    selection = Selection(references, any_status, limit, baseline)
    mode = screen.mode("push-orders", writes=not dry_run)
    return screen.answer(run.push_orders(screen.config(), mode, selection), as_json=as_json)


@cli.command()
@click.argument("what", required=False, type=click.Choice(["stock", "orders"]))
@_json
@click.option("--code", help="Show how the level of one EAN or SKU comes about.")
@click.pass_obj
def preview(screen: Screen, what: str | None, as_json: bool, code: str | None) -> int:
    """Show what both tasks would do now, or one of them."""
    from . import run
    from .report import preview_document, print_json, show

    mode = screen.mode("preview", writes=False)
    if code is not None:
        for line in run.explain_level(screen.config(), mode, code):
            click.echo(line)
        return 0
    report = run.preview(screen.config(), mode, what)
    if as_json:
        print_json(preview_document(report))
    else:
        show(report)
    return 0


@cli.command()
@click.option("--keep", is_flag=True, help="Go on serving until Ctrl-C, with a config to try.")
def demo(keep: bool) -> int:
    """Do the whole job between two systems that this command brings along."""
    from .demo import run_demo

    return run_demo(keep=keep)
