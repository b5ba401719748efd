"""The floor: the least that any program must do to find what differs. No network, no safety.

Usage: python floor.py products.xml inventory.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lxml import etree

TAG = "{http://24sevenOffice.com/webservices}"


def main(products: str, inventory: str) -> None:
    """Read both replies, compare them, write the changes as JSON."""
    stock: dict[str, int] = {}
    for _, element in etree.iterparse(products, tag=f"{TAG}Product"):
        stock[element.findtext(f"{TAG}EAN1", "")] = int(element.findtext(f"{TAG}Stock", "0"))
        element.clear()
    shown = {row["ean13"]: row["in_stock"] for row in json.loads(Path(inventory).read_bytes())}
    changes = [
        {"ean13": code, "in_stock": level}
        for code, level in stock.items()
        if shown.get(code) != level
    ]
    print(len(json.dumps({"requests": changes})))


if __name__ == "__main__":
    main(*sys.argv[1:])
