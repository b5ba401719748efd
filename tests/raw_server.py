"""A server that answers with exact bytes, for everything that a well-behaved one never sends."""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self


class RawServer:
    """Answers every request with `answer` and closes the connection.

    With `hangs` it keeps the connection open after the answer instead, and sends no more.
    """

    def __init__(self, answer: bytes = b"", *, hangs: bool = False) -> None:
        self.answer = answer
        self.hangs = hangs
        self.requests: list[bytes] = []
        self._done = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

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
                connection, _ = self._listener.accept()
                with connection, suppress(OSError):
                    self.requests.append(_read_request(connection))
                    connection.sendall(self.answer)
                    if self.hangs:
                        self._done.wait(10)


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    name = b"content-length:"
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(name)]
    length = int(lengths[0][len(name) :]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


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
