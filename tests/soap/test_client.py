"""The 24SevenOffice client: its session, its company, its patience, and its one write."""

from __future__ import annotations

import json
import logging
import re
import stat
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from desk import BareDesk
from faults import Fault
from hand_clock import HandClock
from installation import Installation
from raw_server import RawServer, http

from lnb24so.config.schema import Erp, Secret
from lnb24so.errors import Ambiguous, BudgetSpent, ConfigError, Lnb24soError, Transient
from lnb24so.process.events import EVENTS
from lnb24so.sandbox import Exchange, Reply, Sandbox
from lnb24so.sandbox.erp import TRADING_ID, TRAINING_ID
from lnb24so.sandbox.faults import Behaviour
from lnb24so.soap.client import SoapClient
from lnb24so.soap.order import Currency, InvoiceOrder, InvoiceRow
from lnb24so.soap.outcome import create_outcome

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ORDER = InvoiceOrder(
    customer_id=501,
    reference="LNB1",
    status="Web",
    rows=(InvoiceRow(1001, "Alma", Decimal(2), Decimal("10.50"), Decimal(0)),),
)


class Desk(BareDesk):
    """A client of a sandbox, and how to make the next run's."""

    def __init__(self, box: Sandbox, folder: Path) -> None:
        super().__init__(box, HandClock())
        self.state = folder / "state"
        self.settings = Erp(
            username=box.erp.username,
            password=Secret(box.erp.password),
            application_id=box.erp.application_id,
            identity_id=box.erp.identity_id,
            base_url=box.erp_url,
            timeout_seconds=5.0,
        )
        self.client = self.next_run()

    def next_run(self, **changes: object) -> SoapClient:
        """Return the client of another run, with other settings where given."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        self.client = SoapClient(self.settings, self.state, self.hand.clock, self.events)
        return self.client

    @property
    def session_file(self) -> Path:
        return self.state / "session.json"


@pytest.fixture
def desk(box: Sandbox, tmp_path: Path) -> Desk:
    return Desk(box, tmp_path)


# The session


def test_nothing_is_asked_before_it_is_needed(desk: Desk) -> None:
    assert desk.asked() == []
    assert not desk.client.is_open
    desk.client.own_currency()
    assert desk.asked() == ["Login", "GetIdentity", "GetClientInformation"]
    assert desk.client.is_open


def test_the_session_is_kept_for_this_users_eyes_only(
    desk: Desk, umask: Callable[[int], int]
) -> None:
    umask(0)
    desk.client.own_currency()
    assert stat.S_IMODE(desk.session_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.state.stat().st_mode) == 0o700
    assert [path.name for path in desk.state.iterdir()] == ["session.json"]
    kept = desk.session_file.read_text("utf-8")
    assert json.loads(kept)["session_id"] in desk.box.erp.sessions
    for secret in (desk.settings.password.reveal(), desk.settings.username):
        assert secret not in kept


def test_the_next_run_asks_whether_the_session_lives_and_does_not_log_in(desk: Desk) -> None:
    desk.client.own_currency()
    seen = len(desk.box.requests)
    desk.next_run().own_currency()
    assert desk.asked(seen) == ["HasSession", "GetIdentity", "GetClientInformation"]


def test_a_session_that_died_between_two_runs_is_replaced(desk: Desk) -> None:
    desk.client.own_currency()
    desk.box.erp.end_sessions()
    seen = len(desk.box.requests)
    desk.next_run().own_currency()
    assert desk.asked(seen)[:2] == ["HasSession", "Login"]
    seen = len(desk.box.requests)
    desk.next_run().own_currency()
    assert "Login" not in desk.asked(seen)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("password", "another"),
        ("username", "another@nordlys.example"),
        ("application_id", "00000000-9d3a-4f60-8e15-2a6c0d9b4e71"),
        ("identity_id", TRAINING_ID),
        ("base_url", "http://localhost:{port}"),
    ],
)
def test_a_session_of_other_settings_is_not_used(desk: Desk, setting: str, value: str) -> None:
    desk.client.own_currency()
    value = value.format(port=desk.box.url.rpartition(":")[2])
    if setting in ("password", "username", "application_id"):
        setattr(desk.box.erp, setting, value)
    seen = len(desk.box.requests)
    desk.next_run(**{setting: Secret(value) if setting == "password" else value})
    desk.client.own_currency()
    assert desk.asked(seen)[0] == "Login"
    assert "HasSession" not in desk.asked(seen)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"key": 1}', '{"session_id": "x"}', "\x00", '"x"']
)
def test_a_session_file_that_says_nothing_is_replaced(desk: Desk, text: str) -> None:
    desk.state.mkdir()
    desk.session_file.write_text(text, "utf-8")
    assert desk.client.own_currency() == "NOK"
    assert json.loads(desk.session_file.read_text("utf-8"))["session_id"]


@pytest.mark.parametrize("fault", ["DEAD_SESSION", "LOST_IDENTITY"])
def test_a_session_lost_in_the_middle_is_renewed_once_and_the_read_repeated(
    desk: Desk, fault: str
) -> None:
    desk.client.own_currency()
    desk.box.faults.add("GetProducts", getattr(Fault, fault))
    assert len(desk.client.products("No")) == len(desk.box.erp.products)
    assert (desk.count("Login"), desk.count("GetProducts")) == (2, 2)
    assert desk.events.names.count("session.renewed") == 1
    assert desk.hand.slept == []


@pytest.mark.parametrize("fault", ["DEAD_SESSION", "LOST_IDENTITY"])
def test_a_session_that_dies_again_and_again_is_a_clear_error(desk: Desk, fault: str) -> None:
    desk.box.faults.add("GetProducts", getattr(Fault, fault), times=99)
    with pytest.raises(Transient, match=r"died twice in this run.* a user of its own"):
        desk.client.products("No")
    assert desk.count("Login") == 2
    with pytest.raises(Transient, match="died twice in this run"):
        desk.client.products("No")
    assert desk.count("Login") == 2


def test_a_login_that_is_not_answered_is_tried_again_with_patience(desk: Desk) -> None:
    desk.box.faults.add("Login", Fault.HTML_503_BEFORE, times=4)
    assert desk.client.own_currency() == "NOK"
    assert desk.hand.slept == [1, 2, 4, 8]


def test_a_wrong_password_is_asked_once_and_names_its_setting(desk: Desk) -> None:
    desk.next_run(password=Secret("wrong"))
    with pytest.raises(ConfigError, match=r"wrong user name or password.*24sevenoffice\.password"):
        desk.client.own_currency()
    assert desk.asked() == ["Login"]
    assert not desk.session_file.exists()


# The company


def test_a_kept_session_that_stands_in_another_company_is_set_right(desk: Desk) -> None:
    desk.client.own_currency()
    for session in desk.box.erp.sessions.values():
        session.identity_id = TRAINING_ID
    seen = len(desk.box.requests)
    assert desk.next_run().company.id == 4242
    assert desk.asked(seen) == ["HasSession", "GetIdentity", "SetIdentityById", "GetIdentity"]
    assert desk.count("Login") == 1


def test_a_login_that_ignores_the_identity_is_set_right(desk: Desk) -> None:
    def forgetful(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        for session in desk.box.erp.sessions.values():
            session.identity_id = None
        return reply

    desk.box.faults.add("Login", forgetful)
    assert desk.client.company.name == "Nordlys Ull AS"
    assert desk.asked() == ["Login", "GetIdentity", "SetIdentityById", "GetIdentity"]


def test_a_switch_that_is_only_claimed_is_found_out(desk: Desk) -> None:
    def claim(exchange: Exchange) -> Reply:
        reply = exchange.apply()
        for session in desk.box.erp.sessions.values():
            session.identity_id = TRAINING_ID
        return reply

    desk.box.faults.add("Login", claim)
    desk.box.faults.add("SetIdentityById", claim)
    with pytest.raises(ConfigError, match=r"does not reach.*24sevenoffice\.identity_id") as caught:
        desk.client.own_currency()
    for identity_id, name in ((TRADING_ID, "Nordlys Ull AS"), (TRAINING_ID, "opplæring")):
        assert identity_id in str(caught.value)
        assert name in str(caught.value)


def test_a_renewed_session_must_open_the_same_company(desk: Desk) -> None:
    desk.next_run(identity_id=None)
    assert desk.client.company.id == 9001
    desk.box.erp.default_identity_id = TRADING_ID
    desk.box.erp.end_sessions()
    with pytest.raises(ConfigError, match="another company than the old one"):
        desk.client.products("No")


@pytest.mark.parametrize("command", ["push-orders", "pull-stock"])
def test_without_an_identity_several_companies_are_never_written_to(
    office: Installation, command: str
) -> None:
    office.change(f"identity_id: {TRADING_ID}", "identity_id: null")
    # The company that the login lands in knows all that the orders need.
    office.box.erp.default_identity_id = TRADING_ID
    answer = office.run(command)
    assert answer.code == 2
    assert office.writes() == []
    for identity_id in (TRADING_ID, TRAINING_ID):
        assert identity_id in answer.err
    assert office.run(command, "--dry-run").code == 0


def test_without_an_identity_the_only_company_is_written_to(office: Installation) -> None:
    office.change(f"identity_id: {TRADING_ID}", "identity_id: null")
    office.box.erp.default_identity_id = TRADING_ID
    del office.box.erp.companies[TRAINING_ID]
    assert office.run("push-orders").code == 3
    assert len(office.box.erp.creates) == 12


# What it reads


def test_products_come_with_what_a_stock_run_needs(desk: Desk) -> None:
    found = {product.id: product for product in desk.client.products("No")}
    for number, wanted in desk.box.erp.products.items():
        product = found[number]
        assert product.ean13 == wanted.get("EAN1", "")
        assert product.sku == product.number == wanted["No"]
        assert product.stock == wanted.get("Stock")
        assert product.active == (wanted["StatusId"] == 1)
        assert product.stock_controlled == wanted.get("StockControlled", True)


def test_open_orders_come_in_the_states_asked_for_with_what_is_delivered(desk: Desk) -> None:
    desk.client.own_currency()
    found = desk.client.open_orders(["Web", "Rest"])
    wanted = {
        number: order
        for number, order in desk.box.erp.orders.items()
        if order["OrderStatus"] in ("Web", "Rest")
    }
    assert {order.order_id for order in found} == wanted.keys()
    for order in found:
        rows = wanted[order.order_id or 0]["InvoiceRows"]
        assert [row.kind for row in order.rows] == [row["Type"] for row in rows]
        assert [row.delivered for row in order.rows if row.kind == "Normal"] == [
            row["QuantityDelivered"] for row in rows if row["Type"] == "Normal"
        ]


def test_many_ids_are_asked_for_in_portions(desk: Desk) -> None:
    known = list(desk.box.erp.orders)
    found = desk.client.orders_by_id([*known, *range(900_000, 901_500)])
    assert [order.order_id for order in found] == known
    assert desk.count("GetInvoices") == 4


def test_customers_are_found_by_number_and_all_together(desk: Desk) -> None:
    assert [one.id for one in desk.client.customers_by_id([503, 501, 99999])] == [501, 503]
    everyone = desk.client.all_customers()
    assert {one.id for one in everyone} == desk.box.erp.customers.keys()
    assert {one.id for one in everyone if one.blocked} == {531}


def test_currencies_carry_their_rate_and_unit(desk: Desk) -> None:
    found = desk.client.currencies()
    assert found["SEK"] == Currency("SEK", Decimal("104.31"), 100)
    assert found["ISK"] == Currency("ISK", Decimal(1), 1)


def test_the_rest_of_the_budget_is_known(desk: Desk) -> None:
    assert desk.client.requests_left is None
    desk.box.erp.budget = 7
    desk.client.own_currency()
    assert desk.client.requests_left == "4"


# What goes wrong


@pytest.mark.parametrize(
    "fault", [Fault.HTML_200_BEFORE, Fault.HTML_503_BEFORE, Fault.RESET_BEFORE, Fault.TRUNCATED]
)
def test_a_read_is_repeated_with_growing_pauses_for_at_most_45_seconds(
    desk: Desk, fault: Behaviour
) -> None:
    desk.client.own_currency()
    desk.box.faults.add("GetCurrencyList", fault, times=3)
    assert desk.client.currencies()
    assert desk.hand.slept == [1, 2, 4]
    desk.hand.slept.clear()
    desk.box.faults.add("GetCurrencyList", fault, times=99)
    with pytest.raises(Ambiguous, match=r"24SevenOffice: .*GetCurrencyList"):
        desk.client.currencies()
    assert sum(desk.hand.slept) == 45
    assert desk.events.names.count("request.retried") == 3 + len(desk.hand.slept)


def test_time_that_is_waited_for_answers_counts_against_the_patience(desk: Desk) -> None:
    desk.client.own_currency()

    def silent(exchange: Exchange) -> Reply:
        desk.hand.move(30)
        exchange.drop()

    desk.box.faults.add("GetCurrencyList", silent, times=99)
    with pytest.raises(Ambiguous):
        desk.client.currencies()
    assert desk.count("GetCurrencyList") == 3


def test_a_fault_is_final_and_drops_the_servers_stack_trace(desk: Desk) -> None:
    desk.box.faults.add("GetProducts", Fault.FAULT_BEFORE)
    with pytest.raises(Transient) as caught:
        desk.client.products("No")
    assert str(caught.value) == (
        "24SevenOffice: Object reference not set to an instance of an object (GetProducts)."
    )
    assert desk.count("GetProducts") == 1
    assert "internal" not in printed(caught.value).casefold().replace("internal server", "")


def test_a_quarantine_is_not_knocked_at(desk: Desk) -> None:
    desk.box.faults.add("GetProducts", Fault.QUARANTINE)
    with pytest.raises(BudgetSpent, match="Quarantine ends at 2026-11-23 12:00:00"):
        desk.client.products("No")
    assert desk.count("GetProducts") == 1


@pytest.mark.parametrize(("retry_after", "slept"), [(7, [7]), (0, [1])])
def test_too_many_requests_wait_as_long_as_asked(
    desk: Desk, retry_after: int, slept: list[float]
) -> None:
    desk.box.faults.add("GetProducts", Fault.TOO_MANY(retry_after))
    assert desk.client.products("No")
    assert desk.hand.slept == slept


def test_too_many_requests_for_longer_than_we_wait_say_until_when(desk: Desk) -> None:
    desk.box.faults.add("GetProducts", Fault.TOO_MANY(600))
    with pytest.raises(BudgetSpent) as caught:
        desk.client.products("No")
    assert caught.value.until == desk.hand.now() + timedelta(seconds=600)
    assert desk.hand.slept == []


def test_too_many_requests_without_a_time_are_repeated_like_any_other(desk: Desk) -> None:
    def bare(exchange: Exchange) -> Reply:
        return Reply(429, b"", "text/plain")

    desk.box.faults.add("GetProducts", bare, times=2)
    assert desk.client.products("No")
    assert desk.hand.slept == [1, 2]


def spoilt(desk: Desk, operation: str, before: str, after: str) -> None:
    """Let the first such part of each answer be another one."""

    def spoil(exchange: Exchange) -> Reply:
        whole = exchange.apply()
        assert before.encode() in whole.body
        body = whole.body.replace(before.encode(), after.encode(), 1)
        return Reply(200, body, whole.content_type)

    desk.box.faults.add(operation, spoil, times=99)


def unread(desk: Desk) -> list[tuple[str, int]]:
    """Return the lists of which something was left out, and how much."""
    lines = [fields for name, fields in desk.events.lines if name == "record.unread"]
    return [(line["list"], line["count"]) for line in lines]


NO_NUMBERS = (
    *("NaN", "x", "1_0", "٣", "1e999999999", "1e-999999999", "0e999999999", "9" * 5000, "&#x1B;"),
    *("0x1", "1,5", "INF", "1 0", "--1", "1e", "&#0;"),
)


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_a_stock_that_is_no_number_costs_its_product_alone(desk: Desk, number: str) -> None:
    before = desk.client.products("No")
    spoilt(desk, "GetProducts", "<Stock>", f"<Stock>{number}x")
    after = desk.client.products("No")
    assert [one for one, other in zip(before, after, strict=True) if one != other] == before[:1]
    assert after[0].stock is None


@pytest.mark.parametrize("number", [*NO_NUMBERS, "9" * 20, "-", "1.", "+"])
def test_a_product_whose_id_is_no_number_is_left_out_and_named(desk: Desk, number: str) -> None:
    before = desk.client.products("No")
    assert not desk.client.products_unread
    spoilt(desk, "GetProducts", "<Id>", f"<Id>{number}.")
    assert desk.client.products("No") == before[1:]
    assert desk.client.products_unread
    assert unread(desk) == [("GetProducts", 1)]


@pytest.mark.parametrize("number", ["1<!-- x -->2", "<?x y?>12", "<![CDATA[12]]>", "1&#50;"])
def test_what_xml_leaves_out_is_no_part_of_a_number(desk: Desk, number: str) -> None:
    def spoil(exchange: Exchange) -> Reply:
        whole = exchange.apply()
        body = re.sub(b"<Stock>[^<]*<", f"<Stock>{number}<".encode(), whole.body, count=1)
        return Reply(200, body, whole.content_type)

    desk.box.faults.add("GetProducts", spoil)
    assert desk.client.products("No")[0].stock == 12


FORBIDDEN = ("&#x1B;", "&#27;", "&#0;", "&#xFFFE;", "&#xD800;", "&#x110000;", "\x1b", "\x00")


@pytest.mark.parametrize("letter", FORBIDDEN)
def test_a_letter_that_xml_forbids_costs_a_name_nothing(desk: Desk, letter: str) -> None:
    before = desk.client.products("No"), desk.client.all_customers()
    for operation in ("GetProducts", "GetCompanies"):
        spoilt(desk, operation, "<Name>", f"<Name>{letter}")
    assert (desk.client.products("No"), desk.client.all_customers()) == before
    assert not desk.client.products_unread


@pytest.mark.parametrize("letter", FORBIDDEN)
def test_a_letter_that_xml_forbids_costs_a_code_its_match(desk: Desk, letter: str) -> None:
    before = desk.client.products("No")
    spoilt(desk, "GetProducts", "<EAN1>7", f"<EAN1>7{letter}")
    after = desk.client.products("No")
    assert len(after) == len(before)
    (changed,) = [other for one, other in zip(before, after, strict=True) if one != other]
    assert changed.ean13 not in {one.ean13 for one in before}
    assert desk.client.products_unread


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("<CustomerId>", "<CustomerId>x", "CustomerId is 'x"),
        ("<CustomerId>", f"<CustomerId>{'9' * 20}", "CustomerId is '99"),
        ("<DateOrdered>", "<DateOrdered>the ", "DateOrdered is 'the"),
        ("<DateOrdered>", "<DateOrdered>9999-12-31T23:59:59-01:00 ", "'9999"),
        ("<Quantity>", "<Quantity>NaN", "Quantity is 'NaN"),
        ("<ProductId>", "<ProductId>1_", "ProductId is '1_"),
    ],
)
def test_a_bad_value_in_an_order_is_named_and_costs_no_other_order(
    desk: Desk, before: str, after: str, said: str
) -> None:
    sound = desk.client.orders_changed_since(LONG_AGO)
    spoilt(desk, "GetInvoices", before, after)
    found = desk.client.orders_changed_since(LONG_AGO)
    changed = [other for one, other in zip(sound, found, strict=True) if one != other]
    assert len(changed) == 1
    assert said in str([*changed[0].unread, *(row.unread for row in changed[0].rows)])
    assert unread(desk) == [("GetInvoices", 1)]


def test_an_order_without_a_readable_id_is_not_taken_for_absent(desk: Desk) -> None:
    spoilt(desk, "GetInvoices", "<OrderId>", "<OrderId>x")
    with pytest.raises(Transient, match="OrderId is 'x"):
        desk.client.orders_changed_since(LONG_AGO)
    assert desk.client.open_orders(["Web"]) is not None


def test_a_reference_with_a_letter_that_is_none_is_read_without_it(desk: Desk) -> None:
    sound = desk.client.orders_changed_since(LONG_AGO)
    spoilt(desk, "GetInvoices", "<ReferenceNumber>", "<ReferenceNumber>&#x1B;")
    assert desk.client.orders_changed_since(LONG_AGO) == sound


@pytest.mark.parametrize("field", ["Rate", "Unit"])
def test_a_currency_that_cannot_be_read_is_left_out_and_named(desk: Desk, field: str) -> None:
    sound = desk.client.currencies()
    spoilt(desk, "GetCurrencyList", f"<{field}>", f"<{field}>x")
    found = desk.client.currencies()
    assert len(found) == len(sound) - 1
    assert unread(desk) == [("GetCurrencyList", 1)]


def test_a_list_of_which_nothing_can_be_read_is_an_error(desk: Desk) -> None:
    def spoil(exchange: Exchange) -> Reply:
        whole = exchange.apply()
        return Reply(200, whole.body.replace(b"<Id>", b"<Id>x"), whole.content_type)

    desk.box.faults.add("GetProducts", spoil, times=99)
    with pytest.raises(Ambiguous, match="a product has the Id 'x"):
        desk.client.products("No")


def test_of_several_companies_none_may_be_unreadable(desk: Desk) -> None:
    spoilt(desk, "GetIdentities", "<Client><Id>", "<Client><Id>x")
    with pytest.raises(Transient, match="a company of this login cannot be read"):
        desk.client.identities()


@pytest.mark.parametrize("session_id", ["a b", "a;b", "ærlig", 'a"b', "a,b", "a\\b", "x" * 2000])
def test_a_session_id_that_no_cookie_can_hold_is_not_kept(desk: Desk, session_id: str) -> None:
    def poisoned(exchange: Exchange) -> Reply:
        whole = exchange.apply()
        result = f"<LoginResult>{session_id}<".encode()
        body = re.sub(b"<LoginResult>[^<]*<", lambda _: result, whole.body)
        return Reply(200, body, whole.content_type)

    desk.box.faults.add("Login", poisoned)
    with pytest.raises(Transient, match="no session id"):
        desk.client.own_currency()
    assert not desk.session_file.exists()
    assert desk.next_run().own_currency()


def test_a_kept_session_id_that_no_cookie_can_hold_is_replaced(desk: Desk) -> None:
    desk.client.own_currency()
    kept = json.loads(desk.session_file.read_text("utf-8"))
    desk.session_file.write_text(json.dumps(kept | {"session_id": "a\nb"}), "utf-8")
    seen = len(desk.box.requests)
    desk.next_run().own_currency()
    assert desk.asked(seen)[0] == "Login"


# The one write


def test_a_create_comes_back_with_its_id(desk: Desk) -> None:
    seen = desk.client.create(ORDER)
    (made,) = desk.box.erp.creates
    assert (seen.complete, seen.order_id, seen.exception) == (True, made.order_id, None)
    assert made.company_id == 4242


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RESET_BEFORE,
        Fault.LOST_REPLY,
        Fault.TRUNCATED,
        Fault.TRUNCATED_CHUNKED,
        Fault.HTML_200_AFTER,
        Fault.HTML_503_BEFORE,
        Fault.FAULT_AFTER,
        Fault.EMPTY_200_AFTER,
        Fault.API_EXCEPTION_WITH_ID,
        Fault.DEAD_SESSION,
        Fault.LOST_IDENTITY,
        Fault.QUARANTINE,
        Fault.TOO_MANY(1),
    ],
)
def test_a_create_goes_out_once_whatever_comes_back(desk: Desk, fault: Behaviour) -> None:
    desk.client.own_currency()
    desk.box.faults.add("SaveInvoices", fault)
    seen = desk.client.create(ORDER)
    assert create_outcome(seen) != "exported"
    assert desk.count("SaveInvoices") == 1
    assert desk.count("Login") == 1
    assert desk.hand.slept == []


def test_a_create_after_a_dead_session_has_a_new_one(desk: Desk) -> None:
    desk.client.own_currency()
    desk.box.faults.add("SaveInvoices", Fault.DEAD_SESSION)
    assert create_outcome(desk.client.create(ORDER)) == "retry"
    assert create_outcome(desk.client.create(ORDER)) == "exported"
    assert desk.count("Login") == 2


def test_a_create_that_never_connected_may_be_sent_again(desk: Desk) -> None:
    desk.client.own_currency()
    desk.box.stop()
    seen = desk.client.create(ORDER)
    assert create_outcome(seen) == "retry"
    assert not seen.connected


def test_a_redirected_create_is_not_followed(desk: Desk) -> None:
    desk.client.own_currency()
    with RawServer(http(b"")) as elsewhere:

        def redirect(exchange: Exchange) -> Reply:
            return Reply(307, b"", "text/plain", {"Location": f"{elsewhere.url}/save"})

        desk.box.faults.add("SaveInvoices", redirect)
        seen = desk.client.create(ORDER)
        assert elsewhere.requests == []
    assert create_outcome(seen) == "unconfirmed"
    assert seen.answer == "HTTP 307"


# Secrets


def printed(error: BaseException) -> str:
    """Return the error as Python would print it, with what caused it, and its representation."""
    return f"{''.join(traceback.format_exception(error))}{error!r}"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda desk: desk.next_run(password=Secret("hunter2-Zx9")),
        lambda desk: desk.box.faults.add("Login", Fault.FAULT_BEFORE),
        lambda desk: desk.box.faults.add("Login", Fault.HTML_200_BEFORE, times=99),
        lambda desk: desk.box.faults.add("Login", Fault.RESET_BEFORE, times=99),
        lambda desk: desk.box.stop(),
        lambda desk: desk.box.faults.add("Login", repeat_the_request, times=99),
    ],
)
def test_the_password_is_in_no_error_log_or_representation(
    desk: Desk, spoil: Callable[[Desk], object], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    spoil(desk)
    with pytest.raises(Lnb24soError) as caught:
        desk.client.own_currency()
    everything = "\n".join(
        (
            printed(caught.value),
            repr(desk.settings),
            str(vars(desk.client)),
            repr(desk.events.lines),
            caplog.text,
        )
    )
    for secret in (desk.box.erp.password, "hunter2-Zx9"):
        assert secret not in everything


def repeat_the_request(exchange: Exchange) -> Reply:
    """Answer with an error page that repeats what was sent, as some proxies do."""
    return Reply(502, b"<html>" + exchange.call.body, "text/html")


def test_every_event_is_on_the_list(desk: Desk) -> None:
    desk.box.faults.add("GetProducts", Fault.DEAD_SESSION)
    desk.box.faults.add("GetCurrencyList", Fault.RESET_BEFORE)
    desk.client.products("No")
    desk.client.currencies()
    assert set(desk.events.names) <= EVENTS.keys()
