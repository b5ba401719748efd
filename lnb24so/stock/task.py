"""The stock task: read both sides, plan, send what differs, and note it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from lnb24so.clock import utc_text
from lnb24so.errors import Guard
from lnb24so.ledger.standing import PIECES, Standing
from lnb24so.process.events import EventName
from lnb24so.texts import count, first_of
from lnb24so.tools import Tools, bind_company, check_company

from .again import send_again
from .apply import NOT_TAKEN, apply_stock, known_by
from .available import StockReading
from .held import now_held, remembered, waiting_statuses
from .notices import code_sentences
from .plan import StockItem, StockPlan, StockReport, plan_stock, stock_report
from .reading import read_stock
from .vanished import SEEN_AT_NOTE, STATUSES_NOTE, can_be_asked_for

# Set by the step that brings a ledger to the version that holds orders in every mode.
HELD_LESS_NOTE = "stock_held_less"


def carry_stock(
    tools: Tools, *, writes: bool, send_all: bool = False, accept_drop: bool = False
) -> StockReport:
    """Carry stock to Le New Black, or only plan it where nothing is to be written.

    Raises ConfigError for another company than the ledger's, and what the steps raise. A guard is
    no error: its sentence is told, and the report's exit code is 4.
    """
    check_company(tools)
    reading = read_stock(tools, ask_again=send_all, writes=writes)
    plan = plan_stock(reading, tools.config.stock, send_all=send_all, accept_drop=accept_drop)
    if not writes:
        return stock_report(plan)
    bind_company(tools)
    if reading.asked_now:
        tools.ledger.write_codes_asked(reading.known, tools.clock.now())
    tools.news.guard("pull-stock", "stock.guard", plan.guard)
    if reading.catalogue.count:
        remember_seen(reading, tools)
    if plan.guard is not None:
        tools.event("stock.guard", message=plan.guard)
        return replace(stock_report(plan), exit_code=Guard.exit_code)
    _say_what_is_held_now(reading, tools)
    refused = apply_stock(plan, reading.codes_set.keys(), tools)
    plan = send_again(reading, plan, refused, tools)
    newly_refused = note_stock(plan, reading, refused, tools)
    report = stock_report(plan, refused)
    return replace(report, exit_code=3 if newly_refused else 0)


def remember_seen(reading: StockReading, tools: Tools) -> None:
    """Remember what was there, for the next run to ask about what it no longer finds."""
    ledger, settings = tools.ledger, tools.config.stock
    open_ids = {one.order_id for one in reading.open_orders}
    ledger.write_open_order_ids(one for one in open_ids if one and can_be_asked_for(one))
    ledger.write_waiting_lines(remembered(reading, settings))
    ledger.write_note(SEEN_AT_NOTE, utc_text(reading.at))
    statuses = json.dumps(waiting_statuses(tools.config))
    if ledger.note(STATUSES_NOTE) != statuses:
        ledger.write_note(STATUSES_NOTE, statuses)
    for kind, names in reading.hidden.items():
        ledger.write_hidden(kind, names)
    ledger.write_products_of_codes(changed_products(reading))


def changed_products(reading: StockReading) -> dict[str, tuple[int | None, bool]]:
    """Return the codes that were set and are another product's by now, or whose product is gone."""
    changed: dict[str, tuple[int | None, bool]] = {}
    by_code = reading.catalogue.by_code
    for code, known in reading.codes_set.items():
        products = by_code.get(code)
        if products and len(products) == 1 and (products[0].id, False) == known:
            continue  # As nearly all of a hundred thousand are.
        now = known
        if products:
            active = (product for product in products if product.active)
            now = (known_by(next(active, products[0]).id), False)
        elif known[0] in reading.gone_products:
            now = (known[0], True)
        if now != known:
            changed[code] = now
    return changed


def _say_what_is_held_now(reading: StockReading, tools: Tools) -> None:
    """Say once, after an upgrade, what is held that an earlier version did not hold."""
    if not tools.ledger.note(HELD_LESS_NOTE):
        return
    tools.ledger.write_note(HELD_LESS_NOTE, "")
    message = now_held(reading, tools.config)
    if message is not None:
        tools.event("stock.now_held", message=message)
        tools.tell(message)


def note_stock(
    plan: StockPlan, reading: StockReading, refused: Mapping[str, str], tools: Tools
) -> int:
    """Log and remember what was left alone or refused; return how many codes were newly refused."""
    reported, sentences = reading.reported, code_sentences(reading, tools.config)
    lasting = [item for item in plan.items if item.action == "skip" or item.reason in sentences]
    news = [item for item in lasting if item.news]
    for item in news:
        unknown = item.reason == "code.unknown"
        event: EventName = "stock.code_unknown" if unknown else "stock.skipped"
        tools.event(event, code=item.code, product_id=item.product_id, reason=item.reason)
    reasons = {item.code: item.reason for item in lasting if item.reason is not None}
    for notice in plan.notices:
        reasons[notice.subject] = notice.code
        if reported.get(notice.subject) != notice.code:
            tools.event(
                "stock.noticed",
                subject=notice.subject,
                reason=notice.code,
                message=notice.message,
            )
            tools.tell(notice.message)
    for reason, sentence in sentences.items():
        if codes := [item.code for item in news if item.reason == reason]:
            tools.tell(sentence.format(_counted(codes)))
    told = [
        *(_told(item, why) for item in lasting if (why := sentences.get(item.reason or ""))),
        *(Standing(notice.subject, notice.code, notice.message) for notice in plan.notices),
    ]
    for one in told:
        tools.news.said(one)
    told += [_refused(code, why) for code, why in refused.items()]
    new = [code for code, why in tools.news.found("stock", told) if why == "level.refused"]
    for code in sorted(new):
        tools.event("stock.refused", code=code, reason="level.refused", message=refused[code])
    tools.ledger.write_codes_reported(dict.fromkeys(refused, "level.refused") | reasons)
    return len(new)


def _refused(code: str, why: str) -> Standing:
    cause = why if why == NOT_TAKEN else f"Le New Black refused the level: {why}"
    return Standing(code, "level.refused", f"{code}: {cause}", cause=cause)


def _told(item: StockItem, sentence: str) -> Standing:
    """Return what stands of a code; the pieces of those with one reason are summed."""
    fact, _, fix = sentence.removeprefix("{}: ").partition(" Fix: ")
    return Standing(
        item.code,
        item.reason or "",
        sentence.format(item.code),
        cause=fact.rstrip("."),
        fix=fix,
        amount=Decimal(item.before or 0),
        currency=PIECES,
    )


def _counted(codes: Sequence[str]) -> str:
    """Return `2 codes (704..., 704...)`, with three of them at most."""
    return f"{count(len(codes), 'code')} ({first_of(codes)})"
