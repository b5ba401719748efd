"""Codes: which product a line means, and what becomes of a line without one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from installation import Installation

from lnb24so.soap.types import Product

from .build import (
    DRESS,
    EAN,
    FREIGHT,
    OTHER_EAN,
    SCARF,
    codes,
    draft,
    facts,
    invoice,
    line,
    order,
    product,
    warnings,
)


@pytest.mark.parametrize(
    ("match_by", "ean13", "sku", "product_id"),
    [
        ("ean13", EAN, "", 1001),
        ("ean13", EAN, "SAGA", 1001),
        ("sku", EAN, "SAGA", 1002),
        ("sku", "", "ALMA-38", 1001),
        ("ean13_then_sku", EAN, "SAGA", 1001),
        ("ean13_then_sku", "", "SAGA", 1002),
        ("ean13_then_sku", "7049999999999", "SAGA", 1002),
    ],
)
def test_a_line_finds_its_product_by_the_chosen_code(
    match_by: str, ean13: str, sku: str, product_id: int
) -> None:
    (row,) = invoice(order(line(ean13=ean13, sku=sku)), match_by=match_by).rows
    assert row.product_id == product_id


def test_an_ean_keeps_its_leading_zeros() -> None:
    (row,) = invoice(order(line(ean13=OTHER_EAN))).rows
    assert row.product_id == SCARF.id
    assert codes(draft(order(line(ean13=OTHER_EAN.lstrip("0"))))) == ["line.unknown_product"]


@pytest.mark.parametrize(
    ("there", "here", "differs"),
    [
        ("7041234567890", "7041234567890\u200b", "an invisible character"),
        ("704\u00ad1234567890", "7041234567890", "an invisible character"),
        ("\ufeff7041234567890", "7041234567890", "an invisible character"),
        ("7041234567890", "７041234567890", "an invisible character"),
        ("7041234567890", "704 1234567890", "a space"),
        ("704\u00a01234567890", "7041234567890", "an invisible character and a space"),
        ("12345678905", "0012345678905", "a leading zero"),
        ("012345678905", "00012345678905", "a leading zero"),
        ("AB-1", "ab-1", "case"),
        ("AB 1", "ab1", "a space and case"),
    ],
)
@pytest.mark.parametrize("match_by", ["ean13", "sku"])
def test_a_near_code_is_named_with_its_product_and_never_taken(
    there: str, here: str, differs: str, match_by: str
) -> None:
    known = facts((product(881, **{match_by: there}),))
    (reason,) = draft(
        order(line(**{"ean13": "", match_by: here})), known, match_by=match_by
    ).reasons
    assert reason.code == "line.unknown_product"
    assert "Near: product 881 has " in reason.message
    assert f"which differs in {differs}. Fix: make the code the same" in reason.message
    assert reason.message.isprintable()


def test_what_nobody_sees_in_a_code_is_spelled_out() -> None:
    (reason,) = draft(order(line(ean13=f"{EAN}\u200b"))).reasons
    assert f"EAN {EAN}<U+200B> is on no product" in reason.message


def test_a_code_that_is_near_none_has_the_plain_advice() -> None:
    (reason,) = draft(order(line(ean13="7000000000089"))).reasons
    assert reason.message.endswith(
        "EAN 7000000000089 is on no product. Fix: enter it on the product in 24SevenOffice."
    )


EXPIRED = DRESS._replace(id=1003, active=False)
TWIN = DRESS._replace(id=1004)


@pytest.mark.parametrize(
    ("products", "found"),
    [
        ((DRESS,), []),
        ((DRESS, EXPIRED), []),
        ((EXPIRED,), ["line.expired_product"]),
        ((DRESS, TWIN), ["line.ambiguous_product"]),
        ((DRESS, TWIN, EXPIRED), ["line.ambiguous_product"]),
        ((SCARF,), ["line.unknown_product"]),
    ],
)
def test_a_code_means_the_one_active_product_that_has_it(
    products: tuple[Product, ...], found: list[str]
) -> None:
    assert codes(draft(order(), facts(products=products))) == found


def test_an_ambiguous_code_names_line_code_and_both_products() -> None:
    wanted = order(line(name="Alma Dress", color="Navy", size="38"))
    (reason,) = draft(wanted, facts(products=(DRESS, TWIN))).reasons
    assert reason.message == (
        f"line 1 (Alma Dress, Navy, 38): EAN {EAN} is on active products 1001 and 1004. "
        "Fix: remove it from one in 24SevenOffice."
    )


@pytest.mark.parametrize(
    ("match_by", "missing"),
    [("ean13", "no EAN"), ("sku", "no SKU"), ("ean13_then_sku", "no EAN or SKU")],
)
def test_a_line_without_a_code_blocks_the_order(match_by: str, missing: str) -> None:
    coded = line(ean13=EAN, sku="ALMA-38")
    found = draft(order(coded, line(ean13="", name="Saga")), match_by=match_by)
    assert codes(found) == ["line.missing_code"]
    assert found.reasons[0].message.startswith(f"line 2 (Saga): {missing}.")


NAMELESS = line(ean13="", name="Saga", color="Rust", unit_price="49.50")


def test_skip_line_sends_the_rest_and_says_so_in_the_comment_and_a_warning() -> None:
    wanted = order(line(), NAMELESS, comment="Ring først", amount_total="299")
    found = draft(wanted, missing_code="skip_line")
    assert found.invoice is not None
    assert [row.product_id for row in found.invoice.rows] == [1001]
    assert found.invoice.comment == "Not exported: line 2 (Saga, Rust). Ring først"
    assert found.total == Decimal(200)
    assert warnings(found) == ["order.line_skipped"]
    assert found.warnings[0].line == 2


def test_the_total_is_compared_without_the_skipped_lines() -> None:
    wanted = order(line(), NAMELESS, amount_total="300")
    (reason,) = draft(wanted, missing_code="skip_line").reasons
    assert reason.message.startswith(
        "the lines add up to 200.00 NOK, the order says 300.00 NOK, of which 99.00 NOK left out "
        "(1.00 apart). Nothing sent."
    )


def test_a_skipped_line_may_be_rounded_otherwise_too() -> None:
    wanted = order(line(), NAMELESS, amount_total="298.99")
    assert codes(draft(wanted, missing_code="skip_line")) == []


def test_skip_line_is_for_lines_without_a_code_only() -> None:
    wanted = order(line(), line(ean13="7049999999999"))
    assert codes(draft(wanted, missing_code="skip_line")) == ["line.unknown_product"]


@pytest.mark.parametrize("shipping", [None, "149"])
def test_an_order_of_skipped_lines_only_is_blocked(shipping: str | None) -> None:
    wanted = order(NAMELESS, amount_shipping=shipping)
    assert codes(draft(wanted, missing_code="skip_line")) == ["order.no_lines"]


def test_the_same_code_twice_is_two_rows() -> None:
    rows = invoice(order(line(quantity=2), line(quantity=3), line(quantity=2))).rows
    assert [row.product_id for row in rows] == [1001, 1001, 1001]
    assert [row.quantity for row in rows] == [2, 3, 2]


def test_every_line_that_is_wrong_is_named_at_once() -> None:
    found = draft(order(line(ean13=""), line(quantity="-1"), line(ean13="1"), line()))
    assert [(reason.code, reason.line) for reason in found.reasons] == [
        ("line.missing_code", 1),
        ("line.bad_quantity", 2),
        ("line.unknown_product", 3),
    ]


def test_a_row_is_named_after_its_line_and_else_after_its_product() -> None:
    named, bare = line(name="Alma", color="Navy", size="38"), line(name="")
    assert [row.name for row in invoice(order(named, bare)).rows] == [
        "Alma, Navy, 38",
        "Alma Dress",
    ]


def test_the_shipping_product_must_be_one_active_product() -> None:
    twice = facts(products=(DRESS, FREIGHT, FREIGHT._replace(id=901)))
    assert codes(draft(order(amount_shipping="1"), twice)) == ["order.shipping_product_unknown"]
    expired = facts(products=(DRESS, FREIGHT._replace(active=False)))
    assert codes(draft(order(amount_shipping="1"), expired)) == ["order.shipping_product_unknown"]
    kept = facts(products=(DRESS, FREIGHT, product(902, sku="FRAKT", active=False)))
    assert invoice(order(amount_shipping="1"), kept).rows[-1].product_id == 900


def test_a_skipped_line_is_in_the_comment_there_and_in_the_log_here(office: Installation) -> None:
    office.set("orders", missing_code="skip_line", total_check="warn")
    office.run("push-orders", "--order", "70121")
    (made,) = office.box.erp.creates
    title = office.box.erp.orders[made.order_id]["InvoiceTitle"]
    assert title.startswith("Not exported: line 2 (")
    warned = [line for line in office.log_lines("order.warning") if line["reference"] == "70121"]
    assert [(line["reason"], line["line"]) for line in warned] == [("order.line_skipped", 2)]
