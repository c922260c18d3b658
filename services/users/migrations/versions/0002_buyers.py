"""The buyers of demonstrations and load tests: a migration, so that they come exactly once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# 1000: as many buyers as a load test has sessions, so that no two of them share one.
LOAD_BUYERS = 1000

users = sa.table("users", sa.column("user_id"))


def upgrade() -> None:
    buyers = ["alice", "bob", *(f"load-{number}" for number in range(LOAD_BUYERS))]
    op.bulk_insert(users, [{"user_id": buyer} for buyer in buyers])


def downgrade() -> None:
    op.execute(sa.delete(users))
