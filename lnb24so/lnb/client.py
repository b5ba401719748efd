"""Le New Black: one client for its REST API (wholesale v2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from lnb24so.errors import NotThatOrder, Rejected, of_system

from .answers import UNTOLD as UNTOLD
from .answers import complaint, failed
from .calls import MISSING, Calls

if TYPE_CHECKING:
    from .types import Order, Sku


class LnbClient(Calls):
    """Get a token when first needed; raises ConfigError, Rejected for one item, or Transient."""

    # Orders

    def orders(self, **search: str) -> list[Order]:
        """Return the orders that `GET /orders` finds, each once, with their lines.

        Two of one reference that differ in anything are two.
        """
        orders = map(_order, self._whole("/orders", search))
        # Two without a reference are still two.
        return list({one if one.reference else object(): one for one in orders}.values())

    def orders_changed_since(self, since: datetime) -> list[Order]:
        """Return the orders that Le New Black changed from a moment on, by its own clock."""
        return self.orders(update_time_from=_time_text(since))

    def orders_of(
        self,
        what: Literal["order_time", "confirmation_time"],
        begin: datetime,
        end: datetime | None,
    ) -> list[Order]:
        """Return the orders that were made, or confirmed, between two moments, both included."""
        until = {f"{what}_to": _time_text(end)} if end else {}
        return self.orders(**{f"{what}_from": _time_text(begin)}, **until)

    def order(self, reference: str) -> Order | None:
        """Return one order, or None where Le New Black says (404) that it knows none of it.

        Raises Transient for an answer that is not this order: an empty one says nothing.
        """
        path = f"/orders/{quote(reference, safe='')}"
        record, _ = self._call("GET", path, may_be_missing=True)
        if record is MISSING:
            return None
        order = _order(record) if isinstance(record, Mapping) else None
        if order is None or order.reference != reference.strip():
            from lnb24so.texts import shown

            with of_system("Le New Black"):
                raise NotThatOrder(
                    f"Le New Black: the answer for order {shown(reference)} does not hold that "
                    "order.",
                    again=False,
                )
        return order

    def set_status(self, reference: str, *, status: str) -> None:
        """Move an order to a status, or raise Rejected; the same again changes nothing.

        An answer that holds nothing says nothing: then the order is read back, and Transient is
        raised where it has another status.
        """
        move = {"reference": reference, "status": status}
        answer, _ = self._call("POST", "/orders/status", body=move)
        if isinstance(answer, Mapping) and failed(answer):
            raise Rejected(f"Le New Black: {complaint(answer, (self._token,))}")
        if not isinstance(answer, Mapping):
            self._read_back(reference, status)

    def _read_back(self, reference: str, status: str) -> None:
        """Raise Transient where an order has not the status that it was just given."""
        from .types import same_status

        order = self.order(reference)
        if order is None or not same_status(order.status, status):
            raise NotThatOrder(
                "Le New Black: the answer to the new status says nothing, and the order does not "
                "have it.",
                again=False,
            )

    # Stock

    def inventory(self, field: str) -> dict[str, int | None]:
        """Return the pieces by `ean13` or `sku`; None: not whole, or two levels for one code."""

        from .levels import INVENTORY, read_inventory

        answer, _ = self._call("GET", "/inventory", at_once=INVENTORY[field])
        levels, no_records, without = read_inventory(self._records("/inventory", answer), field)
        self._note_unread("/inventory", no_records, "is no record")
        self._note_unread("/inventory", without, f"has no readable {field}")
        return levels

    def skus(self) -> list[Sku]:
        """Return every size of the product list."""
        from .types import read_skus

        return [sku for product in self._whole("/products", {}) for sku in read_skus(product)]

    def set_levels(
        self, field: str, levels: Iterable[tuple[str, int]], at: datetime
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Send absolute levels in batches, in order; yield the size and the refusals of each.

        UNTOLD is why a code counts as refused of which the answer says nothing; what became of it
        only the inventory can tell. `is_blocked` and incoming stock are never sent: they could
        open a size for sale.
        """
        from .batches import Batches
        from .levels import ALL_DONE, refusals

        path = f"/multi/inventory/{'ean' if field == 'ean13' else 'sku'}"
        since = _time_text(at)

        def send(batch: Sequence[tuple[str, int]]) -> dict[str, str]:
            items = [
                {field: code, "in_stock": level, "in_stock_update_time": since}
                for code, level in batch
            ]
            answer, _ = self._call("POST", path, body={"requests": items}, at_once=ALL_DONE[field])
            return refusals(field, [code for code, _ in batch], answer)

        return Batches(send, self._settings.batch_size).outcomes(levels)

    # Everything else

    def retailers(self) -> list[Mapping[str, Any]]:
        """Return the retailers as Le New Black sends them."""
        return self._whole("/retailers", {})


def _order(record: Mapping[str, Any]) -> Order:
    # Imported with the first order, for most runs find none.
    from .types import read_order

    return read_order(record)


def _time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
