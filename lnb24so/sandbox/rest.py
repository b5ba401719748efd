"""The REST side of the sandbox: the Le New Black wholesale API v2, as its own SDK describes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lnb24so.sandbox.exchange import Admitted, Call, Reply, json_reply
from lnb24so.sandbox.portal import LevelRefused, Portal, listed
from lnb24so.sandbox.schema import to_utc

if TYPE_CHECKING:
    from lnb24so.sandbox.brand import Json

BASE_PATH = "/apis/wholesale/v2"
ORDER_TIMES = {
    "order_time": "create_time",
    "confirmation_time": "confirmation_time",
    "update_time": "update_time",
}


class Refused(Exception):
    """The API answers with an error status and a JSON error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.reply = json_reply(status, {"error": {"code": status, "message": message}})


class RestSide:
    """All endpoints of the API over one account."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def operation(self, method: str, path: str) -> str | None:
        """Return the name of the endpoint, or None for a path that is not part of the API."""
        if path != BASE_PATH and not path.startswith(f"{BASE_PATH}/"):
            return None
        rest = path.removeprefix(BASE_PATH)
        is_order = rest.startswith("/orders/") and method == "GET"
        return "GET /orders/{reference}" if is_order else f"{method} {rest}"

    def admit(self, call: Call) -> Admitted:
        """Check the token; return what carries the request out, or answers with the refusal."""
        endpoint = ENDPOINTS.get(call.operation)
        try:
            if call.operation != "POST /auth/token":
                token = call.query.get("access_token", "")
                if not self.portal.accepts(token):
                    raise Refused(401, "The access token is missing, invalid or has expired.")
            if endpoint is None:
                raise Refused(404, "Resource not found.")
        except Refused as refused:
            refusal = refused.reply
            return lambda: refusal
        return lambda: self._carry_out(endpoint, call)

    def _carry_out(self, endpoint: Endpoint, call: Call) -> Reply:
        try:
            with self.portal.lock:
                return endpoint(self.portal, call)
        except Refused as refused:
            return refused.reply


Endpoint = Callable[[Portal, Call], Reply]


def post_token(portal: Portal, call: Call) -> Reply:
    """Answer a login with a token."""
    sent = json_object(call)
    known = (portal.client_id, portal.client_secret, "client_credentials")
    if (sent.get("client_id"), sent.get("client_secret"), sent.get("grant_type")) != known:
        raise Refused(401, "The client credentials are invalid.")
    return json_reply(200, portal.issue_token())


def get_version(_portal: Portal, _call: Call) -> Reply:
    """Answer with the version of the API."""
    return json_reply(200, {"version": "2.22"})


def get_orders(portal: Portal, call: Call) -> Reply:
    """Answer with a page of the orders that the filters leave."""
    orders = list(portal.orders.values())
    if "status" in call.query:
        orders = [each for each in orders if each["status"] == call.query["status"]]
    for name, key in ORDER_TIMES.items():
        earliest, latest = (query_time(call, f"{name}_{end}") for end in ("from", "to"))
        if earliest:
            orders = [each for each in orders if each[key] and order_time(each[key]) >= earliest]
        if latest:
            orders = [each for each in orders if each[key] and order_time(each[key]) <= latest]
    return page_of(portal, call, orders)


def get_order(portal: Portal, call: Call) -> Reply:
    """Answer with one order."""
    reference = call.path.removeprefix(f"{BASE_PATH}/orders/")
    return json_reply(200, known_order(portal, reference))


def post_status(portal: Portal, call: Call) -> Reply:
    """Set the status of one order."""
    sent = json_object(call)
    order = known_order(portal, sent.get("reference"))
    if sent.get("status") not in portal.statuses:
        raise Refused(422, f"Unknown status {sent.get('status')}.")
    changed = portal.set_status(order["reference"], sent["status"])
    return json_reply(200, {"reference": changed["reference"], "status": changed["status"]})


def get_inventory(portal: Portal, _call: Call) -> Reply:
    """Answer with all levels."""
    return json_reply(200, list(portal.inventory.values()))


def post_levels(portal: Portal, call: Call) -> Reply:
    """Set a batch of levels, by EAN or by SKU."""
    field = "ean13" if call.path.endswith("/ean") else "sku"
    requests = json_object(call).get("requests")
    if not isinstance(requests, list) or not requests:
        raise Refused(422, "requests must be a list of at least one level.")
    if not portal.spoilers.isdisjoint(each.get(field) for each in requests):
        raise Refused(422, "A size of this batch is locked.")
    if len(requests) > portal.max_batch:
        if portal.over_max == "nothing":
            return Reply(200, b"", "application/json")
        if portal.over_max != "short":
            raise Refused(int(portal.over_max), f"At most {portal.max_batch} levels at a time.")
        requests = requests[: portal.max_batch]
    data = [level_result(portal, field, each) for each in requests]
    if not portal.answers_levels:
        return Reply(200, b"", "application/json")
    successes = sum(each["status"] == "success" for each in data)
    metadata = {
        "total_requests": len(data),
        "total_successes": successes,
        "total_errors": len(data) - successes,
    }
    return json_reply(200, {"metadata": metadata, "data": data})


def level_result(portal: Portal, field: str, request: Json) -> Json:
    """Set one level and return its entry in the batch result."""
    try:
        row = portal.set_level(field, request)
    except LevelRefused as refused:
        return {"status": "error", "errors": refused.errors, "result": None}
    return {"status": "success", "errors": None, "result": dict(row)}


def get_products(portal: Portal, call: Call) -> Reply:
    """Answer with a page of the products."""
    return page_of(portal, call, portal.products)


def get_retailers(portal: Portal, call: Call) -> Reply:
    """Answer with a page of the retailers."""
    return page_of(portal, call, portal.retailers)


ENDPOINTS: Mapping[str, Endpoint] = {
    "POST /auth/token": post_token,
    "GET /version": get_version,
    "GET /orders": get_orders,
    "GET /orders/{reference}": get_order,
    "POST /orders/status": post_status,
    "GET /inventory": get_inventory,
    "POST /multi/inventory/ean": post_levels,
    "POST /multi/inventory/sku": post_levels,
    "GET /products": get_products,
    "GET /retailers": get_retailers,
}


def json_object(call: Call) -> Json:
    """Return the JSON object that was sent; raise Refused (400) for anything else."""
    try:
        sent = json.loads(call.body)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise Refused(400, "The body is not a JSON object.")
    return sent


def known_order(portal: Portal, reference: object) -> Json:
    """Return the order of that reference; raise Refused (404) if there is none."""
    order = portal.orders.get(str(reference))
    if order is None:
        raise Refused(404, f"Order {reference} not found.")
    return order


def page_of(portal: Portal, call: Call, records: list[Any]) -> Reply:
    """Return one page of a list, with the headers that say where it stands."""
    text = call.query.get("page", "1")
    if not text.isdecimal() or int(text) < 1:
        raise Refused(422, "page must be a number from 1.")
    page, size = int(text), portal.page_size
    pages = max(1, -(-len(records) // size))
    headers = {
        "X-Pagination-Current-Page": str(page),
        "X-Pagination-Page-Size": str(size),
        "X-Pagination-Total-Pages": str(pages),
        "X-Pagination-Total-Items": str(len(records)),
    }
    if portal.sends_has_more:
        headers["X-Pagination-Has-More"] = "true" if page < pages else "false"
    return json_reply(200, listed(records, page, size), headers)


def query_time(call: Call, name: str) -> datetime | None:
    """Return a time filter in UTC, None if not given; raise Refused (422) if unreadable."""
    if name not in call.query:
        return None
    try:
        return order_time(call.query[name])
    except ValueError:
        raise Refused(422, f"{name} is not a date and time.") from None


def order_time(text: str) -> datetime:
    """Return an order's time as aware UTC; raises ValueError."""
    return to_utc(datetime.fromisoformat(text))
