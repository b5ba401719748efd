"""What `reconcile` has to name, by its definition: computed from what the sandbox holds itself.

Nothing here asks the tool, but for what the ledger remembers: it is one of the three places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from small_brand import CODES

from lnb24so.ledger.types import Entry
from lnb24so.lnb.types import content_hash, read_order
from lnb24so.sandbox import Sandbox

DAY = timedelta(days=1)
PRODUCTS = {code.ean13: code.product_id for code in CODES}
Record = Mapping[str, Any]


def to_be_named(box: Sandbox, entries: Mapping[str, Entry], now: datetime) -> dict[str, set[str]]:
    """Return what stands, by reference, where runs have written a ledger.

    The small brand exports `invoicing`, and moves it to `closed`.
    """
    references = {*box.lnb.orders, *entries, *filter(None, map(reference_of, all_there(box)))}
    found = {reference: set(_of_one(reference, box, entries, now)) for reference in references}
    return {reference: codes for reference, codes in found.items() if codes}


def all_there(box: Sandbox) -> list[Record]:
    return list(box.erp.orders.values())


def reference_of(order: Record) -> str | None:
    """Return Le New Black's reference of an order of 24SevenOffice that carries it."""
    text = str(order.get("ReferenceNumber", "")).strip()
    return text[3:] if text[:3].casefold() == "lnb" else None


def is_derived(order: Record) -> bool:
    made_of = order.get("ReferenceOrderId") or order.get("ReferenceInvoiceId")
    return bool(made_of) or order.get("OrderStatus") in ("Rest", "Return") or net(order) < 0


def net(order: Record) -> Decimal:
    total: Decimal = order["OrderTotalIncVat"] - order["OrderTotalVat"]
    return total


def own_there(reference: str, box: Sandbox, entries: Mapping[str, Entry]) -> list[Record]:
    """Return the orders of 24SevenOffice that are this one, and none that stems from another."""
    entry = entries.get(reference)
    mine = {entry.order_id, entry.seen_id} if entry else set()
    held = {one.order_id for name, one in entries.items() if name != reference}
    hits = [
        order
        for order in all_there(box)
        if order["OrderId"] in mine or reference_of(order) == reference
        if order["OrderId"] not in held and not (entry and order["OrderId"] in entry.not_ours)
    ]
    parents = [one for one in hits if one["OrderId"] in mine or not is_derived(one)]
    if parents or (entry and entry.order_id is not None):
        return parents
    return [one for one in hits if net(one) >= 0 and one.get("OrderStatus") != "Return"]


def _of_one(
    reference: str,
    box: Sandbox,
    entries: Mapping[str, Entry],
    now: datetime,
) -> Iterator[str]:
    here, entry = box.lnb.orders.get(reference), entries.get(reference)
    there = own_there(reference, box, entries)
    state = entry.state if entry else None
    in_doubt = state in ("sending", "unconfirmed")
    is_off = here is None or here["status"] == "canceled" or bool(here["cancellation_time"])
    is_left_out = state == "skipped" and entry is not None and not entry.attempts
    if len(there) > 1:
        yield "order.duplicate"
    elif is_left_out and entry is not None and entry.order_id is None:
        return
    elif there:
        if not in_doubt and (entry is None or entry.order_id != there[0]["OrderId"]):
            yield "order.created_late" if state == "skipped" else "order.not_in_ledger"
        elif is_off:
            if not (entry and entry.notice is None and entry.notice_hash == "canceled"):
                yield "order.canceled_after_export" if here else "order.gone_from_lnb"
        elif here is not None:
            yield from _not_the_same(here, there[0], entry)
    elif is_off or here is None:
        return
    elif entry is not None and entry.order_id is not None:
        yield "order.gone"
    elif in_doubt or state == "skipped":
        return
    elif here["status"] == "closed":
        yield "order.closed_unsent"
    elif here["status"] == "invoicing" and state in (None, "withdrawn"):
        times = (here[name] for name in ("create_time", "confirmation_time", "update_time"))
        if now - max(datetime.fromisoformat(time) for time in times if time) > DAY:
            yield "order.overdue"


def _not_the_same(here: Record, there: Record, entry: Entry | None) -> Iterator[str]:
    customer, sent = str(there["CustomerId"]), entry.customer_id if entry else None
    hashed = content_hash(read_order(here))
    is_changed = entry is not None and hashed != entry.content_hash
    if is_changed and entry is not None and entry.notice is None and entry.notice_hash == hashed:
        is_changed = False
        here = {**here, "retailer_reference": str(sent)}
    if here["retailer_reference"] != customer:
        if is_changed or sent is None or customer != str(sent):
            yield "order.customer_differs"
    elif is_changed and not _is_same(here, there):
        yield "order.changed_after_export"


def _is_same(here: Record, there: Record) -> bool:
    """Return whether 24SevenOffice holds the pieces and the sum that Le New Black holds now."""
    wanted = Counter[int]()
    for line in here["items"]:
        wanted[PRODUCTS[line["ean13"]]] += line["quantity"]
    pieces = Counter[int]()
    for row in there["InvoiceRows"]:
        pieces[row["ProductId"]] += int(row["Quantity"])
    return wanted == pieces and net(there) == here["amount_total"] and _is_addressed(there)


def _is_addressed(there: Record) -> bool:
    """Return whether the order came from Le New Black: a typed one lacks its address."""
    return bool(there.get("Addresses"))
