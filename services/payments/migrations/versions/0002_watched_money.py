"""What may happen to money after a purchase: disputes, refunds by hand, authorisations that run out; and erasures.

Rows that are there already count none, until their payment is looked at the next time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# An index of the few rows that a metric counts, by its name.
WATCHED = {
    "payments_disputed": "disputes_open > 0",
    "payments_refunded_by_hand": "refunds_by_hand > 0",
    "payments_authorised": "capture_before IS NOT NULL",
}


def upgrade() -> None:
    for counter in ("disputes_open", "refunds_by_hand"):
        op.add_column("payments", sa.Column(counter, sa.Integer, nullable=False, server_default="0"))
    op.add_column("payments", sa.Column("capture_before", sa.BigInteger))
    for name, where in WATCHED.items():
        op.create_index(name, "payments", ["number"], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "erasures",
        sa.Column("buyer_id", sa.String(64), primary_key=True),
        sa.Column("erased_as", sa.String(64), nullable=False, unique=True),
    )


def downgrade() -> None:
    op.drop_table("erasures")
    for name in WATCHED:
        op.drop_index(name, "payments")
    for column in ("disputes_open", "refunds_by_hand", "capture_before"):
        op.drop_column("payments", column)
