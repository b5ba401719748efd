"""The configuration: what every setting is called, may be, and is when it is left out.

The dataclasses are the whole schema: `reader` fills them by their type hints.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

from lnb24so.errors import ConfigError
from lnb24so.process.whole_file import STDERR

from .reader import Reader
from .values import (
    NOT_YET_ORDER_STATES,
    BaseUrl,
    CreateAs,
    Days,
    Guid,
    Hours,
    Id,
    OrderState,
    PingUrl,
    Seconds,
    Template,
    TimeZone,
    within,
    zone_named,
)
from .values import Secret as Secret

WhenGone = Literal["zero", "keep"]
CodeField = Literal["ean13", "sku"]
CustomerMatch = Literal["id", "external_id", "organization_number"]
UnitPrice = Literal["before_discount", "after_discount"]
DEFAULT_PLACES = (Path("config.yaml"), Path("/etc/lnb24so/config.yaml"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Erp:
    """The login to 24SevenOffice."""

    username: str
    password: Secret
    application_id: Guid
    identity_id: Guid | None = None
    base_url: BaseUrl = "https://api.24sevenoffice.com"
    timeout_seconds: Seconds = 120.0
    time_zone: TimeZone = "Europe/Oslo"

    @property
    def zone(self) -> tzinfo:
        """The time zone in which days are days."""
        return zone_named(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeNewBlack:
    """The login to Le New Black; `batch_size` is the most codes that one stock request holds."""

    client_id: str
    client_secret: Secret
    base_url: BaseUrl = "https://www.lenewblack.com/apis/wholesale/v2"
    timeout_seconds: Seconds = 30.0
    batch_size: Annotated[int, within(1, 10_000)] = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """How a product here is recognised there."""

    match_by: Literal["ean13", "sku", "ean13_then_sku"] = "ean13"
    sku_field: Literal["No", "ProductCode", "SupplierProductCode"] = "No"

    @property
    def code_field(self) -> CodeField:
        """The code that stock goes by."""
        return "sku" if self.match_by == "sku" else "ean13"

    @property
    def searched_by(self) -> Literal["EAN1", "No"] | None:
        """The property by which 24SevenOffice finds the product of a code; None: it has none."""
        if self.code_field == "ean13":
            return "EAN1"
        return "No" if self.sku_field == "No" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What counts as available to sell, and when a drop looks wrong."""

    lnb_mode: Literal["simple", "advanced", "time_based"]
    quantity: Literal["available", "on_hand"] = "available"
    waiting_statuses: tuple[str, ...] | None = None
    open_order_states: tuple[OrderState, ...] = (
        *("Web", "Confirmed", "Production", "Pack", "ForInvoicing"),
        *("Rest", "CollectingOrder", "Lending"),
    )
    open_order_delivery_within_days: Days | None = None
    buffer: Annotated[int, within(0)] = 0
    expired_products: WhenGone = "zero"
    deleted_products: WhenGone = "zero"
    codes_without_product: WhenGone = "keep"
    max_zeroed_percent: Annotated[float, within(0, 100)] = 30.0


