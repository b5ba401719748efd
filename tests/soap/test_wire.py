"""SOAP over HTTP: only a whole and sound reply counts, and every other one says what it is."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from raw_server import RawServer, chunked, http

from lnb24so.network.http import MIB
from lnb24so.sandbox import Exchange, Reply, Sandbox
from lnb24so.sandbox.sample import catalogue
from lnb24so.soap.order import invoice_order
from lnb24so.soap.types import BadRecordError, Product, product_reader
from lnb24so.soap.wire import FaultError, NotConnectedError, TooManyError, UnreadableError, Wire

pytestmark = pytest.mark.slow

NAMESPACE = "http://24sevenOffice.com/webservices"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PRODUCT = "<Product><Id>{}</Id><Name>Ærfugl</Name><EAN1>7040000010015</EAN1><Stock>{}</Stock>"
PRODUCT += "<StatusId>1</StatusId></Product>"


def envelope(inside: str, soap: str = SOAP) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soap:Envelope xmlns:soap="{soap}"><soap:Body>{inside}</soap:Body></soap:Envelope>'
    ).encode()


def products_reply(*products: str) -> bytes:
    inside = f"<GetProductsResult>{''.join(products)}</GetProductsResult>"
    return envelope(f'<GetProductsResponse xmlns="{NAMESPACE}">{inside}</GetProductsResponse>')


TWO = products_reply(PRODUCT.format(1, "4.5"), PRODUCT.format(2, "-1"))
ORDERS = envelope(
    f'<GetInvoicesResponse xmlns="{NAMESPACE}"><GetInvoicesResult><InvoiceOrder>'
    "<OrderId>55001</OrderId><CustomerId>501</CustomerId><InvoiceRows><InvoiceRow>"
    "<ProductId>1</ProductId><Quantity>2</Quantity></InvoiceRow></InvoiceRows>"
    "<ReferenceNumber>LNB1</ReferenceNumber></InvoiceOrder></GetInvoicesResult>"
    "</GetInvoicesResponse>"
)


def read_products(url: str, timeout: float = 5) -> list[Product]:
    read = product_reader("No")
    found = Wire(url, timeout).items("GetProducts", {"searchParams": {}})
    return [read(element) for element in found]


def products_of(answer: bytes) -> list[Product]:
    """Return the products of exactly this HTTP answer."""
    with RawServer(answer) as server:
        return read_products(server.url)


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    """Return a server whose answer is changed again and again."""
    with RawServer() as started:
        yield started


def test_a_whole_reply_is_read() -> None:
    found = products_of(http(TWO))
    assert [(one.id, one.stock, one.name) for one in found] == [
        (1, Decimal("4.5"), "Ærfugl"),
        (2, Decimal(-1), "Ærfugl"),
    ]


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_a_chunked_reply_is_read(size: int) -> None:
    assert products_of(chunked(TWO, size)) == products_of(http(TWO))


def test_a_compressed_reply_is_read() -> None:
    answer = http(gzip.compress(TWO, mtime=0), "Content-Encoding: gzip")
    assert products_of(answer) == products_of(http(TWO))


def test_an_empty_list_is_no_product() -> None:
    assert products_of(http(products_reply())) == []
    absent = envelope(f'<GetProductsResponse xmlns="{NAMESPACE}" />')
    assert products_of(http(absent)) == []


def test_a_reply_that_breaks_off_anywhere_is_refused(server: RawServer) -> None:
    whole = http(TWO)
    for length in range(len(whole)):
        server.answer = whole[:length]
        with pytest.raises(UnreadableError):
            read_products(server.url)


def test_a_document_that_ends_anywhere_before_its_end_is_refused(server: RawServer) -> None:
    for length in range(len(TWO)):
        server.answer = http(TWO[:length])
        with pytest.raises(UnreadableError):
            read_products(server.url)


def test_a_chunked_reply_that_breaks_off_anywhere_is_refused(server: RawServer) -> None:
    whole = chunked(TWO, 50)
    for length in range(len(whole) - 4):
        server.answer = whole[:length]
        with pytest.raises(UnreadableError):
            read_products(server.url)


def test_a_compressed_reply_that_ends_anywhere_before_its_end_is_refused(
    server: RawServer,
) -> None:
    packed = gzip.compress(TWO, mtime=0)
    ends = next(end for end in range(len(packed)) if unpacked(packed[:end]) == TWO)
    for length in range(ends):
        server.answer = http(packed[:length], "Content-Encoding: gzip")
        with pytest.raises(UnreadableError):
            read_products(server.url)


def unpacked(start: bytes) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(start)


def test_an_order_list_that_ends_anywhere_before_its_end_is_refused(server: RawServer) -> None:
    wire = Wire(server.url, 5)

    def read() -> list[int | None]:
        found = wire.items("GetInvoices", {"searchParams": {}})
        return [invoice_order(element).order_id for element in found]

    server.answer = http(ORDERS)
    assert read() == [55001]
    for length in range(len(ORDERS)):
        server.answer = http(ORDERS[:length])
        with pytest.raises(UnreadableError):
            read()


def test_a_reply_cut_in_a_large_catalogue_is_refused() -> None:
    def cut(exchange: Exchange) -> Reply:
        whole = exchange.apply()
        return replace(whole, body=whole.body[:-1000])

    with Sandbox(catalogue(3000)) as box:
        wire = Wire(box.erp_url, 5)
        box.faults.add("GetProducts", cut)
        wire.session_id = box.erp.log_in(box.erp.identity_id).id
        search = {"searchParams": {"Name": "e"}, "returnProperties": {"string": ["Id", "EAN1"]}}
        read = product_reader("No")
        with pytest.raises(UnreadableError, match="truncated or broken"):
            list(map(read, wire.items("GetProducts", search)))
        assert list(map(read, wire.items("GetProducts", search)))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (http(b"<html><body>Sign in</body></html>", kind="text/html"), "a web page instead"),
        (http(b"<!DOCTYPE html><p>Sign in", kind="text/html"), "a web page instead"),
        (http(b"<html><body>x</body></html>"), "HTTP 200 with a web page"),
        (http(b"<html>Down</html>", status=503, kind="text/html"), "HTTP 503 with a web page"),
        (http(TWO, status=503), "HTTP 503"),
        (http(TWO, status=500), "HTTP 500 without a fault"),
        (http(TWO, status=201), "HTTP 201"),
        (http(b""), "truncated or broken"),
        (http(b"OK", kind="text/plain"), "something that is not XML"),
        (http(b'{"error": 1}', kind="application/json"), "something that is not XML"),
        (http(b"\x00\xff\xfe"), "something that is not XML"),
        (http(envelope("")), "without GetProductsResponse"),
        (http(envelope(f'<Other xmlns="{NAMESPACE}" />')), "without GetProductsResponse"),
        (http(envelope('<GetProductsResponse xmlns="urn:x" />')), "without GetProductsResponse"),
        (http(f'<GetProductsResponse xmlns="{NAMESPACE}" />'.encode()), "without an envelope"),
        (http(TWO + b"<more/>"), "truncated or broken"),
        (http(TWO[:-3] + b"\xff\xff>"), "truncated or broken"),
        (b"not HTTP at all", "the connection broke"),
        (b"HTTP/1.1 200 X\r\nContent-Length: ten\r\n\r\n" + TWO[:9], "truncated or broken"),
        (http(TWO, "Location: http://127.0.0.1:1/", status=302), "HTTP 302"),
        (http(TWO, "Location: http://127.0.0.1:1/", status=307), "HTTP 307"),
        (http(gzip.compress(TWO, mtime=0)), "something that is not XML"),
        (http(TWO, "Content-Encoding: gzip"), "was damaged midway"),
    ],
)
def test_what_is_no_reply_is_named(answer: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        products_of(answer)


def test_a_redirect_is_not_followed() -> None:
    with RawServer(http(TWO)) as target:
        answer = http(b"", f"Location: {target.url}/", status=307)
        with pytest.raises(UnreadableError, match="HTTP 307"):
            products_of(answer)
        assert target.requests == []


BOMB = "".join(
    f'<!ENTITY e{level} "{f"&e{level - 1};" * 10 if level else "ha" * 50}">' for level in range(9)
)


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY e8 SYSTEM "file:///etc/passwd">]>',
        f"<!DOCTYPE x [{BOMB}]>",
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/evil.dtd"> %p;]>',
    ],
)
@pytest.mark.parametrize("stock", ["4", "&e8;"])
@pytest.mark.parametrize("attribute", ["", ' name="&e8;"'])
def test_a_document_type_is_refused_before_the_first_item(
    doctype: str, stock: str, attribute: str
) -> None:
    reply = products_reply(PRODUCT.format(1, stock)).decode()
    head, body = reply.split("?>", 1)
    body = body.replace("<soap:Body>", f"<soap:Body{attribute}>")
    with RawServer(http(f"{head}?>{doctype}{body}".encode())) as server:
        items = Wire(server.url, 5).items("GetProducts", {"searchParams": {}})
        with pytest.raises(UnreadableError, match=r"with a DTD|truncated or broken"):
            next(items)


def test_a_reply_of_another_soap_is_refused() -> None:
    other = envelope(
        f'<GetProductsResponse xmlns="{NAMESPACE}" />', "http://www.w3.org/2003/05/soap-envelope"
    )
    with pytest.raises(UnreadableError, match="without an envelope"):
        products_of(http(other))


@pytest.mark.parametrize("status", [200, 500])
def test_a_fault_is_told_without_its_stack_trace(status: int) -> None:
    text = (
        "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
        "System.Exception: no ---&gt; Object reference not set\n   at Internal.Stack(10.12.4.31)"
    )
    fault = envelope(
        f"<soap:Fault><faultcode>soap:Server</faultcode><faultstring>{text}</faultstring>"
        "<detail><stack>build-07.internal</stack></detail></soap:Fault>"
    )
    with pytest.raises(FaultError) as caught:
        products_of(http(fault, status=status))
    assert str(caught.value) == "Object reference not set"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [((), None), (("Retry-After: 17",), 17.0), (("Retry-After: soon",), None)],
)
def test_too_many_requests_say_how_long_to_wait(
    headers: tuple[str, ...], seconds: float | None
) -> None:
    with pytest.raises(TooManyError) as caught:
        products_of(http(b"", *headers, status=429))
    assert caught.value.seconds == seconds


@pytest.mark.parametrize("number", ["", "x", "1.5", "-1", "1e3"])
def test_a_product_without_a_sound_id_is_no_product(number: str) -> None:
    with pytest.raises(BadRecordError, match="a product has the Id"):
        products_of(http(products_reply(PRODUCT.format(number, "4"))))


MARKED = products_reply(PRODUCT.format(1, "4.5").replace("Ær", "Ær&#x1B;&#65;&#xD800;\x01"))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
def test_a_forbidden_letter_is_dropped_wherever_a_chunk_ends(size: int) -> None:
    (found,) = products_of(chunked(MARKED, size))
    assert found.name == "ÆrAfugl"


def test_a_marked_document_that_ends_anywhere_before_its_end_is_refused(server: RawServer) -> None:
    for length in range(len(MARKED)):
        server.answer = http(MARKED[:length])
        with pytest.raises(UnreadableError):
            read_products(server.url)


@pytest.mark.parametrize("junk", ["&#x1B", "&#", "&", "&amp;", "&#x1B;", "x"])
def test_what_follows_the_end_is_refused(junk: str) -> None:
    with pytest.raises(UnreadableError, match="truncated or broken"):
        products_of(http(TWO + junk.encode()))


@pytest.mark.parametrize("inside", ["<x/>", "<!-- x -->", " ", "<Other><a/></Other>"])
def test_a_reply_without_an_item_in_sight_comes_to_an_end(inside: str) -> None:
    flood = inside.encode() * (5 * MIB // len(inside))
    begun = TWO[: TWO.index(b"</GetProductsResult>")]
    with pytest.raises(UnreadableError, match="truncated or broken"):
        products_of(http(begun + flood + TWO[len(begun) :]))


def test_a_sentinel_is_no_stock_figure() -> None:
    sentinel = "-79228162514264337593543950335"
    (found,) = products_of(http(products_reply(PRODUCT.format(1, sentinel))))
    assert found.stock is None


def test_nobody_at_the_address_is_no_connection() -> None:
    with pytest.raises(NotConnectedError):
        read_products("http://127.0.0.1:1")


def test_an_answer_that_never_comes_times_out() -> None:
    with RawServer(hangs=True) as server, pytest.raises(UnreadableError, match=r"within 0\.2 sec"):
        read_products(server.url, 0.2)


def test_an_answer_that_stops_midway_times_out() -> None:
    stopped = RawServer(http(TWO)[:-50], hangs=True)
    with stopped as server, pytest.raises(UnreadableError, match="fell silent"):
        read_products(server.url, 0.2)


def test_a_cookie_of_the_server_does_not_join_ours() -> None:
    # The server closes after each answer; unless it says so, the next request may come too late.
    answer = http(TWO, "Set-Cookie: ASP.NET_SessionId=theirs; path=/", "Connection: close")
    with RawServer(answer) as server:
        wire = Wire(server.url, 5)
        wire.session_id = "ours"
        for _ in range(2):
            list(wire.items("GetProducts", {"searchParams": {}}))
        cookies = [
            line
            for request in server.requests
            for line in request.split(b"\r\n")
            if line.lower().startswith(b"cookie:")
        ]
        assert cookies == [b"Cookie: ASP.NET_SessionId=ours"] * 2
