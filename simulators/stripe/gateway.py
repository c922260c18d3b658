"""The one way from a request to its operation and back: access, parameters, idempotency, transaction, answer."""

import errno
import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Request, Response, request
from sqlalchemy.orm import Session

from lib.telemetry import ids
from simulators.stripe import idempotency, pages, shapes
from simulators.stripe.access import api_key, is_publishable, key_expired
from simulators.stripe.call import Call, new_id
from simulators.stripe.errors import InvalidParameters, StripeError
from simulators.stripe.faults import Faults
from simulators.stripe.forms import nest
from simulators.stripe.models import Json
from simulators.stripe.parameters import Params
from simulators.stripe.reading import read
from simulators.stripe.settings import SimulatorSettings
from simulators.stripe.store import Store

log = logging.getLogger(__name__)

P = TypeVar("P", bound=Params)
FORM = "application/x-www-form-urlencoded"


class Gateway:
    """Runs operations for requests; calls with the secret key meet the faults."""

    def __init__(self, settings: SimulatorSettings, store: Store, faults: Faults) -> None:
        self._settings = settings
        self._store = store
        self._faults = faults
        self._keys = idempotency.IdempotencyKeys()

    def run(self, model: type[P], work: Callable[[Call, P], Json], *, browsers_may: bool = False) -> Response:
        """Answer the current request with what `work` makes of its parameters."""
        request_id = new_id("req", 14)
        key = api_key(request)
        try:
            publishable = is_publishable(self._settings, key, browsers_may=browsers_may)
            if not publishable and self._faults.happens("rejected"):
                raise key_expired(key)
            pairs = _pairs(request)
            params = read(model, nest(pairs))

            def operate(call: Call) -> Json:
                if not publishable and self._faults.happens("failed"):
                    # Kept under its key like every answer, as Stripe keeps its own 500s.
                    raise unexplained()
                document = work(call, params)
                _bind(document)
                for path in params.expand:
                    document = pages.expand(call, document, path.split("."))
                return shapes.public(document) if publishable else document

            named = request.headers.get("Idempotency-Key") if request.method == "POST" else None
            asked = idempotency.asked(key, named, request.path, pairs) if named else None
            response = self._answer(operate, asked, request_id, publishable=publishable)
            return _lost() if not publishable and self._faults.happens("lost") else response
        except StripeError as error:
            return _response(error.status, _error_body(error, publishable=False), request_id)

    def _answer(
        self, operate: Callable[[Call], Json], asked: idempotency.Asked | None, request_id: str, *, publishable: bool
    ) -> Response:
        def in_transaction(session: Session) -> Response:
            call = self._call(session, request_id, asked, publishable=publishable)
            if asked is not None:
                kept = idempotency.find(call, asked)
                if kept is not None:
                    return _response(kept.status, kept.body, request_id, original=kept.request_id)
            status, body = _outcome(operate, call)
            if asked is not None:
                idempotency.keep(call, asked, status, body)
            return _response(status, body, request_id)

        if asked is None:
            with self._store.transaction() as session:
                return in_transaction(session)
        with self._keys.hold(asked):
            try:
                with self._store.transaction() as session:
                    return in_transaction(session)
            except StripeError:
                raise
            except Exception:
                log.exception("request %s failed", request_id)
                return self._keep_fault(asked, request_id)

    def _keep_fault(self, asked: idempotency.Asked, request_id: str) -> Response:
        """A 500 of our own, kept like any other answer; what the operation had written is rolled back."""
        body = _error_body(unexplained(), publishable=False)
        with self._store.transaction() as session:
            call = self._call(session, request_id, asked)
            idempotency.keep(call, asked, HTTPStatus.INTERNAL_SERVER_ERROR, body)
        return _response(HTTPStatus.INTERNAL_SERVER_ERROR, body, request_id)

    def _call(
        self, session: Session, request_id: str, asked: idempotency.Asked | None, *, publishable: bool = False
    ) -> Call:
        return Call(
            session=session,
            processing_seconds=self._settings.stripe_simulator_processing_seconds,
            request_id=request_id,
            idempotency_key=asked.key if asked else None,
            base_url=request.host_url.rstrip("/"),
            publishable=publishable,
        )


def _bind(document: Json) -> None:
    """Let the call's line bear the payment and the purchase that Payments has written on what it is about."""
    about = _about(document)
    metadata = about.get("metadata") or {}
    ids.bind(payment_id=metadata.get("payment_id"), purchase_id=metadata.get("purchase_id"))


def _about(document: Json) -> Json:
    """The object itself, the first of a list, or what an event is about."""
    data: Any = document.get("data")
    about: Json = data["object"] if isinstance(data, dict) else data[0] if data else document
    return about


def unexplained() -> StripeError:
    """500: the simulator's own fault."""
    return StripeError(500, "api_error", "An unknown error occurred; the simulator's log tells more.")


def refusal(error: StripeError) -> Response:
    """The answer to a request that no operation takes."""
    return _response(error.status, _error_body(error, publishable=False), new_id("req", 14))


def _lost() -> Response:
    """No answer at all: gunicorn takes a reset in the body's first read for a client that is gone, and hangs up."""

    def break_off() -> bytes:
        raise ConnectionResetError(errno.ECONNRESET, "this answer is lost on purpose")

    return Response(iter(break_off, b""))


def _pairs(asked: Request) -> list[tuple[str, str]]:
    """The request's parameters; Stripe takes forms only, and its key beside them is no parameter."""
    if asked.method == "POST" and asked.content_length and asked.mimetype != FORM:
        raise InvalidParameters(f"Invalid request (check that your POST content type is {FORM}).")
    values = asked.form if asked.method == "POST" else asked.args
    return [(name, value) for name, value in values.items(multi=True) if name != "key"]


def _outcome(operate: Callable[[Call], Json], call: Call) -> tuple[int, str]:
    """The answer's status and body, a refusal too; parameters that are wrong in themselves leave as an error."""
    try:
        return HTTPStatus.OK, json.dumps(operate(call))
    except InvalidParameters:
        raise
    except StripeError as error:
        _bind(error.error.get("payment_intent") or {})
        return error.status, _error_body(error, publishable=call.publishable)


def _error_body(error: StripeError, *, publishable: bool) -> str:
    intent = error.error.get("payment_intent")
    fields = error.error | {"payment_intent": shapes.public(intent)} if publishable and intent else error.error
    return json.dumps({"error": fields})


def _response(status: int, body: str, request_id: str, *, original: str | None = None) -> Response:
    response = Response(body, status, mimetype="application/json")
    response.headers["Request-Id"] = request_id
    if request.method == "POST" and (key := request.headers.get("Idempotency-Key")):
        response.headers["Idempotency-Key"] = key
    if original is not None:
        response.headers["Idempotent-Replayed"] = "true"
        response.headers["Original-Request"] = original
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
    return response
