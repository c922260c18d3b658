"""Buyers and their offsets."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table("users", sa.Column("user_id", sa.String(64), primary_key=True))
    op.create_table(
        "offsets",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("payment_id", sa.String(255), nullable=False, unique=True),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("purchase_id", sa.String(64)),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    op.create_index("ix_offsets_user_id", "offsets", ["user_id"])


def downgrade() -> None:
    for table in ("offsets", "users"):
        op.drop_table(table)
