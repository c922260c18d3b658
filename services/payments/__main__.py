"""`python -m services.payments`: migrate the database, then serve."""

from services.common.server import migrate, serve
from services.common.settings import load
from services.payments.settings import PaymentsSettings

if __name__ == "__main__":
    settings = load(PaymentsSettings)
    migrate("payments", settings.payments_database_url)
    serve("payments", settings.payments_host, settings.payments_port)
