"""Le New Black as the sandbox keeps it: orders, levels, products, retailers and tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any, Literal

from lnb24so.sandbox.brand import Brand, Json, fresh

CLIENT_ID = "nordlys-24so"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105 - the sandbox's own, printed in its config
STATUSES = (
    "draft",
    "open_for_buyer",
    "open_for_brand",
    "confirmed",
    "invoicing",
    "blocked",
    "closed",
    "canceled",
)

StockMode = Literal["simple", "advanced", "time_based"]
OverMax = Literal["413", "400", "short", "nothing"]
"""What a batch of more than `max_batch` levels meets: an error, which takes none of them; an answer
for the first `max_batch`, which are taken; or an empty answer, and none is taken."""
OPEN = ("open_for_buyer", "open_for_brand")
ALLOCATED = {"simple": OPEN, "advanced": (*OPEN, "confirmed", "invoicing")}


class LevelRefused(Exception):
    """One level of a batch is refused; `errors` is a text or `{field: [messages]}`."""

    def __init__(self, errors: str | dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


class Portal:
    """All of Le New Black. Hold `lock` while changing several things at once.

    `orders` is keyed by reference, `inventory` by SKU; their values are the JSON objects
    that the API shows. The other attributes are switches for what is not documented; a batch that
    holds one of the codes in `spoilers` is refused as a whole.
    """

    def __init__(self, brand: Brand, now: Callable[[], datetime]) -> None:
        self._now = now
        self.lock = RLock()
        self.client_id = CLIENT_ID
        self.client_secret = CLIENT_SECRET
        self.tokens: dict[str, datetime] = {}
        self.token_seconds = 3600
        self.expiry_shown: Literal["naive", "offset", "expires_in"] = "naive"
        self.page_size = 500
        self.sends_has_more = True
        self.max_batch = 1000
        self.over_max: OverMax = "413"
        self.spoilers: set[str] = set()
        self.answers_levels = True
        self.clock_ahead = timedelta(0)
        self.statuses = set(STATUSES)
        self.orders: dict[str, Json] = {
            str(each["reference"]): fresh(each) for each in brand.lnb_orders
        }
        self.inventory = {str(each["sku"]): dict(each) for each in brand.inventory}
        self.products: list[Json] = [fresh(each) for each in brand.lnb_products]
        self.retailers: list[Json] = [fresh(each) for each in brand.retailers]
        self.index()

    def now(self) -> datetime:
        """Return the time by Le New Black's own clock."""
        return self._now() + self.clock_ahead

    def index(self) -> None:
        """Find every code again; needed after `products` was changed from outside."""
        self._known: dict[str, Json] = {}
        for row in (*self._product_codes(), *self.inventory.values()):
            self._known[f"sku {row['sku']}"] = row
            if row["ean13"]:
                self._known[f"ean13 {row['ean13']}"] = row

    def _product_codes(self) -> Iterable[Json]:
        for product in self.products:
            for variant in product["variants"]:
                yield from variant["skus"]

    def issue_token(self) -> Json:
        """Make an access token and return it as the API shows it."""
        token = secrets.token_urlsafe(24)
        ends = self.now() + timedelta(seconds=self.token_seconds)
        self.tokens[token] = ends
        shown: Json = {"access_token": token, "scope": None, "token_type": "Bearer"}
        if self.expiry_shown == "expires_in":
            return shown | {"expires_in": self.token_seconds}
        if self.expiry_shown == "naive":
            ends = ends.replace(tzinfo=None)
        return shown | {"expire_on": ends.isoformat(sep=" ", timespec="seconds")}

    def accepts(self, token: str) -> bool:
        """Return whether a token is known and has not expired."""
        ends = self.tokens.get(token)
        return ends is not None and self.now() < ends

    def set_level(self, field: str, request: Json) -> Json:
        """Set one level by "ean13" or "sku" and return its inventory row.

        Raises LevelRefused: with a text for an unknown SKU, by field otherwise, because the
        API is known to answer in both shapes.
        """
        code, level = request.get(field), request.get("in_stock")
        known = self._known.get(f"{field} {code}")
        if known is None and field == "sku":
            raise LevelRefused(f"Unknown SKU {code}.")
        if known is None:
            raise LevelRefused({field: ["Unknown EAN13."]})
        if isinstance(level, bool) or not isinstance(level, int) or level < 0:
            raise LevelRefused({"in_stock": ["This value should be an integer of 0 or more."]})
        row = self.inventory.setdefault(known["sku"], new_level(known))
        row["in_stock"] = level
        row["in_stock_update_time"] = request.get("in_stock_update_time") or moment(self.now())
        return row

    def set_status(self, reference: str, status: str) -> Json:
        """Set the status of a known order and return the order."""
        order = self.orders[str(reference)]
        order |= {"status": status, "update_time": moment(self.now())}
        return order

    def confirm(self, reference: str, mode: StockMode) -> None:
        """Confirm an order as its buyer does; in simple mode that lowers its levels at once."""
        with self.lock:
            order = self.set_status(reference, "confirmed")
            order["confirmation_time"] = moment(self.now())
            for line in order["items"] if mode == "simple" and counts(order) else ():
                row = self.inventory.get(line["sku"])
                if row is not None:
                    row["in_stock"] = max(0, row["in_stock"] - int(line["quantity"]))

    def shown(self, mode: StockMode) -> dict[str, int]:
        """Return what a buyer sees as available of each SKU: in_stock less what is allocated.

        This is the account's own stock control mode, as Le New Black describes it.
        """
        left = {sku: row["in_stock"] for sku, row in self.inventory.items()}
        for order in self.orders.values():
            for line in order["items"] if counts(order) else ():
                row = self.inventory.get(line["sku"])
                if row is not None and allocates(mode, order, row, self.now()):
                    left[line["sku"]] -= int(line["quantity"])
        return {sku: max(0, pieces) for sku, pieces in left.items()}


def counts(order: Json) -> bool:
    """Return whether stock is counted for an order at all, in any mode."""
    return order.get("inventory_tracking") is not False and not order.get("cancellation_time")


def allocates(mode: StockMode, order: Json, level: Json, now: datetime) -> bool:
    """Return whether an order takes from a level: the one rule of what each mode shows."""
    if mode != "time_based":
        return order["status"] in ALLOCATED[mode] and not is_past(order, now)
    since, made = level["in_stock_update_time"], order.get("create_time")
    if order["status"] in ("draft", "canceled") or is_past(order, now) or not made:
        return False
    return not since or as_time(made) > as_time(since)


def is_past(order: Json, now: datetime) -> bool:
    """Return whether an open order's last day has gone by: Le New Black lets go of it."""
    days = [order.get("auto_cancel_on"), order.get("delivery_end_on")]
    return order["status"] in OPEN and any(day and day < now.date().isoformat() for day in days)


def as_time(text: str) -> datetime:
    """Return a time as aware UTC."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def new_level(code: Json) -> Json:
    """Return the inventory row of a code that had none."""
    return {
        "ean13": code["ean13"],
        "sku": code["sku"],
        "extra_1": None,
        "is_blocked": False,
        "in_stock": 0,
        "in_stock_update_time": None,
        "incoming_stock": None,
        "incoming_stock_date": None,
    }


def moment(at: datetime) -> str:
    """Return a time as the API shows it."""
    return at.isoformat(timespec="seconds")


def listed(records: Iterable[Any], page: int, size: int) -> list[Any]:
    """Return one page of the records; pages count from 1."""
    return list(records)[(page - 1) * size : page * size]
