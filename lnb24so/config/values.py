"""What a setting may be: checks that take a value and return it, or raise ValueError.

A check stands in a type hint, as `Annotated[str, check]`; its sentence never shows an address,
which may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal
from urllib.parse import urlsplit

# OrderSlipStateType of the 24SevenOffice WSDL, in its order.
OrderState = Literal[
    "None", "Offer", "Pack", "Invoiced", "Web", "Repeating", "CollectingOrder", "Return",
    "Distribution", "Rest", "ForInvoicing", "OvertimeRent", "Confirmed", "OrderState_Sent",
    "Production", "PaymentReminder", "OnAccount", "Lending", "InvoicedCashAccount", "InvoicedPack",
    "Inactive", "Hours", "OrderState_SuperStore", "Draft",
]  # fmt: skip

# These post to the accounts or claim money; 24SevenOffice cannot undo a posting.
BOOKING_STATES = {"Invoiced", "InvoicedCashAccount", "InvoicedPack"}
BOOKING_STATES |= {"PaymentReminder", "OnAccount", "OvertimeRent"}
# No sale to a retailer is one of these; an order saved as one would lie where nobody looks.
NO_ORDER_STATES = {"None", "Return", "Repeating", "Hours", "Inactive"}
# 24SevenOffice holds back no stock for these, so they need not be among the open states.
NOT_YET_ORDER_STATES = {"Draft", "Offer"}

LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")


def within(low: float, high: float = 2_147_483_647) -> Callable[[float], float]:
    """Return a check for low <= number <= high; 24SevenOffice's ids have 32 bits."""

    def check(number: float) -> float:
        if not low <= number <= high:
            raise ValueError(f"must be from {low} to {high}")
        return number

    return check


def matching(pattern: str, otherwise: str) -> Callable[[str], str]:
    """Return a check for texts of the pattern; the sentence for others does not show them."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(otherwise)
        return text

    return check


def order_target(state: str) -> str:
    """Return the state, or raise ValueError when no new order may be given it."""
    if state in BOOKING_STATES:
        raise ValueError(f"{state} books in 24SevenOffice and cannot be undone; use Web or Draft")
    if state in NO_ORDER_STATES:
        raise ValueError(f"{state} is no state of a sales order; use Web, Confirmed or Draft")
    return state


def web_address(text: str) -> str:
    """Return the address, or raise ValueError without showing it: it may hold a secret."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("https", "http") or re.search(r"\s", text):
        raise ValueError("expected an address such as https://example.com")
    if "@" in parts.netloc:
        raise ValueError("an address must not hold a user name or password")
    if parts.scheme == "http" and not LOOPBACK.fullmatch(host):
        raise ValueError("plain http is only for this machine (localhost); use https")
    return text


def base_address(text: str) -> str:
    """Return the address without its last slash, or raise ValueError without showing it."""
    if "?" in text or "#" in text:
        raise ValueError("must end before the ? or #")
    return web_address(text).rstrip("/")


Guid = Annotated[
    str,
    matching(
        "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "expected a guid such as 01234567-89ab-cdef-0123-456789abcdef",
    ),
]
Template = Annotated[
    str,
    matching(
        r"[^{}]*\{reference\}[^{}]*", "must hold {reference} exactly once and no other braces"
    ),
]
BaseUrl = Annotated[str, base_address]
PingUrl = Annotated[str, web_address]
Seconds = Annotated[float, within(0.001, 86_400)]
Days = Annotated[int, within(0, 36_500)]
Id = Annotated[int, within(1)]
CreateAs = Annotated[OrderState, order_target]
