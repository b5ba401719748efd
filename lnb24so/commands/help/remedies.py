"""What a person does about a reason, as the person who has just found its code needs it."""

from __future__ import annotations

from collections.abc import Mapping

IN_LNB = "Correct it in Le New Black; the next run looks again."
NOTHING_TO_DO = "Nothing is to be done."
TYPE_IN = "Type the order in by hand, and cancel it in Le New Black."
WILL_RETRY = "Nothing is to be done: the next run tries again."
HOLDS_NOTHING = (
    "So the order holds no stock back here. lnb24so preview stock --code EAN names the orders that "
    "do, and those that do not."
)
IN_24SO = "Correct it in 24SevenOffice; the next run looks again."

REMEDIES: Mapping[str, str] = {
    "customer.missing_reference": "Enter the retailer's 24SevenOffice number in Le New Black (or "
    "the external id, or the VAT number of the billing address: what orders.customer_match says). "
    "lnb24so check names the likely customer.",
    "customer.unknown": "Correct the retailer's customer reference in Le New Black, or name the "
    "customer in orders.customer_map. Where every order has it: orders.customer_match.",
    "customer.ambiguous": "Make the reference unique in 24SevenOffice, or name the customer in "
    "orders.customer_map.",
    "customer.blocked": "Open the customer in 24SevenOffice, or cancel the order in Le New Black.",
    "customer.name_differs": "The order is sent. Check the retailer's customer reference in "
    "Le New Black: it may be another company's.",
    "line.missing_code": "Enter the EAN or SKU in Le New Black. Or set orders.missing_code: "
    "skip_line, which sends the other lines and says in the comment what is missing.",
    "line.unknown_product": "Enter the code on the product in 24SevenOffice. The message names "
    "codes that are nearly the same. Where every order has it: products.match_by, "
    "products.sku_field.",
    "line.ambiguous_product": "Remove the code from one of the products in 24SevenOffice.",
    "line.expired_product": "Make the product active in 24SevenOffice, or take the line out in "
    "Le New Black.",
    "line.bad_quantity": IN_LNB,
    "line.missing_price": IN_LNB,
    "line.bad_price": IN_LNB,
    "line.bad_discount": IN_LNB,
    "order.no_reference": "Ask Le New Black for a reference.",
    "order.bad_reference": TYPE_IN,
    "order.reference_too_long": "Shorten orders.reference; where Le New Black's own reference is "
    "too long, type the order in by hand and cancel it there.",
    "order.bad_number": IN_LNB,
    "order.unreadable": "Save the order anew in Le New Black, or show it to their support.",
    "order.no_lines": "Enter the codes of its lines in Le New Black, or cancel it there.",
    "order.total_mismatch": "Look at both sums in the message. Correct the order in Le New Black, "
    "or accept the sum that would be billed: lnb24so resolve REF --accept-total SUM. Where every "
    "order has it: orders.unit_price. More: lnb24so help money",
    "order.no_total": "Where it blocks: enter the discounts as rates in Le New Black, or "
    "lnb24so resolve REF --accept-total SUM.",
    "order.missing_currency": IN_LNB,
    "order.unknown_currency": "Add the currency, or its rate, in 24SevenOffice.",
    "order.shipping_without_product": "Set orders.shipping_product to the number (No) of a "
    "product in 24SevenOffice.",
    "order.shipping_product_unknown": "Set orders.shipping_product to the number (No) of exactly "
    "one active product.",
    "order.bad_shipping": IN_LNB,
    "order.text_cut": "The order is sent. Read the rest of the text in Le New Black.",
    "order.country_unknown": "The order is sent without the country. Enter it in 24SevenOffice.",
    "order.line_skipped": "The order is sent without the line (orders.missing_code: skip_line); "
    "its comment says so.",
    "order.reference_taken": "Look at the order that the message names. It is this one: lnb24so "
    "resolve REF --exported-as ID. It is another one: lnb24so resolve REF --send-again",
    "order.reference_twice": "Only one of the two can be carried. Type the other in by hand, "
    "cancel it in Le New Black, then: lnb24so resolve REF --exported-as ID. Where the first was "
    "never sent, the new one is sent by --send-again, or left out by --skip.",
    "order.duplicate": "Cancel all but one in 24SevenOffice, then: lnb24so resolve REF "
    "--exported-as ID",
    "order.created_late": "To keep it: lnb24so resolve REF --exported-as ID. Else cancel it in "
    "24SevenOffice, then: lnb24so resolve REF --skip",
    "order.refused": "Correct the order or 24SevenOffice, by what the answer in the message says. "
    "Each run tries again; it is told once.",
    "order.not_sent": WILL_RETRY,
    "order.status_refused": "The order is in 24SevenOffice. Correct orders.done_status: lnb24so "
    "check shows the statuses that Le New Black uses. Each run tries again.",
    "order.not_searchable": "Look for the reference in 24SevenOffice. Found: lnb24so resolve REF "
    "--exported-as ID. Not found: lnb24so resolve REF --send-again",
    "order.unconfirmed": "Wait, and do not type it in. Runs look for it after "
    "orders.unknown_grace_minutes, and send it again only when two look-ups do not find it.",
    "order.status": "Move the order to orders.take_status in Le New Black, or take it as it is: "
    "lnb24so push-orders --order REF --any-status",
    "order.mode_not_exported": "To export the mode, give it a take_status in orders.by_mode.",
    "order.before_since": "Typed in already: lnb24so resolve REF --skip. Else: lnb24so "
    "push-orders --order REF",
    "order.skipped": "To send it after all: lnb24so resolve REF --send-again",
    "order.exported": NOTHING_TO_DO,
    "order.changed_after_export": "Make the change in 24SevenOffice by hand, then: lnb24so "
    "resolve REF --acknowledge",
    "order.canceled_after_export": "Cancel the order in 24SevenOffice, then: lnb24so resolve REF "
    "--acknowledge",
    "order.withdrawn": "Nothing, or move it back to orders.take_status in Le New Black.",
    "order.unread": WILL_RETRY,
    "order.not_found": "Check the reference.",
    "order.none_to_take": "Write in orders.take_status, as Le New Black writes it, the status that "
    "means: export me. lnb24so check shows all that were seen.",
    "order.differs": "Compare both figures, and correct the order in 24SevenOffice.",
    "order.gone": "To send it anew: lnb24so resolve REF --send-again. Else cancel it in "
    "Le New Black.",
    "order.not_in_ledger": "It is this order: lnb24so resolve REF --exported-as ID. It is not: "
    "give it another reference in 24SevenOffice.",
    "order.gone_from_lnb": "Cancel the order in 24SevenOffice, if it is void. Then, where a run "
    "told it: lnb24so resolve REF --acknowledge. Where reconcile did: lnb24so reconcile "
    "--acknowledge --note TEXT",
    "order.closed_unsent": "Typed in under another reference: lnb24so resolve REF --skip. Else: "
    "lnb24so push-orders --order REF --any-status",
    "order.overdue": "Does cron run push-orders? What the next run does: lnb24so status REF",
    "order.customer_differs": "Correct the one that is wrong. If the customers were merged: "
    "lnb24so reconcile --acknowledge --note TEXT",
    "order.currency_differs": "Correct the currency in 24SevenOffice, or enter the order anew.",
    "code.unknown": "Give the product the code in Le New Black. Its list is read again once a day, "
    "and by lnb24so pull-stock --all.",
    "code.conflict": "Remove the code from one of the products in 24SevenOffice.",
    "product.not_stock_controlled": "To send its level, let 24SevenOffice keep its stock.",
    "product.no_stock_figure": IN_24SO,
    "product.open_order_unread": "Correct the pieces of the open order in 24SevenOffice. "
    "Until then the level stays.",
    "product.expired": "To keep its level: stock.expired_products: keep.",
    "product.deleted": "To keep its level: stock.deleted_products: keep.",
    "product.unasked": "Nothing is to be done: each run asks for 10,000, and the level stays until "
    "then.",
    "code.without_product": "Set it to 0 in Le New Black, or give a product the code. Or set "
    "stock.codes_without_product: zero.",
    "list.incomplete": "Nothing is to be done: what the list lacks is counted, and asked for in "
    "each run.",
    "list.miscounted": "Nothing is to be done here; report it to Le New Black.",
    "level.refused": "Read why in the message; the next run sends it again.",
    **{
        f"hold.{why}": HOLDS_NOTHING
        for why in (
            *("exported", "open_order", "skipped", "before_since", "not_tracked"),
            *("by_le_new_black", "past", "delivered_later"),
        )
    },
    "hold.lines_unread": "Correct the order's quantities in Le New Black.",
}
"""The remedy of each reason."""
