"""`python -m services.users`: migrate the database, then serve."""

from services.common.server import migrate, serve
from services.common.settings import load
from services.users.settings import UsersSettings

settings = load(UsersSettings)
migrate("users", settings.users_database_url)
serve("users", settings.users_host, settings.users_port)
