"""What a run works with, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .clock import Clock
from .config.schema import Config
from .ledger.standing import Standing
from .ledger.store import Ledger
from .lnb.client import LnbClient
from .news import News
from .process.events import WriteEvent
from .process.redact import REDACTOR
from .process.stop import Stop
from .soap.types import Company

if TYPE_CHECKING:
    from .soap.client import SoapClient


NO_TOTALS_NOTE = "lnb_lists_without_totals"
LISTS = "lists"
"""The area of what is odd about Le New Black's lists."""

MISCOUNTED = (
    "Le New Black's list {} holds another number of records than its header "
    "X-Pagination-Total-Items says. It is taken as two reads in a row show it. "
    "Fix: report it to Le New Black."
)


@dataclass(frozen=True)
class Tools:
    """The settings, both clients, the ledger, and the run's ways to speak.

    `event` writes to the log; `tell` says a sentence to a person as soon as it is true, `news`
    what is new, once; `progress` says on a terminal what is going on.
    """

    config: Config
    clock: Clock
    lnb: LnbClient
    ledger: Ledger
    event: WriteEvent
    tell: Callable[[str], None]
    news: News
    progress: Callable[[str], None]
    stop: Stop

    @cached_property
    def soap(self) -> SoapClient:
        """The client of 24SevenOffice, made when first needed: most runs have nothing to ask."""
        from .soap.client import SoapClient

        return SoapClient(self.config.erp, self.config.paths.state, self.clock, self.event)

    @property
    def asked(self) -> set[str]:
        """The systems that have answered this run, however they did."""
        asked = {"24SevenOffice"} if self.asked_erp else set[str]()
        return asked | {"Le New Black"} if self.lnb.has_answered else asked

    @property
    def asked_erp(self) -> bool:
        """Whether this run has asked 24SevenOffice anything yet."""
        return "soap" in vars(self) and self.soap.is_open


def check_company(tools: Tools) -> None:
    """Raise ConfigError where the ledger belongs to another company."""
    company = tools.soap.company
    tools.ledger.check_company(company.id, company.name)


def bind_company(tools: Tools) -> None:
    """Make sure of the company before anything is written."""
    tools.soap.require_one_company()
    company = tools.soap.company
    client_id = tools.config.lenewblack.client_id
    tools.ledger.bind(company.id, company=company.name, client_id=client_id)


def recall_lists(tools: Tools) -> None:
    """Tell the client of Le New Black what the ledger knows of how the account counts its lists."""
    tools.lnb.sends_no_totals = bool(tools.ledger.note(NO_TOTALS_NOTE))


def note_lists(tools: Tools) -> None:
    """Remember whether lists are counted, and tell once of one that counts otherwise than it is."""
    sends_none = tools.lnb.sent_totals is False
    if tools.lnb.sent_totals is not None and sends_none != tools.lnb.sends_no_totals:
        tools.ledger.write_note(NO_TOTALS_NOTE, "yes" if sends_none else "")
    wrong = [path for path, miscounted in tools.lnb.miscounted.items() if miscounted]
    found = [Standing(path, "list.miscounted", MISCOUNTED.format(path)) for path in wrong]
    tools.news.found(LISTS, found, tools.lnb.miscounted.keys())


def company_of(tools: Tools) -> Company | None:
    """Return the company that was asked, or else the one that the ledger knows."""
    if tools.asked_erp:
        return tools.soap.company
    bound = tools.ledger.binding
    return Company(bound.company_id, bound.company) if bound else None


def learn_secrets(config: Config) -> None:
    """Let the redactor know every secret of the configuration."""
    login, shop, monitoring = config.erp, config.lenewblack, config.monitoring
    REDACTOR.learn(login.password.reveal(), shop.client_secret.reveal(), may_be_word=True)
    for url in (monitoring.pull_stock_ping_url, monitoring.push_orders_ping_url):
        if url is not None:
            REDACTOR.learn_address(url)
