"""What a run means to send, and what 24SevenOffice holds afterwards."""

from __future__ import annotations

from dataclasses import replace

from installation import Installation

from lnb24so import run
from lnb24so.clock import Clock
from lnb24so.orders.types import Item, Selection
from lnb24so.soap.client import SoapClient
from lnb24so.soap.order import InvoiceOrder


def planned(office: Installation) -> dict[str, Item]:
    """Return what a run would do now, by Le New Black's reference."""
    mode = office.mode("push-orders", writes=False)
    report = run.push_orders(office.config, mode, Selection())
    assert report.orders is not None
    return {result.item.reference: result.item for result in report.orders.results}


def read_back(office: Installation) -> dict[str, InvoiceOrder]:
    """Return every order that was created, as GetInvoices shows it, by ReferenceNumber."""
    config = office.config
    soap = SoapClient(config.erp, config.paths.state, Clock(), lambda *_, **__: None)
    found = soap.orders_by_id([made.order_id for made in office.box.erp.creates])
    return {order.reference: order for order in found}


def as_planned(found: InvoiceOrder) -> InvoiceOrder:
    """Return an order without what only 24SevenOffice knows."""
    return replace(found, order_id=None, total=None, total_with_vat=None)
