"""The buyers' door: open a purchase, look at one, list one's own."""

import re
import uuid

from apiflask import APIBlueprint, HTTPTokenAuth
from flask import Response, make_response, url_for

from app import metrics
from app.context import Intake
from app.schemas import (
    AnswerShown,
    KeyHeader,
    PurchaseBody,
    PurchaseShown,
    PurchasesShown,
    fingerprint,
    purchase_id,
)
from domain.errors import Refused
from domain.messages import StartPaymentInput
from domain.purchase import Answer, Order
from webapi import PageQuery, Problem

# Anything else is no purchase's id, and Temporal and Payments need not be asked.
PURCHASE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# How a refused opening is told; the saga's kind is the problem's.
REFUSAL_STATUS = {
    "sold-out": 409,
    "price-changed": 409,
    "opening-failed": 409,
    "not-found": 404,
    "invalid-request": 422,
    "idempotency-key-reused": 422,
}
AWAY = "A part of this service does not answer: repeat with the same key"


def purchases(intake: Intake, auth: HTTPTokenAuth) -> APIBlueprint:
    """The routes under /purchases."""
    routes = APIBlueprint("purchases", __name__, tag="Purchases")

    @routes.post("/purchases")
    @routes.auth_required(auth)
    @routes.input(KeyHeader, location="headers", arg_name="header")
    @routes.input(PurchaseBody, arg_name="body")
    @routes.output(AnswerShown, status_code=201)
    @routes.doc(
        responses={
            400: "The Idempotency-Key is missing",
            404: "A milestone is unknown",
            409: "Sold out, the price has changed, or the opening has failed",
            413: "The body is over 64 KiB",
            415: "The body is not application/json",
            503: AWAY,
        },
        operation_id="openPurchase",
    )
    def open_purchase(header: KeyHeader, body: PurchaseBody) -> Response:
        """Open a purchase; a repeat with the same key gets the same answer."""
        buyer = str(auth.current_user)
        order = body.order(purchase_id(buyer, header.key), buyer)
        # Not the request's id: a client may send one id with all its tries.
        opened_by = uuid.uuid4().hex
        answer = _answer(intake, order, fingerprint(order, body.payment_method), opened_by)
        secret = intake.client_secret(answer.payment_id)
        replayed = answer.opened_by != opened_by
        metrics.PURCHASES.labels("replayed" if replayed else "opened").inc()
        shown = AnswerShown(**answer.model_dump(exclude={"opened_by"}), client_secret=secret)
        response = make_response(shown.model_dump(mode="json"), 201)
        response.headers["Location"] = url_for("purchases.show_purchase", purchase_id=order.purchase_id)
        # The answer lets its reader pay: no cache may keep it.
        response.headers["Cache-Control"] = "no-store"
        if replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    @routes.get("/purchases/<string:purchase_id>")
    @routes.auth_required(auth)
    @routes.output(PurchaseShown)
    @routes.doc(operation_id="showPurchase", responses={503: AWAY})
    def show_purchase(purchase_id: str) -> PurchaseShown:
        """Show one of the buyer's own purchases."""
        known = PURCHASE_ID.fullmatch(purchase_id)
        shown = intake.reader.one(purchase_id, str(auth.current_user)) if known else None
        if shown is None:
            raise Problem(404, "not-found", "You have no such purchase.")
        return shown

    @routes.get("/purchases")
    @routes.auth_required(auth)
    @routes.input(PageQuery, location="query", arg_name="page")
    @routes.output(PurchasesShown)
    @routes.doc(operation_id="listPurchases", responses={503: AWAY})
    def list_purchases(page: PageQuery) -> PurchasesShown:
        """List the buyer's own purchases, newest first."""
        items, next_cursor = intake.reader.page(str(auth.current_user), page.limit, page.cursor)
        return PurchasesShown(items=items, next_cursor=next_cursor)

    return routes


def _answer(intake: Intake, order: Order, mark: str, opened_by: str) -> Answer:
    start = StartPaymentInput(
        order=order,
        fingerprint=mark,
        opened_by=opened_by,
        reservation_ttl_s=intake.config.reservation_ttl,
        opening_timeout_s=intake.config.opening_timeout,
    )
    try:
        return intake.sagas.open_purchase(start)
    except Refused as refusal:
        metrics.PURCHASES.labels(refusal.kind).inc()
        status = REFUSAL_STATUS.get(refusal.kind, 409)
        raise Problem(status, refusal.kind, refusal.detail, **refusal.extra) from refusal
