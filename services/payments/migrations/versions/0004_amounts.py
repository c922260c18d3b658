"""How much is held, and withdrawn by banks, and since when money is given back: amounts are compared with the order's.

Rows that are there already show none, until their payment is looked at the next time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for amount in ("amount_authorised", "amount_disputed"):
        op.add_column("payments", sa.Column(amount, sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("payments", sa.Column("refunded_since", sa.BigInteger))


def downgrade() -> None:
    for column in ("amount_authorised", "amount_disputed", "refunded_since"):
        op.drop_column("payments", column)
