"""`python -m services.projects`: migrate the database, then serve."""

from lib.settings import read
from services.common.migrations import migrate
from services.common.server import serve
from services.projects.settings import ProjectsSettings
from telemetry import logs

settings = read(ProjectsSettings)
logs.set_up("projects")
migrate("projects", settings.projects_database_url)
serve("projects", settings.projects_host, settings.projects_port)
