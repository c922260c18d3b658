"""`python -m services.notifier`: migrate the database, then serve and consume."""

from services.common.server import migrate, serve
from services.common.settings import load
from services.notifier.settings import NotifierSettings

settings = load(NotifierSettings)
migrate("notifier", settings.notifier_database_url)
serve("notifier", settings.notifier_host, settings.notifier_port)
