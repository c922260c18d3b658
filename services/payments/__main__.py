"""`python -m services.payments`: migrate the database, then serve."""

from lib.database.migrations import migrate
from lib.settings import read
from lib.telemetry import logs
from lib.webapi.server import serve
from services.payments.settings import PaymentsSettings

if __name__ == "__main__":
    settings = read(PaymentsSettings)
    logs.set_up("payments")
    migrate("services.payments", settings.payments_database_url)
    serve("services.payments", settings.payments_host, settings.payments_port)
