"""What Le New Black means today: for which customer, and what its order would be sent as now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lnb24so.lnb.types import Order, is_canceled
from lnb24so.money import differs, row_total
from lnb24so.orders.draft import draft_order
from lnb24so.orders.hits import cargo_of
from lnb24so.orders.lookup import facts_for
from lnb24so.orders.matching import CustomerIndex, customer_number, index_customers, match_customer
from lnb24so.orders.plan import is_changed
from lnb24so.orders.reading import case_of
from lnb24so.orders.rows import Facts
from lnb24so.soap.booked import Booked
from lnb24so.soap.order import InvoiceOrder
from lnb24so.soap.types import Customer
from lnb24so.tools import Tools

from .types import Trio


@dataclass(slots=True)
class Today:
    """Holds orders against Le New Black as it is now; what that needs is asked for once."""

    tools: Tools
    own_currency: str
    _customers: CustomerIndex | None = None

    def look_at(self, trios: Sequence[Trio]) -> list[Trio]:
        """Return the orders with their customers by today's references, and what changed."""
        trios = self._with_totals(trios)
        marked = [
            replace(one, customer_id=self._customer_id(one), is_changed=self._is_changed(one))
            for one in trios
        ]
        changed = [one for one in marked if one.is_changed and len(one.parents) == 1]
        if not changed:
            return marked
        facts = facts_for(self.tools, [one.order for one in changed if one.order])
        ids = [one.parents[0].order_id for one in changed]
        there = {one.order_id: one for one in self.tools.soap.orders_by_id(ids)}
        same = {
            one.reference
            for one in changed
            if self._is_same(one, facts, there.get(one.parents[0].order_id))
        }
        return [replace(one, is_same=one.is_changed and one.reference in same) for one in marked]

    def _with_totals(self, trios: Sequence[Trio]) -> Sequence[Trio]:
        """Return the orders; where 24SevenOffice names no total, its rows are added up."""
        every = [one for trio in trios for one in (*trio.parents, *trio.derived)]
        without = [one.order_id for one in every if one.net is None]
        if not without:
            return trios
        totals = {
            order.order_id: cargo_of(order).total for order in self.tools.soap.orders_by_id(without)
        }

        def filled(every: Iterable[Booked]) -> tuple[Booked, ...]:
            return tuple(one.with_net(totals.get(one.order_id)) for one in every)

        return [
            replace(trio, parents=filled(trio.parents), derived=filled(trio.derived))
            for trio in trios
        ]

    def _customer_id(self, trio: Trio) -> int | None:
        """Return the order's customer by today's reference; None where that cannot be told."""
        order, settings = trio.order, self.tools.config.orders
        if order is None or not trio.parents:
            return None
        number = customer_number(order, settings)
        if number is not None or settings.customer_match == "id":
            return number
        if self._customers is None:
            self._customers = index_customers(self.tools.soap.all_customers())
        customer = match_customer(order, self._customers, settings)
        return customer.id if isinstance(customer, Customer) else None

    def _is_changed(self, trio: Trio) -> bool:
        """Return whether Le New Black changed what was sent, and nobody dealt with it."""
        order, entry = trio.order, trio.entry
        if order is None or entry is None or not entry.in_erp or is_canceled(order):
            return False
        case = case_of(trio.reference, order, entry, self.tools.config)
        known = case.known
        dealt_with = known.notice is None and known.notice_hash == case.content_hash
        return not dealt_with and known.content_hash is not None and is_changed(case, known)

    def _is_same(self, trio: Trio, facts: Facts, there: InvoiceOrder | None) -> bool:
        """Return whether 24SevenOffice holds the order as it would be sent now."""
        order, config = trio.order, self.tools.config
        if order is None or there is None:
            return False
        draft = draft_order(
            order,
            config.orders.for_mode(order.order_mode),
            facts,
            config,
        )
        return draft.invoice is not None and _holds(there, draft.invoice, order)


def _holds(there: InvoiceOrder, sent: InvoiceOrder, order: Order) -> bool:
    """Return whether an order there holds all that would be sent; what people added is theirs."""
    ours = {row.product_id for row in sent.rows}
    alike = [row for row in there.rows if row.product_id in ours and row.kind == "Normal"]
    kept = replace(there, rows=tuple(alike))
    return (
        _pieces(kept) == _pieces(sent)
        and not differs(_sum(kept), _sum(sent), len(alike), order.currency)
        and there.customer_id == sent.customer_id
        and all(getattr(there, name) == getattr(sent, name) for name in TEXTS)
        and (there.delivery and there.delivery.date()) == (sent.delivery and sent.delivery.date())
    )


TEXTS = ("your_reference", "delivery_name", "delivery_phone", "delivery_address", "comment")


def _pieces(order: InvoiceOrder) -> Counter[int | None]:
    pieces = Counter[int | None]()
    for row in order.rows:
        pieces[row.product_id] += int(row.quantity * 1000)
    return pieces


def _sum(order: InvoiceOrder) -> Decimal:
    return _added(
        row_total(row.price, (row.discount_rate,), row.quantity, "") for row in order.rows
    )


def _added(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
