"""What can go wrong on the way to either system, by name, and as Hypothesis draws it."""

from __future__ import annotations

from collections.abc import Mapping

from faults import Fault
from hypothesis import strategies as st

from lnb24so.sandbox.faults import Behaviour

Trouble = tuple[str, str, int, int]
"""Operation, name of what goes wrong, calls to let pass, calls to spoil."""

_ANYWHERE: Mapping[str, Behaviour] = {
    "reset": Fault.RESET_BEFORE,
    "lost reply": Fault.LOST_REPLY,
    "truncated": Fault.TRUNCATED,
    "truncated document": Fault.TRUNCATED_CHUNKED,
    "web page before": Fault.HTML_200_BEFORE,
    "web page after": Fault.HTML_200_AFTER,
    "503 before": Fault.HTML_503_BEFORE,
    "503 after": Fault.HTML_503_AFTER,
    "empty before": Fault.EMPTY_200_BEFORE,
    "empty after": Fault.EMPTY_200_AFTER,
    "too many, wait": Fault.TOO_MANY(5),
    "too many, go": Fault.TOO_MANY(3600),
}
IN_SOAP: Mapping[str, Behaviour] = {
    **_ANYWHERE,
    "fault before": Fault.FAULT_BEFORE,
    "fault after": Fault.FAULT_AFTER,
    "dead session": Fault.DEAD_SESSION,
    "lost identity": Fault.LOST_IDENTITY,
    "quarantine": Fault.QUARANTINE,
}
IN_REST: Mapping[str, Behaviour] = {
    **_ANYWHERE,
    **{f"status {code}": Fault.STATUS(code) for code in (401, 404, 422, 500)},
}
IN_CREATE: Mapping[str, Behaviour] = {
    **IN_SOAP,
    "API exception": Fault.API_EXCEPTION,
    "API exception with id": Fault.API_EXCEPTION_WITH_ID,
}
MEANWHILE = ("server goes down", "second run")
"""What the machine does itself, as with a create that is late."""

READS = ("HasSession", "Login", "GetIdentity", "GetProducts", "GetCompanies", "GetInvoices")
OF_OLD_DOUBTS = ("GetOrderSyncList",)
REST = ("POST /auth/token", "GET /orders", "GET /orders/{reference}", "POST /orders/status")


def troubles(operations: tuple[str, ...], names: tuple[str, ...]) -> st.SearchStrategy[Trouble]:
    return st.tuples(
        st.sampled_from(operations),
        st.sampled_from(names),
        st.sampled_from((0, 0, 0, 1, 2)),
        st.sampled_from((1, 1, 2, 30)),
    )


LATE_CREATE = troubles(("SaveInvoices",), ("late", "late", "very late"))
IN_A_CREATE = st.one_of(
    LATE_CREATE,
    troubles(("SaveInvoices",), ("lost reply", "503 after", "API exception with id")),
    troubles(("SaveInvoices",), (*IN_CREATE, *MEANWHILE)),
)
ELSEWHERE = st.one_of(
    troubles((*READS, *OF_OLD_DOUBTS), (*IN_SOAP, *MEANWHILE)),
    troubles(REST, (*IN_REST, *MEANWHILE)),
)


def behaviour(operation: str, name: str) -> Behaviour:
    """Return what the sandbox does, for a name that is not the machine's own."""
    of_system = IN_REST if operation in REST else IN_CREATE
    return of_system[name]
