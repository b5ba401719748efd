"""HTTP as all that ask something over the network do it: every wait and every body ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lnb24so.errors import ConfigError, Lnb24soError

from .line import CONNECT_SECONDS, Line, Watch, watched_adapter

if TYPE_CHECKING:
    import requests

MIB = 1024 * 1024
_CHUNK = 65536


class NotAnsweredError(Exception):
    """No whole answer came, and why.

    `left`: the server may have seen the request. `again`: asking again at once may help.
    """

    def __init__(self, why: str, *, left: bool = True, again: bool = True) -> None:
        super().__init__(why)
        self.left = left
        self.again = again


class Reply:
    """One HTTP answer whose body is still to be read; header names in any case."""

    def __init__(self, response: requests.Response, watch: Watch) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._watch = watch

    def chunks(self, most: int) -> Iterator[bytes]:
        """Yield the decompressed body; raises NotAnsweredError, also beyond `most` bytes."""
        length = 0
        chunks = self._response.iter_content(_CHUNK)
        while True:
            try:
                chunk = next(chunks, None)
            except Lnb24soError:  # A signal, which the handler raises wherever it is heard.
                raise
            except Exception as error:
                self._raise_late()
                raise _why_broken_off(error) from None
            self._raise_late()
            if chunk is None:
                return
            length += len(chunk)
            if length > most:
                why = f"the reply is longer than {most // MIB} MiB"
                raise NotAnsweredError(why, again=False)
            yield chunk

    def whole(self, most: int) -> bytes:
        """Return the decompressed body; raises as `chunks` does."""
        return b"".join(self.chunks(most))

    def _raise_late(self) -> None:
        if self._watch.late:
            # A body that drips has had its ten time-outs: another one would drip too.
            raise NotAnsweredError(self._watch.late, again=False)


class Http:
    """One keep-alive connection, through the environment's proxy and with its certificates.

    Never with a password of `~/.netrc`. Keeps no cookie, follows no redirect, repeats nothing.
    Raises ConfigError where the environment names certificates that are none.
    """

    def __init__(self, base_url: str, answer_seconds: float) -> None:
        import requests

        self._session = requests.Session()
        # Asked for once instead of for each request.
        around = self._session.merge_environment_settings(base_url, {}, None, None, None)
        self._session.trust_env = False
        _refuse_bad_certificates(around["verify"], base_url)
        waits = min(CONNECT_SECONDS, answer_seconds), answer_seconds
        self._how: dict[str, Any] = {**around, "stream": True, "timeout": waits}
        self._seconds = answer_seconds
        self._line = Line()
        self._adapter = watched_adapter(self._line)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        search: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> requests.PreparedRequest:
        """Return a request; it may be sent again and again."""
        import requests

        new = requests.Request(method, url, headers=headers, params=search, data=body)
        return self._session.prepare_request(new)

    @contextmanager
    def ask(self, request: requests.PreparedRequest) -> Iterator[Reply]:
        """Send a request and give its answer; raises NotAnsweredError."""
        watch = Watch(self._line, self._seconds)
        try:
            try:
                response = self._adapter.send(request, **self._how)
            except Lnb24soError:
                raise
            except Exception as error:
                raise _why_silent(error, watch.late, self._seconds) from None
            with response:
                watch.header_came()
                # A header that was cut short looks like a whole one.
                if watch.late:
                    raise NotAnsweredError(watch.late)
                yield Reply(response, watch)
        finally:
            watch.end()
            self._line.asked()


def _refuse_bad_certificates(verify: object, base_url: str) -> None:
    """Raise ConfigError where the environment names certificates that are none.

    requests says so only at the first request, and blames the server. To read them takes longer
    than all the rest of a run with nothing to do, so that is left where nothing needs them.
    """
    if not isinstance(verify, str):
        return
    path = Path(verify)
    try:
        if path.is_dir():
            return
        if path.is_file():  # A pipe would be waited for.
            if not base_url.startswith("https:"):
                return
            import ssl

            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(verify)
            return
        problem = "are none" if path.exists() else "are not there"
    except (OSError, ValueError) as error:
        problem = "cannot be read" if isinstance(error, PermissionError) else "are none"
    raise ConfigError(
        f"The TLS certificates {verify} {problem}. "
        "Fix: correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment (cron: crontab)."
    )


def _why_silent(error: Exception, late: str | None, seconds: float) -> NotAnsweredError:
    """Return why no header came. The library's own text is left out: it holds the address."""
    import requests
    from urllib3.exceptions import NewConnectionError, ProxyError

    reason = getattr(error.args[0] if error.args else None, "reason", None)
    cause = reason.original_error if isinstance(reason, ProxyError) else reason
    if isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError):
        return NotAnsweredError("no connection", left=False)
    if late:
        return NotAnsweredError(late)
    if isinstance(error, requests.Timeout):
        return NotAnsweredError(f"no answer within {seconds:g} seconds")
    if isinstance(error, requests.exceptions.SSLError):
        from ssl import SSLEOFError

        # A certificate that does not fit will not fit in a minute either.
        again = isinstance(cause and cause.args[0], SSLEOFError)
        why = "a TLS error (is the certificate valid, and the clock right?)"
        return NotAnsweredError(why, again=again)
    return NotAnsweredError("the connection broke before a reply came")


def _why_broken_off(error: Exception) -> NotAnsweredError:
    """Return why a body has no end."""
    import requests
    from urllib3.exceptions import ReadTimeoutError

    if isinstance(error, requests.exceptions.ContentDecodingError):
        return NotAnsweredError("the reply was damaged midway, or is not compressed as it says")
    if error.args and isinstance(error.args[0], ReadTimeoutError):
        return NotAnsweredError("the reply fell silent midway")
    return NotAnsweredError("the reply broke off midway")
