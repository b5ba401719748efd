"""What is wrong on a first day, and the finding that must say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from faults import Fault

from lnb24so.sandbox.erp import APPLICATION_ID, TRADING_ID, TRAINING_ID
from lnb24so.sandbox.faults import before
from lnb24so.sandbox.soap import fault_reply

from .spoils import (
    ERP,
    LNB,
    OTHER_GUID,
    Spoil,
    change,
    damage_ledger,
    each_product,
    erp_at,
    fault,
    file_in_the_way,
    lnb_at,
    nobody,
    products,
    rename_skus_and_match_them,
    set_portal,
    settings,
    spend_budget,
    used_before,
    wsdl,
)


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong on a first day, and the finding that must say so."""

    what: str
    spoil: Spoil
    finding: str
    words: tuple[str, ...]
    level: str = "error"


MISTAKES = (
    Mistake(
        "wrong password",
        change("sandbox-password", "old"),
        f"{ERP}.login",
        ("wrong user name or password", "Fix: ", "24sevenoffice.password"),
    ),
    Mistake(
        "wrong user name",
        change("integration@nordlys.example", "somebody"),
        f"{ERP}.login",
        ("24sevenoffice.username",),
    ),
    Mistake(
        "unknown application id",
        change(APPLICATION_ID, OTHER_GUID),
        f"{ERP}.login",
        ("not registered", "Fix: correct 24sevenoffice.application_id"),
    ),
    Mistake(
        "company out of reach",
        change(TRADING_ID, OTHER_GUID),
        f"{ERP}.login",
        ("24sevenoffice.identity_id", TRADING_ID, "Nordlys Ull AS"),
    ),
    Mistake(
        "no company chosen",
        change(f"identity_id: {TRADING_ID}", "identity_id: null"),
        f"{ERP}.company",
        ("9001", "Fix: ", f"identity_id: {TRADING_ID}", f"identity_id: {TRAINING_ID}"),
    ),
    Mistake(
        "wrong company, and so an empty catalogue",
        change(TRADING_ID, TRAINING_ID),
        "products",
        ("9001", "no products", "Fix: ", "24sevenoffice.identity_id"),
    ),
    Mistake(
        "blocked identity",
        fault("Login", before(fault_reply("IdentityId is blocked"))),
        f"{ERP}.login",
        ("IdentityId is blocked", "Fix: ", "24sevenoffice.identity_id"),
    ),
    Mistake(
        "wrong address of 24SevenOffice",
        erp_at(lambda shop: f"{shop.box.erp_url}/api"),
        f"{ERP}.login",
        ("HTTP 404", "24sevenoffice.base_url"),
    ),
    Mistake(
        "nobody at the address of 24SevenOffice",
        erp_at(nobody),
        f"{ERP}.login",
        ("no connection", "24sevenoffice.base_url"),
    ),
    Mistake(
        "a web page at the address of 24SevenOffice",
        fault("Login", Fault.HTML_200_BEFORE),
        f"{ERP}.login",
        ("web page", "24sevenoffice.base_url"),
    ),
    Mistake(
        "quarantine",
        fault("Login", Fault.QUARANTINE),
        f"{ERP}.login",
        ("Quarantine ends",),
    ),
    Mistake(
        "no right to see products",
        fault("GetProducts", Fault.FAULT_BEFORE),
        "products",
        ("GetProducts", "products.sku_field"),
    ),
    Mistake(
        "budget almost spent",
        spend_budget,
        f"{ERP}.budget",
        ("requests are left", "24sevenoffice.username"),
        "warning",
    ),
    Mistake(
        "a field is gone from a service",
        fault("wsdl", wsdl(b'name="ReferenceNumber"', b'name="Reference"')),
        f"{ERP}.services",
        ("invoice", "InvoiceOrder.ReferenceNumber is gone", "Fix: "),
    ),
    Mistake(
        "expired secret",
        set_portal(client_secret="renewed"),
        f"{LNB}.login",
        ("Fix: ", "lenewblack.client_secret"),
    ),
    Mistake(
        "wrong client id",
        change("nordlys-24so", "another-brand"),
        f"{LNB}.login",
        ("lenewblack.client_id",),
    ),
    Mistake(
        "wrong address of Le New Black",
        lnb_at(lambda shop: f"{shop.box.url}/apis/wholesale/v1"),
        f"{LNB}.login",
        ("HTTP 404", "lenewblack.base_url"),
    ),
    Mistake(
        "nobody at the address of Le New Black",
        lnb_at(nobody),
        f"{LNB}.login",
        ("no connection", "lenewblack.base_url"),
    ),
    Mistake(
        "no right to see orders",
        fault("GET /orders", Fault.STATUS(403)),
        f"{LNB}.orders",
        ("not allowed", "Fix: ", "lenewblack.client_id"),
    ),
    Mistake(
        "no products in Le New Black",
        set_portal(products=[]),
        f"{LNB}.products",
        ("no products", "Fix: ", "lenewblack.client_id"),
    ),
    Mistake(
        "no orders in Le New Black",
        set_portal(orders={}),
        f"{LNB}.orders",
        ("no orders",),
        "warning",
    ),
    Mistake(
        "unknown status to take",
        settings("orders", take_status="invoicd"),
        "orders.take_status",
        ('"invoicd"', 'did you mean "invoicing"'),
    ),
    Mistake(
        "status in another spelling than Le New Black's",
        settings("orders", take_status="Invoicing"),
        "orders.take_status",
        ('writes "Invoicing" as "invoicing"', "Fix: "),
    ),
    Mistake(
        "unknown status after export",
        settings("orders", done_status="archived"),
        "orders.done_status",
        ('"archived"', "Fix: use one of", "closed"),
    ),
    Mistake(
        "unknown status of blocked orders",
        settings("orders", blocked_status="blokked"),
        "orders.blocked_status",
        ('did you mean "blocked"',),
    ),
    Mistake(
        "unknown status of waiting orders",
        settings("stock", waiting_statuses="[confirmd, invoicing]"),
        "stock.waiting_statuses",
        ('"confirmd"', 'did you mean "confirmed"'),
    ),
    Mistake(
        "unknown status of one order mode",
        settings("orders", by_mode="{preorder: {take_status: shipped}}"),
        "orders.by_mode.preorder.take_status",
        ('"shipped"', "Fix: "),
    ),
    Mistake(
        "unknown order mode",
        settings("orders", by_mode="{pre-order: {create_as: Confirmed}}"),
        "orders.by_mode",
        ('"pre-order"', 'did you mean "preorder"'),
        "warning",
    ),
    Mistake(
        "SKUs where the EANs should be",
        each_product(EAN1=lambda product: product["No"], No=lambda product: str(product["Id"])),
        "codes.matching",
        ("0 of ", "EAN1 in 24SevenOffice holds SKUs", "products.match_by"),
    ),
    Mistake(
        "no EANs at all",
        each_product(EAN1=lambda _: ""),
        "products.codes",
        ("No active product", "Fix: change products.match_by"),
    ),
    Mistake(
        "the wrong field for SKUs",
        products(match_by="sku", sku_field="ProductCode"),
        "products.codes",
        ("(ProductCode)", "Fix: change products.sku_field"),
    ),
    Mistake(
        "SKUs that differ, though the EANs agree",
        rename_skus_and_match_them,
        "codes.matching",
        ("0 of ", "Fix: set products.match_by: ean13", "would match"),
    ),
    Mistake(
        "customers matched by another field than filled in",
        change("customer_match: id", "customer_match: external_id"),
        "customers.matching",
        ("0 of 28 retailers", "Fix: set orders.customer_match: id"),
    ),
    Mistake(
        "no retailers at all",
        lambda shop: shop.box.lnb.retailers.clear(),
        "customers.matching",
        ("Le New Black shows no retailers", "Fix: use "),
        "warning",
    ),
    Mistake(
        "organization numbers that no retailer has",
        change("customer_match: id", "customer_match: organization_number"),
        "customers.matching",
        ("organization_number", "Fix: set orders.customer_match: id"),
    ),
    Mistake(
        "an exception that leads nowhere",
        settings("orders", customer_map='{"OLD-77": 99}'),
        "orders.customer_map",
        ('"OLD-77"', "customer 99", "Fix: correct orders.customer_map"),
    ),
    Mistake(
        "unknown shipping product",
        change("shipping_product: FRAKT", "shipping_product: PORTO"),
        "orders.shipping_product",
        ('"PORTO"', "Fix: set orders.shipping_product"),
    ),
    Mistake(
        "no shipping product, though shipping is charged",
        change("shipping_product: FRAKT", "shipping_product: null"),
        "orders.shipping_product",
        ("3 orders", "Fix: set orders.shipping_product"),
        "warning",
    ),
    Mistake(
        "prices read the wrong way",
        settings("orders", unit_price="after_discount"),
        "orders.unit_price",
        ("0 add up with after_discount", "Fix: set orders.unit_price: before_discount"),
    ),
    Mistake(
        "more orders waiting than the guard lets pass",
        settings("orders", max_per_run=3),
        "orders.waiting",
        ("orders.max_per_run (3)", "orders.since", "--baseline"),
        "warning",
    ),
    Mistake(
        "a currency without a rate",
        lambda _: None,  # the sample brand has one
        "orders.currencies",
        ("2 currencies", "Fix: add the currency with its rate"),
        "warning",
    ),
    Mistake(
        "this machine's clock an hour ahead",
        lambda shop: shop.by_hand(shop.box.erp.now() + timedelta(hours=1)),
        f"{ERP}.clock",
        ("behind ours", "Fix: ", "timedatectl"),
    ),
    Mistake(
        "this machine's clock an hour behind",
        lambda shop: shop.by_hand(shop.box.erp.now() - timedelta(hours=1)),
        f"{LNB}.clock",
        ("ahead of ours", "Fix: ", "timedatectl"),
    ),
    Mistake(
        "clocks five minutes apart",
        set_portal(clock_ahead=timedelta(minutes=5)),
        f"{LNB}.clock",
        ("ahead of ours", "Fix: "),
        "warning",
    ),
    Mistake(
        "state folder not writable",
        file_in_the_way("state"),
        "paths.state",
        ("cannot be written", "Fix: ", "paths.state"),
    ),
    Mistake(
        "log folder not writable",
        file_in_the_way("logs"),
        "paths.logs",
        ("cannot be written", "Fix: ", "paths.logs"),
    ),
    Mistake(
        "ledger of another company",
        used_before(change(TRADING_ID, TRAINING_ID)),
        f"{ERP}.company",
        ("belongs to company 4242", "Fix: set 24sevenoffice.identity_id"),
    ),
    Mistake(
        "ledger of another account",
        used_before(change("nordlys-24so", "another-brand")),
        "ledger",
        ("belongs to the Le New Black account nordlys-24so", "lenewblack.client_id", "Fix: "),
    ),
    Mistake("damaged ledger", damage_ledger, "ledger", ("paths.state",)),
    Mistake(
        "grace time below the time-out",
        settings("orders", unknown_grace_minutes=1),
        "orders.unknown_grace_minutes",
        ("24sevenoffice.timeout_seconds", "Fix: set orders.unknown_grace_minutes to 2"),
        "warning",
    ),
)
