"""What each search parameter of 24SevenOffice finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lnb24so.sandbox.brand import Record

if TYPE_CHECKING:
    from datetime import datetime

Test = Callable[[Record, Any], bool]
PRODUCT_TESTS: Mapping[str, Test] = {
    "Id": lambda product, value: bool(product["Id"] == value),
    "CategoryId": lambda product, value: bool(product.get("CategoryId") == value),
    "No": lambda product, value: bool(product.get("No") == value),
    "EAN1": lambda product, value: bool(product.get("EAN1") == value),
    "Name": lambda product, value: value.casefold() in product.get("Name", "").casefold(),
    "Price": lambda product, value: bool(product.get("Price") == value),
    "DateChanged": lambda product, value: changed_since(product, value),
    "ProductIds": lambda product, value: product["Id"] in value,
}
COMPANY_TESTS: Mapping[str, Test] = {
    "ExternalId": lambda company, value: bool(company.get("ExternalId") == value),
    "CompanyId": lambda company, value: bool(company["Id"] == value),
    "CompanyIds": lambda company, value: company["Id"] in value,
    "CompanyName": lambda company, value: like(company.get("Name", ""), value),
    "ChangedAfter": lambda company, value: changed_since(company, value),
    "CompanyEmail": lambda company, value: value in values(company.get("EmailAddresses")),
    "CompanyPhone": lambda company, value: value in values(company.get("PhoneNumbers")),
    "OrganizationNumber": lambda company, value: company.get("OrganizationNumber") == value,
}
ORDER_TESTS: Mapping[str, Test] = {
    "CustomerIds": lambda order, value: order.get("CustomerId") in value,
    "ChangedAfter": lambda order, value: changed_since(order, value),
    "OrderStates": lambda order, value: order.get("OrderStatus", "Web") in value,
    "InvoiceIds": lambda order, value: order.get("InvoiceId") in value,
    "OrderIds": lambda order, value: order["OrderId"] in value,
    "ExternalStatus": lambda order, value: order.get("ExternalStatus") in value,
}


def changed_since(record: Record, moment: datetime) -> bool:
    """Return whether a record was changed at a moment or after it."""
    changed: datetime | None = record.get("DateChanged")
    return changed is not None and changed >= moment


def like(text: str, pattern: str) -> bool:
    """Return whether the text fits a pattern in which % stands for anything."""
    parts = (re.escape(part) for part in pattern.split("%"))
    return re.fullmatch(".*".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


def values(entries: Mapping[str, Record] | None) -> list[Any]:
    """Return the values of a record of phone numbers or e-mail addresses."""
    return [entry.get("Value") for entry in (entries or {}).values()]


def matching(records: Mapping[int, Record], given: Record, tests: Mapping[str, Test]) -> Any:
    """Return the records that pass the test of every given search parameter."""
    checks = [(tests[name], as_set(value)) for name, value in given.items()]
    return [each for each in records.values() if all(test(each, value) for test, value in checks)]


def as_set(value: Any) -> Any:
    """Return a list as a set, for a search by thousands of ids."""
    return frozenset(value) if isinstance(value, list) else value
