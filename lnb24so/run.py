"""One run of a task: lock, log, ledger and clients around read, plan, and show or apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from . import __version__
from .clock import Zone
from .errors import Interrupted, Lnb24soError, Locked, worst
from .ledger.runs import finish_run, last_runs, new_run_id, start_run
from .ledger.store import Ledger
from .lnb.client import LnbClient
from .news import News, went_through
from .process.lock import run_lock
from .process.log import Log, open_log
from .process.ping import Pings
from .process.redact import REDACTOR
from .process.stop import Stop
from .process.streams import Progress
from .texts import visible
from .tools import Tools, company_of, learn_secrets, note_lists, recall_lists

if TYPE_CHECKING:
    from .clock import Clock
    from .config.schema import Config
    from .orders.types import OrderReport, Selection
    from .soap.types import Company
    from .stock.plan import StockReport

TASKS = ("pull-stock", "push-orders")  # what cron runs, and whose silence is news
LONG_LOCKED = timedelta(minutes=30)  # who waits for a lock so long waits for a run that hangs


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
    """How a command runs: `writes` takes the lock and opens the ledger to write.

    `tell` says a sentence to a person; with `everything` also one that was told before.
    """

    task: str
    writes: bool
    clock: Clock
    tell: Callable[[str], None]
    echo: TextIO | None = None
    everything: bool = False
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
    from .stock.story import held_there, level_story

    def explain(tools: Tools) -> Parts:
        *parts, level = level_story(code, read_stock(tools), config.stock)
        sums = any(line.endswith("stock in 24SevenOffice") for line in parts)
        return Parts(lines=[*parts, *([held_there(config.stock)] if sums else []), level])

    return run(config, mode, explain)


def run(config: Config, mode: Mode, body: Body) -> Report:
    """Run the body with its tools; log how it ended, whatever happens.

    Raises what the body raises, and Locked; an error that is no news is `hushed`.
    """
    began = mode.clock.monotonic()
    run_id = new_run_id(mode.clock.now())
    stop = Stop()
    with closing(_log(config, mode, run_id)) as log, stop.watching():
        if log.speaks:
            mode = replace(mode, tell=lambda sentence: log.event("run.told", message=sentence))
        url = _ping_url(config, mode.task) if mode.writes else None
        pings = Pings(url, run_id, mode.clock, log.event)
        log.event("run.started", version=__version__, dry_run=not mode.writes)
        exit_code, summary, ended = 1, Counter[str](), ""
        try:
            pings.started()
            with log.faults_as_errors():
                report = _work(config, mode, body, log, stop, run_id)
            exit_code, summary = report.exit_code, report.summary
            ended = went_through(summary)
        except Lnb24soError as error:
            exit_code, summary, ended = error.exit_code, Counter(error.counted), str(error)
            log.event("run.failed", message=str(error), exit_code=exit_code, code=error.code)
            if isinstance(error, Locked) and not mode.everything:
                error.hushed = error.age is None or error.age <= LONG_LOCKED
            if log.speaks and not error.hushed:
                mode.tell(f"{error}{error.lasting}")
                error.hushed = True
            raise
        finally:
            mode.progress.stop()
            seconds = round(mode.clock.monotonic() - began, 3)
            log.event("run.finished", seconds=seconds, exit_code=exit_code, summary=dict(summary))
            pings.ended(1 if log.failed else exit_code, log.redact(ended))
        if log.failed is not None:
            mode.tell(
                f"The log could not be written ({log.failed}). Fix: mend paths.logs or its disk."
            )
            return replace(report, exit_code=worst((report.exit_code, 1)))
        return report


def _log(config: Config, mode: Mode, run_id: str) -> Log:
    learn_secrets(config)
    return open_log(
        config.paths.logs,
        run_id=run_id,
        task=mode.task,
        redact=REDACTOR,
        keep_days=config.logs.keep_days,
        now=mode.clock.now,
        writes=mode.writes,
        echo=mode.echo,
    )


def _work(config: Config, mode: Mode, body: Body, log: Log, stop: Stop, run_id: str) -> Report:
    """Run the body under the lock, with the ledger open; one that does not write needs no lock."""

    def tell(text: str) -> None:
        mode.tell("\n".join(map(visible, log.redact.own(text).split("\n"))))

    state, clock = config.paths.state, mode.clock
    with ExitStack() as stack:
        if mode.writes:
            stack.enter_context(run_lock(state, mode.task, clock))
            ledger = Ledger.open(state, run_id, clock)
        else:
            ledger = Ledger.peek(state, clock)
        stack.callback(ledger.close)
        ledger.check_account(config.lenewblack.client_id)
        zone = Zone(config.erp.time_zone)
        # Who runs another command than cron's is there to read the answer.
        everything = mode.everything or mode.task not in TASKS
        news = News(ledger, clock.now, zone, tell, mode.writes, everything)
        tools = Tools(
            config=config,
            clock=clock,
            lnb=LnbClient(config.lenewblack, clock, log.event),
            ledger=ledger,
            event=log.event,
            tell=tell,
            news=news,
            progress=mode.progress.show,
            stop=stop,
        )
        recall_lists(tools)
        if mode.writes:
            _begin(tools, mode.task)
            stack.enter_context(_ending(tools))
        with log.faults_as_errors():
            parts = body(tools)
            report = _report(mode, parts, tools, run_id)
        if mode.writes:
            note_lists(tools)
            went, now = went_through(report.summary), clock.now()
            for sentence in news.finish(tools.asked, went).values():
                tell(sentence)
            finish_run(ledger, report.exit_code, report.summary, _held_by(parts), now)
        return report


def _begin(tools: Tools, task: str) -> None:
    """Note that the run began; say that the ledger was upgraded, or that the task was silent."""
    ledger, now = tools.ledger, tools.clock.now()
    if (copy := ledger.copy_before_upgrade) is not None:
        tools.tell(f"The ledger was upgraded; what stands is not repeated. The old one: {copy}")
    before = last_runs(ledger).get(task)
    silent = timedelta(hours=tools.config.monitoring.silent_after_hours)
    if task in TASKS and before is not None and now - before.started > silent:
        since = tools.news.zone.text(before.started, now)
        tools.tell(f"{task} did not run since {since}. Check: cron, and this machine.")
    start_run(ledger, task, now)


@contextmanager
def _ending(tools: Tools) -> Iterator[None]:
    """Note an error that ends the run, and hush one that is no news."""
    try:
        yield
    except Interrupted as error:
        finish_run(tools.ledger, error.exit_code, error.counted or {}, None, tools.clock.now())
        raise
    except Lnb24soError as error:
        # What fails on this machine will hardly pass by itself.
        at_once = error.exit_code != 1 or error.system == "lnb24so"
        tools.news.failed(error.system, error.code, str(error), at_once=at_once)
        sentences = tools.news.finish(tools.asked, went_through(error.counted or {}))
        sentence = sentences.pop((error.system, error.code), None)
        for other in sentences.values():
            tools.tell(other)
        error.hushed, error.lasting = sentence is None, (sentence or "").removeprefix(str(error))
        now = tools.clock.now()
        finish_run(tools.ledger, error.exit_code, error.counted or {}, str(error), now)
        raise


def _report(mode: Mode, parts: Parts, tools: Tools, run_id: str) -> Report:
    both = [part for part in (parts.orders, parts.stock) if part is not None]
    return Report(
        orders=parts.orders,
        stock=parts.stock,
        lines=parts.lines,
        exit_code=worst([parts.exit_code, *(part.exit_code for part in both)]),
        task=mode.task,
        dry_run=not mode.writes,
        run_id=run_id,
        company=company_of(tools),
        summary=sum((Counter(part.summary) for part in both), Counter[str]()),
    )


def _held_by(parts: Parts) -> str | None:
    """Return the sentence of the guard that holds a task, or None."""
    plans = (part.plan for part in (parts.orders, parts.stock) if part is not None)
    return next((plan.guard for plan in plans if plan.guard is not None), None)


def _ping_url(config: Config, task: str) -> str | None:
    """Return the address that is told of a task's runs, or None."""
    to = config.monitoring
    urls = {"pull-stock": to.pull_stock_ping_url, "push-orders": to.push_orders_ping_url}
    return urls.get(task)
