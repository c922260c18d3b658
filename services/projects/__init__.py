"""Projects: what green projects sell, and the reservation row at which a purchase's outcome is decided.

Here belongs the stock of milestones and who holds it; nothing about payments' states, and of
buyers only what each of them holds without having paid. Begin to read at `rules`: the table "Who decides" of
docs/architecture.md.
"""

from apiflask import APIFlask

from lib.database.database import connect
from lib.settings import read
from services.common.values import KILOGRAMS_PER_TONNE
from services.projects.orders import BuyerLimits
from services.projects.routes import projects_api
from services.projects.settings import ProjectsSettings


def create_app(settings: ProjectsSettings | None = None) -> APIFlask:
    """The service's WSGI application; the database must have been migrated."""
    settings = settings or read(ProjectsSettings)
    limits = BuyerLimits(settings.max_open_purchases, settings.held_per_buyer_max * KILOGRAMS_PER_TONNE)
    return projects_api(connect(settings.projects_database_url), settings.service_tokens, limits)
