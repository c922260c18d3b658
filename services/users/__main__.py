"""`python -m services.users`: migrate the database, then serve."""

from lib.database.migrations import migrate
from lib.settings import read
from lib.telemetry import logs
from lib.webapi.server import serve
from services.users.settings import UsersSettings

settings = read(UsersSettings)
logs.set_up("users")
migrate("services.users", settings.users_database_url)
serve("services.users", settings.users_host, settings.users_port)
