"""The 24SevenOffice session: kept between runs, tested before use, in the right company.

24SevenOffice throttles repeated logins and asks clients to store the session id and to test it
with HasSession (its documentation). Its lifetime is unknown, so it is never judged by age.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lnb24so.clock import Clock
from lnb24so.config.schema import Erp
from lnb24so.errors import (
    Ambiguous,
    BudgetSpent,
    ConfigError,
    Lnb24soError,
    NotProcessed,
    SessionLost,
    Transient,
)
from lnb24so.network.patience import too_many
from lnb24so.process.events import WriteEvent
from lnb24so.process.redact import REDACTOR
from lnb24so.process.whole_file import read_regular, write_whole

from .outcome import fault_kind
from .plain import Plain
from .types import BadRecordError, Identity, identity
from .wire import FaultError, NotConnectedError, TooManyError, UnreadableError, Wire

if TYPE_CHECKING:
    from lxml.etree import _Element

T = TypeVar("T")
Convert = Callable[[Any], T]
"""Makes a record of an element, or of the texts of one that is written plainly."""

# One to begin with, one where the session dies; more would be two programs in a tug of war.
LOGINS_A_RUN = 2
LONGEST_SESSION = 65536  # bytes of its file

# What a cookie can hold (RFC 6265, 4.1.1): with any other letter each later request would fail.
_COOKIE = re.compile(r"[!#-+\--:<-\[\]-~]{1,1024}")


class Session:
    """A live session in the right company, made when first needed."""

    def __init__(
        self, wire: Wire, settings: Erp, state: Path, clock: Clock, event: WriteEvent
    ) -> None:
        self._wire = wire
        self._settings = settings
        self._file = state / "session.json"
        self._clock = clock
        self._event = event
        self._identity: Identity | None = None
        self._company_id: int | None = None
        self._stored_is_dead = False
        self._logins = 0
        self.left_out = False  # whether the last list had a record that could not be read

    @property
    def is_open(self) -> bool:
        """Return whether a session was opened in this run."""
        return self._company_id is not None

    def open(self) -> Identity:
        """Return the identity of the live session; raises ConfigError or Transient."""
        if self._identity:
            return self._identity
        key = self._key()
        if self._stored_is_dead or not self._alive(_read_session(self._file, key)):
            self._log_in()
            _write_session(self._file, key=key, session_id=self._wire.session_id or "")
            self._event("session.opened")
        opened = self._in_right_company()
        if self._company_id is None:
            company = opened.company
            self._event("company.selected", company_id=company.id, company=company.name)
        elif self._company_id != opened.company.id:
            raise ConfigError(
                "24SevenOffice: the new session opened another company than the old one. "
                "Fix: set 24sevenoffice.identity_id."
            )
        self._identity, self._company_id = opened, opened.company.id
        self._stored_is_dead = False
        return opened

    def forget(self) -> None:
        """Drop a session that 24SevenOffice no longer knows; the next `open` logs in again."""
        self._identity = None
        self._wire.session_id = None
        self._stored_is_dead = True

    def identities(self) -> list[Identity]:
        """Return every company that the login can reach."""
        records = [one for one in self.ask("GetIdentities", identity) if one]
        if self.left_out:
            # That there is only one company would be a guess.
            raise Transient("24SevenOffice: a company of this login cannot be read.", again=False)
        return records

    def ask(
        self, operation: str, convert: Convert[T], plain: Plain | None = None, **arguments: Any
    ) -> list[T]:
        """Send one request and return its items, converted; raises Transient or ConfigError.

        A record that cannot be converted is named and left out, but not all of them.
        """
        records, bad = [], []
        with self._our_errors(operation):
            for item in self._wire.items(operation, arguments, plain):
                for one in item if isinstance(item, list) else (item,):
                    try:
                        records.append(convert(one))
                    except BadRecordError as error:
                        bad.append(error)
            if bad and not records:
                raise bad[0]
        self.left_out = bool(bad)
        if bad:
            self._event(
                "record.unread",
                system="24SevenOffice",
                list=operation,
                count=len(bad),
                message=f"{bad[0]}",
            )
        return records

    def description(self, service: str) -> bytes:
        """Return the WSDL that the server shows of a service today; raises as `ask` does."""
        with self._our_errors(f"?wsdl of {service}"):
            return self._wire.description(service)

    @contextmanager
    def _our_errors(self, operation: str) -> Iterator[None]:
        try:
            yield
        except NotConnectedError as error:
            message = f"24SevenOffice: {error}. Check the network and 24sevenoffice.base_url."
            raise NotProcessed(message) from None
        except TooManyError as error:
            wait = error.seconds
            until = None if wait is None else self._clock.now() + timedelta(seconds=wait)
            raise too_many("24SevenOffice", until) from None
        except FaultError as error:
            raise _as_our_error(str(error), operation) from None
        except UnreadableError as error:
            message = f"24SevenOffice: {error} ({operation}). A later run tries again."
            raise Ambiguous(message, again=error.again) from None

    def _key(self) -> str:
        """Return a key that changes with any part of the login and gives none of them away."""
        settings = self._settings
        parts = (settings.base_url, settings.application_id, settings.username)
        joined = "\0".join(
            (*parts, settings.identity_id or "", settings.password.reveal())
        ).encode()
        return hashlib.scrypt(joined, salt=b"lnb24so session", n=4096, r=8, p=1, dklen=32).hex()

    def _alive(self, session_id: str | None) -> bool:
        if not session_id:
            return False
        REDACTOR.learn(session_id)
        self._wire.session_id = session_id
        try:
            return self.ask("HasSession", _text) == ["true"]
        except SessionLost:
            return False

    def _log_in(self) -> None:
        if self._logins == LOGINS_A_RUN:
            raise Transient(
                "24SevenOffice: the session died twice in this run. Does another program log in "
                "with the same user? Fix: give lnb24so a user of its own.",
                again=False,
            )
        settings = self._settings
        credential = {
            "ApplicationId": settings.application_id,
            "IdentityId": settings.identity_id,
            "Password": settings.password.reveal(),
            "Username": settings.username,
        }
        self._wire.session_id = None
        answer = "".join(self.ask("Login", _text, credential=credential))
        # No fault: a wrong password is an empty answer (24SevenOffice documentation).
        if not answer:
            raise ConfigError(
                "24SevenOffice: wrong user name or password. "
                "Fix: correct 24sevenoffice.username and 24sevenoffice.password."
            )
        if not _COOKIE.fullmatch(answer):
            raise Transient("24SevenOffice: the answer to the login is no session id.", again=False)
        REDACTOR.learn(answer)
        self._wire.session_id = answer
        self._logins += 1

    def _in_right_company(self) -> Identity:
        chosen = (self._settings.identity_id or "").lower()
        current = self._current()
        if chosen and (current is None or current.id != chosen):
            self.ask("SetIdentityById", _text, identityId=chosen)
            current = self._current()
        if current is None or (chosen and current.id != chosen):
            names = listed(self.identities()) or "none; ask 24SevenOffice for access"
            raise ConfigError(
                "24SevenOffice: the login does not reach the company of 24sevenoffice.identity_id. "
                f"Fix: use one of: {names}."
            )
        return current

    def _current(self) -> Identity | None:
        """Return the session's identity; None where it has none and one is to be set."""
        try:
            current = self.ask("GetIdentity", identity)
        except SessionLost as error:
            if self._settings.identity_id and fault_kind(str(error)) == "identity":
                return None
            raise
        return current[0] if current else None


