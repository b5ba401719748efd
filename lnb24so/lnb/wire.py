"""HTTP to Le New Black: send one request, return its whole answer.

The access token travels in the query of every URL, because that is what the API takes
(Le New Black's SDK). So no URL, and no error text of the HTTP library, ever leaves this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from lnb24so.errors import Ambiguous, NotProcessed
from lnb24so.network.http import MIB, Http, NotAnsweredError

if TYPE_CHECKING:
    import requests

_LONGEST = 16 * MIB
_LONGEST_OF = {"/inventory": 256 * MIB}  # one answer for the whole catalogue
_MOST_VALUES = 1_000_000  # read, the smallest values take thirty times their length


class Answer(NamedTuple):
    """A whole HTTP answer; the names of `headers` are looked up whatever their case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class LnbWire:
    """One keep-alive connection; raises ConfigError for certificates that are none."""

    def __init__(self, base_url: str, timeout: float) -> None:
        self._base_url = base_url
        self._http = Http(base_url, timeout)
        self._last: tuple[object, requests.PreparedRequest] | None = None

    def send(
        self, method: str, path: str, search: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        """Return the whole answer, whatever its status; raises NotProcessed or Ambiguous."""
        address = (method, path, dict(search))
        # A large stock run sends a thousand batches: making each anew is a fifth of their cost.
        if self._last is None or self._last[0] != address:
            headers = {"Accept": "application/json"}
            url = self._base_url + path
            new = self._http.request(method, url, headers=headers, search=search)
            self._last = (address, new)
        request = self._last[1]
        request.prepare_body(None, None, json=body)
        try:
            with self._http.ask(request) as reply:
                whole = reply.whole(_LONGEST_OF.get(path, _LONGEST))
        except NotAnsweredError as error:
            if not error.left:
                raise NotProcessed(
                    "Le New Black: no connection. Check the network and lenewblack.base_url."
                ) from None
            raise Ambiguous(f"Le New Black: {error}.", again=error.again) from None
        if len(whole) > MIB and path not in _LONGEST_OF and whole.count(b",") > _MOST_VALUES:
            raise Ambiguous(f"Le New Black: {method} {path} answered with too much.", again=False)
        return Answer(reply.status, reply.headers, whole)
