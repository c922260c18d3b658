"""`python -m services.users`: migrate the database, then serve."""

from lib.settings import read
from services.common.migrations import migrate
from services.common.server import serve
from services.users.settings import UsersSettings
from telemetry import logs

settings = read(UsersSettings)
logs.set_up("users")
migrate("users", settings.users_database_url)
serve("users", settings.users_host, settings.users_port)
