"""`python -m services.projects`: migrate the database, then serve."""

from services.common.migrations import migrate
from services.common.server import serve
from services.common.settings import load
from services.projects.settings import ProjectsSettings
from telemetry import logs

settings = load(ProjectsSettings)
logs.set_up("projects")
migrate("projects", settings.projects_database_url)
serve("projects", settings.projects_host, settings.projects_port)
