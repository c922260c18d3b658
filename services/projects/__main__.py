"""`python -m services.projects`: migrate the database, then serve."""

from lib.database.migrations import migrate
from lib.settings import read
from lib.telemetry import logs
from lib.webapi.server import serve
from services.projects.settings import ProjectsSettings

settings = read(ProjectsSettings)
logs.set_up("projects")
migrate("services.projects", settings.projects_database_url)
serve("services.projects", settings.projects_host, settings.projects_port)
