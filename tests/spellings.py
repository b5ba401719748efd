"""Every way in which a secret may be written, for the tests that look for it afterwards."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote, quote_plus


def spellings(secret: str) -> dict[str, str]:
    """Return a secret as it is, escaped, in other cases and as base64, by the name of the way."""
    data = secret.encode()
    ways = {
        "as it is": secret,
        "upper case": secret.upper(),
        "lower case": secret.lower(),
        "swapped case": secret.swapcase(),
        "percent": quote(secret, safe=""),
        "percent, lower case": quote(secret, safe="").lower(),
        "percent, path": quote(secret),
        "percent, form": quote_plus(secret),
        "percent, twice": quote(quote(secret, safe=""), safe=""),
        "percent, all": "".join(f"%{byte:02X}" for byte in data),
        "json": json.dumps(secret)[1:-1],
        "json, not ASCII": json.dumps(secret, ensure_ascii=False)[1:-1],
        "json, slashes": json.dumps(secret)[1:-1].replace("/", r"\/"),
        "json, twice": json.dumps(json.dumps(secret))[3:-3],
        "json, all": "".join(f"\\u{ord(letter):04X}" for letter in secret),
        "xml": escape(secret),
        "xml, without quotes": escape(secret, quote=False),
        "xml, twice": escape(escape(secret)),
        "xml, numbers": "".join(f"&#{ord(letter)};" for letter in secret),
        "xml, hexadecimal": "".join(f"&#x{ord(letter):X};" for letter in secret),
        "bytes": repr(data)[2:-1],
    }
    for offset in range(3):
        before = b"a:b"[:offset]
        ways[f"base64 at {offset}"] = b64encode(before + data + b":z").decode()
        ways[f"base64 at {offset}, of addresses"] = urlsafe_b64encode(before + data).decode()
    return ways


def kernel(way: str, text: str) -> str:
    """Return what of a spelling must be nowhere: of base64 the letters that are the secret's."""
    return text[4:-6] if way.startswith("base64") else text
