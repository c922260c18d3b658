"""A database that is only to be read for a while, as during a failover."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from lib.database.database import connect
from tests.integration.postgres import PostgresServer


def test_a_connection_to_what_was_the_primary_is_given_up(postgres: PostgresServer) -> None:
    """The write that finds its server read-only is refused; the next one goes over a new connection."""
    engine = connect(postgres.new_database())
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE books (number int)"))
        connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    with pytest.raises(InternalError), engine.begin() as connection:
        connection.execute(text("INSERT INTO books VALUES (1)"))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO books VALUES (2)"))
        assert connection.scalar(text("SELECT sum(number) FROM books")) == 2
    engine.dispose()