class ModeRule(TypedDict, total=False):
    """What differs for one order_mode of Le New Black; a key that is absent is not overridden."""

    take_status: str | None
    done_status: str | None
    create_as: CreateAs
    department_id: Id | None
    project_id: Id | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedMode:
    """The settings of one order after its order_mode; `take_status` None: is not exported."""

    take_status: str | None
    done_status: str | None
    create_as: OrderState
    department_id: int | None
    project_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Which orders are exported, and how they look in 24SevenOffice."""

    customer_match: CustomerMatch
    take_status: str = "invoicing"
    done_status: str | None = "closed"
    blocked_status: str | None = None
    create_as: CreateAs = "Web"
    customer_map: Mapping[str, Id] = field(default_factory=dict)
    since: datetime | None = None
    missing_code: Literal["block", "skip_line"] = "block"
    reference: Template = "LNB{reference}"
    unit_price: UnitPrice = "before_discount"
    prices_include_vat: bool = False
    total_check: Literal["block", "warn"] = "block"
    shipping_product: str | None = None
    department_id: Id | None = None
    project_id: Id | None = None
    our_reference_id: Id | None = None
    by_mode: Mapping[str, ModeRule] = field(default_factory=dict)
    max_per_run: Annotated[int, within(1)] = 500
    unknown_grace_minutes: Annotated[float, within(0, 525_600)] = 15.0

    def for_mode(self, order_mode: str | None) -> ResolvedMode:
        """Return the settings of an order of this mode; modes compare stripped and case-folded."""
        folded = _fold(order_mode or "")
        rule = next((r for mode, r in self.by_mode.items() if _fold(mode) == folded), ModeRule())
        used: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(ResolvedMode)}
        used.update(rule)
        return ResolvedMode(**used)

    def erp_reference(self, reference: str) -> str:
        """Return the ReferenceNumber of an order in 24SevenOffice."""
        from lnb24so.texts import clean

        return self.reference.replace("{reference}", clean(reference))

    def take_statuses(self) -> tuple[str, ...]:
        """Return the distinct statuses to ask Le New Black for, the common one first."""
        modes = (self.for_mode(mode).take_status for mode in self.by_mode)
        statuses = [self.take_status, *(status for status in modes if status is not None)]
        return tuple({_fold(status): status for status in statuses}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Two folders, absolute once loaded; `logs` may be `-`, which is stderr."""

    state: Path = Path("state")
    logs: Path = Path("logs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """How long log files stay."""

    keep_days: Annotated[int, within(1, 36_500)] = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """When silence is news, and the addresses that are told of each run."""

    silent_after_hours: Hours = 26.0
    pull_stock_ping_url: PingUrl | None = None
    push_orders_ping_url: PingUrl | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings. `file` is where they were read."""

    erp: Erp = field(metadata={"key": "24sevenoffice"})
    lenewblack: LeNewBlack
    products: Products = Products()
    stock: Stock
    orders: Orders
    paths: Paths = Paths()
    logs: Logs = Logs()
    monitoring: Monitoring = Monitoring()
    file: Path = field(metadata={"key": None})


def _fold(text: str) -> str:
    return text.strip().casefold()


def find_config(flag: Path | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """Return the configuration file: flag, LNB24SO_CONFIG, ./config.yaml, /etc/lnb24so."""
    for source, given in (("--config", flag), ("LNB24SO_CONFIG", environ.get("LNB24SO_CONFIG"))):
        if given and not _exists(cwd / given):
            raise ConfigError(f"No configuration at {cwd / given} (from {source}).")
        if given:
            return cwd / given
    for place in DEFAULT_PLACES:
        if _exists(cwd / place):
            return cwd / place
    raise ConfigError(
        f"No configuration: looked for {' and '.join(str(cwd / p) for p in DEFAULT_PLACES)}. "
        "Fix: copy config.example.yaml to config.yaml (lnb24so help settings says where it is), or "
        "give --config PATH."
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True  # there, but closed to us: load_config says so


def load_config(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Return the settings of the file; ConfigError with every mistake in it, one a line."""
    reader = Reader(path, environ)
    values = reader.values(Config)
    if "stock" in values and "orders" in values:
        for name, reason in _clashes(values["stock"], values["orders"]):
            reader.refuse(name, reason)
    reader.finish()
    folder = path.absolute().parent
    paths: Paths = values["paths"]
    logs = paths.logs if paths.logs == STDERR else folder / paths.logs
    values["paths"] = Paths(state=folder / paths.state, logs=logs)
    orders: Orders = values["orders"]
    if orders.since is not None:
        values["orders"] = replace(orders, since=_in_zone(orders.since, values["erp"].zone))
    return Config(**values, file=path.absolute())


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return the moment by the zone's clocks, of which it is one where it names no other."""
    try:
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
    except OverflowError:
        return moment


def _clashes(stock: Stock, orders: Orders) -> Iterator[tuple[str, str]]:
    """Yield the settings that do harm together, each with the reason."""
    counted = NOT_YET_ORDER_STATES | set(stock.open_order_states)
    folded = [_fold(mode) for mode in orders.by_mode]
    for prefix, mode in (("orders", None), *((f"orders.by_mode.{m}", m) for m in orders.by_mode)):
        if mode is not None and folded.count(_fold(mode)) > 1:
            yield prefix, "is the same order_mode as another; case and spaces do not count"
        used = orders.for_mode(mode)
        if used.take_status is None:
            continue
        if stock.lnb_mode == "advanced" and used.done_status is None:
            yield (
                f"{prefix}.done_status",
                "must not be null while stock.lnb_mode is advanced: Le New Black goes on "
                "subtracting the exported order, and it would count twice; use closed",
            )
        if stock.quantity == "available" and used.create_as not in counted:
            yield (
                f"{prefix}.create_as",
                f"{used.create_as} is not among stock.open_order_states: the order would not be "
                "subtracted from stock and would be sold twice; add it there",
            )
