"""What is read without the parser reads as the parser would have read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

import lnb24so
from lnb24so.soap.stream import BrokenError, elements, elements_and_texts
from lnb24so.soap.types import BadRecordError, Product, plain_product, product_reader, tag
from lnb24so.soap.wire import NAMESPACE

PLAIN = plain_product("ProductCode")
READ = product_reader("ProductCode")
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="e" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:p="'
    f'{NAMESPACE}"><e:Body><GetProductsResponse xmlns="{NAMESPACE}"><GetProductsResult>'
)
TAIL = "</GetProductsResult></GetProductsResponse></e:Body></e:Envelope>"
ONE = "<Product><Id>7</Id><Name>Rosé &amp; Blanc</Name><Stock>3</Stock><EAN1>70</EAN1></Product>"
EMPTY = '<Product><Id>8</Id><Name /><No/><StockControlled xsi:nil="true" /></Product>'
ODD = (
    "<Product/>",
    "<Product />",
    "<Product></Product>",
    "<Product><Id>9</Id></Product >",
    '<Product><Id>9</Id><StockControlled xsi:nil="true">false</StockControlled></Product>',
    '<Product><Id>9</Id><StockControlled xsi:nil="false" /></Product>',
    '<Wrong xmlns:xsi="other">' + EMPTY + EMPTY + "</Wrong>",
    "<Product><Name>late</Name><Id>10</Id></Product>",
    "<Product><Id>11</Id><Id>12</Id></Product>",
    "<Product><Id>13</Id><Name>a<b/>c</Name></Product>",
    "<Product><Id>1<Stock>5</Stock>3</Id></Product>",
    '<Product x="1"><Id>14</Id></Product>',
    '<Product><Id x="1">15</Id></Product>',
    '<Product xmlns="other"><Id>16</Id></Product>',
    "<p:Product><p:Id>17</p:Id></p:Product>",
    "<Product><Id>18</Id><Name><![CDATA[<Id>1</Id>]]></Name></Product>",
    "<Product><Id>19</Id><Name>&lt;b&gt; &#38; > &amp;amp;</Name></Product>",
    "<Product><Id>20</Id><Name>\r\n\r</Name></Product>",
    "<Product><Id>21</Id><Name>]]></Name></Product>",
    "<Product><Id>22</Id><Name>\uffff</Name></Product>",
    "<Product><Id>23</Id><Name>&unknown;</Name></Product>",
    "<Product><Id>24</Id><Name>&amp</Name></Product>",
    "<Product><Id>25</Id><Extra>1</Extra></Product>",
    "<Extra>" + ONE + EMPTY + "</Extra>",
    "<Product><Id>\x1b27</Id></Product>",
    "<Product><Id>none</Id></Product>",
    "<!-- <Product><Id>28</Id></Product> -->",
    "<!-- </Product>" + ONE + "-->",
    "<Product/><!-- </Product>" + ONE + "-->",
    "<![CDATA[</Product>" + ONE + "]]>",
    "<?x </Product>" + ONE + "?>",
    '<Wrong xmlns="other">' + ONE + "</Wrong>",
    '<p:Right xmlns="other">' + ONE + "<p:Product/></p:Right>",
    "<Product><Id>29",
    "</Product>",
    "<",
    " \n",
    "text",
)


def whole(document: bytes, plain: bool, sizes: Sequence[int]) -> list[object] | None:
    """Return all products, bad ones as their sentence; None for a document that is broken."""
    tags = (tag("Product"), tag("GetProductsResponse"))
    pieces = cut(document, sizes)
    found = elements_and_texts(pieces, tags, PLAIN, NAMESPACE) if plain else elements(pieces, tags)
    try:
        return [one for item in found for one in read(item)]
    except BrokenError:
        return None


def cut(document: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """Yield a document in pieces of these sizes, and the rest."""
    for size in sizes:
        yield document[:size]
        document = document[size:]
    yield document


def read(item: Any) -> Iterator[Product | str]:
    for one in item if isinstance(item, list) else [item]:
        if isinstance(one, etree._Element) and one.tag != tag("Product"):
            continue
        try:
            yield READ(one)
        except BadRecordError as error:
            yield str(error)


RECORDS = st.lists(st.sampled_from([ONE, EMPTY, ONE, EMPTY, ONE + EMPTY, *ODD]), max_size=12)
SIZES = st.lists(st.integers(1, 120), max_size=40)


@given(RECORDS, SIZES)
@example([ONE, *ODD[:20], ONE], [])
def test_a_list_reads_the_same_with_and_without_the_parser(
    records: list[str], sizes: list[int]
) -> None:
    document = (HEAD + "".join(records) + TAIL).encode("utf-8", "surrogatepass")
    assert whole(document, True, sizes) == whole(document, False, [])


@given(st.lists(st.sampled_from([ONE, EMPTY, *ODD[:8]]), min_size=1, max_size=6), SIZES, st.data())
def test_so_does_a_list_that_was_damaged_on_its_way(
    records: list[str], sizes: list[int], data: st.DataObject
) -> None:
    document = bytearray((HEAD + "".join(records) + TAIL).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(document) - 1))
        kind = data.draw(st.sampled_from(["cut", "drop", "put", "turn"]))
        if kind == "cut":
            del document[place:]
            break
        if kind == "drop":
            del document[place]
        letter = data.draw(st.sampled_from(b"<>/&;] \r\"'=x1\x00\x1b\x7f\xc3\xa9\xff"))
        if kind == "put":
            document.insert(place, letter)
        elif kind == "turn":
            document[place] = letter
    assert whole(bytes(document), True, sizes) == whole(bytes(document), False, [])


@pytest.mark.parametrize("record", ODD)
def test_what_stands_between_plain_records_reads_the_same(record: str) -> None:
    document = (HEAD + ONE + EMPTY + record + ONE + EMPTY + TAIL).encode()
    for size in range(1, 200, 7):
        sizes = [size] * (len(document) // size)
        assert whole(document, True, sizes) == whole(document, False, [])


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace("utf-8", "iso-8859-1"),
        HEAD.replace("xmlns:xsi", "xmlns:other"),
        HEAD.replace('<?xml version="1.0" encoding="utf-8"?>', ""),
        HEAD.replace('"1.0" encoding="utf-8"', "'1.0' encoding='UTF-8'"),
        HEAD.replace("?>", "?><!-- a -->"),
        HEAD.replace("<GetProductsResult>", '<GetProductsResult xmlns="other">'),
        HEAD.replace(f'<GetProductsResponse xmlns="{NAMESPACE}">', "<GetProductsResponse>"),
    ],
)
def test_a_list_that_begins_otherwise_reads_the_same(head: str) -> None:
    document = (head + 3 * (ONE + EMPTY) + TAIL).encode()
    assert whole(document, True, []) == whole(document, False, [])


def test_of_a_plain_list_only_the_first_record_is_an_element() -> None:
    document = (HEAD + 500 * (ONE + EMPTY) + TAIL).encode()
    found = list(elements_and_texts(cut(document, [999] * 60), [tag("Product")], PLAIN, NAMESPACE))
    lists = [one for one in found if isinstance(one, list)]
    assert (len(found) - len(lists), sum(map(len, lists))) == (1, 999)


def test_a_record_without_end_is_no_longer_than_any_other() -> None:
    endless = (HEAD + ONE + "<Product><Name>").encode()
    chunks = (endless if not number else b"x" * 65536 for number in range(100))
    with pytest.raises(BrokenError):
        list(elements_and_texts(chunks, [tag("Product")], PLAIN, NAMESPACE))
    assert next(chunks)


@pytest.mark.parametrize("sku_field", ["No", "ProductCode", "SupplierProductCode"])
def test_a_product_is_written_in_the_order_of_the_wsdl(sku_field: str) -> None:
    wsdl = (Path(lnb24so.__file__).parent / "wsdl" / "product.wsdl").read_text("utf-8")
    of_product = wsdl.partition('complexType name="Product"')[2].partition("</xs:complexType>")[0]
    order = re.findall(r'element name="(\w+)"', of_product)
    fields = plain_product(sku_field).fields
    assert list(fields) == sorted(fields, key=order.index)
    assert sku_field in fields
