"""`python -m services.users`, as `python -m services users`: migrate the database, then serve."""

from lib.webapi.service import migrate_and_serve
from services.users.settings import UsersSettings

if __name__ == "__main__":
    migrate_and_serve("services.users", "users", UsersSettings)
