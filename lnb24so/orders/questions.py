"""What only a person can decide or do about an order, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lnb24so.reasons import Reason
from lnb24so.texts import shown

from .types import Case


@dataclass(frozen=True, slots=True)
class There:
    """Orders of 24SevenOffice that a question is about, each with its customer, by id.

    `may_be` are those that a person can name as the order in question: none is another customer's.
    """

    customers: Mapping[int, int | None]
    may_be: Sequence[int]

    @property
    def order_ids(self) -> Sequence[int]:
        """Their ids, in order."""
        return sorted(self.customers)

    @property
    def named(self) -> str:
        """Their ids as text, with the customers where those are not one."""
        if len({*self.customers.values()}) == 1:
            return ", ".join(map(str, self.order_ids))
        whose = ((number, self.customers[number]) for number in self.order_ids)
        return ", ".join(f"{number} (customer {customer})" for number, customer in whose)


def canceled_after_export(reference: str, order_id: int | None) -> Reason:
    """Return what a person does about an order that Le New Black canceled after its export."""
    return Reason(
        "order.canceled_after_export",
        f"canceled in Le New Black after export. Cancel order {order_id} in 24SevenOffice, "
        f"then: lnb24so resolve {reference} --acknowledge",
    )


def changed_after_export(reference: str, order_id: int | None) -> Reason:
    """Return what a person does about an order that Le New Black changed after its export."""
    return Reason(
        "order.changed_after_export",
        f"changed in Le New Black after export. Change order {order_id} in 24SevenOffice by hand, "
        f"then: lnb24so resolve {reference} --acknowledge",
    )


def gone_after_export(reference: str, order_id: int | None) -> Reason:
    """Return what a person does about an order that Le New Black has no more after its export."""
    return Reason(
        "order.gone_from_lnb",
        f"is gone from Le New Black after export. Cancel order {order_id} in 24SevenOffice if it "
        f"is void, then: lnb24so resolve {reference} --acknowledge",
    )


def reference_taken(
    case: Case, erp_reference: str, there: There, *, not_before: str | None = None
) -> Reason:
    """Return the question about orders that no attempt of ours explains.

    `not_before` is when it can be sent again at the earliest, as people read times.
    """
    resolve, may_be = f"lnb24so resolve {case.reference}", there.may_be
    what = f"orders {there.named}"
    if len(there.order_ids) == 1 and may_be:
        what = f"order {there.named}, whose customer or rows are not those of this order"
    elif len(there.order_ids) == 1:
        what = f"order {there.named}, which is another customer's"
    others = f" (or {', '.join(map(str, may_be[1:]))})" if len(may_be) > 1 else ""
    it_is = f"? {resolve} --exported-as {may_be[0]}{others}" if may_be else ""
    it_is = it_is or f" all the same, and never to be sent? {resolve} --skip"
    after = f" After {not_before}:" if not_before else ""
    return Reason(
        "order.reference_taken",
        f"{erp_reference} already stands on 24SevenOffice {what}. "
        f"Is it this order{it_is}; is it not?{after} {resolve} --send-again",
    )


def reference_twice(case: Case, *, comes_back: bool) -> Reason:
    """Return the question which of two orders of Le New Black a reference stands for.

    `comes_back`: Le New Black shows one, and the ledger knows another.
    """
    number = case.known.order_id
    if comes_back and not number and case.order is not None:
        return Reason(
            "order.reference_twice",
            "stands for another order of Le New Black by now, made for "
            f"{shown(case.order.retailer_name)}, than the one that the ledger knows and never "
            f"sent. To send the new one: lnb24so resolve {case.reference} --send-again; else: "
            f"lnb24so resolve {case.reference} --skip",
        )
    there = f"; the first is order {number} in 24SevenOffice" if number else ""
    way = f"--exported-as {number}" if number else "--send-again"
    return Reason(
        "order.reference_twice",
        f"Le New Black has two orders of this reference{there}. Only one can be carried: type the "
        f"other in by hand with another reference than {case.erp_reference}, cancel it in Le New "
        f"Black, then: lnb24so resolve {case.reference} {way}",
    )


def duplicate(reference: str, there: There) -> Reason:
    """Return the question which of several orders is the one."""
    one = str(there.may_be[0]) if len(there.may_be) == 1 else "ID"
    return Reason(
        "order.duplicate",
        f"is in 24SevenOffice {len(there.order_ids)} times: orders {there.named}. Cancel all but "
        f"one there, then: lnb24so resolve {reference} --exported-as {one}",
    )


def not_searchable(case: Case, begun: str) -> Reason:
    """Return the question about an old attempt that 24SevenOffice cannot be searched for.

    `begun` is when it was made, as people read times.
    """
    return Reason(
        "order.not_searchable",
        f"no answer from 24SevenOffice at {begun}, and it does "
        f"not list what it took in then. Look for {case.erp_reference} there. Found? lnb24so "
        f"resolve {case.reference} --exported-as ID; else lnb24so resolve {case.reference} "
        "--send-again",
    )


def created_late(reference: str, order_id: int) -> Reason:
    """Return the question about an order that a person had skipped before it turned up."""
    return Reason(
        "order.created_late",
        f"is skipped, but 24SevenOffice created it late, as order {order_id}. To keep it: lnb24so "
        f"resolve {reference} --exported-as {order_id}; else cancel it there, then: "
        f"lnb24so resolve {reference} --skip",
    )
