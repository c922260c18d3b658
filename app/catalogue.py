"""What anyone may see: the projects with their stock, and how a page reaches the provider."""

from apiflask import APIBlueprint

from app.context import Intake
from app.schemas import ConfigShown
from domain.catalogue import ProjectsPage
from webapi import PageQuery

# 4 s: one call to Projects, which answers from its own database.
CATALOGUE_TIMEOUT_S = 4.0


def catalogue(intake: Intake) -> APIBlueprint:
    """The routes /projects and /config."""
    routes = APIBlueprint("catalogue", __name__, tag="Catalogue")

    @routes.get("/projects")
    @routes.input(PageQuery, location="query", arg_name="page")
    @routes.output(ProjectsPage)
    @routes.doc(operation_id="listProjects", responses={503: "Projects does not answer"})
    def list_projects(page: PageQuery) -> ProjectsPage:
        """List the projects with the price and the free stock of each milestone."""
        return intake.run(intake.projects.catalogue(page.limit, page.cursor), CATALOGUE_TIMEOUT_S)

    @routes.get("/config")
    @routes.output(ConfigShown)
    @routes.doc(operation_id="showConfig")
    def show_config() -> ConfigShown:
        """Show what a page needs before it can sell."""
        config = intake.config
        return ConfigShown(
            publishable_key=config.stripe_publishable_key,
            provider_url=config.stripe_api_base,
            capture_mode=config.capture_mode,
        )

    return routes
