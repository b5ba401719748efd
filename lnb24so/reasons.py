"""Why an order or a code does not move: a code for scripts, a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `line` counts from 1 and is None where the whole order is meant.

    `cause` begins the sentence about all orders that have it for the same cause, such as one
    retailer without a reference, and `remedy` ends it, where it is not what mends one order
    alone; both are empty where there is none.
    """

    code: str
    message: str
    line: int | None = None
    cause: str = field(default="", compare=False)
    remedy: str = field(default="", compare=False)

    def document(self) -> dict[str, str | int | None]:
        """Return the reason as `--json` shows it."""
        return {"code": self.code, "message": self.message, "line": self.line}

    @property
    def fix(self) -> str:
        """What to do about it, or nothing."""
        return self.remedy or self.message.partition("Fix: ")[2]


def sentence(reference: str, reason: Reason) -> str:
    """Return `70123: ...` or `70123 line 4 (...): ...`, without a reference the message alone."""
    if not reference:
        return reason.message
    return f"{reference}{':' if reason.line is None else ''} {reason.message}"


ORDER_REASONS: Mapping[str, str] = {
    "customer.missing_reference": "the retailer has no customer reference in Le New Black",
    "customer.unknown": "no customer in 24SevenOffice has that reference",
    "customer.ambiguous": "several customers in 24SevenOffice have that reference",
    "customer.blocked": "24SevenOffice blocks invoices to the customer",
    "customer.name_differs": "a warning: the two systems' names share no word",
    "line.missing_code": "the line has no EAN or SKU",
    "line.unknown_product": "no product in 24SevenOffice has the code",
    "line.ambiguous_product": "several active products have the code",
    "line.expired_product": "only an expired product has the code",
    "line.bad_quantity": "the quantity is no whole number of pieces above zero",
    "line.missing_price": "the line has no unit price that is a number",
    "line.bad_price": "the unit price is negative or absurd",
    "line.bad_discount": "a discount is no number from 0 to 100 percent",
    "order.no_reference": "Le New Black sent an order without a reference",
    "order.bad_reference": "24SevenOffice cannot keep a character of the reference",
    "order.reference_too_long": "the reference is longer than 24SevenOffice keeps",
    "order.bad_number": "a rate or amount of the order is no number",
    "order.unreadable": "a field that decides something holds what cannot be read",
    "order.no_lines": "nothing is left to export",
    "order.total_mismatch": "no reading of the prices comes to the order's total, or several do",
    "order.no_total": "no total to compare with: a warning, or prices that can be read in two ways",
    "order.missing_currency": "the order names no currency",
    "order.unknown_currency": "24SevenOffice has no such currency, or no rate for it",
    "order.shipping_without_product": "a shipping fee, and no setting for its product",
    "order.shipping_product_unknown": "the shipping product is not an active product",
    "order.bad_shipping": "the shipping fee is negative",
    "order.text_cut": "a warning: a text was longer than 24SevenOffice keeps",
    "order.country_unknown": "a warning: nobody here knows the delivery country",
    "order.line_skipped": "a warning: a line without a usable code was left out",
    "order.reference_taken": "an order that we did not send already has the reference",
    "order.reference_twice": "Le New Black has two orders of the reference",
    "order.duplicate": "24SevenOffice holds the order more than once",
    "order.created_late": "24SevenOffice created an order that had been skipped meanwhile",
    "order.refused": "24SevenOffice answered that it does not take the order",
    "order.not_sent": "the request did not reach 24SevenOffice, or was turned away",
    "order.status_refused": "Le New Black refused the new status of an exported order",
    "order.not_searchable": "in doubt for long, and 24SevenOffice does not list it: a person looks",
    "order.unconfirmed": "sent, and no clear answer: it may exist",
    "order.status": "the order is not in the status that means: export me",
    "order.mode_not_exported": "orders of this mode are not exported",
    "order.before_since": "the order is older than orders.since",
    "order.skipped": "a person decided that it is not sent",
    "order.exported": "the order is in 24SevenOffice already",
    "order.changed_after_export": "Le New Black changed it after the export",
    "order.canceled_after_export": "Le New Black canceled it after the export",
    "order.withdrawn": "it left the export status before it was sent",
    "order.unread": "Le New Black did not answer for this order",
    "order.not_found": "Le New Black has no order with that reference",
    "order.gone": "it was sent, and 24SevenOffice no longer has it",
    "order.not_in_ledger": "24SevenOffice has it with our reference, and the ledger does not know",
    "order.gone_from_lnb": "24SevenOffice has it, and Le New Black no longer does",
    "order.closed_unsent": "moved to done_status by hand, and in no order of 24SevenOffice",
    "order.overdue": "up for export for over a day, and no run has touched it",
    "order.customer_differs": "24SevenOffice has it for another customer",
    "order.currency_differs": "24SevenOffice has it in another currency",
    "order.none_to_take": "no order is in take_status, and Le New Black shows unnamed statuses",
    "order.differs": "a warning: 24SevenOffice holds something else than was sent",
}
"""Every order reason with its meaning, as `lnb24so help` tells it."""

STOCK_REASONS: Mapping[str, str] = {
    "code.unknown": "Le New Black does not know the code",
    "code.conflict": "two active products have the code; the level may only fall, to their sum",
    "product.not_stock_controlled": "24SevenOffice keeps no stock of the product",
    "product.no_stock_figure": "24SevenOffice sent no stock figure that is a number",
    "product.open_order_unread": "an open order's pieces of the product cannot be read",
    "product.expired": "the product is expired: its level becomes 0",
    "product.deleted": "no product in 24SevenOffice has the code any more: its level becomes 0",
    "product.unasked": "its product is no longer listed, and a later run asks for it",
    "code.without_product": "no product in 24SevenOffice has the code",
    "list.incomplete": "a list lacks what is there when it is asked for by its number",
    "list.miscounted": "Le New Black counts a list otherwise than two reads of it in a row",
    "level.refused": "Le New Black refused the level",
    "hold.exported": "24SevenOffice has the order already",
    "hold.open_order": "an open order of 24SevenOffice carries its reference and holds its pieces",
    "hold.skipped": "a person decided that it is not sent",
    "hold.before_since": "it was made before orders.since",
    "hold.not_tracked": "Le New Black counts no stock for it (inventory_tracking)",
    "hold.by_le_new_black": "it was made after the levels' time, so Le New Black holds its pieces",
    "hold.past": "it is still open and its last day has gone by",
    "hold.delivered_later": "it is delivered later than stock.open_order_delivery_within_days",
    "hold.lines_unread": "its lines cannot all be read: it holds the pieces it had last",
}
"""Every stock reason with its meaning, as `lnb24so help` tells it."""
