"""For whom a reservation holds offset, so that a buyer's open purchases can be counted.

Of the rows that are there already nobody knows: they count for no buyer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table("buyers", sa.Column("buyer_id", sa.String(64), primary_key=True))
    op.add_column("reservations", sa.Column("buyer_id", sa.String(64)))
    op.create_index("reservations_of_buyer", "reservations", ["buyer_id", "status"])


def downgrade() -> None:
    op.drop_index("reservations_of_buyer", "reservations")
    op.drop_column("reservations", "buyer_id")
    op.drop_table("buyers")
