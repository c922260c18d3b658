"""The composition root of the intake."""

import logging

from apiflask import APIFlask
from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.buyers import buyer_auth
from app.catalogue import catalogue
from app.commands import add_commands
from app.context import Intake
from app.loop import LoopThread
from app.places import Places
from app.purchases import purchases
from app.temporal import TemporalSagas
from app.webhooks import webhooks
from clients.http import pooled_client
from clients.payments import HttpPayments
from clients.projects import HttpProjects
from config import settings
from domain.errors import ContractBroken, Refused, Unavailable
from webapi import Problem, create_api

log = logging.getLogger(__name__)

# A buyer's page tries again after that: a service that restarts is back by then.
RETRY_AFTER_S = 2


def create_app(intake: Intake | None = None) -> APIFlask:
    """The Flask application; without `intake` it is wired from the settings."""
    intake = intake or wired()
    api = create_api("app", "buy-projects intake", ready={"Temporal": intake.sagas.check}, docs_path="/docs")
    places = Places()
    for routes in (purchases(intake, buyer_auth(intake.config)), catalogue(intake)):
        places.guard(routes)
        api.register_blueprint(routes)
    api.register_blueprint(webhooks(intake))
    add_commands(api, intake.config)
    _refuse(api)

    @api.get("/metrics")
    @api.doc(hide=True)
    def metrics() -> Response:
        """Everything that the intake counts, for Prometheus."""
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return api


def wired() -> Intake:
    """The intake of this process; connects to nothing yet."""
    config = settings()
    loop = LoopThread()
    # Connections of its own for each service: one that hangs must not keep the other's.
    payments = HttpPayments(pooled_client(), config.payments_url, config.service_token)
    return Intake(
        config=config,
        loop=loop,
        sagas=TemporalSagas(loop, payments),
        payments=payments,
        projects=HttpProjects(pooled_client(), config.projects_url, config.service_token),
    )


def _refuse(api: APIFlask) -> None:
    """One table from the domain's errors to problems, for every route."""

    @api.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        status = 404 if error.kind == "not-found" else 422
        return Problem(status, error.kind, error.detail, **error.extra).response()

    @api.errorhandler(Unavailable)
    @api.errorhandler(TimeoutError)
    @api.errorhandler(ContractBroken)
    def unavailable(error: Exception) -> Response:
        log.warning("answered 503: %r", error)
        detail = "A part of this service does not answer. Repeat the request with the same key."
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        return Problem(503, "dependency-unavailable", detail, headers=headers).response()
