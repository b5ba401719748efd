"""The HTTP server of the sandbox: it records each request, lets the faults have it, and answers."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request

from lnb24so.sandbox.exchange import Call, Dropped, Reply, Seen, json_reply
from lnb24so.sandbox.faults import Exchange, Faults

if TYPE_CHECKING:
    from datetime import datetime

    from lnb24so.sandbox.rest import RestSide
    from lnb24so.sandbox.soap import SoapSide

LOOPBACK = "127.0.0.1"
SMALLEST_GZIP = 1000
CLOSE_AT_ONCE = struct.pack("ii", 1, 0)
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class App:
    """Both systems as one WSGI application."""

    def __init__(self, soap: SoapSide, rest: RestSide) -> None:
        self.soap = soap
        self.rest = rest
        self.faults = Faults()
        self.requests: list[Seen] = []
        self.late: list[Callable[[], Reply]] = []
        self.stopping = Event()
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
        """Answer one request (WSGI); raises Dropped where a fault breaks the connection."""
        request = Request(environ)
        call = self.read(request)
        now = self.soap.erp.now if call.system == "erp" else self.rest.portal.now
        seen = self.record(call, now())
        try:
            reply = self.answer(call, seen)
        except Dropped:
            reset_when_closed(environ["werkzeug.socket"])
            raise
        seen.status = reply.status
        gzips = request.accept_encodings["gzip"] > 0
        for part in send(reply, start_response, now(), gzips=gzips):
            seen.sent += len(part)
            yield part

    def read(self, request: Request) -> Call:
        """Return the request with the operation that it names; "unknown" if it names none."""
        action = request.headers.get("SOAPAction", "")
        operation = self.soap.operation(request.method, request.path, action)
        return Call(
            system="lnb" if operation is None else "erp",
            operation=operation or self.rest.operation(request.method, request.path) or "unknown",
            method=request.method,
            path=request.path,
            action=action,
            content_type=request.mimetype,
            query=request.args.to_dict(),
            cookies=request.cookies.to_dict(),
            body=request.get_data(),
        )

    def record(self, call: Call, at: datetime) -> Seen:
        """Append the request to what has been seen."""
        seen = Seen(call.system, call.operation, at, call.body, call.query)
        with self._lock:
            self.requests.append(seen)
        return seen

    def answer(self, call: Call, seen: Seen) -> Reply:
        """Carry the call out, unless a fault has it; raise Dropped to give no answer."""
        if call.system == "lnb" and call.operation == "unknown":
            return json_reply(404, {"error": {"code": 404, "message": "Not found."}})
        admit = self.soap.admit if call.system == "erp" else self.rest.admit
        exchange = Exchange(call, seen, self.soap, admit, self.late, self.stopping)
        fault = self.faults.take(call.operation)
        return exchange.apply() if fault is None else fault(exchange)


def send(
    reply: Reply, start_response: StartResponse, now: datetime, *, gzips: bool
) -> Iterator[bytes]:
    """Start the response and yield its body; raise Dropped in the middle of a cut one."""
    headers = {"Content-Type": reply.content_type, "Date": http_date(now), **reply.headers}
    body = reply.body
    if reply.keep == "half_chunked":
        half = body[: len(body) // 2]
        headers["Transfer-Encoding"] = "chunked"
        start_response(str(reply.status), list(headers.items()))
        yield b"%x\r\n%b\r\n0\r\n\r\n" % (len(half), half)
        return
    if gzips and len(body) >= SMALLEST_GZIP:
        body = reply.gzipped
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    start_response(str(reply.status), list(headers.items()))
    if reply.keep == "half":
        yield body[: len(body) // 2]
        raise Dropped
    yield body


def reset_when_closed(connection: socket.socket) -> None:
    """Make the coming close a reset, as from a crashed server, instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_AT_ONCE)


class Server(ThreadedWSGIServer):
    """A silent threaded server on loopback, which can end its kept connections too."""

    daemon_threads = True

    def __init__(self, app: App, port: int) -> None:
        super().__init__(LOOPBACK, port, app, Handler)
        self.systems = app
        self.connections: set[socket.socket] = set()
        self._thread = Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse new connections and end the open ones."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Handler(WSGIRequestHandler):
    """One connection. It is kept open between requests, which werkzeug's own handler never does."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Open the connection, and remember it so that a stop can break it."""
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        """Forget the connection and close it."""
        self.server.connections.discard(self.connection)
        super().finish()

    def run_wsgi(self) -> None:
        """Answer one request."""

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            self.send_response_only(int(status))
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()

        try:
            for part in self.server.systems(self.make_environ(), start_response):
                self.wfile.write(part)
        except (ConnectionError, ClientDisconnected):
            self.close_connection = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Keep stderr for the program under test."""
