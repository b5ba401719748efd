"""A sandbox with a clock and a log of its own, at which a test lets one client work."""

from __future__ import annotations

from events import Events
from hand_clock import HandClock
from seen import asked

from lnb24so.sandbox import Sandbox


class BareDesk:
    """The desk before a client comes to it; the tests of each client add theirs."""

    def __init__(self, box: Sandbox, hand: HandClock) -> None:
        self.box = box
        self.hand = hand
        self.events = Events()

    def asked(self, since: int = 0) -> list[str]:
        return asked(self.box, since)

    def count(self, operation: str) -> int:
        return self.asked().count(operation)
