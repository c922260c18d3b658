"""`python -m services.users`: migrate the database, then serve."""

from services.common.migrations import migrate
from services.common.server import serve
from services.common.settings import load
from services.users.settings import UsersSettings
from telemetry import logs

settings = load(UsersSettings)
logs.set_up("users")
migrate("users", settings.users_database_url)
serve("users", settings.users_host, settings.users_port)
