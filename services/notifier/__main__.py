"""`python -m services.notifier`: migrate the database, then serve and consume."""

from lib.settings import read
from services.common.migrations import migrate
from services.common.server import serve
from services.notifier.settings import NotifierSettings
from telemetry import logs

settings = read(NotifierSettings)
logs.set_up("notifier")
migrate("notifier", settings.notifier_database_url)
serve("notifier", settings.notifier_host, settings.notifier_port)
