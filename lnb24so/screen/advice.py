"""What sales can do about an order that waits: in Le New Black, or by asking the right person."""

from __future__ import annotations

import re
from collections.abc import Mapping

ASK_TECHNICIAN = "Ask whoever looks after lnb24so."
ASK_FINANCE = "Ask whoever keeps the customers and currencies in 24SevenOffice"
ASK_PRODUCTS = "Ask whoever keeps the products in 24SevenOffice"
CORRECT = "Correct it on the order in Le New Black."
TYPE_IN = "Have it typed into 24SevenOffice by hand, then cancel it in Le New Black."

ADVICE: Mapping[str, str] = {
    "customer.missing_reference": "Enter the retailer's customer number of 24SevenOffice as its "
    "reference in Le New Black. Finance knows the number.",
    "customer.unknown": "Correct the retailer's reference in Le New Black. Finance knows the "
    "right number.",
    "customer.ambiguous": f"{ASK_FINANCE}: each customer needs a reference of its own.",
    "customer.blocked": f"{ASK_FINANCE} to open the customer for invoicing, or cancel the order "
    "in Le New Black.",
    "customer.name_differs": "Check the retailer's reference in Le New Black: it may be another "
    "company's.",
    "line.missing_code": "Enter the EAN or SKU of the size in Le New Black.",
    "line.unknown_product": f"{ASK_PRODUCTS} to enter the code there, or correct it in Le New "
    "Black.",
    "line.ambiguous_product": f"{ASK_PRODUCTS} to take the code off one of the two.",
    "line.expired_product": f"{ASK_PRODUCTS} to make it active again, or take the line out in "
    "Le New Black.",
    **dict.fromkeys(
        (
            *("line.bad_quantity", "line.missing_price", "line.bad_price", "line.bad_discount"),
            *("order.bad_number", "order.missing_currency", "order.bad_shipping"),
        ),
        CORRECT,
    ),
    "order.unreadable": "Save the order anew in Le New Black, or show it to their support.",
    "order.no_lines": "Enter the codes of its lines in Le New Black; if it is empty, cancel it.",
    "order.total_mismatch": "Correct prices, discounts or total on the order in Le New Black. If "
    "it is to be billed as its lines add up, ask whoever looks after lnb24so.",
    "order.no_total": "Enter the discounts as rates in Le New Black, or ask whoever looks after "
    "lnb24so.",
    "order.unknown_currency": f"{ASK_FINANCE} to add the currency, with its rate.",
    "order.bad_reference": TYPE_IN,
    "order.reference_too_long": TYPE_IN,
    "order.reference_twice": "Only one of the two can be carried. " + TYPE_IN,
    "order.unconfirmed": "Wait, and let nobody type it in: it may be in 24SevenOffice already.",
    "order.not_sent": "Nothing: the next run tries again.",
    "order.unread": "Nothing: the next run tries again.",
    "order.status": "Move it in Le New Black to the status that is exported.",
    "order.changed_after_export": "Have the same changed on its order in 24SevenOffice by hand.",
    "order.canceled_after_export": "Have its order in 24SevenOffice canceled by hand.",
    "order.gone_from_lnb": "Have its order in 24SevenOffice canceled by hand, if it is void.",
    "order.before_since": f"Was it never typed in? {ASK_TECHNICIAN}",
    "order.country_unknown": "Check the delivery address in 24SevenOffice.",
    "order.text_cut": "Read the whole text in Le New Black.",
}
"""By reason; what is not here is for a technician."""

_COMMAND = re.compile(r"\blnb24so [a-z-]")


def advice(code: str) -> str:
    """Return what sales can do about a reason."""
    return ADVICE.get(code, ASK_TECHNICIAN)


def fact(message: str) -> str:
    """Return what a sentence says, without its fix, and without commands and their questions."""
    fact = message.partition("Fix: ")[0].strip()
    sentences = re.split(r"(?<=[.?!;]) ", fact)
    end = next((n for n, one in enumerate(sentences) if _COMMAND.search(one)), len(sentences))
    while 0 < end < len(sentences) and sentences[end - 1].endswith("?"):
        end -= 1
    text = " ".join(sentences[:end]) or _COMMAND.split(fact)[0].rstrip(" :;,")
    return text[:1].upper() + text[1:]
