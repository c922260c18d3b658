"""`python -m services.projects`, as `python -m services projects`: migrate the database, then serve."""

from lib.webapi.service import migrate_and_serve
from services.projects.settings import ProjectsSettings

if __name__ == "__main__":
    migrate_and_serve("services.projects", "projects", ProjectsSettings)
