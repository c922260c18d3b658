"""The composition root of the intake."""

import logging
from datetime import timedelta

from apiflask import APIFlask
from flask import Response
from werkzeug.middleware.proxy_fix import ProxyFix

from app.bulkheads import BUYERS_MAX, WEBHOOKS_MAX, Bulkhead, BulkheadMiddleware
from app.catalogue import catalogue
from app.commands import add_commands
from app.context import Intake
from app.cross_origin import let_pages_in
from app.development import development
from app.hints import Hints
from app.identity import Jwks, authentication
from app.me import me
from app.purchases import purchases
from app.rate_limits import RateLimits
from app.security_headers import add_security_headers
from app.settings import IntakeSettings
from app.webhooks import WEBHOOK_PATH, turned_away, webhooks
from clients.http import pooled_client
from clients.payments import HttpPayments
from clients.projects import HttpProjects
from clients.users import HttpUsers
from domain.errors import ContractBroken, RefusalKind, Refused, Unavailable
from engine import lazy_client
from engine.purchases import Purchases
from engine.saga_collector import SagaCollector
from lib.portal import Portal
from lib.settings import read
from lib.telemetry.calls import trace_calls
from lib.telemetry.requests import UntrustedTraceBoundary
from lib.webapi import Problem, create_api
from lib.webapi.docs import docs
from lib.webapi.problem_types import UNAVAILABLE

log = logging.getLogger(__name__)

DESCRIPTION = """Purchases of carbon offset: a buyer's page or server opens one, its browser pays at the provider,
and the purchase ends paid and delivered, or with nothing charged and nothing held."""
# A buyer's page tries again after that: a service that restarts is back by then.
RETRY_AFTER_S = 2


def create_app(intake: Intake | None = None) -> APIFlask:
    """The Flask application; without `intake` it is wired from the settings."""
    intake = intake or wired()
    api = create_api(
        "app",
        "buy-projects intake",
        DESCRIPTION,
        ready={"Temporal": lambda: intake.portal.run(intake.purchases.check())},
        metrics=intake.metrics,
    )
    _meet_the_world(api, intake.config)
    limits = RateLimits(intake.config)
    limits.guard(api)
    api.register_blueprint(docs())
    bulkhead = Bulkhead(BUYERS_MAX, "as many buyers wait as the intake has room for")
    auth = authentication(intake.config, intake.fetch_keys)
    api.register_blueprint(purchases(intake, auth, limits, bulkhead))
    api.register_blueprint(me(auth, limits.admit))
    api.register_blueprint(catalogue(intake))
    api.register_blueprint(webhooks(intake))
    events = Bulkhead(WEBHOOKS_MAX, "as many events wait as the intake has room for")
    api.wsgi_app = BulkheadMiddleware(api.wsgi_app, WEBHOOK_PATH, events, turned_away)  # type: ignore[method-assign]
    if intake.config.environment == "development":
        api.register_blueprint(development(intake.config))
    add_commands(api, intake.config)
    _refuse(api)

    return api


def wired() -> Intake:
    """The intake of this process; connects to nothing yet."""
    portal = Portal()
    config = read(IntakeSettings)
    # Connections of its own for each service: one that hangs must not keep the other's.
    payments = HttpPayments(trace_calls(pooled_client(), "payments"), config.payments_url, config.service_token)
    projects = HttpProjects(trace_calls(pooled_client(), "projects"), config.projects_url, config.service_token)
    users = HttpUsers(trace_calls(pooled_client(), "users"), config.users_url, config.service_token)
    return Intake(
        config=config,
        portal=portal,
        purchases=Purchases(payments),
        payments=payments,
        projects=projects,
        hints=Hints(projects, users),
        metrics=(SagaCollector(portal, lazy_client, timedelta(seconds=config.reservation_ttl)),),
        fetch_keys=Jwks(portal, pooled_client(), config.jwt_jwks_url),
    )


def _meet_the_world(api: APIFlask, config: IntakeSettings) -> None:
    """What is decided by where a request comes from: proxies, traces, other origins, security headers."""
    if config.trusted_proxies:
        # The last proxy overwrites the scheme, where each one adds an address.
        proxied = ProxyFix(api.wsgi_app, x_for=config.trusted_proxies, x_proto=1)
        api.wsgi_app = proxied  # type: ignore[method-assign]
    api.wsgi_app = UntrustedTraceBoundary(api.wsgi_app)  # type: ignore[method-assign]
    let_pages_in(api, config)
    add_security_headers(api, config)


def _refuse(api: APIFlask) -> None:
    """One table from the domain's errors to problems, for every route."""

    @api.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        status = 404 if error.kind == RefusalKind.NOT_FOUND else 422
        return Problem(status, error.kind, error.detail, **error.extra).response()

    @api.errorhandler(Unavailable)
    @api.errorhandler(TimeoutError)
    @api.errorhandler(ContractBroken)
    def unavailable(error: Exception) -> Response:
        log.warning("answered 503: %r", error)
        detail = "A part of this service does not answer. Repeat the request with the same key."
        return UNAVAILABLE.problem(detail, headers={"Retry-After": str(RETRY_AFTER_S)}).response()