def listed(identities: Sequence[Identity]) -> str:
    """Return identities as `id (company), id (company)`."""
    return ", ".join(f"{one.id} ({one.company.name})" for one in identities)


def _text(element: _Element) -> str:
    return (element.text or "").strip()


def _as_our_error(text: str, operation: str) -> Lnb24soError:
    kind = fault_kind(text)
    text = text.rstrip(".")
    if kind in ("session", "identity"):
        return SessionLost(f"24SevenOffice: {text}")
    if kind == "quarantine":
        return BudgetSpent(f"24SevenOffice: {text}")
    if kind == "identity_blocked":
        return ConfigError(
            f"24SevenOffice: {text}. Fix: ask 24SevenOffice to open the company of "
            "24sevenoffice.identity_id for this login."
        )
    if kind == "application":
        return ConfigError(f"24SevenOffice: {text}. Fix: correct 24sevenoffice.application_id.")
    return Transient(f"24SevenOffice: {text} ({operation}).", again=False)


def _read_session(file: Path, key: str) -> str | None:
    try:
        stored = json.loads(read_regular(file, LONGEST_SESSION)[0])
        session_id = str(stored["session_id"])
        return session_id if stored["key"] == key and _COOKIE.fullmatch(session_id) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_session(file: Path, *, key: str, session_id: str) -> None:
    """Store the session id for this user's eyes only, whole or not at all."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, json.dumps({"key": key, "session_id": session_id}))
    except OSError as error:
        raise ConfigError(
            f"The session cannot be kept in {file.parent} ({error.strerror}). "
            "Fix: give this user the folder, or change paths.state."
        ) from None
