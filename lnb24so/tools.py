"""What a run works with, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .clock import Clock
from .config import Config
from .ledger import Ledger
from .lnb import LnbClient
from .soap import SoapClient
from .stop import Stop


@dataclass(frozen=True, slots=True)
class Tools:
    """The settings, both clients, the ledger, and the run's ways to speak.

    `event` writes to the log; `tell` says a sentence to the person at the screen or in the
    mail, as soon as it is true; `progress` says on a terminal what is going on.
    """

    config: Config
    clock: Clock
    soap: SoapClient
    lnb: LnbClient
    ledger: Ledger
    event: Callable[..., None]
    tell: Callable[[str], None]
    progress: Callable[[str], None]
    stop: Stop
