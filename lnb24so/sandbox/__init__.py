"""Both remote systems, embedded: 24SevenOffice over SOAP and Le New Black over REST, on loopback.

    with Sandbox() as box:
        Path("config.yaml").write_text(box.config_text())

Real HTTP, real validation, real quirks, and faults on demand. It knows the WSDLs and nothing
else of this package, so that it can't share a mistake with the code that it tests.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from lnb24so.sandbox import sample
from lnb24so.sandbox.brand import Brand
from lnb24so.sandbox.erp import Erp
from lnb24so.sandbox.exchange import Reply, Seen
from lnb24so.sandbox.faults import Exchange
from lnb24so.sandbox.portal import Portal
from lnb24so.sandbox.rest import BASE_PATH, RestSide
from lnb24so.sandbox.sample import SHIPPING_NO
from lnb24so.sandbox.server import LOOPBACK, App, Server
from lnb24so.sandbox.soap import SoapSide

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

__all__ = ["Brand", "Exchange", "Reply", "Sandbox", "Seen"]

CONFIG = """\
24sevenoffice:
  username: {erp.username}
  password: {erp.password}
  application_id: {erp.application_id}
  identity_id: {erp.identity_id}
  base_url: {erp_url}
lenewblack:
  client_id: {lnb.client_id}
  client_secret: {lnb.client_secret}
  base_url: {lnb_url}
stock:
  lnb_mode: simple
orders:
  customer_match: id
  shipping_product: {shipping_no}
paths:
  state: state
  logs: logs
"""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """The two systems on one port. Use it in a `with`, or call `start` and `stop`.

    After `stop` every connection is refused; `start` serves the same data on the same port.
    """

    def __init__(
        self,
        brand: Brand | None = None,
        *,
        wsdl_dir: Path | None = None,
        port: int = 0,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        data = brand or sample.brand()
        clock = now or utc_now
        self.erp = Erp(data, clock)
        self.lnb = Portal(data, clock)
        self._app = App(SoapSide(self.erp, wsdl_dir), RestSide(self.lnb))
        self.faults = self._app.faults
        self.requests: list[Seen] = self._app.requests
        self._port = port
        self._server: Server | None = None

    def start(self) -> Self:
        """Serve until `stop`."""
        self._app.stopping.clear()
        self._server = Server(self._app, self._port)
        self._port = self._server.server_port
        return self

    def stop(self) -> None:
        """Refuse every connection from now on; calls in flight get no answer."""
        self._app.stopping.set()
        # Forgotten first: while a fault stops it, the test may have started the next one already.
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return where both systems listen."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def erp_url(self) -> str:
        """Return 24SevenOffice's base URL."""
        return self.url

    @property
    def lnb_url(self) -> str:
        """Return Le New Black's base URL."""
        return f"{self.url}{BASE_PATH}"

    def release_late(self) -> int:
        """Carry out what faults have put off, in the order of arrival; return how many."""
        waiting, self._app.late[:] = list(self._app.late), []
        for carry_out in waiting:
            carry_out()
        return len(waiting)

    def config_text(self) -> str:
        """Return a complete config.yaml for this sandbox, its secrets in plain text."""
        return CONFIG.format(
            erp=self.erp,
            lnb=self.lnb,
            erp_url=self.erp_url,
            lnb_url=self.lnb_url,
            shipping_no=SHIPPING_NO,
        )
