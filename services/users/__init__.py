"""Users: the offset that buyers own, delivered once per payment.

Here belongs who the buyers are and what was delivered to them; nothing about money, stock or sagas.
"""

from apiflask import APIFlask

from lib.database.database import connect
from lib.settings import read
from services.users.routes import users_api
from services.users.settings import UsersSettings


def create_app(settings: UsersSettings | None = None) -> APIFlask:
    """The service's WSGI application; the database must have been migrated."""
    settings = settings or read(UsersSettings)
    return users_api(connect(settings.users_database_url), settings.service_tokens)
