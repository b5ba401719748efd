"""HTTP to Le New Black: send one request, return its whole answer.

The access token travels in the query of every URL, because that is what the API takes
(Le New Black's SDK). So no URL, and no error text of the HTTP library, ever leaves this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lnb24so.errors import Ambiguous, ConfigError, NotProcessed, Transient
from lnb24so.network import never_left, timeouts

if TYPE_CHECKING:
    import requests


class Answer(NamedTuple):
    """A whole HTTP answer; the names of `headers` are looked up whatever their case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class LnbWire:
    """One keep-alive connection, through the environment's proxy and with its certificates."""

    def __init__(self, base_url: str, timeout: float) -> None:
        import requests

        self._base_url = base_url
        self._session = requests.Session()
        # Asked for once instead of for each request.
        around = self._session.merge_environment_settings(base_url, {}, None, None, None)
        self._session.trust_env = False
        _refuse_missing_certificates(around["verify"])
        self._how: dict[str, Any] = {**around, "timeout": timeouts(timeout)}
        self._adapter = self._session.get_adapter(base_url)
        self._last: tuple[object, requests.PreparedRequest] | None = None

    def send(
        self, method: str, path: str, search: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        """Return the whole answer, whatever its status; raises NotProcessed or Ambiguous."""
        import requests

        try:
            address = (method, path, dict(search))
            # A large stock run sends a thousand batches: making each anew is a fifth of their cost.
            if self._last is None or self._last[0] != address:
                url, headers = self._base_url + path, {"Accept": "application/json"}
                new = requests.Request(method, url, params=search, headers=headers)
                self._last = (address, self._session.prepare_request(new))
            request = self._last[1]
            request.prepare_body(None, None, json=body)
            # The adapter follows no redirect and keeps no cookie, which is what we want.
            response = self._adapter.send(request, **self._how)
            return Answer(response.status_code, response.headers, response.content)
        except requests.RequestException as error:
            raise _no_answer(error) from None


def _refuse_missing_certificates(verify: object) -> None:
    """Raise ConfigError where the environment names certificates that are not there.

    requests says so only at the first request, and not as an error of a request. Both clients
    take the same certificates, and this one is always made.
    """
    if isinstance(verify, str) and not Path(verify).exists():
        raise ConfigError(
            f"The TLS certificates {verify} are not there. "
            "Fix: REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment (cron: in the crontab)."
        )


def _no_answer(error: Exception) -> Transient:
    """Return what an error of the HTTP library means, without its text: that holds the token."""
    import requests

    if never_left(error):
        message = "Le New Black: no connection. Check the network and lenewblack.base_url."
        return NotProcessed(message)
    if isinstance(error, requests.Timeout):
        return Ambiguous("Le New Black: no answer in time (lenewblack.timeout_seconds).")
    if isinstance(error, requests.exceptions.SSLError):
        return Ambiguous("Le New Black: a TLS error. Is its certificate valid, the clock right?")
    return Ambiguous("Le New Black: the connection broke before the whole answer came.")
