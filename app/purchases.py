"""The buyers' routes: open a purchase, show one, list one's own, cancel one."""

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from apiflask import APIBlueprint, MultiAuth
from flask import Response, make_response, url_for

from app import metrics
from app.bulkheads import Bulkhead
from app.context import Intake
from app.identity import Caller, Scope
from app.rate_limits import RateLimits
from app.refusals import (
    AMOUNT_TOO_SMALL,
    KEY_REUSED,
    NOT_CANCELABLE,
    OPENING_FAILED,
    PRICE_CHANGED,
    SOLD_OUT,
    TOO_MANY_OPEN,
    TOO_MUCH_HELD,
    refused_opening,
)
from app.requests import BuyerQuery, CancelRequest, KeyHeader, PurchaseRequest, PurchasesQuery
from app.responses import AnswerResponse, OpenedHeaders, PurchaseResponse, PurchasesResponse
from domain.errors import ContractBroken, Refused, Unavailable
from domain.keys import fingerprint, purchase_id_of
from domain.messages import StartPaymentInput
from domain.purchase import Order, PurchaseStatus
from engine.limiter import Overloaded
from lib.telemetry import ids
from lib.webapi import Problem
from lib.webapi.openapi import problem_responses
from lib.webapi.problem_types import NOT_FOUND, RATE_LIMITED, UNAVAILABLE

# Anything else is no purchase's id, and Temporal and Payments need not be asked.
PURCHASE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Every route here has limits, and depends on other processes.
ANY_MAY_REFUSE = (RATE_LIMITED, UNAVAILABLE)


def purchases(intake: Intake, auth: MultiAuth, limits: RateLimits, bulkhead: Bulkhead) -> APIBlueprint:
    """The routes under /purchases; `limits` are a buyer's rate limits, `bulkhead` limits what runs at once."""
    routes = APIBlueprint("purchases", __name__, tag="Purchases")
    take_slot = bulkhead.guard(routes)

    def buyer_of(on_behalf_of: str | None) -> str:
        caller = cast("Caller", auth.current_user)
        return caller.acts_for(on_behalf_of)

    def admitted(on_behalf_of: str | None) -> str:
        buyer = buyer_of(on_behalf_of)
        limits.admit(buyer)
        take_slot(buyer)
        return buyer

    @routes.post("/purchases")
    @routes.auth_required(auth, roles=[Scope.WRITE])
    @routes.input(KeyHeader, location="headers", arg_name="header")
    @routes.input(PurchaseRequest, arg_name="body")
    @routes.output(AnswerResponse, status_code=201, headers=OpenedHeaders)
    @routes.doc(
        operation_id="openPurchase",
        extensions=problem_responses(
            AMOUNT_TOO_SMALL,
            KEY_REUSED,
            NOT_FOUND,
            OPENING_FAILED,
            PRICE_CHANGED,
            SOLD_OUT,
            TOO_MANY_OPEN,
            TOO_MUCH_HELD,
            *ANY_MAY_REFUSE,
        ),
    )
    def open_purchase(header: KeyHeader, body: PurchaseRequest) -> Response:
        """Open a purchase; a repeat with the same key gets the same answer.

        What nobody could buy now is refused before anything is begun: a repeat of that is judged anew. Once a purchase
        is begun its answer stands for its key, be it a refusal.
        """
        buyer = buyer_of(body.on_behalf_of)
        limits.admit_order(buyer)
        take_slot(buyer)
        return _opened(intake, body.order(purchase_id_of(buyer, header.key), buyer), header.key)

    @routes.get("/purchases/<string:purchase_id>")
    @routes.auth_required(auth, roles=[Scope.READ])
    @routes.input(BuyerQuery, location="query", arg_name="query")
    @routes.output(PurchaseResponse)
    @routes.doc(operation_id="showPurchase", extensions=problem_responses(*ANY_MAY_REFUSE))
    def show_purchase(purchase_id: str, query: BuyerQuery) -> PurchaseResponse:
        """Show one of the buyer's own purchases."""
        return _own(intake, purchase_id, admitted(query.on_behalf_of))

    @routes.get("/purchases")
    @routes.auth_required(auth, roles=[Scope.READ])
    @routes.input(PurchasesQuery, location="query", arg_name="query")
    @routes.output(PurchasesResponse)
    @routes.doc(operation_id="listPurchases", extensions=problem_responses(*ANY_MAY_REFUSE))
    def list_purchases(query: PurchasesQuery) -> PurchasesResponse:
        """List the buyer's own purchases, newest first."""
        buyer = admitted(query.on_behalf_of)
        items, next_cursor = intake.portal.run(intake.reader.page(buyer, query.limit, query.cursor))
        return PurchasesResponse(items=items, next_cursor=next_cursor)

    @routes.post("/purchases/<string:purchase_id>/cancel")
    @routes.auth_required(auth, roles=[Scope.WRITE])
    @routes.input(CancelRequest, arg_name="body")
    @routes.output(PurchaseResponse)
    @routes.doc(operation_id="cancelPurchase", extensions=problem_responses(NOT_CANCELABLE, *ANY_MAY_REFUSE))
    def cancel_purchase(purchase_id: str, body: CancelRequest) -> PurchaseResponse:
        """Cancel an unpaid purchase: nothing is charged, nothing is held; a repeat gets the same answer."""
        buyer = admitted(body.on_behalf_of)
        if not PURCHASE_ID.fullmatch(purchase_id) or not intake.portal.run(intake.reader.owns(purchase_id, buyer)):
            raise no_such_purchase()
        view = intake.portal.run(intake.purchases.cancel(purchase_id))
        # Without a saga its record tells how it has ended.
        response = PurchaseResponse.of(view) if view else _own(intake, purchase_id, buyer)
        if response.status is not PurchaseStatus.CANCELED:
            raise NOT_CANCELABLE.problem(purchase_status=response.status)
        return response

    return routes


