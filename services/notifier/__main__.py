"""`python -m services.notifier`, as `python -m services notifier`: migrate the database, then serve and consume."""

from lib.webapi.service import migrate_and_serve
from services.notifier.settings import NotifierSettings

if __name__ == "__main__":
    migrate_and_serve("services.notifier", "notifier", NotifierSettings)
