"""The stock task: read both sides, plan, and send what differs."""

from __future__ import annotations

from dataclasses import replace

from lnb24so.errors import Guard
from lnb24so.summary import StockReport, stock_report
from lnb24so.tools import Tools, bind_company, check_company

from .plan import apply_stock, note_stock, plan_stock
from .reading import read_stock


def carry_stock(tools: Tools, writes: bool, send_all: bool, accept_drop: bool) -> StockReport:
    """Carry stock to Le New Black, or only plan it."""
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
    refused = apply_stock(plan, reading.codes_set, tools)
    newly_refused = note_stock(plan, refused, reading.reported, tools)
    report = stock_report(plan, refused)
    return replace(report, exit_code=3 if newly_refused else 0)
