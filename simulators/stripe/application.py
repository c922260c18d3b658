"""The simulator's process: its Flask application, its deliveries and its clock."""

import atexit
import logging
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from lib.database.database import connect, ping
from lib.settings import read
from lib.telemetry import ids
from simulators.stripe.challenge import create_challenge
from simulators.stripe.clock import Clock
from simulators.stripe.control import create_control
from simulators.stripe.delivery import Deliverer, post_to
from simulators.stripe.errors import StripeError
from simulators.stripe.faults import Faults
from simulators.stripe.gateway import Gateway, refusal, unexplained
from simulators.stripe.routes import create_v1
from simulators.stripe.settings import SimulatorSettings
from simulators.stripe.store import Store

log = logging.getLogger(__name__)

# 64 KiB: 50 metadata values of 500 characters, three bytes each when encoded, do not fill it.
BODY_BYTES_MAX = 64 * 1024
# 2 s at the end of the process: most endpoints answer in it; whatever is cut off is delivered after the next start.
STOP_SECONDS_MAX = 2.0


def create_app(settings: SimulatorSettings | None = None) -> Flask:
    """The simulator over its (migrated) database; its threads begin here, so gunicorn has to call it in the worker."""
    settings = settings or read(SimulatorSettings)
    # Each delivery is logged with its event; the client's own line would double it.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    store = Store(connect(settings.stripe_simulator_database_url))
    faults = Faults()
    deliverer = Deliverer(
        store, settings.stripe_webhook_secrets, post_to(settings.stripe_simulator_webhook_url), faults
    )
    clock = Clock(store, settings.stripe_simulator_processing_seconds)
    app = create_web(settings, store, deliverer, faults)
    for thread in (deliverer, clock):
        thread.start()
        atexit.register(thread.stop, STOP_SECONDS_MAX)
    return app


def create_web(settings: SimulatorSettings, store: Store, deliverer: Deliverer, faults: Faults) -> Flask:
    """The web application alone."""
    app = Flask("simulators.stripe", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=BODY_BYTES_MAX, MAX_FORM_MEMORY_SIZE=BODY_BYTES_MAX)
    app.register_blueprint(create_v1(Gateway(settings, store, faults)))
    # What controls the faults meets none.
    app.register_blueprint(create_control(Gateway(settings, store, Faults()), deliverer, faults))
    app.register_blueprint(create_challenge(store, settings.stripe_simulator_processing_seconds))
    _let_browsers_in(app)
    _log_calls(app)
    _refuse_as_stripe(app)
    _answer_the_platform(app, store)
    return app


def _let_browsers_in(app: Flask) -> None:
    """Pages of any origin may call `/v1`: a call is known by its key, never by a cookie."""

    @app.before_request
    def preflight() -> Response | None:
        return Response(status=204) if request.method == "OPTIONS" and request.path.startswith("/v1/") else None

    @app.after_request
    def allow(response: Response) -> Response:
        if request.path.startswith("/v1/"):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Allow-Methods"] = "GET, POST"
            response.headers["Access-Control-Allow-Headers"] = (
                "Authorization, Content-Type, Idempotency-Key, Stripe-Version"
            )
            response.headers["Access-Control-Expose-Headers"] = "Request-Id, Idempotent-Replayed"
            # 300 s: what Stripe lets a browser remember.
            response.headers["Access-Control-Max-Age"] = "300"
        return response


def _log_calls(app: Flask) -> None:
    serve = app.wsgi_app

    def serve_apart(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with ids.scope():
            return serve(environ, start_response)

    app.wsgi_app = serve_apart  # type: ignore[method-assign]

    @app.after_request
    def log_call(response: Response) -> Response:
        # The platform asks every second; its questions would bury the others.
        level = logging.DEBUG if request.path in {"/health", "/ready"} else logging.INFO
        request_id = response.headers.get("Request-Id", "-")
        log.log(level, "%s %s %d %s", request.method, request.path, response.status_code, request_id)
        return response


def _refuse_as_stripe(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.code in {404, 405}:
            message = f"Unrecognized request URL ({request.method}: {request.path})."
            return refusal(StripeError(404, "invalid_request_error", message))
        return refusal(StripeError(error.code or 500, "invalid_request_error", error.description or error.name))

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return refusal(unexplained())


def _answer_the_platform(app: Flask, store: Store) -> None:
    @app.get("/health")
    def health() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/ready")
    def ready() -> tuple[dict[str, str], int]:
        """The database answers too."""
        try:
            ping(store.engine)
        except Exception:
            log.exception("not ready: the database does not answer")
            return {"status": "unavailable"}, 503
        return {"status": "ready"}, 200
