"""What travels: a call that came in, the reply that goes out, and the record that is kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime

System = Literal["erp", "lnb"]


@dataclass(frozen=True)
class Call:
    """One request as it arrived.

    `operation` is "SaveInvoices" or "GET /orders/{reference}"; `action` the SOAPAction header.
    """

    system: System
    operation: str
    method: str
    path: str
    action: str
    content_type: str
    query: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One answer. `keep` is how much of the body is sent: "all", or "half" and then a cut.

    After "half" the connection breaks below the announced length; "half_chunked" is
    complete as HTTP, but its document is cut.
    """

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    keep: Literal["all", "half", "half_chunked"] = "all"

    @cached_property
    def gzipped(self) -> bytes:
        """Return the body compressed, once for each reply, for replies are kept and repeated."""
        return gzip.compress(self.body, compresslevel=1, mtime=0)


@dataclass
class Seen:
    """One request that the sandbox has seen, in the order of arrival.

    `applied` says whether it was carried out, and so whether it may have changed anything.
    `status` is the HTTP status that was sent, None while there is none or where the
    connection was closed instead. `sent` counts the bytes of the body as they went out.
    """

    system: System
    operation: str
    at: datetime
    body: bytes
    query: Mapping[str, str]
    applied: bool = False
    status: int | None = None
    sent: int = 0


class Dropped(ConnectionError):
    """The connection is to be closed without an answer."""


Admitted = Callable[[], Reply]


def json_reply(status: int, document: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a JSON document as a reply; decimals go out as JSON numbers."""
    text = json.dumps(document, ensure_ascii=False, default=_number)
    body = text.encode(errors="surrogatepass")
    return Reply(status, body, "application/json; charset=utf-8", headers or {})


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} can't be written as JSON.")
