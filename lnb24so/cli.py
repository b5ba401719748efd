"""The commands and their options. What they do is elsewhere, imported when it is needed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, get_args

import click

from . import __version__
from .commands.reconcile.options import reconcile
from .screen.terminal import Screen, amount, day, order_id, whole

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_flag = partial(click.option, is_flag=True)


@click.group(context_settings=HELP)
@click.version_option(__version__, prog_name="lnb24so", message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=click.Path(),
    help="Configuration file. Default: $LNB24SO_CONFIG, ./config.yaml, /etc/lnb24so/config.yaml.",
)
@_flag("-v", "--verbose", help="Show each log line as it is written.")
@_flag("-q", "--quiet", help="Print no answer, only what needs a person.")
@click.pass_context
def cli(context: click.Context, config: str | None, verbose: bool, quiet: bool) -> None:
    """Stock from 24SevenOffice to Le New Black, orders from Le New Black to 24SevenOffice."""
    context.obj = Screen(config, verbose=verbose, quiet=quiet)


cli.add_command(reconcile)

_dry_run = _flag("-n", "--dry-run", help="Show what would be done; write nothing.")
_json = _flag("--json", "as_json", help="Print one JSON document.")


@cli.command("pull-stock")
@_dry_run
@_json
@_flag("--all", "send_all", help="Send unchanged levels too.")
@_flag("--accept-drop", help="Send although a drop guard would stop it.")
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
    type=whole,
    metavar="N",
    help="Create at most N orders; passes the limit orders.max_per_run.",
)
@_flag("--any-status", help="With --order or --baseline: in whatever status, but no draft.")
@_flag("--baseline", help="Send nothing; mark what waits, or is named, as never to be sent.")
@_flag("--test", "trial", help="With one --order: create a Draft, and read it back.")
@click.pass_obj
def push_orders(
    screen: Screen,
    dry_run: bool,
    as_json: bool,
    references: tuple[str, ...],
    limit: int | None,
    any_status: bool,
    baseline: bool,
    trial: bool,
) -> int:
    """Carry orders from Le New Black to 24SevenOffice."""
    if any_status and not (references or baseline):
        raise click.UsageError("--any-status needs --order REF. Or it goes with --baseline.")
    if trial and (len(references) != 1 or dry_run or baseline):
        raise click.UsageError("--test needs one --order REF, and no --dry-run or --baseline.")
    if trial:
        from .commands.trial import test_order

        return screen.say(test_order(screen.config(), screen.mode("test-order"), references[0]))
    from . import run
    from .orders.types import Selection

    selection = Selection(references, any_status, limit, baseline)
    mode = screen.mode("push-orders", writes=not dry_run)
    return screen.answer(run.push_orders(screen.config(), mode, selection), as_json=as_json)


@cli.command()
@click.argument(
    "what", required=False, type=click.Choice(["stock", "orders"]), metavar="[stock|orders]"
)
@_json
@click.option("--code", help="Show how the level of one EAN or SKU comes about.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write one page for a sales manager instead; only this user can read it. - is stdout.",
)
@click.pass_obj
def preview(
    screen: Screen, what: str | None, as_json: bool, code: str | None, html: str | None
) -> int:
    """Show what both tasks would do now, or one of them."""
    if html is not None and (code is not None or as_json):
        raise click.UsageError("--html goes with neither --code nor --json.")
    if code is not None and not code.strip():
        raise click.UsageError("--code needs an EAN or SKU.")
    if code is not None and what == "orders":
        raise click.UsageError("--code is about stock, not orders.")
    from . import run
    from .screen.report import preview_document, print_json, show

    mode = screen.mode("preview", writes=False)
    if code is not None:
        story = run.explain_level(screen.config(), mode, code)
        if not as_json:
            return screen.say(story)
        print_json({"code": code, "lines": list(story.lines)})
        return 0
    config = screen.config()
    report = run.preview(config, mode, what)
    if html is not None:
        from .screen.page import show_page

        now = mode.clock.now().astimezone(config.erp.zone)
        show_page(report, html, now, is_quiet=screen.quiet)
    elif as_json:
        print_json(preview_document(report))
    elif not screen.quiet:
        show(report)
    return 0


@cli.command()
@_json
@click.pass_obj
def check(screen: Screen, as_json: bool) -> int:
    """Hold the settings against both systems, and write to neither.

    Exit code 3 says that something is wrong; warnings do not count.
    """
    from .commands.check.findings import check_document, show_check
    from .commands.check.task import check as look
    from .screen.report import print_json

    report, findings = look(screen.config(), screen.mode("check"))
    if as_json:
        print_json(check_document(report, findings))
    elif not screen.quiet:
        show_check(findings)
    return report.exit_code


@cli.command()
@click.argument("reference", metavar="[REF]", required=False)
@_flag("-q", "only_open", help="Print only if something waits; then exit 3.")
@_flag("--exported", help="List which order became which.")
@click.option("--since", type=day, metavar="DATE", help="With --exported: from this day on.")
@click.option("--until", type=day, metavar="DATE", help="With --exported: up to this day.")
@_flag("--csv", "as_csv", help="With --exported: print CSV.")
@_json
@click.pass_obj
def status(
    screen: Screen,
    reference: str | None,
    only_open: bool,
    exported: bool,
    since: date | None,
    until: date | None,
    as_csv: bool,
    as_json: bool,
) -> int:
    """Show last runs and what waits, or the story of one order.

    REF is a Le New Black reference, or a 24SevenOffice order number or reference.
    """
    if (since or until or as_csv) and not exported:
        raise click.UsageError("--since, --until and --csv need --exported.")
    if as_csv and as_json:
        raise click.UsageError("Say --csv or --json, not both.")
    if since and until and until < since:
        raise click.UsageError(f"--until {until} is before --since {since}.")
    if exported and reference is not None:
        raise click.UsageError("--exported lists every order; leave out REF.")
    if only_open and (exported or reference is not None):
        raise click.UsageError("status -q looks at every order; leave out REF and --exported.")
    config, mode = screen.config(), screen.mode("status")
    if exported or reference is not None:
        from .commands.exported import show_exported
        from .commands.status import show_story

        if reference is not None:
            return show_story(config, mode, reference, as_json=as_json)
        return show_exported(config, mode, since=since, until=until, as_csv=as_csv, as_json=as_json)
    from .commands.overview import morning_mail, show_overview

    if only_open or screen.quiet:
        return morning_mail(config, mode, as_json=as_json)
    return show_overview(config, mode, as_json=as_json)


@cli.command()
@click.argument("references", metavar="REF...", nargs=-1, required=True)
@click.option(
    "--exported-as",
    type=order_id,
    metavar="ID|found",
    help="It is this 24SevenOffice order; found: the only one with its reference and customer.",
)
@_flag("--send-again", help="It is not in 24SevenOffice; send it.")
@_flag("--skip", help="Never send it.")
@click.option(
    "--accept-total",
    type=amount,
    metavar="AMOUNT",
    help="Send it although its total differs; AMOUNT is the sum that will be billed.",
)
@_flag("--acknowledge", help="The change after its export is dealt with.")
@click.option("--note", default="", metavar="TEXT", help="Why; kept in the order's history.")
@click.option(
    "--by",
    default="",
    metavar="NAME",
    help="Who decides. Default: $LNB24SO_USER, who called sudo, or the login.",
)
@click.pass_obj
def resolve(
    screen: Screen,
    /,
    references: tuple[str, ...],
    exported_as: int | str | None,
    accept_total: Decimal | None,
    note: str,
    by: str,
    **flags: bool,
) -> int:
    """Settle orders that wait for a person."""
    from decimal import Decimal

    from .commands.resolve import Decision, Way, resolve_orders

    given = flags | {
        "exported_as": exported_as is not None,
        "accept_total": accept_total is not None,
    }
    chosen: list[Way] = [way for way in get_args(Way) if given[way]]
    if len(chosen) != 1:
        raise click.UsageError(
            "Say exactly one of --exported-as, --send-again, --skip, --accept-total, --acknowledge."
        )
    number = exported_as if isinstance(exported_as, int) else None
    if number is not None and len(references) != 1:
        raise click.UsageError("--exported-as settles one order: one REF, one ID.")
    decision = Decision(chosen[0], number, note, accept_total or Decimal(0), by)
    mode = screen.mode("resolve", writes=True)
    return screen.say(resolve_orders(screen.config(), mode, references, decision))


@cli.command()
@_flag("--keep", help="Go on serving until Ctrl-C, with a config to try.")
def demo(keep: bool) -> int:
    """Do the whole job between two systems on this machine."""
    from .commands.demo import run_demo

    return run_demo(keep=keep)


@cli.command("help")
@click.argument("name", metavar="[NAME]", required=False)
@click.pass_context
def help_on(context: click.Context, name: str | None) -> int:
    """Explain a setting, reason, event, exit code or topic.

    For a command it shows the command's own --help; without NAME it lists the topics.
    """
    from .commands.help.answer import show_help

    return show_help(name, cli, context)
