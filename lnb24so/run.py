"""One run of a task: lock, log, ledger and clients around read, plan, and show or apply."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TextIO

from . import __version__
from .clock import Clock
from .errors import Guard, Lnb24soError
from .ledger import Ledger
from .level_story import level_story
from .lnb import LnbClient
from .lock import run_lock
from .log import Log, open_log
from .order_apply import OrderExport, planned
from .order_reading import read_orders, remember_changes_until
from .order_types import Selection
from .orders import plan_orders
from .summary import (
    OrderReport,
    StockReport,
    order_exit_code,
    order_report,
    stock_report,
    worst,
)
from .ping import Pings, ping_url
from .progress import Progress
from .soap import SoapClient
from .soap_types import Company
from .stock import apply_stock, note_stock, plan_stock
from .stock_reading import read_stock
from .stop import Stop
from .texts import visible
from .tools import Tools

if TYPE_CHECKING:
    from .config import Config


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run has to say: a report of orders, of stock, or lines of text."""

    orders: OrderReport | None = None
    stock: StockReport | None = None
    lines: tuple[str, ...] = ()
    exit_code: int = 0


Body = Callable[[Tools], Parts]


@dataclass(frozen=True, slots=True)
class Report:
    """One run, as the screen, the log and `--json` show it."""

    task: str
    dry_run: bool
    run_id: str
    company: Company | None
    orders: OrderReport | None
    stock: StockReport | None
    lines: tuple[str, ...]
    summary: Counter[str]
    exit_code: int


@dataclass(frozen=True, slots=True)
class Mode:
    """How a command runs: `writes` takes the lock and opens the ledger to write."""

    task: str
    writes: bool
    clock: Clock
    tell: Callable[[str], None]
    echo: TextIO | None = None
    progress: Progress = field(default_factory=lambda: Progress(wanted=False))


def push_orders(config: Config, mode: Mode, selection: Selection) -> Report:
    """Carry orders to 24SevenOffice, or plan it where the mode does not write."""
    return run(config, mode, lambda tools: Parts(_orders(tools, selection, mode.writes)))


def pull_stock(
    config: Config, mode: Mode, *, send_all: bool = False, accept_drop: bool = False
) -> Report:
    """Carry stock to Le New Black, or plan it where the mode does not write."""
    return run(
        config,
        mode,
        lambda tools: Parts(stock=_stock(tools, mode.writes, send_all, accept_drop)),
    )


def preview(config: Config, mode: Mode, what: str | None) -> Report:
    """Plan both tasks, or the one that is named (`orders` or `stock`)."""

    def both(tools: Tools) -> Parts:
        stock = _stock(tools, False, False, False) if what != "orders" else None
        orders = _orders(tools, Selection(), False) if what != "stock" else None
        return Parts(orders, stock)

    return run(config, mode, both)


def explain_level(config: Config, mode: Mode, code: str) -> Report:
    """Tell, line by line, how the level of one code comes about."""

    def explain(tools: Tools) -> Parts:
        return Parts(lines=tuple(level_story(code, read_stock(tools), config.stock)))

    return run(config, mode, explain)


def run(config: Config, mode: Mode, body: Body) -> Report:
    """Run the body with its tools; log how it ended, whatever happens."""
    began = mode.clock.monotonic()
    run_id = f"{mode.clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    stop = Stop()
    with closing(_log(config, mode, run_id)) as log, stop.watching():
        url = ping_url(config, mode.task) if mode.writes else None
        pings = Pings(url, run_id, mode.clock, log.event)
        log.event("run.started", version=__version__, dry_run=not mode.writes)
        exit_code, summary = 1, Counter[str]()
        try:
            pings.started()
            report = _work(config, mode, body, log, stop, run_id)
            exit_code, summary = report.exit_code, report.summary
        except Lnb24soError as error:
            exit_code = error.exit_code
            log.event("run.failed", message=str(error), exit_code=exit_code)
            raise
        except Exception as error:
            log.exception(error)
            raise Lnb24soError(
                f"An unexpected error ended the run ({type(error).__name__}). This is a fault in "
                f"lnb24so. Details: grep {run_id} {config.paths.logs}/*.jsonl"
            ) from error
        finally:
            mode.progress.stop()
            seconds = round(mode.clock.monotonic() - began, 3)
            log.event("run.finished", seconds=seconds, exit_code=exit_code, summary=dict(summary))
            pings.ended(1 if log.failed else exit_code)
        if log.failed is not None:
            mode.tell(f"The log could not be written ({log.failed}). Fix: paths.logs, disk space.")
            return replace(report, exit_code=worst((report.exit_code, 1)))
        return report


