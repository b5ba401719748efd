"""A server that answers with exact bytes, for everything that a well-behaved one never sends."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from itertools import chain, repeat
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

CERTIFICATE = Path(__file__).parent / "tls" / "localhost.pem"
"""A certificate for 127.0.0.1 with its key, which nobody but these tests trusts."""

Stream = Callable[[], Iterable[bytes]]
"""An answer in pieces, begun anew for each request; it may have no end."""


class RawServer:
    """Answers every request with `answer` and closes the connection.

    `pause` seconds pass before each piece of a stream. With `hangs` it keeps the connection open
    after the answer instead, and sends no more. Without `reads` it answers before a request has
    come. With `tls` it shows CERTIFICATE.
    """

    def __init__(
        self,
        answer: bytes | Stream = b"",
        *,
        hangs: bool = False,
        reads: bool = True,
        pause: float = 0.0,
        tls: bool = False,
    ) -> None:
        self.answer = answer
        self.hangs = hangs
        self.reads = reads
        self.requests: list[bytes] = []
        self._pause = pause
        self._done = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._tls = _tls() if tls else None
        port = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"

    def __enter__(self) -> Self:
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        # Closing alone would leave the accepting thread asleep in the kernel.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _ = self._listener.accept()
                with accepted, suppress(OSError), self._spoken(accepted) as connection:
                    if self.reads:
                        self.requests.append(_read_request(connection))
                    for piece in [self.answer] if isinstance(self.answer, bytes) else self.answer():
                        if self._pause and self._done.wait(self._pause):
                            break
                        connection.sendall(piece)
                    if self.hangs:
                        self._done.wait(10)

    def _spoken(self, accepted: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(accepted, server_side=True) if self._tls else accepted


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def byte_by_byte(answer: bytes, *, after: bytes = b"") -> Stream:
    """Return a stream that sends `after` at once and `answer` in single bytes."""
    return lambda: chain([after], (bytes([byte]) for byte in answer))


def endless(piece: bytes, *, after: bytes = b"") -> Stream:
    """Return a stream that sends a piece again and again, after `after`."""
    return lambda: chain([after], repeat(piece))


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    name = b"content-length:"
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(name)]
    length = int(lengths[0][len(name) :]) if lengths else 0
    while len(body) < length:
        body += _some(connection)
    return head + b"\r\n\r\n" + body


def _some(connection: socket.socket) -> bytes:
    if not (data := connection.recv(65536)):
        raise ConnectionError
    return data


def http(
    body: bytes, *headers: str, status: int = 200, kind: str = "text/xml; charset=utf-8"
) -> bytes:
    """Return a whole HTTP answer with its length."""
    lines = (f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, *headers, "", "")).encode() + body


def chunked(body: bytes, size: int = 7, *, ends: bool = True) -> bytes:
    """Return an HTTP answer in chunks; without `ends` the last, empty chunk is missing."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    head = b"HTTP/1.1 200 X\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + chunks + (b"0\r\n\r\n" if ends else b"")


def closed_port() -> int:
    """Return a port of this machine where nobody listens."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
