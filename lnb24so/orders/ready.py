"""Whether an order is up for export now, and which Le New Black status is ours to set. Pure."""

from __future__ import annotations

from datetime import datetime

from lnb24so.clock import utc_text
from lnb24so.config.schema import Config, Orders
from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import Order, has_no_place, is_canceled, same_status
from lnb24so.reasons import Reason
from lnb24so.texts import shown

from . import life
from .types import Case, Selection


def marked_anyway(entry: Entry | None, order: Order | None, config: Config) -> Entry | None:
    """Return the entry of a blocked order that is marked as such, though nobody saw the answer.

    The request that marks it may be carried out and its reply lost, or the run may die then.
    """
    status = config.orders.blocked_status
    if entry is None or entry.state != "blocked" or order is None or status is None:
        return entry
    return life.marked_blocked(entry, status).entry if same_status(order.status, status) else entry


def stands(case: Case) -> bool:
    """Return whether an order has the status that it is taken from, or that a block gave it."""
    if case.order is None or case.mode is None:
        return False
    here = (case.mode.take_status, case.known.blocked_status)
    return case.found_blocked or any(
        status is not None and same_status(case.order.status, status) for status in here
    )


def is_never_taken(order: Order) -> bool:
    """Return whether an order is none yet, or none any more: a draft, or canceled."""
    return is_canceled(order) or same_status(order.status, "draft")


def cannot_be_placed(order: Order) -> bool:
    """Return whether nobody can read where an order stands, or whether it was canceled."""
    return has_no_place(order) or "cancellation_time" in order.unreadable


def is_ours_to_move(case: Case) -> bool:
    """Return whether the Le New Black status is ours to set now.

    Only an order that still stands where it was taken from is moved: what a person moved
    elsewhere, canceled or closed stays as it is.
    """
    return case.order is not None and not is_canceled(case.order) and stands(case)


def status_after(case: Case) -> str | None:
    """Return the status to set after the export; None for one taken by `--any-status`."""
    return case.mode.done_status if case.mode is not None and stands(case) else None


def made(case: Case) -> str | None:
    """Return when Le New Black's order was made, then for which retailer; None where unknown.

    Of two orders of one reference nobody knows which it is.
    """
    return made_of(case.order) if case.order is not None and not case.is_twice else None


def made_of(order: Order) -> str | None:
    """Return when an order was made, then for which retailer; None where that is unknown."""
    if order.create_time is None:
        return None
    return f"{utc_text(order.create_time)} {order.retailer_reference}"


def status_of_blocked(case: Case, settings: Orders) -> str | None:
    """Return the status that a blocked order is still to get; None for one with nothing to set."""
    if case.known.blocked_status is not None or not stands(case):
        return None
    return settings.blocked_status


def why_not_now(case: Case, settings: Orders, selection: Selection) -> Reason | None:
    """Return why Le New Black's order is not up for export, whatever it holds; None where it is."""
    order, mode = case.order, case.mode
    if order is None or mode is None:
        raise ValueError(f"{case.reference}: only an order that was read can be up for export")
    asked_for = case.known.asked_for
    any_status = selection.any_status or asked_for == "any_status"
    # What a person leaves out by name, or all there is, need not be up for export.
    leaves_out = selection.baseline and (any_status or bool(selection.references))
    if mode.take_status is None and not leaves_out:
        return Reason(
            "order.mode_not_exported",
            f"not exported: orders of mode {shown(order.order_mode)} are not "
            "(orders.by_mode). Fix: give the mode a take_status.",
        )
    if is_canceled(order):
        return Reason("order.status", "not exported: it is canceled in Le New Black.")
    if leaves_out and has_no_place(order):
        return Reason("order.unreadable", "its status cannot be read: it may be a draft.")
    any_status = any_status or leaves_out
    elsewhere = not has_no_place(order) and not stands(case)
    if elsewhere and (not any_status or same_status(order.status, "draft")):
        return Reason(
            "order.status",
            f"not exported: status is {shown(order.status)}, expected "
            f"{shown(mode.take_status or settings.take_status)}. Fix: move it in Le New Black.",
        )
    named = selection.baseline or selection.references or asked_for is not None
    if settings.since is None or named:
        return None
    return _too_old(order, settings.since)


def _too_old(order: Order, since: datetime) -> Reason | None:
    """Return why an order is not sent because of its age, which has to be known; None: it is."""
    if order.create_time is None:
        return Reason(
            "order.unreadable",
            "does not say when it was made, and orders.since asks for that. Typed in already? "
            f"lnb24so resolve {order.reference} --skip. Else: lnb24so push-orders --order "
            f"{order.reference}",
        )
    if order.create_time >= since:
        return None
    return Reason(
        "order.before_since",
        f"made on {_day(order.create_time, since)}, before orders.since ({_day(since, since)}). "
        f"Typed in already? lnb24so resolve {order.reference} --skip. Else: lnb24so push-orders "
        f"--order {order.reference}",
    )


def _day(moment: datetime, since: datetime) -> str:
    """Return `10 Feb`, with the year where it is not that of `since`, whose zone counts."""
    moment = moment.astimezone(since.tzinfo)
    year = f" {moment.year}" if moment.year != since.year else ""
    return f"{moment.day} {moment:%b}{year}"
