"""What a setting may be: texts read as values, secrets, and checks that raise ValueError.

A check takes a value and returns it. It stands in a type hint, as `Annotated[str, check]`; its
sentence never shows an address, which may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
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

TRUE = {"true", "yes", "on"}


def within(low: float, high: float = 2_147_483_647) -> Callable[[float], float]:
    """Return a check for low <= number <= high; 24SevenOffice's ids have 32 bits."""

    def check(number: float) -> float:
        if not low <= number <= high:
            raise ValueError(f"must be from {low} to {high}")
        return number

    return check


def matching(pattern: str, *, otherwise: str) -> Callable[[str], str]:
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


def zone_named(name: str) -> tzinfo:
    """Return the time zone, or raise ValueError where the machine knows none of that name."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("expected a time zone such as Europe/Oslo") from None


def time_zone(name: str) -> str:
    """Return the name, or raise ValueError where it is no time zone's."""
    zone_named(name)
    return name


_guid = matching(
    "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    otherwise="expected a guid such as 01234567-89ab-cdef-0123-456789abcdef",
)
_template = matching(
    r"[^{}]*\{reference\}[^{}]*",
    otherwise="must hold {reference} exactly once and no other braces",
)
Guid = Annotated[str, _guid]
Template = Annotated[str, _template]
BaseUrl = Annotated[str, base_address]
PingUrl = Annotated[str, web_address]
TimeZone = Annotated[str, time_zone]
Seconds = Annotated[float, within(0.001, 86_400)]
Days = Annotated[int, within(0, 36_500)]
Hours = Annotated[float, within(0.1, 87_600)]
Id = Annotated[int, within(1)]
CreateAs = Annotated[OrderState, order_target]


def is_value(hint: Any) -> bool:
    """Return whether a setting of this type is one text, not a list or a section."""
    return get_origin(hint) is Literal or hint in _PARSERS


def read_value(hint: Any, text: str) -> Any:
    """Return the text as a value of the type; ValueError where it is none."""
    names = "|".join(map(re.escape, get_args(hint)))
    pattern, parse, _ = _PARSERS.get(hint, (names, str, ""))
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    try:
        return parse(text)
    except OverflowError as error:
        raise ValueError(text) from error


def described(hint: Any) -> str:
    """Return what a message calls the values of a type."""
    if hint in _PARSERS:
        return _PARSERS[hint][-1]
    args = get_args(hint)
    if get_origin(hint) is Literal:
        return f"{', '.join(args[:-1])} or {args[-1]}"
    return described(args[0])


def _moment(text: str) -> datetime:
    """Return a time; one without a zone is left so, for another setting names the zone."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment


_A_MOMENT = "a date such as 2026-01-31 or a time such as 2026-01-31T10:00:00Z"
_PARSERS: dict[Any, tuple[str, Callable[[str], Any], str]] = {
    str: (".*", str, "text"),
    Path: (".*", Path, "a path"),
    int: (r"-?(0|[1-9][0-9]{0,18})", int, "a whole number"),
    float: (r"-?[0-9]{1,9}(\.[0-9]{1,9})?", float, "a number"),
    bool: ("(?i:true|yes|on|false|no|off)", lambda text: text.lower() in TRUE, "true or false"),
    datetime: (".*", _moment, _A_MOMENT),
}
"""How each type is written, how it is read, and what a message calls it."""


class Secret:
    """A password that shows as *** wherever it is printed or copied into a dict."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Hold the text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)
