"""The stock task: read both sides, plan, send what differs, and note it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from lnb24so.errors import Guard, Lnb24soError
from lnb24so.process.events import EventName
from lnb24so.tools import Tools, bind_company, check_company

from .available import StockReading
from .held import now_held, remembered
from .plan import StockItem, StockPlan, StockReport, plan_stock, stock_report
from .reading import OPEN_ORDERS_NOTE, read_stock

# Set by the step that brings a ledger to the version that holds orders in every mode.
HELD_LESS_NOTE = "stock_held_less"
TOLD: Mapping[str, str] = {
    "code.conflict": "{}: two active products have the same code; the level may fall to their sum "
    "and never rises. Fix: remove the code from one of them in 24SevenOffice.",
}
"""What a person is told of the codes with a reason, all that are new in one line."""


def carry_stock(
    tools: Tools, *, writes: bool, send_all: bool = False, accept_drop: bool = False
) -> StockReport:
    """Carry stock to Le New Black, or only plan it where nothing is to be written.

    Raises ConfigError for another company than the ledger's, and what the steps raise. A guard is
    no error: its sentence is told, and the report's exit code is 4.
    """
    reading = read_stock(tools, ask_again=send_all)
    check_company(tools)
    plan = plan_stock(reading, tools.config.stock, send_all=send_all, accept_drop=accept_drop)
    if not writes:
        return stock_report(plan)
    bind_company(tools)
    if reading.asked_now:
        tools.ledger.write_codes_asked(reading.known, tools.clock.now())
    if plan.guard is not None:
        tools.event("stock.guard", message=plan.guard)
        tools.tell(plan.guard)
        return replace(stock_report(plan), exit_code=Guard.exit_code)
    tools.ledger.write_waiting_lines(remembered(reading, tools.config.stock))
    _say_what_is_held_now(reading, tools)
    refused = apply_stock(plan, reading.codes_set, tools)
    newly_refused = note_stock(plan, tools, refused=refused, reported=reading.reported)
    report = stock_report(plan, refused)
    return replace(report, exit_code=3 if newly_refused else 0)


def _say_what_is_held_now(reading: StockReading, tools: Tools) -> None:
    """Say once, after an upgrade, what is held that an earlier version did not hold."""
    if not tools.ledger.note(HELD_LESS_NOTE):
        return
    tools.ledger.write_note(HELD_LESS_NOTE, "")
    message = now_held(reading, tools.config.stock)
    if message is not None:
        tools.event("stock.now_held", message=message)
        tools.tell(message)


def apply_stock(plan: StockPlan, codes_set: Set[str], tools: Tools) -> dict[str, str]:
    """Send the plan's levels in batches; return the codes that were refused, each with why.

    Sending the same level twice does no harm, so a batch without an answer is sent again.
    Raises Transient, ConfigError, and Interrupted by a signal, each with what was sent so far in
    `counted`; what was not sent differs in the next run.
    """
    changes = [item for item in plan.items if item.action == "set"]
    tools.ledger.add_codes_set(item.code for item in changes if item.code not in codes_set)
    levels = [(item.code, item.after or 0) for item in changes]
    batches = tools.lnb.set_levels(plan.code_field, levels, plan.at)
    refused: dict[str, str] = {}
    answered = 0
    try:
        while answered < len(changes):
            # A signal waits for the answer: what was taken must be in the log.
            with tools.stop.item():
                count, why_not = next(batches)
                batch = changes[answered : answered + count]
                answered += count
                refused |= why_not
                _log_batch(batch, why_not, tools)
                tools.progress(f"Levels sent: {answered:,} of {len(changes):,}")
    except Lnb24soError as error:
        error.counted = {"set": answered, "refused": len(refused)}
        raise
    return refused


def _log_batch(batch: Sequence[StockItem], refused: Mapping[str, str], tools: Tools) -> None:
    taken = {item.code: (item.before, item.after) for item in batch if item.code not in refused}
    tools.event("stock.batch_sent", count=len(taken), refused=len(refused), levels=taken)


def note_stock(
    plan: StockPlan, tools: Tools, *, refused: Mapping[str, str], reported: Mapping[str, str]
) -> int:
    """Log and remember what was left alone or refused; return how many codes were newly refused."""
    lasting = [item for item in plan.items if item.action == "skip" or item.reason in TOLD]
    news = [item for item in lasting if item.news]
    for item in news:
        unknown = item.reason == "code.unknown"
        event: EventName = "stock.code_unknown" if unknown else "stock.skipped"
        tools.event(event, code=item.code, product_id=item.product_id, reason=item.reason)
    for reason, told in TOLD.items():
        codes = [item.code for item in news if item.reason == reason]
        if codes:
            tools.tell(told.format(_counted(codes)))
    reasons = {item.code: item.reason for item in lasting if item.reason is not None}
    for notice in plan.notices:
        reasons[notice.subject] = notice.code
        if reported.get(notice.subject) != notice.code:
            tools.event(
                "stock.order_unread",
                subject=notice.subject,
                reason=notice.code,
                message=notice.message,
            )
            tools.tell(notice.message)
    new = [code for code in refused if reported.get(code) != "level.refused"]
    for code in new:
        tools.event("stock.refused", code=code, reason="level.refused", message=refused[code])
        tools.tell(f"{code}: Le New Black refused the level: {refused[code]}")
    tools.ledger.write_codes_reported(reasons | dict.fromkeys(refused, "level.refused"))
    tools.ledger.write_note(OPEN_ORDERS_NOTE, str(plan.open_orders))
    return len(new)


def _counted(codes: Sequence[str]) -> str:
    """Return `2 codes (704..., 704...)`, with three of them at most."""
    more = " ..." if len(codes) > 3 else ""
    return f"{len(codes):,} code{'s' * (len(codes) > 1)} ({', '.join(codes[:3])}{more})"
