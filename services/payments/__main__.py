"""`python -m services.payments`, as `python -m services payments`: migrate the database, then serve."""

from lib.webapi.service import migrate_and_serve
from providers.registry import REGISTRY
from services.payments.settings import PaymentsSettings

if __name__ == "__main__":
    # Wrong settings of a provider end the process here; found in a worker, gunicorn would restart it without end.
    REGISTRY.make()
    migrate_and_serve("services.payments", "payments", PaymentsSettings)
