"""A connection with a watch: time-outs of a socket start anew with each byte that drips."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 10.0
BODY_TIMES = 10  # a whole body has so many times the seconds that its header has


class Line:
    """The TCP connection under a client, which another thread may shut down.

    TLS takes the socket over, and urllib3 drops it where the server is to close: a descriptor
    of our own is good for both.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._descriptor: int | None = None
        self._is_closed = self._is_cut = False

    def opened(self, new: socket.socket) -> None:
        """Take a new connection; raises TimeoutError where its time is up already."""
        with self._lock:
            self._close()
            if self._is_cut:
                new.close()
                raise TimeoutError
            self._descriptor = os.dup(new.fileno())

    def closed(self) -> None:
        """Note that the connection is given up; an answer may still be read from it."""
        self._is_closed = True

    def asked(self) -> None:
        """Note that no answer is being read any more."""
        with self._lock:
            self._is_cut = False
            if self._is_closed:
                self._close()

    def cut(self) -> None:
        """Shut the connection down: who reads from it wakes up, which no close would do."""
        with self._lock, suppress(OSError):
            self._is_cut = True
            if self._descriptor is not None:
                line = socket.socket(fileno=self._descriptor)
                try:
                    line.shutdown(socket.SHUT_RDWR)
                finally:
                    line.detach()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._is_closed = None, False

    def __del__(self) -> None:
        self._close()


class Watch:
    """Cuts a line where the header does not come in `seconds`, or the body in ten times that.

    `late` then says so, and is to be looked at before the answer is: who reads what was cut sees
    only an end. One thread for one answer.
    """

    def __init__(self, line: Line, seconds: float) -> None:
        self._line = line
        self._seconds = seconds
        self._header, self._end = Event(), Event()
        self._lock = Lock()
        self.late: str | None = None
        Thread(target=self._watch, daemon=True).start()

    def header_came(self) -> None:
        """Give the body its time."""
        self._header.set()

    def end(self) -> None:
        """Stop watching: the line may be used again."""
        with self._lock:
            self._end.set()
        self._header.set()

    def _watch(self) -> None:
        connect = min(CONNECT_SECONDS, self._seconds)
        if not self._header.wait(connect + self._seconds):
            self._cut(f"no answer within {self._seconds:g} seconds")
        elif not self._end.wait(self._seconds * BODY_TIMES):
            self._cut(f"no whole answer within {self._seconds * BODY_TIMES:g} seconds")

    def _cut(self, why: str) -> None:
        with self._lock:
            if not self._end.is_set():
                self.late = why
                self._line.cut()


def watched_adapter(line: Line) -> HTTPAdapter:
    """Return an adapter of requests whose connections are `line`."""
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.exceptions import ConnectTimeoutError

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            try:
                line.opened(made)
            except TimeoutError:
                raise ConnectTimeoutError(self, "connected too late") from None
            return made

        def close(self) -> None:
            super().close()
            line.closed()

    class Tls(Plain, HTTPSConnection): ...

    class Adapter(HTTPAdapter):
        def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
            watched = {HTTPConnection: Plain, HTTPSConnection: Tls}
            # Any other, such as a SOCKS proxy's, keeps to the time-outs of its socket.
            pool.ConnectionCls = watched.get(pool.ConnectionCls, pool.ConnectionCls)
            return pool

    return Adapter(pool_connections=1, pool_maxsize=1)
