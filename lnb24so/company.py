"""The 24SevenOffice company of a run: the one that the ledger knows, and no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tools import Tools


@dataclass(frozen=True, slots=True)
class Company:
    """The company (24SevenOffice: client) that a session works in."""

    id: int
    name: str


def check_company(tools: Tools) -> None:
    """Raise ConfigError where the ledger belongs to another company."""
    company = tools.soap.company
    tools.ledger.check_company(company.id, company.name)


def bind_company(tools: Tools) -> None:
    """Make sure of the company before anything is written."""
    tools.soap.require_one_company()
    company = tools.soap.company
    tools.ledger.bind(company.id, company.name, tools.config.lenewblack.client_id)


def company_of(tools: Tools) -> Company | None:
    """Return the company that was asked, or else the one that the ledger knows."""
    if tools.asked_erp:
        return tools.soap.company
    bound = tools.ledger.binding
    return Company(bound.company_id, bound.company) if bound else None
