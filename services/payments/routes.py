"""The Payments service's HTTP API."""

import logging
from collections.abc import Sequence

from apiflask import APIFlask, HTTPTokenAuth
from flask import Response, after_this_request
from sqlalchemy import Engine

from lib.database.database import ping
from lib.telemetry.metrics import Asked
from lib.webapi import create_api
from lib.webapi.openapi import problem_responses
from lib.webapi.paging import cut_page
from providers.port import ProviderMisconfigured, ProviderRefused, ProviderUnknown
from services.common.away import answer_for_the_database
from services.common.caller import CallerHeader
from services.common.paths import know_ids
from services.common.service_tokens import TO_ERASE, TO_FOLLOW, TO_MOVE, Role, service_token_auth
from services.payments import refusals
from services.payments.erasures import Erasures
from services.payments.orders import CreateRequest
from services.payments.outcomes import OutcomeRequest
from services.payments.payments import Payments
from services.payments.refusals import (
    CANCELED,
    MISMATCH,
    NOT_CAPTURABLE,
    NOT_REFUNDABLE,
    OF_THE_PROVIDER,
    PAID,
    PROCESSING,
    PURCHASES_OPEN,
)
from services.payments.schemas import (
    ErasureBegunResponse,
    ErasureFinishedResponse,
    NextActionResponse,
    PaymentPage,
    PaymentResponse,
    PaymentsQuery,
)

log = logging.getLogger(__name__)

# What a browser pays with is for the buyer's page, and enters no saga.
TO_PAY = [Role.INTAKE, Role.OPERATOR]

DESCRIPTION = """One payment per purchase at the payment provider, and the record of how each purchase ended."""


def payments_api(engine: Engine, payments: Payments, tokens: Sequence[str], *watch: Asked) -> APIFlask:
    """The API on a migrated database; `watch` is asked at each scrape of the metrics."""
    ready = {"database": lambda: ping(engine)}
    api = create_api("services.payments", "Payments", DESCRIPTION, ready=ready, metrics=watch)
    know_ids(api)
    answer_for_the_database(api)
    auth = service_token_auth(tokens)
    _refuse_for_the_provider(api)
    _show(api, payments, auth)
    _move(api, payments, auth)
    _follow_purchases(api, payments, auth)
    _forget_buyers(api, Erasures(engine), auth)
    return api


def _refuse_for_the_provider(api: APIFlask) -> None:
    @api.errorhandler(ProviderUnknown)
    def unknown(error: ProviderUnknown) -> Response:
        log.warning("no clear answer of the provider: %s", error)
        return refusals.unavailable().response()

    # A refused read is as much our own fault as a wrong key.
    @api.errorhandler(ProviderRefused)
    @api.errorhandler(ProviderMisconfigured)
    def misconfigured(error: Exception) -> Response:
        log.error("the provider does not accept us: %s", error)
        return refusals.MISCONFIGURED.problem().response()


def _show(api: APIFlask, payments: Payments, auth: HTTPTokenAuth) -> None:
    @api.get("/payments")
    @api.auth_required(auth, roles=TO_FOLLOW)
    @api.input(PaymentsQuery, location="query", arg_name="page")
    @api.output(PaymentPage)
    def list_payments(page: PaymentsQuery) -> PaymentPage:
        """Purchases' records, newest first; the provider is not asked."""
        found = payments.newest(page.limit + 1, page.after_number, page.wanted)
        rows, next_cursor = cut_page(found, page.limit, lambda row: row.number)
        return PaymentPage(items=[PaymentResponse.of(row) for row in rows], next_cursor=next_cursor)

    @api.get("/payments/<payment:payment_id>")
    @api.auth_required(auth, roles=TO_FOLLOW)
    @api.output(PaymentResponse)
    @api.doc(extensions=problem_responses(*OF_THE_PROVIDER))
    def retrieve_payment(payment_id: str) -> PaymentResponse:
        """The payment as the provider shows it now.

        Of one whose creation is not known yet (`creating`), and of a tombstone, only our record tells.
        """
        return PaymentResponse.of(payments.refresh(payment_id))

    @api.get("/payments/<payment:payment_id>/next-action")
    @api.auth_required(auth, roles=TO_PAY)
    @api.output(NextActionResponse)
    @api.doc(extensions=problem_responses(*OF_THE_PROVIDER))
    def show_next_action(payment_id: str) -> NextActionResponse:
        """What the buyer has to do so that it is paid, read from the provider."""

        @after_this_request
        def keep_nowhere(response: Response) -> Response:
            response.headers["Cache-Control"] = "no-store"
            return response

        return NextActionResponse.of(payments.next_action(payment_id))


