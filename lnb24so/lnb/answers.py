"""What Le New Black's answers say: their JSON, their complaints, their dates.

The shapes are those of Le New Black's SDK; an error may come in any of them, or as HTML.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from lnb24so.clock import http_date
from lnb24so.errors import Ambiguous, ConfigError, Rejected, Transient
from lnb24so.network.patience import header_number, too_many
from lnb24so.process.redact import MASK, REDACTOR

from .values import read_text
from .wire import Answer

UNTOLD = "Le New Black did not say what became of it"
"""Why a code counts as refused that the answer to its batch does not name."""

AtOnce = Callable[[bytes], object]
"""Reads a long answer without what nobody asks for; None where it has not the usual shape."""

_LONGEST = 300
_DEEPEST = 9
_DIGITS = 60


def checked(
    answer: Answer,
    asked: str,
    *,
    secrets: Sequence[str],
    now: datetime,
    at_once: AtOnce | None = None,
) -> Any:
    """Return the JSON of a good answer, numbers as Decimal, or raise what a bad one means.

    ConfigError for a right that is missing (401, 403); NotProcessed, or BudgetSpent until a time,
    for too many requests (429); Rejected for what a request asks (other 4xx); Ambiguous for broken
    JSON; Transient for the rest. `asked` names the request in the message, without `secrets`.
    """
    status = answer.status
    if 200 <= status < 300:
        return _read(answer.body, asked, at_once)
    if status == 429:
        header = answer.headers.get("Retry-After", "")
        seconds = header_number(header)
        until = http_date(header) if seconds is None else now + timedelta(seconds=seconds)
        raise too_many("Le New Black", until)
    said = _said_by(answer, secrets)
    if status in (401, 403):
        raise ConfigError(
            f"Le New Black: {asked} is not allowed (HTTP {status}{said}). "
            "Fix: correct lenewblack.client_id, or ask Le New Black for this right."
        )
    if status == 413:
        raise Rejected("Le New Black: the batch is too large (413)")
    whole = said.rstrip(".")
    if status in (404, 405) or 300 <= status < 400:
        raise Transient(
            f"Le New Black: {asked} answered HTTP {status}{whole}. Check lenewblack.base_url.",
            again=False,
        )
    if status < 500:
        raise Rejected(f"Le New Black: {asked} answered HTTP {status}{said}")
    raise Transient(
        f"Le New Black: {asked} answered HTTP {status}{whole}.", again=status in (502, 503, 504)
    )


def _said_by(answer: Answer, secrets: Sequence[str]) -> str:
    """Return what an error answer says, shortened and without our secrets."""
    if "html" in answer.headers.get("Content-Type", "").lower():
        return " with a web page"
    try:
        said = complaint(json.loads(answer.body), secrets)
    except (ValueError, RecursionError):
        return ""
    return f": {said}" if said else ""


def names_the_client(answer: Answer) -> bool:
    """Return whether a login was refused for who asks (RFC 6749, 5.2), not for how."""
    if answer.status != 400:
        return False
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    error = document.get("error") if isinstance(document, Mapping) else None
    return error in ("invalid_client", "unauthorized_client")


def _read(body: bytes, asked: str, at_once: AtOnce | None) -> Any:
    """Return the JSON of an answer, None for an empty one; Ambiguous where it is broken."""
    if not body:
        return None
    try:
        return read_json(body, at_once)
    except (ValueError, RecursionError):
        kind = "a web page" if b"<html" in body[:1024].lower() else "broken JSON"
        raise Ambiguous(f"Le New Black: {asked} answered with {kind}.") from None


def read_json(body: bytes, at_once: AtOnce | None) -> Any:
    """Return what a JSON text holds, read at once where it can be; else as dicts and lists.

    Raises ValueError or RecursionError for what is no JSON.
    """
    if at_once is not None and (read := at_once(body)) is not None:
        return read
    load = partial(json.loads, body, parse_float=_number, parse_constant=_as_written)
    try:
        return load()
    except ValueError:
        # Python makes no number of thousands of digits. To look at each one costs time, and is
        # hardly ever needed.
        return load(parse_int=_number)


def _number(text: str) -> Decimal | int | str:
    """Return a number, or its text where it has more digits than any amount: one bad value.

    Written out, 1e999999999 would fill the memory.
    """
    if len(text) <= _DIGITS and text.lstrip("-").isdigit():
        return int(text)
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if number.is_zero():
        return Decimal(0)
    return number if len(text) <= _DIGITS and abs(number.adjusted()) <= _DIGITS else text


def _as_written(text: str) -> str:
    """Return NaN and Infinity as texts, which no reader of numbers takes for one."""
    return text


def complaint(answer: object, secrets: Sequence[str] = ()) -> str:
    """Return what an error of any shape says, cut; secrets that it repeats are masked first."""
    said = read_text(_said(answer, _DEEPEST))
    for secret in filter(None, secrets):
        said = said.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    return REDACTOR(said)[:_LONGEST]


def _said(answer: object, deep: int) -> str:
    if isinstance(answer, str):
        return " ".join(answer.split())
    if deep and isinstance(answer, list):
        return "; ".join(filter(None, (_said(one, deep - 1) for one in answer)))
    if deep and isinstance(answer, Mapping):
        for name in ("error", "message", "errors"):
            if said := _said(answer.get(name), deep - 1):
                return said
        pairs = ((name, _said(value, deep - 1)) for name, value in answer.items())
        return "; ".join(f"{name}: {said}" for name, said in pairs if said)
    return ""


def failed(answer: Mapping[str, Any]) -> bool:
    """Return whether an item of an HTTP 200 says that it failed."""
    if answer.get("success") is True or answer.get("status") == "success":
        return False
    return answer.get("success") is False or answer.get("status") == "error"
