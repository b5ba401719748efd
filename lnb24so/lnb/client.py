"""Le New Black: one client for its REST API (wholesale v2)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lnb24so.clock import Clock, http_date
from lnb24so.config.schema import LeNewBlack
from lnb24so.errors import ConfigError, Rejected, Transient
from lnb24so.network import patiently
from lnb24so.process.events import WriteEvent

from .answers import checked, complaint, failed, refusals
from .values import objects, read_number, read_text, read_time
from .wire import Answer, LnbWire

if TYPE_CHECKING:
    from .types import Order, Sku

_MISSING = object()  # what was asked for by its name and is not there (404)
PAGE_SIZE = 500  # records on a full page, where no header tells (Le New Black's SDK)
_EARLY = 60.0  # seconds before its end at which a token is replaced


class LnbClient:
    """Get a token when first needed; raises ConfigError, Rejected for one item, or Transient."""

    def __init__(self, settings: LeNewBlack, clock: Clock, event: WriteEvent) -> None:
        self._settings = settings
        self._clock = clock
        self._event = event
        self._wire = LnbWire(settings.base_url, settings.timeout_seconds)
        self._token = ""
        self._token_ends = 0.0
        self._clock_ahead = timedelta(0)
        self.sends_no_totals = False
        """Said by the caller: an account that never counts its lists is read once."""
        self.sent_totals: bool | None = None
        """Whether a list of this run was counted; None before one was read."""

    # Orders

    def orders(self, **search: str) -> list[Order]:
        """Return the orders that `GET /orders` finds, each once, with their lines."""
        orders = map(_order, self._whole("/orders", search))
        # Two without a reference are still two.
        return list({order.reference or object(): order for order in orders}.values())

    def orders_changed_since(self, since: datetime) -> list[Order]:
        """Return the orders that Le New Black changed from a moment on, by its own clock."""
        return self.orders(update_time_from=_time_text(since))

    def order(self, reference: str) -> Order | None:
        """Return one order, or None where Le New Black knows none of that reference."""
        record, _ = self._call("GET", f"/orders/{quote(reference, safe='')}", missing_is_none=True)
        if record is _MISSING:
            return None
        if not isinstance(record, Mapping):
            raise Rejected(f"Le New Black: asked for order {reference}, it answered without one")
        return _order(record)

    def set_status(self, reference: str, *, status: str) -> None:
        """Move an order to a status, or raise Rejected; the same again changes nothing."""
        move = {"reference": reference, "status": status}
        answer, _ = self._call("POST", "/orders/status", body=move)
        if isinstance(answer, Mapping) and failed(answer):
            raise Rejected(f"Le New Black: {complaint(answer, (self._token,))}")

    # Stock

    def inventory(self, field: str) -> dict[str, int | None]:
        """Return the pieces by `ean13` or `sku`; None: not whole, or two levels for one code."""
        levels: dict[str, int | None] = {}
        for item in self._list("/inventory", {})[0]:
            code, level = read_text(item.get(field)), item.get("in_stock")
            if type(level) is not int:
                number = read_number(level)
                level = int(number) if number is not None and number == int(number) else None
            if code and levels.setdefault(code, level) != level:
                levels[code] = None
        return levels

    def skus(self) -> list[Sku]:
        """Return every size of the product list."""
        from .types import read_skus

        return [sku for product in self._whole("/products", {}) for sku in read_skus(product)]

    def set_levels(
        self, field: str, levels: Sequence[tuple[str, int]], at: datetime
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Send absolute levels in batches, in order; yield the size and the refusals of each.

        A batch that is refused as a whole, for its size (413) or for one code in it, is sent again
        in halves. `is_blocked` and incoming stock are never sent: they could open a size for sale.
        """
        size, halves = self._settings.batch_size, True
        for start in range(0, len(levels), size):
            # Where not one code of a batch was taken, the fault is hardly in the codes.
            batch = levels[start : start + size]
            halves = yield from self._send_levels(field, batch, _time_text(at), halves=halves)

    def _send_levels(
        self, field: str, batch: Sequence[tuple[str, int]], since: str, *, halves: bool
    ) -> Generator[tuple[int, dict[str, str]], None, bool]:
        """Send one batch, in halves where it is refused as a whole; return if any was taken."""
        path = f"/multi/inventory/{'ean' if field == 'ean13' else 'sku'}"
        codes = [code for code, _ in batch]
        items = [
            {field: code, "in_stock": level, "in_stock_update_time": since} for code, level in batch
        ]
        try:
            answer, _ = self._call("POST", path, body={"requests": items})
        except Rejected as error:
            if not halves or len(batch) == 1:
                yield len(batch), dict.fromkeys(codes, str(error))
                return False
            middle = len(batch) // 2
            first = yield from self._send_levels(field, batch[:middle], since, halves=True)
            rest = yield from self._send_levels(field, batch[middle:], since, halves=True)
            return first or rest
        yield len(batch), refusals(field, codes, answer)
        return True

    # Everything else

    def retailers(self) -> list[Mapping[str, Any]]:
        """Return the retailers as Le New Black sends them."""
        return self._whole("/retailers", {})

    def server_now(self) -> datetime:
        """Return the time by Le New Black's own clock (the Date header of its answers)."""
        patiently(self._fresh_token, self._clock, self._event)
        return self._clock.now() + self._clock_ahead

    # How it is asked

    def _whole(self, path: str, search: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """Return a paged list that proves to be whole: it is a living set, read page by page.

        Its distinct records count to the total that Le New Black names, or two successive reads
        show the same ones. Raises Transient where three do not.
        """
        before = None
        for _ in range(3):
            totals: set[str | None] = set()
            records = list(self._pages(path, search, totals))
            names = _names(records)
            counted = totals != {None}
            self.sent_totals = counted or bool(self.sent_totals)
            once = not counted and self.sends_no_totals and len(names) == len(records)
            if totals == {str(len(names))} or once:
                return records
            if names == before:
                if counted:
                    self._event("list.miscounted", list=path, count=len(names))
                return records
            before = names
        raise Transient(f"Le New Black: {path} is another list each time it is read.")

    def _pages(
        self, path: str, search: Mapping[str, str], totals: set[str | None]
    ) -> Iterator[Mapping[str, Any]]:
        previous = None
        for number in count(1):
            items, headers = self._list(path, {**search, "page": str(number)})
            if items and items[0] == previous:
                raise Transient(f"Le New Black: page {number} of {path} repeats the one before.")
            totals.add(headers.get("X-Pagination-Total-Items"))
            yield from items
            more = headers.get("X-Pagination-Has-More", "").strip().lower()
            size = headers.get("X-Pagination-Page-Size", "")
            full = len(items) >= (int(size) if size.isdecimal() and int(size) else PAGE_SIZE)
            if not items or not (more in ("1", "true") if more else full):
                return
            previous = items[0]

    def _list(
        self, path: str, search: Mapping[str, str]
    ) -> tuple[list[Mapping[str, Any]], Mapping[str, str]]:
        answer, headers = self._call("GET", path, search)
        if not isinstance(answer, list):
            raise Transient(f"Le New Black: {path} answered with something that is no list.")
        return objects(answer), headers

    def _call(
        self,
        method: str,
        path: str,
        search: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        missing_is_none: bool = False,
    ) -> tuple[Any, Mapping[str, str]]:
        """Return the JSON and headers of one call: patiently, after a 401 with a new token."""

        def send() -> Answer:
            return self._send(method, path, {**(search or {}), **self._fresh_token()}, body)

        def once() -> tuple[Any, Mapping[str, str]]:
            answer = send()
            if answer.status == 401:
                self._token = ""
                answer = send()
            if answer.status == 404 and missing_is_none:
                return _MISSING, answer.headers
            return self._checked(answer, f"{method} {path}"), answer.headers

        return patiently(once, self._clock, self._event)

    def _fresh_token(self) -> dict[str, str]:
        """Return the query that carries the token, asking for a new one where it is due."""
        if not self._token or self._clock.monotonic() >= self._token_ends:
            credentials = {
                "client_id": self._settings.client_id,
                "client_secret": self._settings.client_secret.reveal(),
                "grant_type": "client_credentials",
            }
            answer = self._send("POST", "/auth/token", {}, credentials)
            if answer.status in (400, 401, 403):
                raise ConfigError(
                    "Le New Black: wrong client id or client secret. "
                    "Fix: lenewblack.client_id and lenewblack.client_secret."
                )
            login = self._checked(answer, "POST /auth/token")
            token = login.get("access_token") if isinstance(login, Mapping) else None
            if not isinstance(token, str) or not token:
                raise Transient("Le New Black: the answer to the login holds no token.")
            self._token = token
            self._token_ends = self._clock.monotonic() + self._lifetime(login) - _EARLY
        return {"access_token": self._token}

    def _lifetime(self, login: Mapping[str, Any]) -> float:
        """Return the token's life in seconds, by Le New Black's own clock."""
        if (seconds := read_number(login.get("expires_in"))) is not None:
            return float(seconds)
        ends = read_time(login.get("expire_on"))
        now = self._clock.now() + self._clock_ahead
        return (ends - now).total_seconds() if ends else 2 * _EARLY

    def _checked(self, answer: Answer, asked: str) -> Any:
        secrets = self._token, self._settings.client_secret.reveal()
        return checked(answer, asked, secrets=secrets, now=self._clock.now())

    def _send(
        self, method: str, path: str, search: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        answer = self._wire.send(method, path, search, body)
        if date := answer.headers.get("Date"):
            self._clock_ahead = (http_date(date) or self._clock.now()) - self._clock.now()
        return answer


def _order(record: Mapping[str, Any]) -> Order:
    # Imported with the first order, for most runs find none.
    from .types import read_order

    return read_order(record)


def _names(records: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return what tells the records apart: the reference, else where it stands among the rest."""
    names = (read_text(one.get("reference")) for one in records)
    return {name or f"#{place}" for place, name in enumerate(names)}


def _time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