def _move(api: APIFlask, payments: Payments, auth: HTTPTokenAuth) -> None:
    @api.post("/payments")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.input(CreateRequest, arg_name="body")
    @api.output(PaymentResponse, status_code=201)
    @api.doc(extensions=problem_responses(MISMATCH, CANCELED, *OF_THE_PROVIDER))
    def create_payment(caller: CallerHeader, body: CreateRequest) -> PaymentResponse:
        """Create the purchase's one payment; asked again (201 as well) it answers the same one.

        A purchase that has ended answers its record: look at `outcome`.
        """
        return PaymentResponse.of(payments.create(body, caller.key))

    @api.post("/payments/<payment:payment_id>/cancel")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.output(PaymentResponse)
    @api.doc(extensions=problem_responses(PAID, PROCESSING, *OF_THE_PROVIDER))
    def cancel_payment(payment_id: str, caller: CallerHeader) -> PaymentResponse:
        """Cancel a payment that is not captured, an authorised one too."""
        return PaymentResponse.of(payments.cancel(payment_id, caller.key))

    @api.post("/payments/<payment:payment_id>/capture")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.output(PaymentResponse)
    @api.doc(extensions=problem_responses(NOT_CAPTURABLE, *OF_THE_PROVIDER))
    def capture_payment(payment_id: str, caller: CallerHeader) -> PaymentResponse:
        """Charge what the order costs; done already if exactly that was charged."""
        log.info("capture of %s, asked for by %s", payment_id, caller.key)
        return PaymentResponse.of(payments.capture(payment_id))

    @api.post("/payments/<payment:payment_id>/refund")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.output(PaymentResponse)
    @api.doc(extensions=problem_responses(NOT_REFUNDABLE, *OF_THE_PROVIDER))
    def refund_payment(payment_id: str, caller: CallerHeader) -> PaymentResponse:
        """Give back all that was captured and is left."""
        return PaymentResponse.of(payments.refund(payment_id, caller.key))


def _follow_purchases(api: APIFlask, payments: Payments, auth: HTTPTokenAuth) -> None:
    @api.post("/purchases/<id:purchase_id>/cancel")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.output(PaymentResponse)
    @api.doc(extensions=problem_responses(PAID, PROCESSING, *OF_THE_PROVIDER))
    def cancel_payment_of(purchase_id: str, caller: CallerHeader) -> PaymentResponse:
        """Cancel whatever payment the purchase has; an unknown one gets a tombstone that refuses a late creation."""
        return PaymentResponse.of(payments.cancel_payment_of(purchase_id, caller.key))

    @api.put("/purchases/<id:purchase_id>/outcome")
    @api.auth_required(auth, roles=TO_MOVE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.input(OutcomeRequest, arg_name="body")
    @api.output(PaymentResponse)
    def record_outcome(purchase_id: str, caller: CallerHeader, body: OutcomeRequest) -> PaymentResponse:  # noqa: ARG001
        """Record once how the purchase ended; the answer shows what is recorded."""
        return PaymentResponse.of(payments.record_outcome(purchase_id, body))


def _forget_buyers(api: APIFlask, erasures: Erasures, auth: HTTPTokenAuth) -> None:
    @api.post("/buyers/<id:buyer_id>/erasure")
    @api.auth_required(auth, roles=TO_ERASE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.output(ErasureBegunResponse)
    @api.doc(extensions=problem_responses(PURCHASES_OPEN))
    def begin_erasure(buyer_id: str, caller: CallerHeader) -> ErasureBegunResponse:  # noqa: ARG001
        """Call a buyer by a name made up here that leads to nobody; until it is finished the same one comes again."""
        erased_as, renamed = erasures.erase(buyer_id)
        return ErasureBegunResponse(erased_as=erased_as, renamed=renamed)

    @api.delete("/buyers/<id:buyer_id>/erasure")
    @api.auth_required(auth, roles=TO_ERASE)
    @api.input(CallerHeader, location="headers", arg_name="caller")
    @api.output(ErasureFinishedResponse)
    def finish_erasure(buyer_id: str, caller: CallerHeader) -> ErasureFinishedResponse:  # noqa: ARG001
        """Forget whose name it was, once every other store has followed."""
        return ErasureFinishedResponse(finished=erasures.finish(buyer_id))
