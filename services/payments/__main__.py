"""`python -m services.payments`, as `python -m services payments`: migrate the database, then serve."""

from lib.webapi.service import migrate_and_serve
from services.payments.settings import PaymentsSettings

if __name__ == "__main__":
    migrate_and_serve("services.payments", "payments", PaymentsSettings)
