"""The sample's orders by what becomes of them, in the order in which the sample makes them."""

from __future__ import annotations

from lnb24so.sandbox.sample_orders import FIRST_REFERENCE

CLEAN = [str(FIRST_REFERENCE + number) for number in range(12)]
CONFIRMED, _, CLOSED, DRAFT, CANCELED = (str(FIRST_REFERENCE + number) for number in range(12, 17))
BLOCKED = {
    str(FIRST_REFERENCE + number): codes
    for number, codes in enumerate(
        (
            ["customer.missing_reference"],
            ["customer.unknown"],
            ["customer.blocked"],
            ["line.missing_code"],
            ["line.unknown_product"],
            ["line.ambiguous_product"],
            ["line.expired_product"],
            ["line.bad_quantity", "line.bad_quantity"],
            ["line.missing_price"],
            ["order.no_lines"],
            ["order.total_mismatch"],
            ["order.unknown_currency"],
            ["order.unknown_currency"],
        ),
        start=17,
    )
}
"""The blocked ones with their reason codes."""

NAMELESS = next(iter(BLOCKED))
"""The one that says no customer."""
