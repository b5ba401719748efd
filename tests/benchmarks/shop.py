"""Both systems in a process of their own, so that their cost is not counted as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lnb24so.sandbox import Sandbox

NAMESPACE = "http://24sevenOffice.com/webservices"
GET_PRODUCTS = f"""\
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<GetProducts xmlns="{NAMESPACE}">
<searchParams><DateChanged>2000-01-01T00:00:00</DateChanged></searchParams>
<returnProperties><string>Id</string><string>No</string><string>Name</string>
<string>EAN1</string><string>Stock</string><string>StatusId</string>
<string>StockControlled</string></returnProperties>
</GetProducts></soap:Body></soap:Envelope>"""
"""What `lnb24so pull-stock` asks, so that the side that reads files reads the same reply."""
ASKED = (
    *("Login", "HasSession", "GetIdentity", "GetInvoices", "GetProducts", "POST /auth/token"),
    *("GET /inventory", "GET /orders", "POST /multi/inventory/ean"),
)
"""All that a stock run asks."""


@dataclass(frozen=True)
class Traffic:
    """What one run sent and received: requests, those that write, and bytes of their bodies."""

    requests: int
    writes: int
    sent: int
    received: int


@dataclass(frozen=True)
class Shop:
    """A catalogue that is being served; `folder` holds a configuration and both replies."""

    folder: Path
    pipe: Connection

    def differ(self, every: int) -> None:
        """Let Le New Black's level differ for every so manieth code (1: all, 0: none)."""
        self.pipe.send(every)
        self.pipe.recv()

    def wait(self, seconds: float) -> None:
        """Let both systems wait so long before each answer, from now on."""
        self.pipe.send(seconds)
        self.pipe.recv()

    def traffic(self) -> Traffic:
        """Return the traffic since the last call."""
        self.pipe.send("traffic")
        found: Traffic = self.pipe.recv()
        return found


@contextmanager
def shop(codes: int, folder: Path) -> Iterator[Shop]:
    """Serve a catalogue of so many codes while the block runs.

    The folder gets `config.yaml`, and, whenever levels change, `products.xml` and
    `inventory.json` as the two systems send them.
    """
    # Spawned, not forked: nothing of the measuring process may count in the other one.
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(codes, folder, theirs), daemon=True)
    process.start()
    try:
        ours.recv()
        yield Shop(folder, ours)
    finally:
        ours.send(None)
        process.join()


def serve(codes: int, folder: Path, pipe: Connection) -> None:
    """Serve until None comes through the pipe."""
    from lnb24so.sandbox import Sandbox
    from lnb24so.sandbox.sample import catalogue

    with Sandbox(catalogue(codes)) as box:
        config = folder / "config.yaml"
        config.touch(mode=0o600)
        config.write_text(box.config_text(), encoding="utf-8")
        pipe.send("ready")
        while (wish := pipe.recv()) is not None:
            if wish == "traffic":
                pipe.send(count(box))
            elif isinstance(wish, float):
                delay(box, wish)
                pipe.send(None)
            else:
                set_levels(box, wish)
                save_replies(box, folder)
                pipe.send(None)
            box.requests.clear()


def delay(box: Sandbox, seconds: float) -> None:
    """Wait so long before each answer, as over a long line."""
    from lnb24so.sandbox import Exchange, Reply

    def late(exchange: Exchange) -> Reply:
        exchange.wait(seconds)
        return exchange.apply()

    for operation in ASKED:
        box.faults.add(operation, late, times=10**9)


def set_levels(box: Sandbox, every: int) -> None:
    """Give each code the level of 24SevenOffice, and every so manieth one more."""
    from lnb24so.sandbox.portal import new_level

    for number, product in enumerate(box.erp.products.values()):
        row = new_level({"ean13": product["EAN1"], "sku": product["No"]})
        row["in_stock"] = int(product["Stock"]) + (every > 0 and number % every == 0)
        row["in_stock_update_time"] = "2026-11-23T04:00:00+00:00"
        box.lnb.inventory[product["No"]] = row


def save_replies(box: Sandbox, folder: Path) -> None:
    """Keep what the two systems answer, for the side that reads files."""
    import requests

    products = requests.post(
        f"{box.erp_url}/Logistics/Product/V001/ProductService.asmx",
        data=GET_PRODUCTS,
        headers={
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{NAMESPACE}/GetProducts"',
            "Cookie": f"ASP.NET_SessionId={box.erp.log_in(box.erp.identity_id).id}",
        },
        timeout=600,
    )
    token = box.lnb.issue_token()["access_token"]
    inventory = requests.get(
        f"{box.lnb_url}/inventory", params={"access_token": token}, timeout=600
    )
    for name, reply in (("products.xml", products), ("inventory.json", inventory)):
        reply.raise_for_status()
        (folder / name).write_bytes(reply.content)


def count(box: Sandbox) -> Traffic:
    """Return what the sandbox has seen."""
    seen = box.requests
    return Traffic(
        requests=len(seen),
        writes=sum(one.operation.startswith("POST /multi") for one in seen),
        sent=sum(len(one.body) for one in seen),
        received=sum(one.sent for one in seen),
    )
