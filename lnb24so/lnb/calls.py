"""How Le New Black is asked: the token, one call, and lists that prove to be whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from lnb24so.clock import Clock, http_date
from lnb24so.config.schema import LeNewBlack
from lnb24so.errors import ConfigError, Transient, of_system
from lnb24so.network.patience import header_number, patiently
from lnb24so.process.events import WriteEvent
from lnb24so.process.redact import REDACTOR

from .answers import AtOnce, checked, names_the_client
from .values import listed, read_number, read_text, read_time
from .wire import Answer, LnbWire

PAGE_SIZE = 500  # records on a full page, where no header tells (Le New Black's SDK)
# No list of a brand is longer; one that goes on is a server that does not know its own end.
MOST_PAGES = 10_000
MOST_RECORDS = 200_000
_EARLY = 60.0  # seconds before its end at which a token is replaced
# What a 404 stands for, where it is an answer; null and nothing at all are none.
MISSING = object()


class Calls:
    """One account: logs in when first needed, and again where its token has died.

    Raises ConfigError for refused credentials, Rejected where Le New Black will not take one
    item, Transient and its kin for everything that may pass.
    """

    def __init__(self, settings: LeNewBlack, clock: Clock, event: WriteEvent) -> None:
        self._settings = settings
        self._clock = clock
        self._event = event
        self._wire = LnbWire(settings.base_url, settings.timeout_seconds)
        self._token = ""
        self._token_ends = 0.0
        self._clock_ahead = timedelta(0)
        self.has_answered = False
        self.sends_no_totals = False
        """Said by the caller: an account that never counts its lists is read once."""
        self.sent_totals: bool | None = None
        """Whether a list of this run was counted; None before one was read."""
        self.miscounted: dict[str, bool] = {}
        """The lists that this run read: whether one counted otherwise than two reads of it."""

    def server_now(self) -> datetime:
        """Return the time by Le New Black's own clock (the Date header of its answers)."""
        with of_system("Le New Black"):
            patiently(self._fresh_token, self._clock, self._event)
        return self._clock.now() + self._clock_ahead

    def _whole(self, path: str, search: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """Return a paged list that proves to be whole: it is a living set, read page by page.

        Its distinct records count to the total that Le New Black names, or two successive reads
        show the same ones. Raises Transient where three do not.
        """
        with of_system("Le New Black"):
            return self._read_whole(path, search)

    def _read_whole(self, path: str, search: Mapping[str, str]) -> list[Mapping[str, Any]]:
        before = None
        for _ in range(3):
            totals: set[str | None] = set()
            records = list(self._pages(path, search, totals))
            names = _names(records)
            counted = totals != {None}
            self.sent_totals = counted or bool(self.sent_totals)
            self.miscounted.setdefault(path, False)
            once = not counted and self.sends_no_totals and len(names) == len(records)
            right = totals == {str(len(names))}
            if (right and not _differ(records)) or once:
                return records
            if names == before:
                # Two orders of one reference are two: such a list is counted right.
                if counted and totals != {str(len(records))}:
                    self.miscounted[path] = True
                    self._event("list.miscounted", list=path, count=len(names))
                return records
            before = names
        raise Transient(f"Le New Black: {path} is another list each time it is read.")

    def _pages(
        self, path: str, search: Mapping[str, str], totals: set[str | None]
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the records of all pages; raises Transient where they come to no end."""
        begun: set[int] = set()
        records = 0
        for number in range(1, MOST_PAGES + 1):
            answer, headers = self._list(path, {**search, "page": str(number)})
            first = hash(repr(answer[:1]))
            if answer and first in begun:
                raise Transient(f"Le New Black: page {number} of {path} repeats one before.")
            begun.add(first)
            totals.add(headers.get("X-Pagination-Total-Items"))
            records += len(answer)
            if records > MOST_RECORDS:
                break
            yield from answer
            more = headers.get("X-Pagination-Has-More", "").strip().lower()
            size = header_number(headers.get("X-Pagination-Page-Size")) or PAGE_SIZE
            full = len(answer) >= size
            if not answer or not (more in ("1", "true") if more else full):
                return
        raise Transient(f"Le New Black: the pages of {path} come to no end.", again=False)

    def _list(
        self, path: str, search: Mapping[str, str]
    ) -> tuple[list[Mapping[str, Any]], Mapping[str, str]]:
        """Return the records and the headers of a list; what is no record is an empty one.

        It is noted and still counts: an order that cannot be read is named as one.
        """
        answer, headers = self._call("GET", path, search)
        records = self._records(path, answer)
        self._note_unread(path, sum(not isinstance(one, dict) for one in records), "is no record")
        return [one if isinstance(one, dict) else {} for one in records], headers

    def _records(self, path: str, answer: object) -> list[object]:
        """Return what a list holds; raises Transient for what is none."""
        records = listed(answer)
        if records is None:
            with of_system("Le New Black"):
                raise Transient(f"Le New Black: {path} answered with something that is no list.")
        return records

    def _note_unread(self, path: str, count: int, why: str) -> None:
        """Name what is left out of a list."""
        if count:
            self._event("record.unread", system="Le New Black", list=path, count=count, message=why)

    def _call(
        self,
        method: str,
        path: str,
        search: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        may_be_missing: bool = False,
        at_once: AtOnce | None = None,
    ) -> tuple[Any, Mapping[str, str]]:
        """Return the JSON and headers of one call: patiently, after a 401 with a new token."""

        def send() -> Answer:
            return self._send(method, path, {**(search or {}), **self._fresh_token()}, body)

        def once() -> tuple[Any, Mapping[str, str]]:
            answer = send()
            if answer.status == 401:
                self._token = ""
                answer = send()
            if answer.status == 401:
                raise Transient(
                    f"Le New Black: {method} {path} refused a new token (HTTP 401).", again=False
                )
            if answer.status == 404 and may_be_missing:
                return MISSING, answer.headers
            content = self._checked(answer, f"{method} {path}", at_once)
            self.has_answered = True
            return content, answer.headers

        with of_system("Le New Black"):
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
            if answer.status in (401, 403) or names_the_client(answer):
                raise ConfigError(
                    "Le New Black: wrong client id or client secret. "
                    "Fix: correct lenewblack.client_id and lenewblack.client_secret."
                )
            login = self._checked(answer, "POST /auth/token")
            token = login.get("access_token") if isinstance(login, Mapping) else None
            if not isinstance(token, str) or not re.fullmatch("[!-~]{1,4096}", token):
                raise Transient("Le New Black: the answer to the login holds no token.")
            REDACTOR.learn(token)
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

    def _checked(self, answer: Answer, asked: str, at_once: AtOnce | None = None) -> Any:
        secrets = self._token, self._settings.client_secret.reveal()
        now = self._clock.now()
        return checked(answer, asked, secrets=secrets, now=now, at_once=at_once)

    def _send(
        self, method: str, path: str, search: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        answer = self._wire.send(method, path, search, body)
        if date := answer.headers.get("Date"):
            self._clock_ahead = (http_date(date) or self._clock.now()) - self._clock.now()
        return answer


def _differ(records: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether two records have one reference and differ: one may have moved meanwhile."""
    first: dict[str, Mapping[str, Any]] = {}
    names = ((read_text(one.get("reference")), one) for one in records)
    return any(first.setdefault(name, one) != one for name, one in names if name)


def _names(records: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return what tells the records apart: the reference, else where it stands among the rest."""
    names = (read_text(one.get("reference")) for one in records)
    return {name or f"#{place}" for place, name in enumerate(names)}