def no_such_purchase() -> Problem:
    """404, for another buyer's purchase too."""
    return NOT_FOUND.problem("You have no such purchase.")


def _own(intake: Intake, purchase_id: str, buyer: str) -> PurchaseResponse:
    """The buyer's purchase; another's does not exist."""
    known = PURCHASE_ID.fullmatch(purchase_id)
    response = intake.portal.run(intake.reader.one(purchase_id, buyer)) if known else None
    if response is None:
        raise no_such_purchase()
    return response


def _opened(intake: Intake, order: Order, key: str) -> Response:
    """Open the purchase of an order, and answer with what its buyer has to do."""
    ids.bind(purchase_id=order.purchase_id)
    began_at = time.perf_counter()
    start = StartPaymentInput(
        order=order,
        fingerprint=fingerprint(order, key),
        # Not the request's id: a client may send one id with all its tries.
        opened_by=uuid.uuid4().hex,
        reservation_ttl_s=intake.config.reservation_ttl,
        opening_timeout_s=intake.config.opening_timeout,
    )
    with _counting_refusals():
        answer = intake.portal.run(intake.purchases.open(start, lambda: intake.hints.ask(order)))
    ids.bind(payment_id=answer.payment_id)
    action = intake.next_action(answer.payment_id)
    replayed = answer.opened_by != start.opened_by
    metrics.PURCHASES.labels("replayed" if replayed else "opened").inc()
    if not replayed:
        metrics.FIRST_ANSWER.observe(time.perf_counter() - began_at)
    response = make_response(AnswerResponse.of(answer, action).model_dump(mode="json"), 201)
    response.headers["Location"] = url_for("purchases.show_purchase", purchase_id=order.purchase_id)
    # The answer lets its reader pay: no cache may keep it.
    response.headers["Cache-Control"] = "no-store"
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


@contextmanager
def _counting_refusals() -> Iterator[None]:
    """Count an opening that fails; a refusal is raised as the problem that the buyer gets."""
    try:
        yield
    except Refused as refusal:
        metrics.PURCHASES.labels(refusal.kind).inc()
        raise refused_opening(refusal) from refusal
    except (Unavailable, ContractBroken, TimeoutError) as error:
        metrics.PURCHASES.labels("overloaded" if isinstance(error, Overloaded) else "unavailable").inc()
        raise
