"""`python -m services.payments`: migrate the database, then serve."""

from lib.settings import read
from services.common.migrations import migrate
from services.common.server import serve
from services.payments.settings import PaymentsSettings
from telemetry import logs

if __name__ == "__main__":
    settings = read(PaymentsSettings)
    logs.set_up("payments")
    migrate("payments", settings.payments_database_url)
    serve("payments", settings.payments_host, settings.payments_port)
