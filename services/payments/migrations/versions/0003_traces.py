"""Which trace a purchase's payment was asked for in, so that what Stripe tells of it can be joined to that trace."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("payments", sa.Column("traceparent", sa.String(55)))


def downgrade() -> None:
    op.drop_column("payments", "traceparent")
