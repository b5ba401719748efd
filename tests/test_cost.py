"""What the tool costs, counted: requests, bytes, connections, modules. Nothing is timed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import urllib3.util.connection
from installation import Installation
from raw_server import CERTIFICATE

from lnb24so.sandbox import Brand, Sandbox
from lnb24so.sandbox.sample import catalogue

CODES = 300
WAITING = 1000
LEVELS = "POST /multi/inventory/ean"

ALWAYS = {
    *("__main__", "cli", "errors", "clock", "reasons", "run", "tools"),
    *("commands", "commands.reconcile", "commands.reconcile.options"),
    *("network", "network.http", "network.line", "network.patience"),
    *("config", "config.schema", "config.values", "config.reader", "config.nodes"),
    *("process", "process.streams", "process.stop", "process.lock", "process.log", "process.lines"),
    *("process.events", "process.ping", "process.redact", "texts", "screen", "screen.terminal"),
    *("ledger", "ledger.store", "ledger.file", "ledger.types", "ledger.runs", "ledger.standing"),
    *("ledger.access", "ledger.steps", "ledger.rows", "ledger.seen"),
    *("process.whole_file", "news", "money"),
    *("lnb", "lnb.client", "lnb.calls", "lnb.answers", "lnb.wire", "lnb.values"),
    *("soap", "soap.stream", "soap.types", "soap.wire", "soap.outcome"),
}
NO_ORDERS = ALWAYS | {"orders", "orders.task", "orders.reading", "orders.results", "orders.types"}
"""What an order run may import before it has found an order."""
HELP = {
    *("__main__", "cli", "errors", "process", "process.streams"),
    *("commands", "commands.reconcile", "commands.reconcile.options"),
    *("screen", "screen.terminal"),
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Return an installation with a catalogue, all of whose levels agree, and no orders."""
    with Sandbox(catalogue(CODES)) as box:
        place = Installation(box, tmp_path, monkeypatch)
        assert place.run("pull-stock").code == 0
        assert place.run("push-orders").code == 0
        yield place


def change_stock(shop: Installation, every: int) -> int:
    """Change the stock of every so manieth product; return how many."""
    products = list(shop.box.erp.products.values())[::every]
    for product in products:
        shop.box.erp.change_product(product["Id"], Stock=product["Stock"] + 1)
    return len(products)


def test_without_a_change_no_level_is_sent(shop: Installation) -> None:
    before = len(shop.asked())
    assert shop.run("pull-stock").code == 0
    asked = shop.asked(since=before)
    assert shop.writes(since=before) == []
    assert sorted(asked) == [
        *("GET /inventory", "GET /orders", "GET /orders"),
        *("GetIdentity", "GetInvoices", "GetProducts", "HasSession"),
        "POST /auth/token",
    ]


def level_bodies(shop: Installation) -> list[bytes]:
    """Return the bodies of the requests that set levels."""
    return [seen.body for seen in shop.box.requests if seen.operation == LEVELS]


@pytest.mark.parametrize(("every", "wanted"), [(1, [100, 200]), (2, [100, 50]), (CODES, [1])])
def test_only_what_changed_is_sent_in_batches_that_grow(
    shop: Installation, every: int, wanted: list[int]
) -> None:
    before = len(level_bodies(shop))
    changed = change_stock(shop, every)
    assert shop.run("pull-stock").code == 0
    sizes = [len(json.loads(body)["requests"]) for body in level_bodies(shop)[before:]]
    assert sum(sizes) == changed
    assert sizes == wanted


def test_a_level_takes_a_hundred_bytes(shop: Installation) -> None:
    before = len(level_bodies(shop))
    changed = change_stock(shop, 1)
    shop.run("pull-stock")
    assert sum(map(len, level_bodies(shop)[before:])) <= 100 * changed


def test_both_long_answers_come_compressed(shop: Installation) -> None:
    shop.run("pull-stock")
    received = {seen.operation: seen.sent for seen in shop.box.requests}
    assert received["GetProducts"] < 40 * CODES
    assert received["GET /inventory"] < 40 * CODES


def test_each_system_is_asked_over_one_connection(
    shop: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = urllib3.util.connection.create_connection
    made = []

    def counting(*args: object, **kwargs: object) -> object:
        made.append(args)
        return connect(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("urllib3.util.connection.create_connection", counting)
    change_stock(shop, 1)
    assert shop.run("pull-stock").code == 0
    assert len(made) == 2


def test_with_nothing_to_export_24sevenoffice_is_not_asked(shop: Installation) -> None:
    before = len(shop.asked())
    assert shop.run("push-orders").code == 0
    assert shop.asked(since=before) == ["POST /auth/token", "GET /orders", "GET /orders"]


def with_many_orders(sample: Brand) -> Brand:
    """Return the sample with a thousand orders that wait, each of another customer."""
    order = next(one for one in sample.lnb_orders if one["status"] == "invoicing")
    customer = next(
        one for one in sample.customers if str(one["Id"]) == order["retailer_reference"]
    )
    numbers = range(20_000, 20_000 + WAITING)
    return replace(
        sample,
        customers=tuple({**customer, "Id": number} for number in numbers),
        lnb_orders=tuple(
            {**order, "reference": f"9{number}", "retailer_reference": str(number)}
            for number in numbers
        ),
    )


def test_a_thousand_waiting_orders_are_read_in_25_requests(
    sample: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(with_many_orders(sample)) as box:
        shop = Installation(box, tmp_path, monkeypatch)
        planned = shop.run("push-orders", "--dry-run", "--json").document
        assert planned["summary"]["create"] == WAITING
        assert len(shop.asked()) <= 25


def modules_of(shop: Installation, *arguments: str) -> set[str]:
    """Return the modules that a command imports, in a process of its own."""
    code = (
        "import json, sys; from lnb24so.__main__ import main; code = main(sys.argv[1:]);"
        "print(json.dumps(list(sys.modules))); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--config", str(shop.file), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def ours(modules: set[str]) -> set[str]:
    return {name.removeprefix("lnb24so.") for name in modules if name.startswith("lnb24so.")}


def test_an_order_run_with_nothing_to_do_imports_no_more_than_it_needs(shop: Installation) -> None:
    modules = modules_of(shop, "push-orders")
    assert ours(modules) <= NO_ORDERS
    assert modules.isdisjoint({"zeep", "lxml", "msgspec", "difflib", "rich"})


def test_help_imports_click_and_what_shows_it(shop: Installation) -> None:
    modules = modules_of(shop, "--help")
    assert ours(modules) <= HELP
    assert modules.isdisjoint({"pathlib", "decimal", "traceback", "structlog", "requests", "yaml"})


def test_a_run_over_plain_http_reads_no_certificates(
    shop: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    monkeypatch.setattr(
        "ssl.SSLContext.load_verify_locations", lambda *given, **named: read.append(given)
    )
    assert shop.run("push-orders").code == 0
    assert read == []


def test_a_stock_run_imports_nothing_that_plans_orders(shop: Installation) -> None:
    modules = ours(modules_of(shop, "pull-stock"))
    assert modules.isdisjoint(
        {"orders.plan", "orders.apply", "orders.draft", "orders.matching", "screen.report"}
    )
