"""`python -m services.projects`: migrate the database, then serve."""

from services.common.server import migrate, serve
from services.common.settings import load
from services.projects.settings import ProjectsSettings

settings = load(ProjectsSettings)
migrate("projects", settings.projects_database_url)
serve("projects", settings.projects_host, settings.projects_port)
