"""`python -m services.payments`: migrate the database, then serve."""

from lib.database.migrations import migrate
from lib.settings import read
from lib.telemetry import logs
from lib.webapi.server import serve
from providers.registry import REGISTRY
from services.payments.settings import PaymentsSettings

if __name__ == "__main__":
    settings = read(PaymentsSettings)
    # Wrong settings of a provider end the process here; a worker that found them gunicorn would start again for ever.
    REGISTRY.make()
    logs.set_up("payments")
    migrate("services.payments", settings.payments_database_url)
    serve("services.payments", settings.payments_host, settings.payments_port)
