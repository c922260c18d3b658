"""What anyone may see: the projects with their stock, and how a page reaches the provider."""

from apiflask import APIBlueprint
from flask import request

from app.bulkheads import CATALOGUE_MAX, Bulkhead
from app.context import Intake
from app.development import development_buyers
from app.responses import ConfigResponse
from domain.catalogue import ProjectsPage
from lib.webapi import PageQuery
from lib.webapi.addresses import caller
from lib.webapi.openapi import problem_responses
from lib.webapi.problem_types import RATE_LIMITED, UNAVAILABLE

# 4 s: one call to Projects, which answers from its own database.
CATALOGUE_TIMEOUT_S = 4.0
STRIPE_API = "https://api.stripe.com"


def catalogue(intake: Intake) -> APIBlueprint:
    """The routes /projects and /config."""
    routes = APIBlueprint("catalogue", __name__, tag="Catalogue")
    bulkhead = Bulkhead(CATALOGUE_MAX, "as many wait for the catalogue as the intake has room for")

    @routes.get("/projects")
    @routes.input(PageQuery, location="query", arg_name="page")
    @routes.output(ProjectsPage)
    @routes.doc(operation_id="listProjects", extensions=problem_responses(RATE_LIMITED, UNAVAILABLE))
    def list_projects(page: PageQuery) -> ProjectsPage:
        """List the projects with the price and the free stock of each milestone."""
        with bulkhead.slot(caller(request.remote_addr)):
            return intake.portal.run(intake.projects.catalogue(page.limit, page.cursor), CATALOGUE_TIMEOUT_S)

    @routes.get("/config")
    @routes.output(ConfigResponse)
    @routes.doc(operation_id="showConfig", extensions=problem_responses(RATE_LIMITED))
    def show_config() -> ConfigResponse:
        """Show what a page needs before it can sell."""
        config = intake.config
        return ConfigResponse(
            publishable_key=config.stripe_publishable_key,
            provider="stripe" if config.stripe_api_base.rstrip("/") == STRIPE_API else "simulator",
            provider_url=config.stripe_api_base,
            capture_mode=config.capture_mode,
            payment_attempts=config.payment_attempts,
            development_buyers=development_buyers(config),
        )

    return routes