def _log(config: Config, mode: Mode, run_id: str) -> Log:
    return open_log(
        config.paths.logs,
        run_id=run_id,
        task=mode.task,
        secrets=(config.erp.password.reveal(), config.lenewblack.client_secret.reveal()),
        keep_days=config.logs.keep_days,
        now=mode.clock.now,
        echo=mode.echo,
    )


def _work(config: Config, mode: Mode, body: Body, log: Log, stop: Stop, run_id: str) -> Report:
    """Run the body under the lock, with the ledger open; one that does not write needs no lock."""
    state = config.paths.state
    with ExitStack() as stack:
        if mode.writes:
            stack.enter_context(run_lock(state, mode.task, mode.clock))
            ledger = Ledger.open(state, run_id, mode.clock)
        else:
            ledger = Ledger.peek(state, mode.clock)
        stack.callback(ledger.close)
        ledger.check_account(config.lenewblack.client_id)
        if mode.writes:
            ledger.start_run(mode.task)
        tools = Tools(
            config=config,
            clock=mode.clock,
            soap=SoapClient(config.erp, state, mode.clock, log.event),
            lnb=LnbClient(config.lenewblack, mode.clock, log.event),
            ledger=ledger,
            event=log.event,
            tell=lambda words: mode.tell(visible(log.redact(words))),
            progress=mode.progress.show,
            stop=stop,
        )
        exit_code, summary = 1, Counter[str]()
        try:
            parts = body(tools)
            both = [part for part in (parts.orders, parts.stock) if part is not None]
            exit_code = worst([parts.exit_code, *(part.exit_code for part in both)])
            for part in both:
                summary += Counter(part.summary)
            company = _company(tools)
        except Lnb24soError as error:
            exit_code = error.exit_code
            raise
        finally:
            if mode.writes:
                ledger.finish_run(exit_code, summary)
        return Report(
            mode.task,
            not mode.writes,
            run_id,
            company,
            parts.orders,
            parts.stock,
            parts.lines,
            summary,
            exit_code,
        )


def _orders(tools: Tools, selection: Selection, writes: bool) -> OrderReport:
    reading = read_orders(tools, selection)
    if tools.soap.is_open:
        _check_company(tools)
    plan = plan_orders(reading, tools.config, selection, tools.clock.now())
    if not writes:
        return order_report(plan, [planned(item) for item in plan.items])
    if tools.soap.is_open or (plan.items and tools.ledger.binding is None):
        _bind(tools)
    if plan.guard is not None:
        tools.event("orders.guard", message=plan.guard)
        tools.tell(plan.guard)
    export = OrderExport(tools)
    export.apply(plan)
    if not selection.references:
        remember_changes_until(tools.ledger, reading.lnb_now)
    report = order_report(plan, export.results)
    return replace(report, exit_code=order_exit_code(plan, export.results))


def _stock(tools: Tools, writes: bool, send_all: bool, accept_drop: bool) -> StockReport:
    reading = read_stock(tools)
    _check_company(tools)
    plan = plan_stock(reading, tools.config.stock, send_all=send_all, accept_drop=accept_drop)
    if not writes:
        return stock_report(plan, {})
    _bind(tools)
    if reading.asked_now:
        tools.ledger.write_codes_asked(reading.known, tools.clock.now())
    if plan.guard is not None:
        tools.event("stock.guard", message=plan.guard)
        tools.tell(plan.guard)
        return replace(stock_report(plan, {}), exit_code=Guard.exit_code)
    outcomes = apply_stock(plan, tools)
    newly_refused = note_stock(plan, outcomes, reading.reported, tools)
    report = stock_report(plan, outcomes)
    return replace(report, exit_code=3 if newly_refused else 0)


def _check_company(tools: Tools) -> None:
    company = tools.soap.company
    tools.ledger.check_company(company.id, company.name)


def _bind(tools: Tools) -> None:
    """Make sure of the company before anything is written."""
    tools.soap.require_one_company()
    company = tools.soap.company
    tools.ledger.bind(company.id, company.name, tools.config.lenewblack.client_id)


def _company(tools: Tools) -> Company | None:
    if tools.soap.is_open:
        return tools.soap.company
    bound = tools.ledger.binding
    return Company(bound.company_id, bound.company) if bound else None
