"""Absence is asked about, not believed: what a list no longer shows is asked for by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain
from typing import Generic, TypeVar

from lnb24so.errors import System, Transient, of_system
from lnb24so.soap.client import IDS_A_REQUEST
from lnb24so.texts import first_of

K = TypeVar("K", int, str)
T = TypeVar("T")

MOST_AT_ONCE = 10_000
"""So many are asked for in one run; with more, each run goes on where the one before ended."""
MOST_HIDDEN = 500


class ControlMissingError(Transient):
    """An answer lacks what exists: `known` are those of the controls that no list showed."""

    def __init__(self, message: str, known: Sequence[object]) -> None:
        super().__init__(message)
        self.known = known


@dataclass(frozen=True, slots=True)
class Question(Generic[K, T]):
    """How a list is asked about: what it is called, and what asks for records and for it again.

    `inside` says of a record that the list should show it. With `needs_control` an answer counts
    only where a record that is known to exist is in it too: one of the list's, else of `controls`.
    """

    what: str
    ask: Callable[[Sequence[K]], Mapping[K, T]]
    list_again: Callable[[], Mapping[K, T]]
    inside: Callable[[T], bool]
    needs_control: bool = True
    controls: Sequence[K] = ()
    can_ask: Callable[[K], bool] = lambda _: True
    system: System = "24SevenOffice"


@dataclass(frozen=True, slots=True)
class Settled(Generic[K, T]):
    """The list with what it hides; `gone` was asked for and is absent, `hidden` is there.

    `unsure` is absent too, but nothing proves the answer: two runs must agree. Nothing is known
    of the `unasked`, which are more than one run asks for: a later one does.
    """

    records: Mapping[K, T]
    gone: Set[K] = field(default_factory=frozenset)
    hidden: Set[K] = field(default_factory=frozenset)
    unsure: Set[K] = field(default_factory=frozenset)
    unasked: Set[K] = field(default_factory=frozenset)


def settle(
    listed: Mapping[K, T],
    question: Question[K, T],
    *,
    remembered: Set[K],
    hidden_before: Set[K],
) -> Settled[K, T]:
    """Return what is there, after asking for what was there in the last run and is not listed.

    Raises Transient where the answers do not fit together, and what the questions raise.
    """
    vanished = remembered - listed.keys()
    if not vanished:
        return Settled(listed)
    with of_system(question.system):
        return _settled(listed, vanished, hidden_before, question)


def _settled(
    listed: Mapping[K, T], vanished: Set[K], hidden_before: Set[K], question: Question[K, T]
) -> Settled[K, T]:
    in_turn = sorted(vanished, key=lambda one: (one not in hidden_before, one))
    asked = in_turn[:MOST_AT_ONCE]
    found, unsure = _asked_for(asked, vanished, listed, question)
    inside = {key: record for key, record in found.items() if question.inside(record)}
    if inside.keys() - hidden_before:
        listed = _listed_again(listed, question)
    hidden = inside.keys() - listed.keys()
    if len(hidden) > MOST_HIDDEN:
        raise Transient(
            f"The list of {question.what} lacks {len(hidden):,} that are there when they are "
            f"asked for: {_few(hidden)}. Nothing was sent."
        )
    records = {**listed, **{key: inside[key] for key in sorted(hidden)}}
    gone = set(asked) - found.keys() - records.keys() - unsure
    unasked = vanished - set(asked) - records.keys()
    return Settled(records, gone, hidden, unsure - records.keys(), unasked)


def _asked_for(
    asked: Sequence[K], vanished: Set[K], listed: Mapping[K, T], question: Question[K, T]
) -> tuple[dict[K, T], set[K]]:
    """Return the records that are there, and the absent ones whose absence nothing proves."""
    controls: Sequence[K] = _controls(vanished, listed, question)
    found: dict[K, T] = {}
    unsure: set[K] = set()
    size = IDS_A_REQUEST - len(controls)  # they are in the same request
    for start in range(0, len(asked), size):
        portion: Sequence[K] = asked[start : start + size]
        answer = question.ask(list(chain(portion, controls)))
        there = {key: answer[key] for key in portion if key in answer}
        found |= there
        if controls and answer.keys().isdisjoint(controls):
            raise ControlMissingError(
                f"Asked for {question.what} that are no longer listed, the answer lacks "
                f"{_few(controls)} too, which exists. Nothing was sent.",
                known=[key for key in controls if key not in listed],
            )
        if question.needs_control and not controls and not there:
            unsure |= set(portion)
    return found, unsure


def _controls(vanished: Set[K], listed: Mapping[K, T], question: Question[K, T]) -> Sequence[K]:
    if not question.needs_control:
        return ()
    listed_one = next((key for key in listed if question.can_ask(key)), None)
    if listed_one is not None:
        return [listed_one]
    return [key for key in question.controls if key not in vanished][:5]


def _listed_again(listed: Mapping[K, T], question: Question[K, T]) -> Mapping[K, T]:
    again = question.list_again()
    others = listed.keys() - again.keys()
    if others:
        raise Transient(
            f"Two lists of {question.what} lack different ones; the second lacks {_few(others)}. "
            "Nothing was sent."
        )
    return again


def _few(keys: Set[K] | Sequence[K]) -> str:
    return first_of(list(map(str, sorted(keys))))
