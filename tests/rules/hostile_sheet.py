"""The hostile orders: what is wrong with each, and what it must end in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LINE: dict[str, Any] = {"quantity": 2, "unit_price": 100}


class Numbered(dict[str, Any]):
    """Lines as PHP writes a list with gaps."""


@dataclass(frozen=True)
class Hostile:
    """An order as it must not be: what differs from a good one, and the reasons it ends in.

    Without reasons it is to be exported; `total` is then what it comes to.
    """

    name: str
    header: dict[str, Any]
    lines: Any = ({},)
    reasons: tuple[str, ...] = ()
    total: str = "200"


def header(name: str, /, *reasons: str, total: str = "200", **fields: Any) -> Hostile:
    return Hostile(name, fields, ({},), reasons, total)


def lines(name: str, items: Any, /, *reasons: str, total: str = "200", **fields: Any) -> Hostile:
    return Hostile(name, {"amount_total": None} | fields, items, reasons, total)


def one_line(name: str, /, *reasons: str, total: str = "200", **fields: Any) -> Hostile:
    return lines(name, (fields,), *reasons, total=total)


ADDRESS = {"company": "Bergen Strikk", "country": "NO"}
EMOJI = "🧶👍🏽👩\u200d👩\u200d👧🇳🇴"
ARABIC = "بيت الأزياء ١٢٣"
MARKUP = "[red]sale[/red] <b>&amp;</b> ]]> \"q\" 'q' {reference} %s \\n ; DROP TABLE"
EVERY_FIELD = (
    *("create_time", "confirmation_time", "cancellation_time", "comment"),
    *("delivery_start_on", "purchase_order_reference", "retailer_reference", "retailer_name"),
    *("currency", "discount_rate", "amount_shipping", "amount_total", "inventory_tracking"),
    *("order_mode", "billing_address", "delivery_address"),
)
NOBODY = CUSTOMER, CURRENCY = "customer.missing_reference", "order.missing_currency"
UNREADABLE = "order.unreadable"
NUMBER, NUMBERS = "order.bad_number", ("order.bad_number",) * 3
QUANTITY, NO_PRICE = "line.bad_quantity", "line.missing_price"
PRICE, DISCOUNT = "line.bad_price", "line.bad_discount"
TOO_LONG = "order.reference_too_long"

SHEET = [
    # Nothing, and the wrong kind of everything
    Hostile("all null", dict.fromkeys(EVERY_FIELD), None, (UNREADABLE, *NOBODY)),
    Hostile("all empty", dict.fromkeys(EVERY_FIELD, ""), "", (UNREADABLE, *NOBODY)),
    Hostile("all true", dict.fromkeys(EVERY_FIELD, True), True, (*NUMBERS, UNREADABLE, *NOBODY)),
    Hostile("all lists", {name: [] for name in EVERY_FIELD}, {}, (*NUMBERS, UNREADABLE, *NOBODY)),
    Hostile("all objects", {name: {} for name in EVERY_FIELD}, {}, (*NUMBERS, UNREADABLE, *NOBODY)),
    lines("no lines", [], "order.no_lines"),
    lines("lines with a gap in their numbers", Numbered({"0": {}, "4": {}}), total="400"),
    lines("one bare line", {"quantity": 2, "unit_price": 100}, UNREADABLE),
    lines("lines that are named", {"first": LINE, "1": LINE}, UNREADABLE),
    lines("lines numbered in other digits", {"٠": LINE}, UNREADABLE),
    lines("lines that are a text", "2 x Alma", UNREADABLE),
    lines("no lines where there were some", None, UNREADABLE),
    lines("lines that are no objects", [None, 7, "x", [], True], UNREADABLE),
    lines("one line that is no object", [{}, None], UNREADABLE),
    lines(
        "a line of nulls",
        [dict.fromkeys((*LINE, "ean13", "name", "discount_rate"))],
        QUANTITY,
        NO_PRICE,
    ),
    lines("nothing but shipping", [], "order.no_lines", amount_shipping=99),
    lines("only zero pieces", ({"quantity": 0}, {"quantity": "0"}), "order.no_lines"),
    header("no reference", "order.no_reference", reference=None),
    # Numbers
    one_line("negative pieces", QUANTITY, quantity=-2),
    one_line("half a piece", QUANTITY, quantity=1.5),
    one_line("more pieces than wool", QUANTITY, quantity=10**30),
    one_line("pieces of 400 digits", QUANTITY, quantity=10**400),
    one_line("a million pieces", quantity=1_000_000, total="100000000"),
    one_line("pieces as a text", quantity=" 2 "),
    one_line("pieces with an underscore", QUANTITY, quantity="1_000"),
    one_line("pieces in other digits", QUANTITY, quantity="２"),
    one_line("pieces that are not a number", QUANTITY, quantity="NaN"),
    one_line("pieces that are no number in JSON", QUANTITY, quantity=float("nan")),
    one_line("pieces without end", QUANTITY, quantity=float("inf")),
    one_line("pieces in Arabic digits", QUANTITY, quantity="٣"),
    one_line("pieces that are true", QUANTITY, quantity=True),
    one_line("a negative price", PRICE, unit_price=-100),
    one_line("a price of nothing", unit_price=0, total="0"),
    one_line("a huge price", PRICE, unit_price=1e17),
    one_line("a price without end", unit_price=33.333333333333336, total="66.67"),
    one_line("a tiny price", quantity=1000, unit_price=1e-6, total="0"),
    one_line("a price as a text", unit_price="100.00"),
    one_line("a price with a comma", NO_PRICE, unit_price="100,00"),
    one_line("a price as a list", NO_PRICE, unit_price=[100]),
    one_line("a discount over all", DISCOUNT, discount_rate=100.5),
    one_line("a discount below nothing", DISCOUNT, discount_rate=-1),
    one_line("a discount of all", discount_rate=100, total="0"),
    one_line("a discount as a text", discount_rate="12.5", total="175"),
    one_line("a discount with a sign", DISCOUNT, discount_rate="10 %"),
    one_line("a promotion that is true", DISCOUNT, promotion_rate=True),
    one_line("three odd discounts", discount_rate=33.333, promotion_rate=7.77, total="122.97"),
    header("a header discount in words", NUMBER, discount_rate="ten"),
    header("a header discount over all", DISCOUNT, discount_rate=101),
    header("a total with a comma", NUMBER, amount_total="200,00"),
    header("a negative total", "order.total_mismatch", amount_total=-200),
    header("a total of 40 digits", NUMBER, amount_total=int("2" * 40)),
    header("shipping in words", NUMBER, amount_shipping="free"),
    header("negative shipping", "order.bad_shipping", amount_shipping=-1),
    header("shipping as a text", amount_shipping="49.50", amount_total=249.5, total="249.50"),
    # Codes and customers
    one_line("a code as a number", ean13=7040000010114),
    one_line("a code as a list", "line.missing_code", ean13=["7040000010114"]),
    one_line("a code in spaces", ean13=" 7040000010114\n"),
    one_line("a code that nobody has", "line.unknown_product", ean13="' OR 1=1 --"),
    header("a customer as a number", retailer_reference=501),
    header("a customer that is true", CUSTOMER, retailer_reference=True),
    header("a customer beyond 32 bits", "customer.unknown", retailer_reference="9" * 20),
    header("a customer in other digits", "customer.unknown", retailer_reference="５０１"),
    header("a foreign currency", currency=" eur ", total="200"),
    header("a currency in small letters", currency="nok"),
    header("an unknown currency", "order.unknown_currency", currency="DOGE"),
    header("a currency as a sign", "order.unknown_currency", currency="€"),
    # Texts
    header(
        "emoji everywhere", comment=EMOJI * 3, retailer_name=EMOJI, purchase_order_reference="🧶"
    ),
    header("right to left", comment=ARABIC, delivery_address={"company": ARABIC, "city": "بيروت"}),
    header(
        "markup everywhere",
        comment=MARKUP,
        retailer_name=MARKUP,
        delivery_address={"company": MARKUP},
    ),
    one_line("markup in a name", name=MARKUP, color="[/]", size="<38>"),
    header(
        "new lines and tabs", comment="one\r\ntwo\u2028three\tfour", purchase_order_reference="a\nb"
    ),
    header(
        "control characters",
        comment="a\x00b\x1b[31mc\x07\ufffe",
        delivery_address={"tel": "\x00\x01"},
    ),
    header("half a surrogate pair", comment="a\ud800b", retailer_name="\udfff"),
    header("a comment without end", comment="Æ" * 100_000),
    header(
        "an address without end",
        delivery_address={
            **ADDRESS,
            "address_1": EMOJI * 99,
            "city": "Ø" * 99,
            "tel": "1" * 99,
            "zipcode": "2" * 99,
        },
    ),
    header("accents without end", delivery_address={**ADDRESS, "city": "a" + "\u0301" * 99}),
    header("a country in words", delivery_address={**ADDRESS, "country": "Norge"}),
    header("addresses as texts", UNREADABLE, delivery_address="Bergen", billing_address=7),
    header("a billing address that nobody reads", billing_address=7),
    header("an address of lists", UNREADABLE, delivery_address={**ADDRESS, "city": ["Bergen"]}),
    header("an empty address as PHP writes it", delivery_address=[]),
    header("a comment as an object", UNREADABLE, comment={"text": "Do not ship"}),
    header(
        "a purchase order of 51 letters",
        "order.reference_too_long",
        purchase_order_reference="P" * 51,
    ),
    header("a reference of 48 letters", TOO_LONG, reference="7" * 48),
    header("a reference with a control character", "order.bad_reference", reference="H\x07bell"),
    header("a reference of half a letter", "order.bad_reference", reference="H\ud800"),
    header("a reference with slashes", reference="H/../?x=1&y=%2F#z"),
    header("a reference in emoji", reference="H🧶"),
    header("a reference as a number", reference=990001),
    header("a reference of markup", reference="[red]H[/red]<b>"),
    # Times
    header(
        "times without a zone",
        create_time="2026-11-20T10:00:00",
        confirmation_time="2026-11-20 12:00:00",
    ),
    header(
        "times with zones",
        create_time="2026-11-20T10:00:00+14:00",
        confirmation_time="2026-11-20T23:59:59.999999-11:00",
    ),
    header(
        "times that are no times",
        UNREADABLE,
        create_time="soon",
        confirmation_time=17,
        delivery_start_on="ASAP",
    ),
    header(
        "the first day of all",
        create_time="0001-01-01T00:00:00",
        confirmation_time="0001-01-01T00:00:00+14:00",
        delivery_start_on="0001-01-01",
    ),
    header(
        "the last day of all",
        create_time="9999-12-31T23:59:59",
        confirmation_time="9999-12-31T23:59:59-14:00",
        delivery_start_on="9999-12-31",
    ),
    header("a leap day that is none", UNREADABLE, delivery_start_on="2026-02-29"),
    header("no times, as MySQL writes them", confirmation_time="0000-00-00 00:00:00"),
    header("no times, as PHP writes them", confirmation_time="-0001-11-30T00:00:00+00:00"),
    header("canceled at no time that anybody knows", UNREADABLE, cancellation_time="yes"),
    # Many
    lines("300 lines", [{"quantity": number + 1} for number in range(300)], total="4515000"),
    lines("the same line three times", ({}, {}, {}), total="600"),
    lines("the same code at two prices", ({}, {"unit_price": 90}), total="380"),
    lines("300 lines without a code", [{"ean13": None}] * 300, *["line.missing_code"] * 300),
    header("a mode that nobody knows", order_mode="[mode]"),
    header("a mode as a number", order_mode=3),
]
