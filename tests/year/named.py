"""What the codes and references of one system name in the other, as the world sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lnb24so.sandbox.brand import Json, Record
from lnb24so.sandbox.erp import Erp
from lnb24so.sandbox.fashion import Code

from .story import Story


class Named:
    """The products and customers that codes and references name.

    `merged` has the first number of each customer that came of merging two, and `gone` the
    customers that it came of.
    """

    story: Story
    erp: Erp
    merged: dict[int, int]
    gone: dict[int, Record]

    @property
    def field(self) -> tuple[str, str]:
        """The names of the code in both systems."""
        return ("sku", "No") if self.story.match_by == "sku" else ("ean13", "EAN1")

    def products_of(self, item: Json) -> list[Record]:
        """Return the active products with the code of a level."""
        found = self._by_code().get(self.field[1], {}).get(item[self.field[0]], [])
        return [one for one in found if one["StatusId"] == 1]

    def products_of_line(self, item: Json) -> list[Record]:
        """Return the active products that a line means: where no EAN says it, the SKU may."""
        by_code = self._by_code()
        if self.story.match_by == "ean13_then_sku" and item["ean13"] not in by_code["EAN1"]:
            return [one for one in by_code["No"].get(item["sku"], []) if one["StatusId"] == 1]
        return self.products_of(item)

    def _by_code(self) -> dict[str, dict[Any, list[Record]]]:
        key = tuple(map(id, self.erp.products.values()))
        if getattr(self, "_code_key", None) != key:
            found: dict[str, dict[Any, list[Record]]] = {"EAN1": {}, "No": {}}
            for product in self.erp.products.values():
                for name, products in found.items():
                    if product.get(name):
                        products.setdefault(product[name], []).append(product)
            self._code_key, self._codes = key, found
        return self._codes

    def was_doubled(self, code: Code) -> bool:
        """Return whether a code stands on several products, active or expired."""
        value = {"ean13": code.ean13, "sku": code.sku}[self.field[0]]
        return len(self._by_code()[self.field[1]].get(value, ())) > 1

    def first_of(self, number: int) -> int:
        """Return the first number of a customer that was merged since, or the number itself."""
        return self.merged.get(number, number)

    def customer_of(self, order: Json) -> int | None:
        """Return the first number of the customer that an order names, one of today or not."""
        found = self._customer_of(order, [*self.erp.customers.values(), *self.gone.values()])
        return None if found is None else self.first_of(found["Id"])

    def customer_of_today(self, order: Json) -> Record | None:
        """Return the customer that an order's references name today, or None."""
        return self._customer_of(order, self.erp.customers.values())

    def _customer_of(self, order: Json, customers: Iterable[Record]) -> Record | None:
        by, reference = self.story.customer_match, order["retailer_reference"]
        for customer in customers:
            vat = (order["billing_address"] or {}).get("vat_number") or ""
            digits = "".join(filter(str.isdigit, vat))
            named = {
                "id": str(customer["Id"]) == reference,
                "external_id": customer["ExternalId"] == reference,
                "organization_number": customer["OrganizationNumber"] == digits,
            }[by]
            if named:
                return customer
        return None
