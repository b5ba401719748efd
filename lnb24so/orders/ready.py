"""Whether an order is up for export now, by its mode, status and age."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnb24so.ledger.store import Entry
from lnb24so.lnb.types import Order, is_canceled, same_status
from lnb24so.reasons import Reason
from lnb24so.texts import shown

from .types import Selection

if TYPE_CHECKING:
    from lnb24so.config.schema import Orders


def stands(order: Order, entry: Entry | None, settings: Orders) -> bool:
    """Return whether an order has the status that it is taken from, or that a block gave it."""
    blocked_status = entry.blocked_status if entry else None
    here = (settings.for_mode(order.order_mode).take_status, blocked_status)
    return any(status is not None and same_status(order.status, status) for status in here)


def why_not_now(
    order: Order, entry: Entry | None, settings: Orders, selection: Selection
) -> Reason | None:
    """Return why an order is not up for export, whatever it holds; None where it is."""
    mode = settings.for_mode(order.order_mode)
    if mode.take_status is None:
        return Reason(
            "order.mode_not_exported",
            f"not exported: orders of mode {shown(order.order_mode)} are not "
            "(orders.by_mode). Fix: give the mode a take_status.",
        )
    asked_for = entry.asked_for if entry else None
    any_status = selection.any_status or asked_for == "any_status"
    is_draft = same_status(order.status, "draft")
    fits = stands(order, entry, settings) or (any_status and not is_draft)
    if is_canceled(order):
        return Reason("order.status", "not exported: it is canceled in Le New Black.")
    if not fits:
        return Reason(
            "order.status",
            f"not exported: status is {shown(order.status)}, expected "
            f"{shown(mode.take_status)}. Fix: move it in Le New Black.",
        )
    too_old = settings.since and order.create_time and order.create_time < settings.since
    if too_old and not selection.references and asked_for is None:
        return Reason(
            "order.before_since",
            f"not exported: created {order.create_time:%Y-%m-%d}, before orders.since. "
            f"Fix: lnb24so push-orders --order {order.reference}",
        )
    return None


def is_ours_to_move(order: Order | None, entry: Entry, settings: Orders) -> bool:
    """Return whether the Le New Black status is ours to set now.

    Only an order that still stands where it was taken from is moved: what a person moved
    elsewhere, canceled or closed stays as it is.
    """
    return order is not None and not is_canceled(order) and stands(order, entry, settings)


def status_after(order: Order | None, entry: Entry, settings: Orders) -> str | None:
    """Return the status to set after the export; None for one taken by `--any-status`."""
    if order is None or not stands(order, entry, settings):
        return None
    return settings.for_mode(order.order_mode).done_status


def status_of_blocked(order: Order | None, entry: Entry, settings: Orders) -> str | None:
    """Return the status that a blocked order is still to get; None for one with nothing to set."""
    if order is None or entry.blocked_status is not None or not stands(order, entry, settings):
        return None
    return settings.blocked_status
