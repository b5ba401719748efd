"""One run of a task: lock, log, ledger and clients around read, plan, and show or apply."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TextIO

from . import __version__
from .errors import Lnb24soError, worst
from .ledger.store import Ledger
from .lnb.client import LnbClient
from .process.lock import run_lock
from .process.log import Log, open_log
from .process.ping import Pings
from .process.stop import Stop
from .process.streams import Progress
from .tools import Tools, company_of

if TYPE_CHECKING:
    from .clock import Clock
    from .config.schema import Config
    from .orders.types import OrderReport, Selection
    from .soap.types import Company
    from .stock.plan import StockReport


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run has to say: a report of orders, of stock, or lines of text."""

    orders: OrderReport | None = None
    stock: StockReport | None = None
    lines: Sequence[str] = ()
    exit_code: int = 0


Body = Callable[[Tools], Parts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Parts):
    """One run, as the screen, the log and `--json` show it."""

    task: str
    dry_run: bool
    run_id: str
    company: Company | None
    summary: Counter[str]


@dataclass(frozen=True, slots=True)
class Mode:
    """How a command runs: `writes` takes the lock and opens the ledger to write."""

    task: str
    writes: bool
    clock: Clock
    tell: Callable[[str], None]
    echo: TextIO | None = None
    progress: Progress = field(default_factory=lambda: Progress(quiet=True))


def push_orders(config: Config, mode: Mode, selection: Selection) -> Report:
    """Carry orders to 24SevenOffice, or plan it where the mode does not write."""
    from .orders.task import carry_orders

    return run(
        config, mode, lambda tools: Parts(carry_orders(tools, selection, writes=mode.writes))
    )


def pull_stock(
    config: Config, mode: Mode, *, send_all: bool = False, accept_drop: bool = False
) -> Report:
    """Carry stock to Le New Black, or plan it where the mode does not write."""
    from .stock.task import carry_stock

    return run(
        config,
        mode,
        lambda tools: Parts(
            stock=carry_stock(tools, writes=mode.writes, send_all=send_all, accept_drop=accept_drop)
        ),
    )


def preview(config: Config, mode: Mode, what: str | None) -> Report:
    """Plan both tasks, or the one that is named (`orders` or `stock`)."""
    from .orders.task import carry_orders
    from .orders.types import Selection
    from .stock.task import carry_stock

    def both(tools: Tools) -> Parts:
        stock = carry_stock(tools, writes=False) if what != "orders" else None
        orders = carry_orders(tools, Selection(), writes=False) if what != "stock" else None
        return Parts(orders, stock)

    return run(config, mode, both)


def explain_level(config: Config, mode: Mode, code: str) -> Report:
    """Tell, line by line, how the level of one code comes about."""
    from .stock.reading import read_stock
    from .stock.story import level_story

    def explain(tools: Tools) -> Parts:
        return Parts(lines=list(level_story(code, read_stock(tools), config.stock)))

    return run(config, mode, explain)


def run(config: Config, mode: Mode, body: Body) -> Report:
    """Run the body with its tools; log how it ended, whatever happens."""
    began = mode.clock.monotonic()
    run_id = f"{mode.clock.now():%Y%m%dT%H%M%S}-{os.urandom(2).hex()}"
    stop = Stop()
    with closing(_log(config, mode, run_id)) as log, stop.watching():
        url = _ping_url(config, mode.task) if mode.writes else None
        pings = Pings(url, run_id, mode.clock, log.event)
        log.event("run.started", version=__version__, dry_run=not mode.writes)
        exit_code, summary = 1, Counter[str]()
        try:
            pings.started()
            report = _work(config, mode, body, log, stop, run_id)
            exit_code, summary = report.exit_code, report.summary
        except Lnb24soError as error:
            exit_code, summary = error.exit_code, Counter(error.counted)
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

    def tell(text: str) -> None:
        from .texts import visible

        mode.tell(visible(log.redact(text)))

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
            lnb=LnbClient(config.lenewblack, mode.clock, log.event),
            ledger=ledger,
            event=log.event,
            tell=tell,
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
            company = company_of(tools)
        except Lnb24soError as error:
            exit_code, summary = error.exit_code, Counter(error.counted)
            raise
        finally:
            if mode.writes:
                ledger.finish_run(exit_code, summary)
    return Report(
        orders=parts.orders,
        stock=parts.stock,
        lines=parts.lines,
        exit_code=exit_code,
        task=mode.task,
        dry_run=not mode.writes,
        run_id=run_id,
        company=company,
        summary=summary,
    )


def _ping_url(config: Config, task: str) -> str | None:
    """Return the address that is told of a task's runs, or None."""
    monitoring = config.monitoring
    urls = {
        "pull-stock": monitoring.pull_stock_ping_url,
        "push-orders": monitoring.push_orders_ping_url,
    }
    return urls.get(task)
