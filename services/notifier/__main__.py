"""`python -m services.notifier`: migrate the database, then serve and consume."""

from lib.database.migrations import migrate
from lib.settings import read
from lib.telemetry import logs
from lib.webapi.server import serve
from services.notifier.settings import NotifierSettings

settings = read(NotifierSettings)
logs.set_up("notifier")
migrate("services.notifier", settings.notifier_database_url)
serve("services.notifier", settings.notifier_host, settings.notifier_port)
